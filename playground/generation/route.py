"""Which ways may paint this, in which order. Pure: no database, no clock.

A way is an offer of the model through a channel of its provider. Those that are well go
first; one that is set back comes last rather than never. Then the caller's own order
counts, then the operator's priorities, then the strategy. Ways that are about as good
as each other share the load by their channels' weights.

A test key rehearses every model with the embedded painter.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf, log
from zlib import crc32

from django.utils.translation import gettext as _

from playground.generation.catalogue import Model, Offer
from playground.generation.channels import Ways, setting_of
from playground.generation.errors import ModelNotFound
from playground.generation.health import Standing, Way
from playground.generation.offered import typical_seconds
from playground.generation.providers.base import Channel
from playground.generation.request import ImageRequest

REHEARSAL = Offer("rehearsal", "sketch-1", "sketch-1", n_per_call=10)
STEP = log(1.25)  # what differs by less is as good


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model's offer, through a channel of its provider."""

    offer: Offer
    channel: Channel
    model: str

    @property
    def way(self) -> Way:
        return self.channel.name, self.model


@dataclass(frozen=True, slots=True)
class Sight:
    """What is known of a candidate just now."""

    standing: Standing = Standing.WELL
    until: float = 0.0
    is_full: bool = False
    seconds: float | None = None
    reliability: float = 1.0


@dataclass(frozen=True, slots=True)
class Outlook:
    """How to look at candidates, and a number from 0 to 1 by which equals take turns."""

    look: Callable[[Candidate], Sight]
    luck: float = 0.0


@dataclass(frozen=True, slots=True)
class Need:
    """Whose request it is, and the request: what it asks of whoever paints it."""

    request: ImageRequest
    group: str = ""
    is_test: bool = False

    def unmet_by(self, offer: Offer, channel: Channel) -> str:
        """Name what this offer, through this channel, lacks for it; mostly nothing."""
        if channel.groups and self.group not in channel.groups:
            return "group"
        request, trade = self.request, channel.trade
        if lacking := offer.lacking(request):
            return lacking
        if request.references and not trade.edits:
            return "edit"
        return "mask" if request.mask and not trade.masks else ""

    def is_wanted(self, offer: Offer) -> bool:
        """Say whether the caller lets this provider be asked."""
        wishes = self.request.wishes
        if wishes.only and offer.provider not in wishes.only:
            return False
        return offer.provider not in wishes.ignore


def route(model: Model, ways: Ways, need: Need, outlook: Outlook) -> list[Candidate]:
    """Return the candidates, best first, or say what would connect the model."""
    if need.is_test:
        return [Candidate(REHEARSAL, ways.by_name[REHEARSAL.provider], model.id)]
    able = [
        Candidate(offer, channel, model.id)
        for offer in model.offers
        for channel in ways.by_provider.get(offer.provider, ())
        if not need.unmet_by(offer, channel)
    ]
    if not able:
        raise not_connected(model, ways, need)
    if need.request.wishes.only or need.request.wishes.ignore:
        able = wanted(able, need)
    able = knowing_its_fields(able, need.request)
    if len(able) > 1:
        able = in_order(able, model, need, outlook)
    return able if need.request.wishes.allow_fallbacks else able[:1]


def wanted(able: list[Candidate], need: Need) -> list[Candidate]:
    """Leave out what the caller does not want, or say that nothing is left."""
    left = [one for one in able if need.is_wanted(one.offer)]
    if left:
        return left
    names = ", ".join(dict.fromkeys(one.offer.provider for one in able))
    message = _(
        "None of the providers you allow is connected here for this. Of %(model)s there"
        " is %(names)s: change provider.only or provider.ignore."
    )
    raise ModelNotFound(
        message % {"model": need.request.model, "names": names},
        param="provider",
        code="provider_not_available",
    )


def knowing_its_fields(able: list[Candidate], request: ImageRequest) -> list[Candidate]:
    """Prefer offers that take a transparent background, where that is asked for."""
    if ("background", "transparent") not in request.extras:
        return able
    takers = [
        one
        for one in able
        if "background" in one.offer.parameters or one.offer.passes_on("background")
    ]
    return takers or able


def in_order(
    able: Sequence[Candidate], model: Model, need: Need, outlook: Outlook
) -> list[Candidate]:
    """Sort by health, the caller's order, priority and strategy; then by lot."""
    request, wishes = need.request, need.request.wishes
    sights = [outlook.look(one) for one in able]
    measured = [sight.seconds for sight in sights if sight.seconds is not None]
    # Whoever was not measured yet counts as the fastest, so that they will be.
    usual = min(measured, default=typical_seconds(model, request.tier))
    merits = [
        merit(one, sight, usual, request)
        for one, sight in zip(able, sights, strict=True)
    ]

    def key(place: int) -> tuple[float, ...]:
        candidate, sight = able[place], sights[place]
        asked_first = (
            wishes.order.index(candidate.offer.provider)
            if candidate.offer.provider in wishes.order
            else len(wishes.order)
        )
        is_back = sight.standing is Standing.SET_BACK
        return (
            is_back,
            sight.until if is_back else 0,
            asked_first,
            sight.is_full,
            -candidate.channel.priority,
            merits[place],
            lot(candidate.channel, outlook.luck),
        )

    return [able[place] for place in sorted(range(len(able)), key=key)]


def merit(
    candidate: Candidate, sight: Sight, usual: float, request: ImageRequest
) -> float:
    """Return how little there is to say against a candidate; about equal is equal.

    Balanced, money counts full, time half, and what fails has to be paid with both.
    """
    cost = candidate.offer.cost_microusd(request) or inf
    if candidate.offer.charges_on == "nothing":
        cost = 1
    seconds = max(sight.seconds or usual, 0.001)
    reliability = max(sight.reliability, 0.001)
    if request.wishes.sort == "cheapest":
        return cost
    if request.wishes.sort == "fastest":
        return round(log(seconds) / STEP)
    if request.wishes.sort == "most_reliable":
        return -round(reliability, 1)
    if cost == inf:
        return inf
    return round((log(cost) + log(seconds) / 2 - log(reliability)) / STEP)


def lot(channel: Channel, luck: float) -> float:
    """Draw a channel's place among its equals: the heavier, the likelier it is first."""
    drawn = (crc32(f"{luck}/{channel.name}".encode()) + 0.5) / 2**32
    return -log(drawn) / channel.weight if channel.weight else inf


def not_connected(model: Model, ways: Ways, need: Need) -> ModelNotFound:
    """Say which setting would connect the model, and what can be done until then."""
    named = list(dict.fromkeys(offer.provider for offer in model.offers))
    away = [name for name in named if name not in ways]
    words = {
        "model": model.id,
        "named": ", ".join(named),
        "settings": ", ".join(f"{setting_of(name)} ({name})" for name in away),
    }
    if need.request.references:
        said = _("No connected provider of %(model)s does this edit (%(named)s).")
    elif away == named:
        said = _("No provider of %(model)s is connected here (%(named)s).")
    else:
        said = _("No connected provider of %(model)s does this for you (%(named)s).")
    if away:
        said = f"{said} {_('The operator can connect one by setting %(settings)s.')}"
    said = f"{said} {_('A test key rehearses the model meanwhile.')}"
    return ModelNotFound(said % words, param="model", code="model_not_connected")
