"""The pictures of an account, as its history shows them: by day, sifted, a page at a time.

Whoever asks says which pictures may be seen at all; nothing here looks past that. Pages
are cut by a picture's own place, so one that arrives meanwhile moves nothing, and
nothing is ever counted.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import TypeVar

from django.conf import settings
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils import timezone

from playground.gallery.captions import matching, saying
from playground.gallery.models import Note
from playground.generation.looking_back import (
    EVER,
    Stretch,
    days_with,
    ends_with,
    page_in,
    stretches,
)
from playground.generation.models import Generation, Picture

Row = TypeVar("Row", bound=Model)
State = Generation.State
NEAR, FAR = 1000, 20_000
NOT_PAINTED = (State.FAILED, State.REFUSED, State.CANCELLED)
# What a shelf says of a picture: reading all of its order takes as long as the rest.
SHOWN = (
    *("generation_id", "created_at", "expires_at", "width", "height"),
    *("generation__prompt", "generation__is_test"),
    *("note__alt_text", "note__starred_at", "note__hidden_at"),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which pictures are asked for. What is empty does not matter."""

    words: str = ""
    model: str = ""
    key: str = ""
    since: date | None = None
    until: date | None = None
    is_starred: bool = False
    is_rehearsal: bool | None = None


def still_there(pictures: QuerySet[Picture]) -> QuerySet[Picture]:
    """Leave out what was deleted, and what is past its end; notes are read along.

    Of a picture without a note PostgreSQL does not know that it was not deleted: asked
    for notes that are deleted, it knows that there are few.
    """
    not_over = Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now())
    deleted = Note.objects.filter(picture=OuterRef("pk"), deleted_at__isnull=False)
    return pictures.filter(not_over, ~Exists(deleted)).select_related("note")


def pictures_like(
    pictures: QuerySet[Picture], account_id: str, wanted: Wanted
) -> QuerySet[Picture]:
    """Return the pictures that fit, newest first, with their orders and notes."""
    fitting = still_there(pictures).filter(
        *of_orders(account_id, wanted, "generation__"), *between(wanted)
    )
    if wanted.is_starred:
        fitting = fitting.filter(
            note__account=account_id, note__starred_at__isnull=False
        )
    fitting = fitting.select_related("generation", "note").only(*SHOWN)
    return fitting.order_by("-created_at", "-pk")


def page_like(
    pictures: QuerySet[Picture],
    account_id: str,
    wanted: Wanted,
    count: int,
    after: tuple[datetime, str] | None,
) -> tuple[list[Picture], bool]:
    """Return a page of the pictures that fit, and whether there may be more."""
    if wanted.words:
        return page_saying(pictures, account_id, wanted, count, after)
    rows = pictures_like(pictures, account_id, wanted)
    facts = {"model": wanted.model, "key_id": wanted.key}
    facts = {name: one for name, one in facts.items() if one}
    if not facts or wanted.is_starred or wanted.is_rehearsal:
        return page_of(rows, count, after)
    rows = from_place(rows, after)
    rehearsed = rows.filter(generation__account=account_id, generation__is_test=True)
    return page_in(
        rows.filter(generation__is_test=False),
        rehearsed,
        days_of_pictures(account_id, facts, wanted, after),
        count,
    )


def days_of_pictures(
    account_id: str,
    facts: dict[str, str],
    wanted: Wanted,
    after: tuple[datetime, str] | None,
) -> Iterator[Stretch]:
    """Return when there may be pictures of orders with these facts, newest first.

    An order's pictures come some time after it was asked for, and never later than it may
    wait and be painted.
    """
    latest = timedelta(days=1, seconds=settings.QUEUE_SECONDS)
    since = start_of(wanted.since) - latest if wanted.since else EVER
    before = ends_with(after[0] if after else None)
    if wanted.until:
        before = min(before, start_of(wanted.until + timedelta(days=1)))
    for part in stretches(partial(days_with, account_id, facts), since, before):
        yield replace(part, before=min(part.before + latest, before))
        before = part.since


