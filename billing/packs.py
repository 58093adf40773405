"""What is on sale: packs of credits, as the operator priced them.

`EASEL_PACKS` names, for each currency, a price in its smallest unit and the
credits it buys. A wrong entry stops the start: credits are never sold by accident.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

# What a card payment costs us: a share of it, and so much in the smallest unit.
CARD_SHARE, CARD_MINOR = Decimal("0.029"), 30
# Stripe counts these without hundredths, or with thousandths.
UNEVEN_CURRENCIES = frozenset(
    "bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf"
    " bhd jod kwd omr tnd".split()
)


@dataclass(frozen=True, slots=True)
class Pack:
    """A price and the whole credits it buys."""

    currency: str
    amount_minor: int
    credits: int

    @property
    def id(self) -> str:
        return f"{self.currency}-{self.amount_minor}"

    @property
    def minor_per_credit(self) -> Decimal:
        """What one credit comes to, in the currency's smallest unit."""
        return Decimal(self.amount_minor) / self.credits

    @property
    def earned_minor_per_credit(self) -> Decimal:
        """What one credit leaves us of it after the card's fees."""
        return (self.amount_minor * (1 - CARD_SHARE) - CARD_MINOR) / self.credits


def packs() -> tuple[Pack, ...]:
    """Return every pack on sale, the cheapest first within its currency."""
    if not isinstance(settings.PACKS, dict):
        raise wrong("it must be an object of currencies")
    return tuple(
        pack
        for currency, prices in settings.PACKS.items()
        for pack in sorted(
            packs_in(currency, prices), key=lambda pack: pack.amount_minor
        )
    )


def earned_usd_per_credit(on_sale: Iterable[Pack]) -> Decimal | None:
    """What a credit earns in the pack that gives the most of them for its dollars."""
    pack = most_generous(on_sale)
    return pack.earned_minor_per_credit / 100 if pack else None


def most_generous(on_sale: Iterable[Pack]) -> Pack | None:
    """Return the pack whose credits leave us the least, of those sold in dollars."""
    in_dollars = (pack for pack in on_sale if pack.currency == "usd")
    return min(in_dollars, key=lambda pack: pack.earned_minor_per_credit, default=None)


@dataclass(frozen=True, slots=True)
class Paid:
    """What a credit costs its buyer at the most, in the pack that gives the fewest."""

    currency: str
    per_credit: Decimal


def paid_per_credit(on_sale: Iterable[Pack]) -> Paid | None:
    """In dollars, as vendors have their prices, or else in the first currency on sale."""
    known = tuple(on_sale)
    if not known:
        return None
    in_dollars = any(pack.currency == "usd" for pack in known)
    currency = "usd" if in_dollars else known[0].currency
    paid = [pack.minor_per_credit for pack in known if pack.currency == currency]
    return Paid(currency, max(paid) / 100)


def paid_usd_per_credit(on_sale: Iterable[Pack]) -> Decimal | None:
    paid = paid_per_credit(on_sale)
    return paid.per_credit if paid and paid.currency == "usd" else None


def find_pack(pack_id: str) -> Pack | None:
    return next((pack for pack in packs() if pack.id == pack_id), None)


@dataclass(frozen=True, slots=True)
class Range:
    """Between which amounts the buyer may choose one."""

    currency: str
    least_minor: int
    most_minor: int


def custom_ranges() -> dict[str, Range]:
    """Return where any amount may be bought, by currency."""
    if not isinstance(settings.CUSTOM_AMOUNTS, dict):
        raise wrong_range("it must be an object of currencies")
    on_sale = {pack.currency for pack in packs()}
    found = {}
    for currency, limits in settings.CUSTOM_AMOUNTS.items():
        if currency not in on_sale:
            raise wrong_range(f"{currency!r} has no pack, and so no price")
        if (
            not isinstance(limits, list)
            or [type(limit) for limit in limits] != [int, int]
            or not 0 < limits[0] <= limits[1]
        ):
            raise wrong_range(f"{currency!r} must hold two amounts; write [500, 50000]")
        found[currency] = Range(currency, *limits)
    return found


def custom_pack(currency: str, amount_minor: int) -> Pack | None:
    """Price any amount like the largest pack that costs no more, or the smallest one."""
    limits = custom_ranges().get(currency)
    if not limits or not limits.least_minor <= amount_minor <= limits.most_minor:
        return None
    priced = [pack for pack in packs() if pack.currency == currency]
    rate = next(
        (pack for pack in reversed(priced) if pack.amount_minor <= amount_minor),
        priced[0],
    )
    credits = amount_minor * rate.credits // rate.amount_minor
    return Pack(currency, amount_minor, credits) if credits else None


def packs_in(currency: str, prices: Any) -> Iterator[Pack]:
    """Read one currency's packs, or say what is wrong with them."""
    if len(currency) != 3 or not currency.isascii() or not currency.islower():
        raise wrong(f"{currency!r} is not a currency such as 'usd'")
    if currency in UNEVEN_CURRENCIES:
        raise wrong(f"{currency!r} is not counted in hundredths")
    if not isinstance(prices, dict):
        raise wrong(f"{currency!r} must hold an object of prices")
    for price, credits in prices.items():
        yield Pack(
            currency, amount_of(currency, price), credits_of(currency, price, credits)
        )


def amount_of(currency: str, price: str) -> int:
    if not (price.isascii() and price.isdigit() and not price.startswith("0")):
        raise wrong(f"{currency!r} has a price {price!r}; write 500 for 5.00")
    return int(price)


def credits_of(currency: str, price: str, credits: Any) -> int:
    if type(credits) is not int or credits < 1:
        raise wrong(f"{currency!r} {price} must buy a whole number of credits")
    return credits


def wrong_range(reason: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"EASEL_CUSTOM_AMOUNTS: {reason}.")


def wrong(reason: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"EASEL_PACKS: {reason}.")
