"""What one picture costs, before any provider is called.

Pure: a model's list price, its surcharges and the buyer's group make one whole
number of microcredits, which is frozen into the order. Nothing is ever free
because its price was forgotten.
"""

from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from playground.generation.errors import BadRequest
from playground.generation.offered import Model, Painted
from playground.generation.request import Buyer, ImageRequest

MICROCREDITS = 1_000_000
# What a credit of the packs we sell by default leaves after the card's fees, at the least.
USD_PER_CREDIT = Decimal("0.0189")
TENTH, HUNDREDTH = Decimal("0.1"), Decimal("0.01")


def price_for(buyer: Buyer, model: Model, request: ImageRequest) -> int:
    """Return what one picture costs this buyer: nothing, to some."""
    if not buyer.pays:
        return 0
    multiplier = model.multiplier_for(buyer.group, buyer.multiplier)
    return unit_price(model, request, multiplier)


def unit_price(model: Model, request: ImageRequest, multiplier: Decimal) -> int:
    """Return the price of one picture in microcredits, half a microcredit going up."""
    painted = Painted(request.tier, request.width, request.height, request.quality)
    credits = model.price.amount(
        painted, references=request.looks_at, searches=request.searches
    )
    if credits is None:
        raise BadRequest(_no_price(model, request), param="size")
    return in_microcredits(credits, multiplier)


def in_microcredits(credits: Decimal, multiplier: Decimal) -> int:
    exact = credits * multiplier * MICROCREDITS
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def kinds_of(model: Model) -> list[Painted]:
    """Return a picture of each tier and quality, in the default shape where it has one."""
    return [
        Painted(tier, *model.sizes.pixels(shape_at(model, tier), tier), quality)
        for tier in model.tiers
        for quality in model.qualities.values or (None,)
    ]


def shape_at(model: Model, tier: str) -> str:
    """Return the default shape, or the first that is painted at this tier."""
    shapes = (model.default_shape, *model.shapes)
    return next(shape for shape in shapes if model.sizes.has(shape, tier))


def listed(model: Model, multiplier: Decimal) -> list[tuple[Painted, int]]:
    """Return what a picture costs, for each tier and quality."""
    rates = model.price.rates
    return [
        (kind, in_microcredits(credits, multiplier))
        for kind in kinds_of(model)
        if (credits := rates.amount(kind)) is not None
    ]


def saving_percent(
    official_usd: Decimal, microcredits: int, usd_per_credit: Decimal
) -> int | None:
    """Return what a buyer saves on the vendor's price, or None when that is nothing."""
    paid = microcredits * usd_per_credit / MICROCREDITS
    if not official_usd or paid >= official_usd:
        return None
    return int((1 - paid / official_usd) * 100) or None


def credits_for_usd(usd: Decimal) -> Decimal:
    """Return the smallest list price that is not under `usd`.

    Prices go in steps of 0.1 below one credit and are whole numbers above.
    """
    tenths = part_for_usd(usd, TENTH)
    return tenths if tenths < 1 else part_for_usd(usd, Decimal(1))


def part_for_usd(usd: Decimal, step: Decimal) -> Decimal:
    """Return the smallest part of a price, in such steps, that is not under `usd`.

    Megapixels go in tenths; what comes on top (a reference, a search) in hundredths.
    """
    return (usd / USD_PER_CREDIT / step).quantize(
        Decimal(1), rounding=ROUND_CEILING
    ) * step


def _no_price(model: Model, request: ImageRequest) -> str:
    sizes = ", ".join(f"{tier} {model.default_shape}" for tier in model.tiers)
    words = {
        "model": model.id,
        "size": f"{request.width}x{request.height}",
        "sizes": sizes,
    }
    return (
        _("%(model)s has no price for %(size)s; ask for one of these: %(sizes)s.")
        % words
    )
