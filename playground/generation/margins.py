"""What a model earns against what its offers cost: judged before anybody paints.

Pure. A model is looked at in each of its sizes and qualities, without references and
with all it takes, with a search and without; its worst case at each tier is what counts.
Where a price is under cost for every offer at multiplier 1, the catalogue is wrong.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import product

from playground.generation.offered import Model, Offer, Painted

ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Case:
    """One picture as somebody may ask for it."""

    painted: Painted
    references: int
    searches: int


@dataclass(frozen=True, slots=True)
class TierMargin:
    """A tier in its worst case: what it earns, and what the cheapest offer asks."""

    tier: str
    case: Case
    credits: Decimal
    earned_usd: Decimal
    cost_usd: Decimal
    provider: str

    def share(self, multiplier: Decimal = ONE) -> Decimal | None:
        """The part of what a group pays that is left; None when it pays nothing."""
        earned = self.earned_usd * multiplier
        return (earned - self.cost_usd) / earned if earned else None

    def is_under_cost(self, multiplier: Decimal = ONE) -> bool:
        return self.earned_usd * multiplier < self.cost_usd


@dataclass(frozen=True, slots=True)
class Verdict:
    """All there is to say about one model's money."""

    model: Model
    tiers: tuple[TierMargin, ...]
    dear: Mapping[str, tuple[str, ...]]
    unknown: tuple[str, ...]

    @property
    def is_under_cost(self) -> bool:
        """Say whether it is sold under cost to those who pay the list price."""
        return any(tier.is_under_cost() for tier in self.tiers)

    def is_under_cost_for(self, multiplier: Decimal) -> bool:
        return any(tier.is_under_cost(multiplier) for tier in self.tiers)


def judged(model: Model, usd_per_credit: Decimal) -> Verdict:
    """Judge a model by what a credit earns."""
    known = [offer for offer in model.offers if offer.cost_usd is not None]
    worst: dict[str, TierMargin] = {}
    dear: dict[str, dict[str, None]] = {}
    for case in cases(model):
        credits = credits_for(model, case)
        asked = {offer.provider: usd_for(offer, case) for offer in known}
        costs = {name: usd for name, usd in asked.items() if usd is not None}
        if not costs:
            continue
        provider = min(costs, key=costs.__getitem__)
        tier, earned = case.painted.tier, credits * usd_per_credit
        margin = TierMargin(tier, case, credits, earned, costs[provider], provider)
        if tier not in worst or left(margin) < left(worst[tier]):
            worst[tier] = margin
        for name in (name for name, usd in costs.items() if usd > earned):
            dear.setdefault(name, {})[tier] = None
    return Verdict(
        model=model,
        tiers=tuple(worst[tier] for tier in model.tiers if tier in worst),
        dear={name: tuple(tiers) for name, tiers in dear.items()},
        unknown=(*model.unknown, *unpriced(model, worst)),
    )


def cases(model: Model) -> Iterator[Case]:
    """Every picture a price may depend on."""
    most = model.capabilities.references if model.capabilities.edit else 0
    places = [
        (tier, width, height)
        for row in model.sizes.native.values()
        for tier, (width, height) in row.items()
    ]
    qualities = model.qualities.values or (None,)
    references = range(0 if model.capabilities.generate else 1, most + 1)
    ends = dict.fromkeys((references[0], references[-1])) if references else {0: None}
    searches = (0, 1) if model.capabilities.web_search else (0,)
    kinds = product(places, qualities, ends, searches)
    for (tier, width, height), quality, seen, searched in kinds:
        yield Case(Painted(tier, width, height, quality), seen, searched)


def credits_for(model: Model, case: Case) -> Decimal:
    credits = model.price.amount(
        case.painted, references=case.references, searches=case.searches
    )
    return credits or Decimal(0)


def usd_for(offer: Offer, case: Case) -> Decimal | None:
    """What an offer asks for a case, or None where it cannot paint it."""
    lacks_search = case.searches and "web_search" in offer.lacks
    lacks_edit = case.references and "edit" in offer.lacks
    if lacks_search or lacks_edit or case.references > (offer.references or 10**6):
        return None
    return offer.usd(case.painted, references=case.references, searches=case.searches)


def left(margin: TierMargin) -> Decimal:
    """What is left of each dollar; a picture that is given away leaves its cost."""
    share = margin.share()
    return -margin.cost_usd if share is None else share


def unpriced(model: Model, worst: Mapping[str, TierMargin]) -> Iterator[str]:
    """Name what has no cost at all: an operator's own offers may be like that."""
    for offer in model.offers:
        if offer.cost_usd is None:
            yield f"{offer.provider} ({offer.upstream}): cost"
    if not model.is_retired:
        for tier in model.tiers:
            if tier not in worst and any(one.cost_usd for one in model.offers):
                yield f"cost of {tier}"
