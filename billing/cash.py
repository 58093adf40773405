"""How money is written: "$5", "$5.50", "12.50 CHF", as the reader's language has it."""

import re
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.functional import lazy
from django.utils.translation import gettext as _

SIGNS = {"usd": "$", "eur": "€", "gbp": "£", "cny": "CN¥"}
PARTS = Decimal("0.0001")


def cash(minor: int, currency: str = "usd") -> str:
    """Write an amount of a currency's smallest unit."""
    places = 2 if minor % 100 else 0
    return signed(Decimal(minor) / 100, places, currency)


def exact_cash(amount: Decimal, currency: str = "usd") -> str:
    """Write an amount with two to four decimals: a picture may cost parts of a cent."""
    exact = amount.quantize(PARTS).normalize()
    return signed(exact, max(2, -int(exact.as_tuple().exponent)), currency)


def signed(amount: Decimal, places: int, currency: str) -> str:
    said = number_format(amount, places, force_grouping=True)
    sign = SIGNS.get(currency)
    return f"{sign}{said}" if sign else f"{said} {currency.upper()}"


def counted(credits: Decimal | int) -> str:
    """Write an amount of credits with as many decimals as it has."""
    exact = Decimal(credits).normalize()
    places = max(0, -int(exact.as_tuple().exponent))
    return number_format(exact, places, force_grouping=True)


def credited(credits: Decimal | int) -> str:
    return _("%(credits)s credits") % {"credits": counted(credits)}


# Said in the language of whoever it is for, once that is known.
cash_in_words = lazy(cash, str)
credits_in_digits = lazy(counted, str)
credits_in_words = lazy(credited, str)


def minor_in(text: str) -> int | None:
    """Read an amount as people write it: "12.50", "12,50", "$12"; nonsense is nothing."""
    found = re.fullmatch(r"\D{0,4}?(\d{1,9})(?:[.,](\d{1,2}))?\s*", text.strip())
    if found is None or "-" in text:
        return None
    whole, rest = found.groups()
    return int(whole) * 100 + int((rest or "0").ljust(2, "0"))
