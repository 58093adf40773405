"""What one picture costs, before any provider is called.

Pure: a model's list price, its surcharges and the buyer's group make one whole
number of microcredits, which is frozen into the order. Nothing is ever free
because its price was forgotten.
"""

from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from playground.generation.errors import BadRequest
from playground.generation.offered import Model, Painted
from playground.generation.request import ImageRequest

MICROCREDITS = 1_000_000
USD_PER_CREDIT = Decimal("0.019")


def unit_price(
    model: Model,
    request: ImageRequest,
    multiplier: Decimal,
    *,
    references: int = 0,
    searches: int = 0,
) -> int:
    """Return the price of one picture in microcredits, half a microcredit going up."""
    painted = Painted(request.tier, request.width, request.height, request.quality)
    credits = model.price.rates.amount(painted)
    if credits is None:
        raise BadRequest(_no_price(model, request), param="size")
    credits += (
        references * model.price.per_reference + searches * model.price.per_search
    )
    return in_microcredits(credits, multiplier)


def in_microcredits(credits: Decimal, multiplier: Decimal) -> int:
    exact = credits * multiplier * MICROCREDITS
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def listed(model: Model, multiplier: Decimal) -> list[tuple[Painted, int]]:
    """Return what a picture of the default shape costs, for each tier and quality."""
    sizes = model.sizes.native[model.default_shape]
    kinds = [
        Painted(tier, *pixels, quality)
        for tier, pixels in sizes.items()
        for quality in model.qualities.values or (None,)
    ]
    rates = model.price.rates
    return [
        (kind, in_microcredits(credits, multiplier))
        for kind in kinds
        if (credits := rates.amount(kind)) is not None
    ]


def credits_for_usd(usd: Decimal) -> Decimal:
    """Return the smallest list price that is not under `usd`.

    Prices go in steps of 0.1 below one credit and are whole numbers above.
    """
    credits = usd / USD_PER_CREDIT
    tenths = credits.quantize(Decimal("0.1"), rounding=ROUND_CEILING)
    return (
        tenths if tenths < 1 else credits.quantize(Decimal(1), rounding=ROUND_CEILING)
    )


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
