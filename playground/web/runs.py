"""Runs as the feed shows them: one order, with a place for each of its pictures.

A comparison is several runs side by side, one for each model.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import ceil

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from playground.gallery.shelf import still_there
from playground.generation.catalogue import catalogue
from playground.generation.models import Generation, Picture, Retried
from playground.generation.offered import UNKNOWN_SECONDS
from playground.generation.request import ImageRequest
from playground.generation.sizes import ratio_of
from playground.generation.usual import typical_seconds
from playground.web.seen import newest_of, orders_of
from playground.web.slots import Slot, seconds_of, slots_of
from playground.web.templatetags.easel import balance, price
from playground.web.tries import GUEST_MODEL

FEED, RAIL = 10, 30
SHORTEST_LOOK, LONGEST_LOOK = 1.0, 6.0


@dataclass(frozen=True, slots=True)
class Run:
    """One order on the page."""

    generation: Generation
    request: ImageRequest
    slots: tuple[Slot, ...]
    model_name: str
    typical_seconds: float
    expected_seconds: float
    comparison: str = ""

    @property
    def id(self) -> str:
        return self.generation.id

    @property
    def version(self) -> str:
        """Changes when the run looks different."""
        return ".".join(slot.mark for slot in self.slots)

    @property
    def pictures(self) -> list[Slot]:
        return [slot for slot in self.slots if slot.state == "done"]

    @property
    def live_orders(self) -> list[Generation]:
        """What is still being painted for it: the order itself, and second tries."""
        live = {slot.order.pk: slot.order for slot in self.slots if slot.order.is_live}
        return list(live.values())

    @property
    def is_live(self) -> bool:
        return bool(self.live_orders)

    @property
    def is_stopping(self) -> bool:
        return all(order.is_unwanted for order in self.live_orders)

    @property
    def can_cancel(self) -> bool:
        return self.generation.state == Generation.State.QUEUED

    @property
    def is_rehearsal(self) -> bool:
        return self.generation.is_test

    @property
    def is_free(self) -> bool:
        return self.generation.unit_price_microcredits == 0

    @property
    def charged_microcredits(self) -> int:
        orders = {slot.order.pk: slot.order for slot in self.slots}
        orders[self.id] = self.generation
        return sum(order.charged_microcredits for order in orders.values())

    @property
    def held_microcredits(self) -> int:
        return sum(order.quoted_microcredits for order in self.live_orders)

    @property
    def elapsed_seconds(self) -> float:
        return seconds_of(self.generation)

    @property
    def look_ms(self) -> int:
        """When to look again: twice while it paints, often only when it may be done.

        A hundred running jobs of twenty seconds then ask less than twenty times a second.
        """
        expected = max(slot.expected_seconds for slot in self.slots)
        elapsed = max(seconds_of(order) for order in self.live_orders or [])
        if elapsed == 0 and expected < 1.5:
            return 500
        wait = expected * (0.45 if elapsed < 0.8 * expected else 0.3)
        longest = 1.5 if self.is_stopping else LONGEST_LOOK
        return round(1000 * min(longest, max(SHORTEST_LOOK, wait)))

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
        if self.comparison:
            return 1 if self.generation.n == 1 else 2
        ratio = ratio_of(self.request.shape)
        if ratio >= 1.5:
            return 1 if ratio > 3 else 2
        return min(4, max(2, self.generation.n))

    @property
    def tile_sizes(self) -> str:
        """Tell the browser how wide a slot is, so that it fetches no more than that."""
        columns = self.columns * (2 if self.comparison else 1)
        return f"(width >= 72rem) calc((100vw - 29rem) / {columns}), 50vw"


@dataclass(frozen=True, slots=True)
class Duel:
    """One prompt, painted by several models side by side."""

    id: str
    runs: tuple[Run, ...]

    @property
    def generation(self) -> Generation:
        return self.runs[0].generation

    @property
    def request(self) -> ImageRequest:
        return self.runs[0].request

    @property
    def is_live(self) -> bool:
        return any(run.is_live for run in self.runs)

    @property
    def is_stopping(self) -> bool:
        return all(run.is_stopping for run in self.runs)

    @property
    def slots(self) -> list[Slot]:
        return [slot for run in self.runs for slot in run.slots]

    @property
    def pictures(self) -> list[Slot]:
        return [slot for slot in self.slots if slot.state == "done"]

    @property
    def expected_seconds(self) -> float:
        return max(run.expected_seconds for run in self.runs)

    @property
    def is_rehearsal(self) -> bool:
        return self.runs[0].is_rehearsal

    @property
    def can_be_judged(self) -> bool:
        """Say whether each side has a picture of its model's own to show."""
        is_whole = not self.is_live and all(run.pictures for run in self.runs)
        return is_whole and not self.is_rehearsal and len(self.runs) > 1

    @property
    def total_microcredits(self) -> int:
        if self.is_live:
            return sum(run.generation.quoted_microcredits for run in self.runs)
        return sum(run.charged_microcredits for run in self.runs)