def page_saying(
    pictures: QuerySet[Picture],
    account_id: str,
    wanted: Wanted,
    count: int,
    after: tuple[datetime, str] | None,
) -> tuple[list[Picture], bool]:
    """Return a page of the pictures that fit, whose prompts have the words that are wanted.

    A frequent word fills the page from the newest pictures, a less frequent one from more
    of them; to look it up would bring all there ever were. A rare one is looked up.
    """
    wordless = pictures_like(pictures, account_id, replace(wanted, words=""))
    rows = from_place(wordless, after)
    times = from_place(pictures.order_by("-created_at"), after)
    for near in (NEAR, FAR):
        floor = times.values_list("created_at", flat=True)[near : near + 1]
        if not floor:
            break
        newest = rows.filter(saying(wanted.words), created_at__gte=floor[0])
        found = list(newest[: count + 1])
        if len(found) > count:
            return found[:count], True
        if len(found) * FAR < count * NEAR:  # as seldom among more, it fills no page
            break
    return page_of(pictures_like(pictures, account_id, wanted), count, after)


def failures_like(
    orders: QuerySet[Generation], account_id: str, wanted: Wanted
) -> QuerySet[Generation]:
    """Return the orders that fit and brought no picture, newest first."""
    failed = Q(state__in=NOT_PAINTED) & ~Q(prompt="")
    orders = orders.filter(failed, *of_orders(account_id, wanted), *between(wanted))
    return orders.order_by("-created_at", "-pk")


def of_orders(account_id: str, wanted: Wanted, prefix: str = "") -> list[Q]:
    """Say the part of it that an order decides."""
    asked: dict[str, object] = {"model": wanted.model, "key_id": wanted.key}
    said = [Q(**{f"{prefix}{name}": one}) for name, one in asked.items() if one]
    if wanted.is_rehearsal is not None:
        said.append(Q(**{f"{prefix}is_test": wanted.is_rehearsal}))
    if wanted.is_rehearsal:  # they are few, and have an index
        rehearsed = Generation.objects.filter(account=account_id, is_test=True)
        said.append(Q(**{f"{prefix}pk__in": rehearsed.values("pk")}))
    if wanted.words:
        found = matching(account_id, wanted.words)
        said.append(Q(**{f"{prefix}pk__in": found}))
    return said


def between(wanted: Wanted) -> list[Q]:
    said = []
    if wanted.since:
        said.append(Q(created_at__gte=start_of(wanted.since)))
    if wanted.until:
        said.append(Q(created_at__lt=start_of(wanted.until + timedelta(days=1))))
    return said


def start_of(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day))


def page_of(
    rows: QuerySet[Row], count: int, after: tuple[datetime, str] | None = None
) -> tuple[list[Row], bool]:
    """Return the rows older than a place, or the newest, and whether there are more."""
    found = list(from_place(rows, after)[: count + 1])
    return found[:count], len(found) > count


def from_place(
    rows: QuerySet[Row], after: tuple[datetime, str] | None
) -> QuerySet[Row]:
    """Return the rows that are older than a place."""
    return beyond(rows, ("-created_at", "-pk"), after)


def beyond(
    rows: QuerySet[Row], order: Sequence[str], place: Sequence[object] | None
) -> QuerySet[Row]:
    """Return the rows that come after a place in such an order."""
    if place is None:
        return rows
    past = Q()
    same: dict[str, object] = {}
    for field, value in zip(order, place, strict=True):
        name = field.removeprefix("-")
        way = "lt" if field.startswith("-") else "gt"
        past |= Q(**same, **{f"{name}__{way}": value})
        same[name] = value
    # The first half alone is what an index can look up; the second makes it exact.
    name, way = order[0].removeprefix("-"), "lte" if order[0].startswith("-") else "gte"
    return rows.filter(**{f"{name}__{way}": place[0]}).filter(past)


def months_of(pictures: QuerySet[Picture]) -> list[date]:
    """Return the months from the newest picture back to the oldest."""
    there = still_there(pictures)
    newest = there.order_by("-created_at").values_list("created_at", flat=True).first()
    oldest = there.order_by("created_at").values_list("created_at", flat=True).first()
    if newest is None or oldest is None:
        return []
    last, month = month_of(oldest), month_of(newest)
    months = [month]
    while month > last:
        month = month_of(start_of(month) - timedelta(days=1))
        months.append(month)
    return months


def month_of(moment: datetime) -> date:
    return timezone.localtime(moment).date().replace(day=1)


def chosen(pictures: QuerySet[Picture], names: Iterable[str]) -> list[Picture]:
    """Return those of the named pictures that may be seen, newest first."""
    found = still_there(pictures).filter(pk__in=list(names))
    found = found.select_related("generation", "note")
    return list(found.order_by("-created_at", "-pk"))
