"""The money of a month, by currency: what was taken, what went back, what it cost, and
what arrived at the bank.

What was taken and went back is our own record. Fees and payouts are Stripe's, asked for
the month in which a payout arrived; where nothing is Stripe's they are unknown.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Sum

from billing.models import Reversal, StripePayment
from billing.payouts import Row
from billing.processor import is_live
from billing.statement import month_around

FEES = ("stripe_fee", "tax_fee")


@dataclass(slots=True)
class Takings:
    """One currency's month, in its smallest unit; what went is negative."""

    taken: int = 0
    tax: int = 0
    refunded: int = 0
    disputed: int = 0
    fees: int | None = None
    paid_out: int | None = None
    differences: int | None = None

    def add(self, row: Row) -> None:
        """Count a line of a payout; what no payout brought is a difference alone."""
        self.differences = (self.differences or 0) + bool(row.difference)
        if not row.payout:
            return
        charged = -row.amount_minor if row.type in FEES else 0
        self.fees = (self.fees or 0) - row.fee_minor - charged
        self.paid_out = (self.paid_out or 0) + row.amount_minor - row.fee_minor


def takings_of(month: date, payouts: Iterable[Row] | None) -> dict[str, Takings]:
    """Add up a month's money; `payouts` is what Stripe said, or nothing."""
    first, until = month_around(month)
    found: defaultdict[str, Takings] = defaultdict(Takings)
    ours = {"livemode": is_live(), "status": StripePayment.Status.PAID}
    paid = StripePayment.objects.filter(paid_at__gte=first, paid_at__lt=until, **ours)
    sums = paid.values_list("currency").annotate(Sum("paid_minor"), Sum("tax_minor"))
    for currency, taken, tax in sums.order_by():
        found[currency].taken, found[currency].tax = taken or 0, tax or 0
    back = Reversal.objects.filter(at__gte=first, at__lt=until)
    went = back.filter(payment__livemode=is_live()).values_list("payment__currency")
    parts = went.annotate(Sum("refunded_minor"), Sum("disputed_minor"))
    for currency, refunded, disputed in parts.order_by():
        found[currency].refunded = -refunded
        found[currency].disputed = -disputed
    if payouts is not None:
        for row in payouts:
            found[row.currency].add(row)
        for one in found.values():
            one.fees, one.paid_out = one.fees or 0, one.paid_out or 0
            one.differences = one.differences or 0
    return dict(found)
