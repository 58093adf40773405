"""The places of a run: a picture, one to come, or why there is none.

A place has its shape before the picture exists and keeps it when nothing came. A
second try of one place fills that place. What a place says is decided here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from django.utils import timezone
from django.utils.translation import gettext as _

from playground.gallery.keeping import mark_of
from playground.generation.links import EXTENSIONS, picture_path
from playground.generation.models import Generation, Picture
from playground.generation.queues import LANES, queue_of

State = Generation.State
SlotState = Literal["waiting", "painting", "stopping", "done", "failed", "gone"]
MOST_AHEAD = 99


@dataclass(frozen=True, slots=True)
class Slot:
    """One place. `order` is whose it is: the run's own, or that of its last retry."""

    position: int
    state: SlotState
    order: Generation
    picture: Picture | None = None
    ahead: int = 0
    expected_seconds: float = 0.0

    @property
    def mark(self) -> str:
        """How this place looks, in a letter: a page that shows another one is behind."""
        return f"w{self.ahead}" if self.state == "waiting" else self.state[0]

    @property
    def place(self) -> int:
        return self.position - 1

    @property
    def picture_id(self) -> str:
        return self.picture.pk if self.picture else ""

    @property
    def url(self) -> str:
        return picture_url(self.picture) if self.picture else ""

    @property
    def file_name(self) -> str:
        """What a downloaded copy is called."""
        if self.picture is None:
            return ""
        kind = "easel-rehearsal" if self.order.is_test else "easel"
        return f"{kind}-{self.picture.pk}.{EXTENSIONS[self.picture.format]}"

    @property
    def reason(self) -> str:
        return reason_of(self.order)

    @property
    def elapsed_seconds(self) -> float:
        return seconds_of(self.order)

    @property
    def elapsed_text(self) -> str:
        """As progress.js writes it, so that nothing moves when that takes over."""
        seconds = self.elapsed_seconds
        return f"{seconds:.1f}" if seconds < 100 else f"{seconds:.0f}"

    @property
    def expected_text(self) -> str:
        return f"{self.expected_seconds:.2f}"


def picture_url(picture: Picture) -> str:
    mark = mark_of(picture)
    return picture_path(picture.pk, picture.format, picture.expires_at, mark=mark)[0]


def reason_of(order: Generation) -> str:
    """Say why a place stayed empty."""
    said = order.error_message
    if order.state == State.CANCELLED:
        return _("Cancelled.")
    if order.state == State.PARTIALLY_SUCCEEDED:
        return said or _("The provider returned fewer pictures.")
    return said or _("No provider delivered a picture.")


def seconds_of(order: Generation) -> float:
    """How long it has been painting, or how long that took."""
    if order.started_at is None:
        return 0.0
    return ((order.finished_at or timezone.now()) - order.started_at).total_seconds()


def slots_of(order: Generation, expected_seconds: float) -> Iterable[Slot]:
    """Draw every place of an order."""
    made = {picture.position: picture for picture in order.pictures.all()}
    waiting = waiting_state(order)
    ahead = queued_before(order) if waiting == "waiting" else 0
    failed = never_came(order, made)
    for position in range(order.n):
        picture = made.get(position)
        state: SlotState = "failed" if position in failed else "gone"
        if picture is not None:
            state = "done"
        elif order.is_live:
            state = waiting
        yield Slot(position + 1, state, order, picture, ahead, expected_seconds)


def waiting_state(order: Generation) -> SlotState:
    if order.is_unwanted:
        return "stopping"
    return "waiting" if order.state == State.QUEUED else "painting"


def never_came(order: Generation, made: dict[int, Picture]) -> list[int]:
    """Return the places nothing was delivered for: what is missing beside is deleted."""
    missing = [place for place in range(order.n) if place not in made]
    return missing[len(missing) - (order.n - order.delivered) :]


def queued_before(order: Generation) -> int:
    """How many orders in its queue are older than this one; an id says when it was made."""
    lanes = LANES[queue_of(order.lane)]
    before = Generation.objects.filter(
        state=State.QUEUED, lane__in=lanes, pk__lt=order.pk
    )
    return before[:MOST_AHEAD].count()
