"""What routing would do with an order just now: whom it asks, in order, and whom not.

Nothing is painted and nobody is asked.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from django.conf import settings
from django.utils.translation import gettext as _

from playground.generation.catalogue import Model, catalogue
from playground.generation.channels import Ways, connected, setting_of
from playground.generation.errors import ModelNotFound
from playground.generation.health import Standing
from playground.generation.normalise import normalise
from playground.generation.offered import Offer
from playground.generation.offering import outlook
from playground.generation.request import Ask, ImageRequest, Strategy
from playground.generation.route import Candidate, Need, Sight, route
from playground.generation.surveying import Surveyed, survey
from playground.generation.trial import PROMPT


@dataclass(frozen=True, slots=True)
class Scenario:
    """An order to think of. Nothing said is as the model has it."""

    model: str
    tier: str = ""
    references: int = 0
    has_mask: bool = False
    group: str = ""
    sort: Strategy = "balanced"


@dataclass(frozen=True, slots=True)
class Prospect:
    """Somebody who would be asked, and what decides when."""

    candidate: Candidate
    sight: Sight
    cost_microusd: int

    @property
    def standing(self) -> str:
        return self.sight.standing.name.lower().replace("_", " ")

    @property
    def until(self) -> datetime | None:
        """When it is tried again, if it is set back."""
        is_back = self.sight.standing is Standing.SET_BACK
        return datetime.fromtimestamp(self.sight.until, UTC) if is_back else None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Somebody who would not be asked, and why."""

    offer: Offer
    channel: str
    why: str


@dataclass(frozen=True, slots=True)
class Foreseen:
    """The order in the model's terms, whom it would ask, and whom not."""

    request: ImageRequest
    asked: tuple[Prospect, ...]
    left_out: tuple[LeftOut, ...]
    refusal: str = ""


def foresee(scenario: Scenario) -> Foreseen:
    """Draw the route of an order. Raises `BadRequest` for one that could not be."""
    request = request_for(scenario)
    model, ways = catalogue().find(request.model), connected()
    need, view, refusal = Need(request, scenario.group), outlook(), ""
    try:
        found = route(model, ways, need, view)
    except ModelNotFound as nobody:
        found, refusal = [], nobody.message
    asked = [
        Prospect(one, view.look(one), one.offer.cost_microusd(request)) for one in found
    ]
    left_out = those_left_out(model, ways, need)
    return Foreseen(request, tuple(asked), tuple(left_out), refusal)


def request_for(scenario: Scenario) -> ImageRequest:
    ask = Ask(
        PROMPT,
        model=scenario.model,
        resolution=scenario.tier or None,
        references=("-",) * scenario.references,
        mask="-" if scenario.has_mask else "",
    )
    request = normalise(ask, catalogue(), settings.DEFAULT_MODEL)
    return replace(request, wishes=replace(request.wishes, sort=scenario.sort))


def those_left_out(model: Model, ways: Ways, need: Need) -> list[LeftOut]:
    """Say of every offer through whom it cannot be asked, and why."""
    every, left_out = survey(), []
    for offer in model.offers:
        its_own = [one for one in every if one.provider == offer.provider]
        for one in its_own:
            if why := why_not(offer, one, ways, need):
                left_out.append(LeftOut(offer, one.name, why))
        if not its_own:
            message = _("No channel goes there: set %(setting)s, or add one.")
            why = message % {"setting": setting_of(offer.provider)}
            left_out.append(LeftOut(offer, "", why))
    return left_out


def why_not(offer: Offer, one: Surveyed, ways: Ways, need: Need) -> str:
    """Say why an offer is not asked through a channel; nothing when it is."""
    if not one.is_on:
        return _("It is off.")
    channel = ways.by_name.get(one.name)
    if one.problem or channel is None:
        return one.problem or _("It is not in use yet: look again in some seconds.")
    if unmet := need.unmet_by(offer, channel):
        return words_for(unmet, offer, one)
    return "" if need.is_wanted(offer) else _("The model’s name asks for another.")


def words_for(unmet: str, offer: Offer, one: Surveyed) -> str:
    said = {
        "group": _("It is only for %(groups)s."),
        "edit": _("It takes no pictures to edit."),
        "mask": _("It takes no mask."),
        "tier": _("It paints %(tiers)s only."),
        "references": _("It takes at most %(count)s pictures."),
    }
    words = {
        "groups": ", ".join(sorted(one.kept.groups)),
        "tiers": ", ".join(offer.tiers),
        "count": offer.references,
        "name": unmet,
    }
    return said.get(unmet, _("It lacks %(name)s.")) % words
