"""What keeps an order beyond its month, and what a month has to wait for.

An order stays whole while one of its pictures is starred, on a board, shared, in the
gallery or reported, is an entry or a start of the arena, or while somebody said which
side of its comparison was best: votes and rankings go on resting on it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from billing.models import Hold
from playground.arena.models import Challenge, Entry, Preference
from playground.batches.models import Batch, Line
from playground.gallery.models import Board, Note, Pin, Report
from playground.generation.models import Compared, Generation, Picture, Rolled
from playground.generation.months import moment_in
from playground.generation.parted import Part
from playground.generation.rolling import DAY

STARRED_OR_SHARED = (
    Q(starred_at__isnull=False) | Q(token__isnull=False) | Q(public_at__isnull=False)
)


@dataclass(frozen=True, slots=True)
class Range:
    """A range of ids; without `since` it begins before everything."""

    since: str
    until: str

    @classmethod
    def of(cls, part: Part) -> "Range":
        return cls(part.since, part.until)

    def of_column(self, column: str) -> dict[str, Any]:
        return {f"{column}__gte": self.since, f"{column}__lt": self.until}


def pictures_of(months: Range) -> QuerySet[Picture]:
    return Picture.objects.filter(**months.of_column("generation_id"))


def needed(months: Range) -> set[str]:
    """Return the orders that something else rests on."""
    pictures = pictures_of(months)
    found: set[str] = set()
    for which in depended_on():
        of_orders = pictures.filter(pk__in=which).values_list(
            "generation_id", flat=True
        )
        found.update(of_orders)
    judged = Compared.objects.filter(
        comparison__in=Preference.objects.values("comparison"),
        **months.of_column("generation_id"),
    )
    found.update(judged.values_list("generation_id", flat=True))
    return found


def depended_on() -> Iterator[QuerySet[Any]]:
    """Yield, as ids of pictures, each thing that keeps one."""
    yield Note.objects.filter(STARRED_OR_SHARED).values("picture_id")
    yield Pin.objects.values("picture_id")
    yield Board.objects.exclude(cover=None).values("cover_id")
    yield Report.objects.filter(state=Report.State.OPEN).values("picture_id")
    yield Entry.objects.exclude(picture=None).values("picture_id")
    yield Challenge.objects.exclude(start=None).values("start_id")


def waits_for(months: Range) -> str:
    """Say why these months cannot be dropped yet; nothing when they can."""
    orders = Generation.objects.filter(**months.of_column("pk"))
    if orders.filter(state__in=Generation.LIVE).exists():
        return "an order is still alive"
    if Hold.objects.filter(state="pending", **months.of_column("job_id")).exists():
        return "money is still held"
    lines = Line.objects.filter(**months.of_column("order_id")).exclude(order_id="")
    if lines.exclude(batch__state__in=Batch.ENDED).exists():
        return "a batch is still under way"
    mark = Rolled.objects.first()
    if mark is None or mark.days_until < moment_in(months.until) + DAY:
        return "its orders are not added up yet"
    return ""
