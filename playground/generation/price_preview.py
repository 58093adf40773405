"""Every price that a change would move, and what it would leave: before it is saved.

Pure. A picture is looked at in each size and quality, and its margin in the worst case:
with and without all the references the model takes, with a search and without. What a
picture costs us is what the dearest offer asks that can paint it, or the cheapest.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from playground.generation.catalogue_index import Catalogue
from playground.generation.margins import Case, cases, credits_for, usd_for
from playground.generation.offered import Model, Painted
from playground.generation.price import in_microcredits

Levels = Mapping[str, Decimal]  # what each group pays of the list price


@dataclass(frozen=True, slots=True)
class Sheet:
    """Prices as they stand at one time: every model, and every group's multiplier."""

    models: Catalogue
    levels: Levels

    def multiplier(self, model: Model, group: str) -> Decimal:
        return model.multiplier_for(group, self.levels[group])


@dataclass(frozen=True, slots=True)
class Margin:
    """What is left of a price after an offer's cost; its share is None of nothing."""

    provider: str
    left_usd: Decimal
    earned_usd: Decimal

    @property
    def share(self) -> Decimal | None:
        return self.left_usd / self.earned_usd if self.earned_usd else None

    @property
    def is_below_cost(self) -> bool:
        return self.left_usd < 0


@dataclass(frozen=True, slots=True)
class Moved:
    """A price that would change: whose, of what, from what, to what.

    `sizes` names them where those of the tier differ. No margin: no offer's cost is known.
    """

    model: Model
    group: str
    tier: str
    quality: str
    sizes: tuple[str, ...]
    before: int | None
    after: int | None
    cheapest: Margin | None
    dearest: Margin | None

    @property
    def is_below_cost(self) -> bool:
        """Say whether some offer that may paint it asks more than it brings in."""
        return self.dearest is not None and self.dearest.is_below_cost


def moved(before: Sheet, after: Sheet, usd_per_credit: Decimal | None) -> list[Moved]:
    """Compare two sheets, price by price."""
    found: list[Moved] = []
    for old, new in zip(before.models.models, after.models.models, strict=True):
        groups = [
            one
            for one in after.levels
            if before.multiplier(old, one) != after.multiplier(new, one)
        ]
        is_dearer_by_list = old.price != new.price
        for group in after.levels if is_dearer_by_list else groups:
            levels = before.multiplier(old, group), after.multiplier(new, group)
            found += of_group(Pair(old, new, group, *levels), usd_per_credit)
    return found


@dataclass(frozen=True, slots=True)
class Pair:
    """A model before and after, and what a group pays of it both times."""

    old: Model
    new: Model
    group: str
    was: Decimal
    will_be: Decimal


def of_group(pair: Pair, usd_per_credit: Decimal | None) -> Iterator[Moved]:
    """Compare a model's prices for one group; sizes that cost the same stand together."""
    alike: dict[tuple[str, str, int | None, int | None], list[Painted]] = {}
    kinds: dict[tuple[str, str], int] = {}
    for painted in places_of(pair.new):
        kind = (painted.tier, painted.quality or "")
        kinds[kind] = kinds.get(kind, 0) + 1
        was, will = (
            cost(pair.old, painted, pair.was),
            cost(pair.new, painted, pair.will_be),
        )
        if was != will:
            alike.setdefault((*kind, was, will), []).append(painted)
    for (tier, quality, was, will), those in alike.items():
        is_whole_tier = len(those) == kinds[(tier, quality)]
        usd = usd_per_credit and pair.will_be * usd_per_credit
        margins = margins_of(pair.new, those, usd)
        names = () if is_whole_tier else tuple(map(size_of, those))
        yield Moved(pair.new, pair.group, tier, quality, names, was, will, *margins)


def places_of(model: Model) -> Iterator[Painted]:
    """Every size and quality, once."""
    seen = dict.fromkeys(case.painted for case in cases(model))
    order = {tier: place for place, tier in enumerate(model.tiers)}
    qualities = {name: place for place, name in enumerate(model.qualities.values)}
    return iter(
        sorted(seen, key=lambda p: (order[p.tier], qualities.get(p.quality or "", 0)))
    )


def cost(model: Model, painted: Painted, multiplier: Decimal) -> int | None:
    credits = model.price.rates.amount(painted)
    return None if credits is None else in_microcredits(credits, multiplier)


def margins_of(
    model: Model, those: Iterable[Painted], usd_per_credit: Decimal | None
) -> tuple[Margin | None, Margin | None]:
    """Return the worst margins at the cheapest and at the dearest offer.

    There is none to tell where no credit is sold for dollars.
    """
    if usd_per_credit is None:
        return None, None
    wanted = set(those)
    cheapest: list[Margin] = []
    dearest: list[Margin] = []
    for case in cases(model):
        if case.painted in wanted and (asked := asked_for(model, case)):
            earned = credits_for(model, case) * usd_per_credit
            margins = [Margin(one, earned - usd, earned) for one, usd in asked.items()]
            cheapest.append(max(margins, key=lambda one: one.left_usd))
            dearest.append(min(margins, key=lambda one: one.left_usd))
    return worst(cheapest), worst(dearest)


def asked_for(model: Model, case: Case) -> dict[str, Decimal]:
    """Return what each offer asks for a case, where that is known."""
    asked = ((offer.provider, usd_for(offer, case)) for offer in model.offers)
    return {provider: usd for provider, usd in asked if usd is not None}


def worst(margins: list[Margin]) -> Margin | None:
    """Return the one that leaves the smallest part; a price of nothing leaves the cost."""
    return min(
        margins,
        key=lambda one: one.left_usd if one.share is None else one.share,
        default=None,
    )


def size_of(painted: Painted) -> str:
    return f"{painted.width}×{painted.height}"
