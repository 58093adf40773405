"""The monthly close: whose credits they were, by the currency they were bought in.

Every credit is a lot and every debit was drawn from lots, so each currency's books
close by themselves: what was open, and what was sold, given, used, taken back, comes
to what is outstanding. Credits nobody bought have a row of their own.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from django.db.models import Sum
from django.utils import timezone

from billing.ledger import MICRO
from billing.lots import reckon
from billing.models import ClosedMonth, Draw, Lot, Transfer, Wallet
from billing.statement import month_around

Kind = Transfer.Kind
GIVEN = "given"  # the row of credits that were not bought
# What comes in, and what goes out, by column.
INCOMING = {
    Kind.TOPUP: "sold",
    Kind.GRANT: "granted",
    Kind.PROMO: "granted",
    Kind.REFUND_IN: "returned",
    Kind.ADJUST: "adjusted",
}
OUTGOING = {
    Kind.CHARGE: "used",
    Kind.CLAWBACK: "refunded",
    Kind.DEBT_PAYMENT: "refunded",
    Kind.EXPIRE: "expired",
    Kind.ADJUST: "adjusted",
}
COLUMNS = ("sold", "granted", "returned", "used", "refunded", "expired", "adjusted")


class Cell(NamedTuple):
    """Where an amount belongs."""

    currency: str
    column: str


@dataclass(frozen=True, slots=True)
class Close:
    """One currency's month, in microcredits; what goes out is negative."""

    currency: str
    opening: int
    moved: dict[str, int] = field(default_factory=dict)

    @property
    def outstanding(self) -> int:
        return self.opening + sum(self.moved.values())


def close(month: date) -> list[Close]:
    """Close a month: every wallet's journal is drawn from its lots first."""
    for wallet in Wallet.objects.exclude(seq=0).only("pk").iterator():
        reckon(wallet.pk)
    before, during = sums(month)
    currencies = sorted({cell.currency for cell in [*before, *during]})
    return [
        Close(
            currency,
            sum(amount for cell, amount in before.items() if cell.currency == currency),
            {column: during[Cell(currency, column)] for column in COLUMNS},
        )
        for currency in currencies
    ]


def sums(month: date) -> tuple[dict[Cell, int], defaultdict[Cell, int]]:
    """Add up what moved before a month, and in it."""
    first, until = month_around(month)
    before: defaultdict[Cell, int] = defaultdict(int)
    during: defaultdict[Cell, int] = defaultdict(int)
    came = Lot.objects.filter(transfer__at__lt=until)
    for place, lots in (
        (before, came.filter(transfer__at__lt=first)),
        (during, came.filter(transfer__at__gte=first)),
    ):
        sold = lots.values_list("payment__currency", "transfer__kind")
        for currency, kind, amount in sold.annotate(Sum("amount")).order_by():
            place[Cell(currency or GIVEN, INCOMING[Kind(kind)])] += amount
    went = Draw.objects.filter(month__lte=month)
    for place, draws in (
        (before, went.filter(month__lt=month)),
        (during, went.filter(month=month)),
    ):
        spent = draws.values_list("lot__payment__currency", "kind")
        for currency, kind, amount in spent.annotate(Sum("amount")).order_by():
            place[Cell(currency or GIVEN, OUTGOING[Kind(kind)])] -= amount
    return before, during


def kept(month: date) -> ClosedMonth:
    """Close a month and keep what it came to, for pages that cannot wait for it."""
    rows = [
        [one.currency, one.opening, *(one.moved[name] for name in COLUMNS)]
        for one in close(month)
    ]
    found, _ = ClosedMonth.objects.update_or_create(
        month=month, defaults={"rows": rows, "reckoned_at": timezone.now()}
    )
    return found


def closes_in(closed: ClosedMonth) -> list[Close]:
    """Return what was kept of a month, currency by currency."""
    return [
        Close(currency, opening, dict(zip(COLUMNS, moved, strict=True)))
        for currency, opening, *moved in closed.rows
    ]


def written(microcredits: int) -> str:
    """Write an amount with all its decimals."""
    sign, whole = "-" if microcredits < 0 else "", abs(microcredits)
    return f"{sign}{whole // MICRO}.{whole % MICRO:06}"
