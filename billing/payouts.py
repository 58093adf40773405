"""Stripe's payouts against our top-ups: what arrived at the bank, line by line.

Each line of a payout is a charge, a refund, a dispute or a fee. Charges and refunds are
looked up among our payments; whatever does not match is a difference, and so is a paid
top-up of the month that no payout has brought yet.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from billing.at_stripe import Stripe
from billing.models import StripePayment
from billing.processing import Thing, id_of, in_full
from billing.processor import is_live
from billing.statement import month_around

CHARGES = ("charge", "payment")
REFUNDS = ("refund", "payment_refund")
OTHERS_OF_OURS = ("adjustment", "stripe_fee", "tax_fee", "payout")
# What was paid in a month may arrive a while after it, and some arrived before it began.
ON_THE_WAY = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a payout, and what we know of it; `difference` is empty when it fits."""

    payout: str
    arrived: str
    type: str
    amount_minor: int
    fee_minor: int
    currency: str
    payment: str
    difference: str = ""


def matched(month: date) -> Iterator[Row]:
    """Go through a month's payouts, then name the top-ups that none of them brought."""
    stripe = Stripe()
    first, until = month_around(month)
    seen: set[int] = set()
    for payout in stripe.payouts_arrived(first - ON_THE_WAY, until + ON_THE_WAY):
        is_of_month = first.timestamp() <= payout["arrival_date"] < until.timestamp()
        for line in stripe.movements_of(payout["id"]):
            if line["type"] == "payout":
                continue
            payment = payment_of(line)
            if payment and line["type"] in CHARGES:
                seen.add(payment.pk)
            if is_of_month:
                yield row_of(payout, line, payment)
    yield from missing(first, until, seen)


def row_of(payout: Thing, line: Thing, payment: StripePayment | None) -> Row:
    return Row(
        payout["id"],
        f"{datetime.fromtimestamp(payout['arrival_date']):%Y-%m-%d}",
        line["type"],
        line["amount"],
        line["fee"],
        line["currency"],
        f"payment {payment.pk}" if payment else "",
        difference_of(line, payment),
    )


def payment_of(line: Thing) -> StripePayment | None:
    """Find the payment a line is about, by its charge or its payment intent."""
    source = in_full(line.get("source"))
    charge = source.get("charge") or source.get("id") or id_of(line.get("source"))
    intent = id_of(source.get("payment_intent"))
    named = Q(charge_id=id_of(charge) or "-")
    if intent:
        named |= Q(payment_intent=intent)
    return StripePayment.objects.filter(named, livemode=is_live()).first()


def difference_of(line: Thing, payment: StripePayment | None) -> str:
    """Say what does not fit, or nothing."""
    if line["type"] in OTHERS_OF_OURS:
        return ""
    if payment is None:
        return "no payment of ours"
    if line["type"] in REFUNDS:
        is_known = -line["amount"] <= payment.refunded_minor
        return "" if is_known else f"refunded here: {payment.refunded_minor}"
    if payment.status != StripePayment.Status.PAID:
        return f"{payment.status} here"
    paid = payment.paid_minor or payment.amount_minor
    # Another currency is settled at the bank's rate, which is not ours to check.
    if line["currency"] == payment.currency and line["amount"] != paid:
        return f"paid here: {paid}"
    return ""


def missing(first: datetime, until: datetime, seen: set[int]) -> Iterator[Row]:
    """Name what was paid in the month and came with no payout until now."""
    paid = StripePayment.objects.filter(
        status=StripePayment.Status.PAID,
        paid_at__gte=first,
        paid_at__lt=until,
        livemode=is_live(),
    )
    for payment in paid.exclude(pk__in=seen).order_by("pk"):
        total = payment.paid_minor or payment.amount_minor
        named = f"payment {payment.pk}"
        words = "in no payout yet"
        yield Row("", "", "charge", total, 0, payment.currency, named, words)