Entry = Run | Duel


def feed_orders(request: HttpRequest) -> QuerySet[Generation]:
    """Return one's own orders as the feed has them: a second try is part of its first."""
    return with_sides(orders_of(request)).filter(retried__isnull=True)


def with_sides(orders: QuerySet[Generation]) -> QuerySet[Generation]:
    return orders.select_related("compared")


def run_of(generation: Generation) -> Run:
    return runs_of([generation])[0]


def runs_of(orders: Iterable[Generation]) -> list[Run]:
    """Draw orders as runs, each with its second tries."""
    listed = list(orders)
    tries: dict[str, list[Retried]] = defaultdict(list)
    pictures = still_there(Picture.objects.select_related("note"))
    there = Prefetch("generation__pictures", pictures)
    again = Retried.objects.filter(first__in=listed).select_related("generation")
    for one in again.prefetch_related(there).order_by("generation"):
        tries[one.first_id].append(one)
    return [drawn(order, tries[order.pk]) for order in listed]


def drawn(order: Generation, tries: Sequence[Retried]) -> Run:
    request = order.asked
    name, typical = known_of(order.model, request.tier)
    expected = expected_seconds(order, typical)
    slots = list(slots_of(order, expected))
    for one in tries:
        (second,) = slots_of(one.generation, typical)
        if one.position < len(slots):
            slots[one.position] = replace(second, position=one.position + 1)
    return Run(
        generation=order,
        request=request,
        slots=tuple(slots),
        model_name=name,
        typical_seconds=typical,
        expected_seconds=expected,
        comparison=comparison_of(order),
    )


def comparison_of(order: Generation) -> str:
    try:
        comparison: str = order.compared.comparison
    except ObjectDoesNotExist:
        return ""
    return comparison


def known_of(model_id: str, tier: str) -> tuple[str, float]:
    """A model's name and typical time; one that has left the catalogue keeps its id."""
    model = catalogue().known(model_id)
    if model is None:
        return model_id, UNKNOWN_SECONDS
    return model.name, typical_seconds(model, tier)


def expected_seconds(order: Generation, typical: float) -> float:
    """How long the whole run usually takes: the painter paints a few at a time."""
    if order.model != GUEST_MODEL and not order.is_test:
        return typical
    is_guest = order.lane == Generation.Lane.GUEST
    at_once = 1 if is_guest else settings.PAINTER_PROCESSES
    own = known_of(GUEST_MODEL, "1K")[1] if order.is_test else typical
    return own * ceil(order.n / at_once)


def entries_of(runs: Iterable[Run]) -> list[Entry]:
    """Put the sides of each comparison together, where the first of them stands."""
    places: dict[str, list[Run]] = {}
    for run in runs:
        places.setdefault(run.comparison or run.id, []).append(run)
    return [entry_of(name, together) for name, together in places.items()]


def entry_of(name: str, runs: list[Run]) -> Entry:
    if not runs[0].comparison:
        return runs[0]
    in_order = sorted(runs, key=lambda run: run.generation.compared.place)
    return Duel(name, tuple(in_order))


def duel_of(run: Run) -> Entry:
    """Return what a run stands in on the page: its comparison, or itself."""
    if not run.comparison:
        return run
    orders = with_sides(newest_of(run.generation.account))
    sides = orders.filter(compared__comparison=run.comparison)
    return entry_of(run.comparison, runs_of(sides))


def said_of(run: Run, available_microcredits: int | None) -> str:
    """Say aloud how a run stands: what came, what it cost, what is left."""
    made = len(run.pictures)
    missing = sum(1 for slot in run.slots if slot.state == "failed")
    if run.is_live:
        words = {"made": made, "all": len(run.slots)}
        return _("%(made)s of %(all)s ready") % words if made else ""
    if run.generation.state == Generation.State.CANCELLED and not made:
        return _("Cancelled, not charged")
    words_said = [_("Done")] if made else []
    if made and not run.is_free:
        words_said.append(price(run.charged_microcredits))
    if made and available_microcredits is not None:
        words_said.append(
            _("%(left)s left") % {"left": balance(available_microcredits)}
        )
    if missing:
        failed = ngettext(
            "%(n)s failed, not charged", "%(n)s failed, not charged", missing
        )
        words_said.append(failed % {"n": missing})
    return ", ".join(words_said)
