"""Find an account's orders that fit a filter without going through all the others.

Orders are found by account and time. What else is asked of them, or one label, the
rollups and digests know by day: days without anything that fits are passed over, and a
page that went through very many orders ends with the few it found. Rehearsals are in no
rollup; they have an index.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from django.conf import settings
from django.db.models import Case, QuerySet, Sum, When
from django.utils import timezone

from playground.generation.callers import place_of_label
from playground.generation.digests import EVERYTHING, Place
from playground.generation.history import (
    Columns,
    Wanted,
    newest_first,
    orders_like,
    page_of,
)
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
AT_ONCE, MOST = 3000, 10_000
EVER = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some time, how many orders there are to go through, and how many of them fit, as
    far as is known."""

    since: datetime
    before: datetime
    orders: int
    fit: int = 1

    def pieces(self, count: int) -> Iterator["Stretch"]:
        """Cut it, the newest first, where a piece of it may do for so many that fit."""
        many = max(1, self.orders // AT_ONCE) if self.fit > count else 1
        length, before = (self.before - self.since) / many, self.before
        for left in reversed(range(many)):
            since = self.since + left * length
            yield Stretch(since, before, self.orders // many, self.fit // many)
            before = since


Days = Callable[[datetime, datetime], list[Stretch]]


def page_like(
    account_id: str,
    wanted: Wanted,
    count: int,
    after: Generation | None = None,
    columns: Columns = (),
) -> tuple[list[Generation], bool]:
    """Return the newest orders that fit, or those older than one, and whether to go on."""
    orders = orders_like(account_id, wanted)
    days = days_for(account_id, wanted)
    if days is None:
        return page_of(orders, count, after, columns)
    before = min(
        wanted.before or timezone.now() + DAY,
        ends_with(after.created_at if after else None),
    )
    return page_in(
        newest_first(orders.filter(is_test=False), after, columns),
        newest_first(orders.filter(is_test=True), after, columns),
        stretches(days, wanted.since or EVER, before),
        count,
    )


def days_for(account_id: str, wanted: Wanted) -> Days | None:
    """Return what knows on which days there is something, if it is worth asking."""
    facts = facts_of(wanted)
    if not wanted.user and not wanted.metadata:
        return partial(days_with, account_id, facts) if facts else None
    if wanted.user or facts or len(wanted.metadata) > 1:
        return None
    [(name, value)] = wanted.metadata.items()
    return partial(days_labelled, account_id, place_of_label(name, value))


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
    for part in (piece for one in parts for piece in one.pieces(count)):
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


def stretches(days: Days, since: datetime, before: datetime) -> Iterator[Stretch]:
    """Return when there were orders that fit, the newest time first.

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
    yield from gathered(days(first, closed))
    if since < first:
        yield Stretch(since, first, AT_ONCE)


def first_day_kept() -> datetime:
    days = settings.METRICS_DAYS_KEPT_DAYS
    return day_of(timezone.now()) - days * DAY if days else EVER


def days_with(
    account_id: str, facts: Mapping[str, Any], since: datetime, before: datetime
) -> list[Stretch]:
    """Return each day, the newest first, and how many of its orders have these facts."""
    table = AccountDay if facts.keys() <= COARSE else UsageDay
    whole, place = Part(table, day_of(since), before), place_of(facts)
    days = days_digested(account_id, place, whole) if place else []
    if not days and len(facts) > 1:  # how many there were is known, not how many fit
        fit = fit_by_day(account_id, facts, whole)
        every = days_digested(account_id, EVERYTHING, whole)
        days = [replace(day, fit=fit.get(day.since, 0)) for day in every]
    rest = left_of(whole, DAY, [day.since for day in reversed(days)])
    return newest_of([*days, *days_in_lines(account_id, facts, rest)])


def days_labelled(
    account_id: str, place: Place, since: datetime, before: datetime
) -> list[Stretch]:
    """Return the same for a label; days of which nobody knows are taken to have it."""
    whole = Part(Generation, day_of(since), before)
    days = days_digested(account_id, place, whole)
    rest = left_of(whole, DAY, [day.since for day in reversed(days)])
    unknown = [Stretch(one.since, one.until, AT_ONCE) for one in rest]
    return newest_of([*days, *unknown])


def days_digested(account_id: str, place: Place, whole: Part) -> list[Stretch]:
    fit, every = Digested(DigestDay, DAY, whole).known(account_id, place)
    return newest_of(
        Stretch(
            start,
            start + DAY,
            said.requests,
            fit[start].requests if start in fit else 0,
        )
        for start, said in every.items()
    )


def fit_by_day(
    account_id: str, facts: Mapping[str, Any], whole: Part
) -> dict[datetime, int]:
    """Return how many orders of each day have these facts, where there are any."""
    lines = lines_of(account_id, whole).filter(**facts)
    days = lines.values("start").annotate(fit=Sum("requests"))
    return dict(days.values_list("start", "fit"))


def days_in_lines(
    account_id: str, facts: Mapping[str, Any], parts: Sequence[Part]
) -> Iterator[Stretch]:
    for part in parts:
        fits = Case(When(**facts, then="requests"), default=0)
        lines = lines_of(account_id, part).values("start")
        days = lines.annotate(all=Sum("requests"), fit=Sum(fits))
        for start, all, fit in days.values_list("start", "all", "fit"):
            yield Stretch(start, start + DAY, all, fit)


def lines_of(account_id: str, part: Part) -> QuerySet[Any]:
    return part.table._default_manager.filter(
        account_id=account_id, start__gte=part.since, start__lt=part.until
    )


def newest_of(days: Iterable[Stretch]) -> list[Stretch]:
    return sorted(days, key=lambda day: day.since, reverse=True)


def gathered(days: list[Stretch]) -> Iterator[Stretch]:
    """Join days while there are few orders in them; pass over days without any that fit."""
    open_part: Stretch | None = None
    for day in days:
        if open_part and open_part.orders + day.orders <= AT_ONCE:
            open_part = Stretch(
                day.since if day.fit else open_part.since,
                open_part.before,
                open_part.orders + day.orders,
                open_part.fit + day.fit,
            )
            continue
        if open_part:
            yield open_part
        open_part = day if day.fit else None
    if open_part:
        yield open_part
