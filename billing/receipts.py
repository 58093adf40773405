"""Receipts and invoices: the processor's own pages, or ours for what the till was paid."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from billing.cash import counted
from billing.models import StripePayment, Wallet
from billing.processing import in_full
from billing.processor import is_live, processor

Status = StripePayment.Status
TILL = ("cs_till_", "pi_till_")
SHOWN = (Status.PAID, Status.PROCESSING, Status.FAILED)
FEW, MOST = 8, 500


@dataclass(frozen=True, slots=True)
class Paper:
    """A payment as it stands in the list."""

    payment: StripePayment
    badge: str
    words: str | Promise

    @property
    def is_paid(self) -> bool:
        return self.payment.status == Status.PAID

    @property
    def has_failed(self) -> bool:
        return self.payment.status == Status.FAILED

    @property
    def total_minor(self) -> int:
        return self.payment.paid_minor or self.payment.amount_minor

    @property
    def credits(self) -> str:
        return counted(self.payment.credits)

    @property
    def till_page(self) -> str:
        """Return what the till knows the payment by, if it was paid there."""
        intent = self.payment.payment_intent or ""
        return intent if self.is_paid and was_at_the_till(self.payment) else ""


def papers_of(wallet: Wallet, *, most: int = FEW) -> list[Paper]:
    """Return a wallet's payments, the newest first; of pages nobody paid on, none."""
    shown = StripePayment.objects.filter(wallet=wallet, status__in=SHOWN)
    found = shown.order_by("-created_at", "-pk")[:most]
    return [Paper(payment, *stands(payment)) for payment in found]


def stands(payment: StripePayment) -> tuple[str, str | Promise]:
    """Say in a word or two how a payment stands, and in which colour."""
    if payment.status == Status.FAILED:
        return "bad", _("Card declined") if payment.error else _("Not paid")
    if payment.status == Status.PROCESSING:
        return "warn", _("Processing")
    total = payment.paid_minor or payment.amount_minor
    if payment.disputed_minor:
        return "bad", _("Disputed")
    if payment.refunded_minor >= total:
        return "", _("Refunded")
    return ("", _("Partly refunded")) if payment.refunded_minor else ("ok", _("Paid"))


def was_at_the_till(payment: StripePayment) -> bool:
    names = (payment.session_id or "", payment.payment_intent or "")
    return any(name.startswith(TILL) for name in names)


def hosted_page(payment: StripePayment) -> str:
    """Ask for the invoice's page, or the receipt's; they change, so nothing is kept."""
    if was_at_the_till(payment) or payment.livemode != is_live():
        return ""
    if payment.session_id:
        session = processor().session(payment.session_id)
        if page := in_full(session.get("invoice")).get("hosted_invoice_url"):
            return str(page)
    intent = processor().intent(payment.payment_intent or "")
    return str(in_full(intent.get("latest_charge")).get("receipt_url") or "")
