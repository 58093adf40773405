"""What is for sale, as it stands on the page: packs, and any amount between two."""

import json
from dataclasses import dataclass

from django.http import HttpRequest

from billing.cash import SIGNS, cash
from billing.models import StripePayment, Wallet
from billing.packs import Pack, Range, custom_pack, custom_ranges, packs
from playground.web.reaching import Reach, reach_of
from playground.web.templatetags.easel import number

LONGEST_AMOUNT = 12


@dataclass(frozen=True, slots=True)
class Shelf:
    """A pack."""

    pack: Pack
    credits: str
    price: str
    price_per_credit: str
    paints: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Shop:
    """One currency's packs, the other currencies, and the amounts one may choose."""

    currency: str
    currencies: list[str]
    shelves: tuple[Shelf, ...]
    limits: Range | None
    least: str
    most: str
    sign: str
    rates: str
    amount: str = ""

    @property
    def paints(self) -> str:
        """Say what the chosen pack paints."""
        return next((shelf.paints for shelf in self.shelves if shelf.is_chosen), "")


def shop_for(request: HttpRequest, wallet: Wallet) -> Shop | None:
    """Lay the packs out; the middle one is chosen, or what a mail's link names."""
    on_sale = packs()
    if not on_sale:
        return None
    currencies = list(dict.fromkeys(pack.currency for pack in on_sale))
    wish = request.GET.get("pay", "")
    currency = request.GET.get("currency") or wish.partition("-")[0] or usual(wallet)
    if currency not in currencies:
        currency = currencies[0]
    here = [pack for pack in on_sale if pack.currency == currency]
    amount = amount_of(wish, here)
    middle = "" if amount else here[len(here) // 2].id
    chosen = wish if wish in {pack.id for pack in here} else middle
    limits = custom_ranges().get(currency)
    reach = reach_of(wallet.account)
    return Shop(
        currency,
        currencies,
        tuple(shelf_of(pack, reach, is_chosen=pack.id == chosen) for pack in here),
        limits,
        cash(limits.least_minor, currency) if limits else "",
        cash(limits.most_minor, currency) if limits else "",
        sign_of(currency),
        json.dumps([[pack.amount_minor, pack.credits] for pack in here]),
        amount,
    )


def amount_of(wish: str, on_sale: list[Pack]) -> str:
    """Return the amount that a link wishes, when it is no pack's and can be bought."""
    currency, _, minor = wish.partition("-")
    if not minor.isascii() or not minor.isdigit() or len(minor) > LONGEST_AMOUNT:
        return ""
    pack = custom_pack(currency, int(minor))
    if pack is None or pack.id in {known.id for known in on_sale}:
        return ""
    return f"{pack.amount_minor // 100}.{pack.amount_minor % 100:02}"


def shelf_of(pack: Pack, reach: Reach | None, *, is_chosen: bool) -> Shelf:
    return Shelf(
        pack,
        number(pack.credits),
        cash(pack.amount_minor, pack.currency),
        cash_exact(pack),
        reach.words(pack.credits) if reach else "",
        is_chosen,
    )


def cash_exact(pack: Pack) -> str:
    """Write the price of one credit: it takes more than cents to tell packs apart."""
    each, sign = f"{pack.minor_per_credit / 100:.4f}", sign_of(pack.currency)
    return f"{sign}{each}" if pack.currency in SIGNS else f"{each} {sign}"


def sign_of(currency: str) -> str:
    return cash(0, currency).replace("0", "").strip()


def usual(wallet: Wallet) -> str:
    """Return the currency that was paid in last."""
    last = StripePayment.objects.filter(wallet=wallet).order_by("-pk").first()
    return last.currency if last else ""
