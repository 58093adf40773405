"""Read prices and costs: an amount per picture in one of four forms.

price = 3                                        the same for every picture
[price] tiers = { "1K" = 8, "4K" = 16 }          by tier
[price.qualities] low = { "1024x1024" = 0.6 }    by quality, then size, tier or "any"
[price] megapixels = { first = 2, each = 1 }     by megapixels, rounded up
"""

from decimal import Decimal

from playground.generation.offered import (
    ANY,
    Megapixels,
    Painted,
    Price,
    Qualities,
    Rates,
)
from playground.generation.sizes import MEGAPIXEL, Sizes
from playground.generation.toml_table import Table

MICRO = Decimal("0.000001")
MOST = 1_000_000


def read_price(model: Table, sizes: Sizes, qualities: Qualities) -> Price:
    """Read a model's price in credits. Without one, or for nothing by slip: refused."""
    if "price" not in model:
        raise model.wrong("“price” is missing: a model is never free by accident.")
    if not model.holds_table("price"):
        return Price(Rates(flat=_amount(model, "price")))
    table = model.table("price")
    is_free = table.take("free", bool, False)
    price = Price(
        rates=_rates(table, "credits", is_free),
        per_reference=read_amount(table, "per_reference"),
        per_search=read_amount(table, "per_search"),
    )
    table.finish()
    _check_complete(table, price.rates, sizes, qualities)
    return price


def read_rates(table: Table, key: str) -> Rates | None:
    """Read what somebody asks in dollars; unknown is None, and nothing is allowed."""
    if key not in table:
        return None
    if not table.holds_table(key):
        return Rates(flat=_amount(table, key, is_free=True))
    inner = table.table(key)
    rates = _rates(inner, "flat", is_free=True)
    inner.finish()
    return rates


def read_amount(table: Table, key: str) -> Decimal:
    """Read what comes on top of each picture; where nothing is said, nothing does."""
    return _amount(table, key, 0, is_free=True)


def _rates(table: Table, flat: str, is_free: bool) -> Rates:
    forms = [
        form for form in (flat, "tiers", "qualities", "megapixels") if form in table
    ]
    if len(forms) > 1 or not (forms or is_free):
        raise table.wrong(f"Give exactly one of {flat}, tiers, qualities, megapixels.")
    if not forms or forms == [flat]:
        return Rates(flat=_amount(table, flat, 0 if is_free else None, is_free=is_free))
    if forms == ["tiers"]:
        return Rates(tiers=_row(table.table("tiers"), is_free))
    if forms == ["qualities"]:
        rows = table.table("qualities")
        return Rates(
            qualities={name: _row(rows.table(name), is_free) for name in rows.names}
        )
    return Rates(megapixels=_megapixels(table.table("megapixels"), is_free))


def _row(table: Table, is_free: bool) -> dict[str, Decimal]:
    if not table.names:
        raise table.wrong("There is no amount here.")
    return {name: _amount(table, name, is_free=is_free) for name in table.names}


def _megapixels(table: Table, is_free: bool) -> Megapixels:
    first = _amount(table, "first", is_free=is_free)
    each = _amount(table, "each", is_free=True) if "each" in table else first
    megapixels = Megapixels(first, each, table.count("pixels", MEGAPIXEL, least=1))
    table.finish()
    return megapixels


def _amount(
    table: Table, key: str, default: int | None = None, *, is_free: bool = False
) -> Decimal:
    """Read an exact amount: not negative, and nothing only where that is meant."""
    if default is not None and key not in table:
        return Decimal(default)
    amount = table.take(key, Decimal)
    is_amount = amount.is_finite() and 0 <= amount <= MOST
    if not is_amount or amount != amount.quantize(MICRO):
        raise table.wrong(f"“{key}” must be an amount with at most six decimals.", key)
    if not amount and not is_free:
        raise table.wrong(f"“{key}” is 0; if that is meant, say free = true.", key)
    return amount


def _check_complete(
    table: Table, rates: Rates, sizes: Sizes, qualities: Qualities
) -> None:
    """Refuse a price that forgets a size or quality, or names one we do not paint."""
    places = [
        (tier, *pixels) for row in sizes.native.values() for tier, pixels in row.items()
    ]
    known = {ANY, *sizes.tiers, *(f"{width}x{height}" for _, width, height in places)}
    for name in (
        *rates.tiers,
        *(size for row in rates.qualities.values() for size in row),
    ):
        if name not in known:
            raise table.wrong(f"“{name}” is no tier or size of this model.")
    for name in rates.qualities:
        if name not in qualities.values:
            raise table.wrong(f"“{name}” is no quality of this model.", "qualities")
    for quality in qualities.values or (None,):
        for tier, width, height in places:
            if rates.amount(Painted(tier, width, height, quality)) is None:
                what = " ".join(filter(None, (quality, tier, f"{width}x{height}")))
                raise table.wrong(f"There is no price for {what}.")
