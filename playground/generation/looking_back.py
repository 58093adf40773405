"""Find an account's orders that fit a filter without going through all the others.

Orders are found by account and time. What else is asked of them the rollups know by day:
days without anything that fits are passed over, and a page that went through very many
orders ends with the few it found. Rehearsals are in no rollup; they have an index.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.db.models import Case, QuerySet, Sum, When
from django.utils import timezone

from playground.generation.digests import EVERYTHING
from playground.generation.history import Wanted, newest_first, orders_like, page_of
from playground.generation.models import (
    AccountDay,
    DigestDay,
    Generation,
    Picture,
    Rolled,
    UsageDay,
)
from playground.generation.rolling import DAY, day_of
from playground.generation.summing import Part
from playground.generation.usage import COARSE, Digested, left_of, place_of

Row = TypeVar("Row", bound=Generation | Picture)
AT_ONCE, MOST = 3000, 20_000
EVER = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some time, and how many orders there are to go through."""

    since: datetime
    before: datetime
    orders: int


def page_like(
    account_id: str, wanted: Wanted, count: int, after: Generation | None = None
) -> tuple[list[Generation], bool]:
    """Return the newest orders that fit, or those older than one, and whether to go on."""
    orders, facts = orders_like(account_id, wanted), facts_of(wanted)
    if not facts or wanted.user or wanted.metadata:
        return page_of(orders, count, after)
    before = min(
        wanted.before or timezone.now() + DAY,
        ends_with(after.created_at if after else None),
    )
    return page_in(
        newest_first(orders.filter(is_test=False), after),
        newest_first(orders.filter(is_test=True), after),
        stretches(account_id, facts, wanted.since or EVER, before),
        count,
    )


def ends_with(after: datetime | None) -> datetime:
    return (after or timezone.now() + DAY) + timedelta(microseconds=1)


def page_in(
    real: QuerySet[Row], rehearsed: QuerySet[Row], parts: Iterator[Stretch], count: int
) -> tuple[list[Row], bool]:
    """Return the newest of both, the real ones from these parts, and whether to go on."""
    found, reached = found_in(real, parts, count)
    if reached:
        rehearsed = rehearsed.filter(created_at__gte=reached)
    both = sorted(
        [*found, *rehearsed[: count + 1]],
        key=lambda row: (row.created_at, row.pk),
        reverse=True,
    )
    return both[:count], len(both) > count or reached is not None


def found_in(
    rows: QuerySet[Row], parts: Iterator[Stretch], count: int
) -> tuple[list[Row], datetime | None]:
    """Look through the parts until there are enough, or until a few must do.

    Returns from when on everything was seen, where something was left out.
    """
    found: list[Row] = []
    gone_through, reached = 0, None
    for part in parts:
        if len(found) > count or (found and gone_through >= MOST):
            return found, reached
        within = rows.filter(created_at__gte=part.since, created_at__lt=part.before)
        found += within[: count + 1 - len(found)]
        gone_through += part.orders
        reached = part.since
    return found, None


def facts_of(wanted: Wanted) -> dict[str, Any]:
    """Return what is asked of an order that the rollups know."""
    facts = {
        "key_id": wanted.key,
        "model": wanted.model,
        "state": wanted.status,
        "person_id": wanted.person_id,
        "lane": wanted.lane,
        "provider": wanted.provider,
        "group": wanted.group,
        "endpoint": wanted.endpoint,
    }
    return {name: value for name, value in facts.items() if value}


def stretches(
    account_id: str, facts: Mapping[str, Any], since: datetime, before: datetime
) -> Iterator[Stretch]:
    """Return when there were orders with these facts, the newest time first.

    Days that are not added up, or no longer, are among them.
    """
    mark = Rolled.objects.first()
    closed = min(mark.days_until, before) if mark else since
    if before > closed:
        yield Stretch(max(since, closed), before, AT_ONCE)
    if mark is None:
        return
    first = max(since, first_day_kept())
    if mark.again_from is not None:  # what is being done again may not be there
        if since < closed:
            yield Stretch(since, closed, AT_ONCE)
        return
    yield from gathered(days_with(account_id, facts, first, closed))
    if since < first:
        yield Stretch(since, first, AT_ONCE)


def first_day_kept() -> datetime:
    days = settings.METRICS_DAYS_KEPT_DAYS
    return day_of(timezone.now()) - days * DAY if days else EVER


def days_with(
    account_id: str, facts: Mapping[str, Any], since: datetime, before: datetime
) -> list[tuple[datetime, int, int]]:
    """Return each day, the newest first, how many orders it has, and how many fit."""
    table = AccountDay if facts.keys() <= COARSE else UsageDay
    whole, place = Part(table, day_of(since), before), place_of(facts)
    if place is None:
        return sorted(days_in_lines(account_id, facts, [whole]), reverse=True)
    kept = Digested(DigestDay, DAY, whole)
    counts = ("start", "requests")
    fit = dict(kept.of(account_id, place).values_list(*counts))
    every = kept.of(account_id, EVERYTHING).order_by("start").values_list(*counts)
    days = [(start, orders, fit.get(start, 0)) for start, orders in every]
    rest = left_of(whole, DAY, [start for start, _, _ in days])
    return sorted([*days, *days_in_lines(account_id, facts, rest)], reverse=True)


def days_in_lines(
    account_id: str, facts: Mapping[str, Any], parts: Sequence[Part]
) -> Iterator[tuple[datetime, int, int]]:
    for part in parts:
        lines = part.table._default_manager.filter(
            account_id=account_id, start__gte=part.since, start__lt=part.until
        )
        fits = Case(When(**facts, then="requests"), default=0)
        days = lines.values("start").annotate(all=Sum("requests"), fit=Sum(fits))
        yield from days.values_list("start", "all", "fit")


def gathered(days: list[tuple[datetime, int, int]]) -> Iterator[Stretch]:
    """Join days while there are few orders in them; pass over days without any that fit."""
    open_part: Stretch | None = None
    for start, orders, fit in days:
        if open_part and open_part.orders + orders <= AT_ONCE:
            open_part = Stretch(
                start if fit else open_part.since,
                open_part.before,
                open_part.orders + orders,
            )
            continue
        if open_part:
            yield open_part
        open_part = Stretch(start, start + DAY, orders) if fit else None
    if open_part:
        yield open_part
