"""What a model costs: for each access group and kind of picture, in credits and money.

The same figures as the API's and the bill's, from the same price engine. A saving is
told only where the reader's own price is below the vendor's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q
from django.http import HttpRequest

from accounts.issuing import groups_for
from accounts.models import AccessGroup
from billing.packs import Paid, packs, paid_per_credit, paid_usd_per_credit
from playground.generation.offered import Model, Offer, Painted
from playground.generation.price import (
    MICROCREDITS,
    in_microcredits,
    kinds_of,
    listed,
    saving_percent,
)
from playground.web.people import current_account, is_operator

USUAL_GROUP = "standard"


@dataclass(frozen=True, slots=True)
class Cell:
    """One price, in what it is told in; None is not known, or not sold."""

    microcredits: int | None = None
    money: Decimal | None = None
    percent: int | None = None
    currency: str = "usd"


@dataclass(frozen=True, slots=True)
class Row:
    """The prices of one group, vendor or provider at one quality, tier by tier."""

    name: str
    quality: str
    cells: tuple[Cell, ...]
    note: str = ""
    multiplier: Decimal | None = None
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Prices:
    """All there is to say about a model's price to one reader."""

    tiers: tuple[str, ...]
    has_qualities: bool
    groups: tuple[Row, ...]
    official: tuple[Row, ...]
    savings: tuple[Row, ...]
    providers: tuple[Row, ...]
    by_size: tuple[Row, ...]
    paid: Paid | None
    start: int
    per_reference: int
    per_search: int


def own_group(request: HttpRequest) -> AccessGroup:
    """Return the group at whose prices the reader buys, or would."""
    account = current_account(request)
    return account.group if account else AccessGroup.objects.get(pk=USUAL_GROUP)


def groups_shown(request: HttpRequest) -> list[AccessGroup]:
    """Return the groups that the reader may buy in, the cheapest first; operators see all."""
    account = current_account(request)
    every = AccessGroup.objects.all()
    if is_operator(request):
        shown = every
    elif account:
        shown = groups_for(account)
    else:
        shown = every.filter(Q(is_public=True) | Q(pk=USUAL_GROUP))
    return list(shown.order_by("multiplier", "slug"))


def prices_of(model: Model, own: AccessGroup, groups: Sequence[AccessGroup]) -> Prices:
    paid, mine = paid_per_credit(packs()), multiplier_of(model, own)
    dollars = paid_usd_per_credit(packs())
    known = listed(model, mine)
    official = {
        kind: usd
        for kind in kinds_of(model)
        if (usd := official_usd(model, kind)) is not None
    }
    saved = {
        kind: saving_percent(official[kind], cost, dollars)
        for kind, cost in known
        if dollars and kind in official
    }
    percents = {kind: Cell(percent=one) for kind, one in saved.items() if one}
    return Prices(
        tiers=model.tiers,
        has_qualities=bool(model.qualities.values),
        groups=tuple(
            row for one in groups for row in group_rows(model, one, own, paid)
        ),
        official=rows(
            model, model.vendor, {k: Cell(money=u) for k, u in official.items()}
        ),
        savings=rows(model, "", percents),
        providers=tuple(row for one in model.offers for row in offer_rows(model, one)),
        by_size=tuple(size_rows(model, mine, paid)),
        paid=paid,
        start=start_of(known),
        per_reference=in_microcredits(model.price.per_reference, mine),
        per_search=in_microcredits(model.price.per_search, mine),
    )


def official_usd(model: Model, kind: Painted) -> Decimal | None:
    return model.official_usd.amount(kind) if model.official_usd else None


def start_of(known: Sequence[tuple[Painted, int]]) -> int:
    """Return the least that a picture may cost."""
    return min((cost for _kind, cost in known), default=0)


def starting_price(model: Model, group: AccessGroup) -> int:
    return start_of(listed(model, multiplier_of(model, group)))


def multiplier_of(model: Model, group: AccessGroup) -> Decimal:
    """Return what a group pays of this model's list price."""
    return model.multiplier_for(group.pk, Decimal(group.multiplier))


def cell_of(microcredits: int, paid: Paid | None) -> Cell:
    if paid is None:
        return Cell(microcredits)
    money = microcredits * paid.per_credit / MICROCREDITS
    return Cell(microcredits, money, currency=paid.currency)


def group_rows(
    model: Model, group: AccessGroup, own: AccessGroup, paid: Paid | None
) -> Iterable[Row]:
    multiplier = multiplier_of(model, group)
    costs = {kind: cell_of(cost, paid) for kind, cost in listed(model, multiplier)}
    for row in rows(model, group.name, costs):
        yield Row(
            row.name,
            row.quality,
            row.cells,
            multiplier=multiplier,
            is_chosen=group.pk == own.pk,
        )


def offer_rows(model: Model, offer: Offer) -> Iterable[Row]:
    costs = {
        kind: Cell(money=usd)
        for kind in kinds_of(model)
        if (usd := offer.usd(kind)) is not None
    }
    found = rows(model, offer.provider, costs) or (Row(offer.provider, "", ()),)
    names = dict.fromkeys((offer.upstream, offer.edit_upstream or offer.upstream))
    return (
        Row(one.name, one.quality, one.cells, note=", ".join(names)) for one in found
    )


def rows(model: Model, name: str, known: dict[Painted, Cell]) -> tuple[Row, ...]:
    """Lay what is known out by quality and tier; a quality of which nothing is falls out."""
    found = []
    for quality in model.qualities.values or (None,):
        kinds = {kind.tier: kind for kind in known if kind.quality == quality}
        cells = tuple(
            known[kinds[tier]] if tier in kinds else Cell() for tier in model.tiers
        )
        if kinds:
            found.append(Row(name, quality or "", cells))
    return tuple(found)


def size_rows(model: Model, mine: Decimal, paid: Paid | None) -> Iterable[Row]:
    """Name every size, where sizes of one tier do not all cost the same."""
    qualities = model.qualities.values or (None,)
    priced = {
        (tier, shape): tuple(
            cost_of(model, Painted(tier, *pixels, quality), mine)
            for quality in qualities
        )
        for shape, sizes in model.sizes.native.items()
        for tier, pixels in sizes.items()
    }
    kinds = {
        tier: {one for (t, _), one in priced.items() if t == tier}
        for tier in model.tiers
    }
    if all(len(one) == 1 for one in kinds.values()):
        return
    for (tier, shape), costs in sorted(
        priced.items(), key=lambda item: model.tiers.index(item[0][0])
    ):
        width, height = model.sizes.pixels(shape, tier)
        cells = tuple(
            cell_of(cost, paid) if cost is not None else Cell() for cost in costs
        )
        yield Row(f"{width} × {height}", tier, cells, note=shape)


def cost_of(model: Model, kind: Painted, multiplier: Decimal) -> int | None:
    credits = model.price.rates.amount(kind)
    return None if credits is None else in_microcredits(credits, multiplier)
