"""Runs as the feed shows them: one order, with a slot for each of its pictures.

A slot has its shape before the picture exists and keeps its place when nothing
came. What a slot says is decided here; the templates only lay it out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil
from typing import Literal

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Account
from playground.generation.catalogue import catalogue
from playground.generation.errors import ModelNotFound
from playground.generation.links import EXTENSIONS, picture_path
from playground.generation.models import Generation, Picture
from playground.generation.offered import UNKNOWN_SECONDS, typical_seconds
from playground.generation.request import ImageRequest
from playground.generation.sizes import ratio_of
from playground.web.templatetags.easel import balance, price
from playground.web.tries import GUEST_MODEL

LANES = (Generation.Lane.BROWSER, Generation.Lane.GUEST)
FEED, RAIL = 10, 30
SlotState = Literal["waiting", "painting", "done", "failed"]


@dataclass(frozen=True, slots=True)
class Slot:
    """One place in a run: a picture, one to come, or why there is none."""

    position: int
    state: SlotState
    picture: Picture | None = None
    url: str = ""
    reason: str = ""

    @property
    def place(self) -> str:
        return str(self.position)

    @property
    def picture_id(self) -> str:
        return self.picture.pk if self.picture else ""

    @property
    def file_name(self) -> str:
        """What a downloaded copy is called."""
        if self.picture is None:
            return ""
        return f"easel-{self.picture.pk}.{EXTENSIONS[self.picture.format]}"


@dataclass(frozen=True, slots=True)
class Run:
    """One order on the page."""

    generation: Generation
    request: ImageRequest
    slots: tuple[Slot, ...]
    model_name: str
    typical_seconds: float
    is_painted_here: bool

    @property
    def expected_seconds(self) -> float:
        """How long the whole run usually takes: the painter paints a few at a time."""
        if not self.is_painted_here:
            return self.typical_seconds
        is_guest = self.generation.lane == Generation.Lane.GUEST
        at_once = 1 if is_guest else settings.PAINTER_PROCESSES
        return self.typical_seconds * ceil(self.generation.n / at_once)

    @property
    def id(self) -> str:
        return self.generation.id

    @property
    def version(self) -> str:
        """Changes when the run looks different: its state, and the places that are filled."""
        filled = ".".join(str(slot.position) for slot in self.pictures)
        return f"{self.generation.state}-{filled or 0}"

    @property
    def pictures(self) -> list[Slot]:
        return [slot for slot in self.slots if slot.state == "done"]

    @property
    def elapsed_seconds(self) -> float:
        """How long it has been painting, or how long that took."""
        started = self.generation.started_at
        if started is None:
            return 0.0
        return (
            (self.generation.finished_at or timezone.now()) - started
        ).total_seconds()

    @property
    def elapsed_text(self) -> str:
        return f"{self.elapsed_seconds:.1f}"

    @property
    def expected_text(self) -> str:
        return f"{self.expected_seconds:.2f}"

    @property
    def first_look_ms(self) -> int:
        """Look early at a model that is done in a moment."""
        return 500 if self.expected_seconds < 1.5 else self.look_ms

    @property
    def look_ms(self) -> int:
        """Look again between every second and every five, as the model is fast or slow."""
        return round(1000 * min(5.0, max(1.0, self.expected_seconds / 4)))

    @property
    def can_cancel(self) -> bool:
        return self.generation.state == Generation.State.QUEUED

    @property
    def seed(self) -> int | None:
        """The seed it was painted with: the one asked for, or the first one drawn."""
        if self.request.seed is not None:
            return self.request.seed
        drawn = [slot.picture.seed for slot in self.slots if slot.picture]
        return drawn[0] if drawn else None

    @property
    def columns(self) -> int:
        """Few or wide pictures stand larger."""
        ratio = ratio_of(self.request.shape)
        if ratio >= 1.5:
            return 1 if self.generation.n == 1 or ratio > 3 else 2
        return min(4, max(2, self.generation.n))

    @property
    def day(self) -> date:
        return timezone.localtime(self.generation.created_at).date()

    @property
    def is_free(self) -> bool:
        return self.generation.unit_price_microcredits == 0


@dataclass(frozen=True, slots=True)
class Day:
    """The runs of one day on the rail."""

    date: date
    title: str
    runs: list[Run]


def orders_of(account: Account | None) -> QuerySet[Generation]:
    """An account's playground orders, newest first, with their pictures."""
    orders = Generation.objects.filter(account=account, lane__in=LANES)
    return orders.order_by("-created_at", "-id").prefetch_related("pictures")


def run_of(generation: Generation) -> Run:
    """Draw an order as a run."""
    request = generation.asked
    name, typical = known_of(generation.model, request.tier)
    return Run(
        generation=generation,
        request=request,
        slots=tuple(slots_of(generation)),
        model_name=name,
        typical_seconds=typical,
        is_painted_here=generation.model == GUEST_MODEL,
    )


def known_of(model_id: str, tier: str) -> tuple[str, float]:
    """A model's name and typical time; one that has left the catalogue keeps its id."""
    try:
        model = catalogue().find(model_id)
    except ModelNotFound:
        return model_id, UNKNOWN_SECONDS
    return model.name, typical_seconds(model, tier)


def slots_of(generation: Generation) -> Iterable[Slot]:
    made = {picture.position: picture for picture in generation.pictures.all()}
    for position in range(generation.n):
        picture = made.get(position)
        if picture is not None:
            yield Slot(position + 1, "done", picture, picture_url(picture))
        elif generation.is_live:
            is_queued = generation.state == Generation.State.QUEUED
            yield Slot(position + 1, "waiting" if is_queued else "painting")
        else:
            yield Slot(position + 1, "failed", reason=reason_of(generation))


def picture_url(picture: Picture) -> str:
    return picture_path(picture.pk, picture.format, picture.expires_at)[0]


def reason_of(generation: Generation) -> str:
    """Say why a slot stayed empty."""
    if generation.state == Generation.State.CANCELLED:
        return _("Cancelled before it began.")
    if generation.state == Generation.State.PARTIALLY_SUCCEEDED:
        return generation.error_message or _("The provider returned fewer pictures.")
    return generation.error_message or _("No provider delivered a picture.")


def ending_of(run: Run, available_microcredits: int | None) -> str:
    """Say aloud how a run ended: what came, what it cost, what is left."""
    made, missing = len(run.pictures), run.generation.n - len(run.pictures)
    if run.generation.is_live:
        return ""
    words = [ngettext("%(n)s picture done", "%(n)s pictures done", made) % {"n": made}]
    if made and not run.is_free:
        words.append(price(run.generation.charged_microcredits))
    if made and available_microcredits is not None:
        words.append(_("%(left)s left") % {"left": balance(available_microcredits)})
    if missing:
        words.append(_("%(n)s failed, not charged") % {"n": missing})
    return ", ".join(words if made else words[1:])


def filled_in(version: str) -> frozenset[str]:
    """Return the places that a page showing this version has pictures in."""
    return frozenset(version.partition("-")[2].split("."))


def days_of(runs: list[Run]) -> list[Day]:
    """Group runs for the rail, by day."""
    days: list[Day] = []
    for run in runs:
        if not days or days[-1].date != run.day:
            days.append(Day(run.day, day_title(run.day), []))
        days[-1].runs.append(run)
    return days


def day_title(day: date, now: datetime | None = None) -> str:
    """Head a day of the rail: "Today", "Yesterday", "18 Nov"."""
    passed = (timezone.localtime(now).date() - day).days
    if passed == 0:
        return _("Today")
    if passed == 1:
        return _("Yesterday")
    return f"{day.day} {day:%b}"
