"""Turn a paid session or payment into credits: once, whoever brings the news.

The webhook, the return page, the reconciler and an auto top-up call in here with what
the processor says. How many credits, and for what amount, comes from our own row
alone; whatever disagrees with it is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone

from accounts.activity import Actor
from billing import cards, notices
from billing.ledger import MICRO, credit
from billing.models import StripePayment, TopUpRule
from billing.processing import ProcessorAway, Refused, Thing, id_of, in_full
from billing.processor import is_live, processor
from billing.turns import one_writer

Status = StripePayment.Status
Kind = StripePayment.Kind
UNDECIDED = (Status.CREATED, Status.PROCESSING)
log = structlog.get_logger(__name__)


class NotOurs(Exception):
    """Another application's payment, or one of the other mode: nothing to do here."""


class Mismatch(Exception):
    """A payment of ours that asks for another amount than we did."""


@dataclass(frozen=True, slots=True)
class Session:
    """What we read of a Checkout session, and nothing more."""

    id: str
    is_paid: bool
    is_complete: bool
    is_expired: bool
    amount_minor: int | None
    tax_minor: int
    currency: str
    livemode: bool
    payment_intent: str | None
    customer: str
    payment_id: str
    wallet_id: str

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Session":
        metadata = data.get("metadata") or {}
        return cls(
            id=data["id"],
            is_paid=data.get("payment_status") == "paid",
            is_complete=data.get("status") == "complete",
            is_expired=data.get("status") == "expired",
            amount_minor=data.get("amount_total"),
            tax_minor=in_full(data.get("total_details")).get("amount_tax") or 0,
            currency=data.get("currency") or "",
            livemode=bool(data.get("livemode")),
            payment_intent=id_of(data.get("payment_intent")),
            customer=id_of(data.get("customer")) or "",
            payment_id=metadata.get("payment", ""),
            wallet_id=metadata.get("wallet", ""),
        )


@dataclass(frozen=True, slots=True)
class Money:
    """What came in, for which payment."""

    paid_minor: int | None
    tax_minor: int
    currency: str
    intent_id: str | None
    customer: str

    def fits(self, payment: StripePayment) -> bool:
        """Tax comes on top of the price, or was a part of it."""
        price = payment.amount_minor
        amounts = (price, price + self.tax_minor)
        return self.currency == payment.currency and self.paid_minor in amounts


def fulfil(session: Session) -> StripePayment:
    """Credit a paid session's pack, or note that its money is on the way."""
    payment = payment_of(session)
    if not session.is_paid:
        if session.is_complete:
            move_on(payment, Status.PROCESSING, from_=(Status.CREATED,))
        return payment
    return pay_out(
        payment,
        Money(
            session.amount_minor,
            session.tax_minor,
            session.currency,
            session.payment_intent,
            session.customer,
        ),
    )


def fulfil_intent(intent: Thing) -> StripePayment:
    """Credit what a saved card paid for, or note how it stands; `Kind.AUTO` only."""
    payment = payment_of_intent(intent)
    if payment.kind != Kind.AUTO:
        raise NotOurs("The session of this payment tells of it.")
    if intent["status"] == "succeeded":
        paid = intent["amount_received"]
        tax = max(0, paid - payment.amount_minor)
        customer = id_of(intent.get("customer")) or ""
        money = Money(paid, tax, intent["currency"], intent["id"], customer)
        return pay_out(payment, money)
    if intent["status"] == "processing":
        move_on(payment, Status.PROCESSING, from_=(Status.CREATED,))
    return payment


def pay_out(payment: StripePayment, money: Money) -> StripePayment:
    """Mark the payment paid and credit it, both or neither, unless that was done."""
    if not money.fits(payment):
        log.error("payment_mismatch", payment=payment.pk, intent=money.intent_id)
        raise Mismatch(
            f"Payment {payment.pk} is {payment.amount_minor} {payment.currency},"
            f" what was paid {money.paid_minor} {money.currency}."
        )
    if credit_once(payment, money):
        log.info("credits_bought", payment=payment.pk, credits=payment.credits)
        note_charge(payment)
    payment.refresh_from_db()
    return payment


def credit_once(payment: StripePayment, money: Money) -> bool:
    with one_writer(), transaction.atomic():
        changes = {
            "status": Status.PAID,
            "paid_at": timezone.now(),
            "payment_intent": money.intent_id,
            "customer": money.customer,
            "paid_minor": money.paid_minor,
            "tax_minor": money.tax_minor,
            "error": "",
        }
        unpaid = StripePayment.objects.filter(pk=payment.pk).exclude(status=Status.PAID)
        if not unpaid.update(**changes):
            return False
        is_new = credit(
            payment.wallet_id,
            payment.credits * MICRO,
            kind="topup",
            key=f"topup:{payment.session_id or payment.auto_key}",
            ref=("payment", str(payment.pk)),
        )
        payment.refresh_from_db()
        if payment.kind == Kind.AUTO:
            begin_afresh(payment)
        if is_new:
            notices.bought(payment)
    return is_new


def begin_afresh(payment: StripePayment) -> None:
    """The card works: earlier declines of the wallet's rule count no more."""
    rule = TopUpRule.objects.filter(pk=payment.wallet_id)
    rule.update(failures=0, last_error="", retry_at=None)


def note_charge(payment: StripePayment) -> None:
    """Write down which charge and card it was; the credits do not wait for that."""
    payment.refresh_from_db()
    if not payment.payment_intent:
        return
    try:
        intent = processor().intent(payment.payment_intent)
    except (ProcessorAway, Refused) as error:
        log.warning("charge_not_noted", payment=payment.pk, error=type(error).__name__)
        return
    method = in_full(intent.get("payment_method"))
    payment.charge_id = id_of(intent.get("latest_charge")) or ""
    payment.card = cards.words_for(method)
    payment.save(update_fields=["charge_id", "card"])
    if intent.get("setup_future_usage") == "off_session":
        cards.keep(payment.wallet, method, Actor(person_id=payment.bought_by_id))


def give_up(session: Session, status: Status) -> StripePayment:
    """Close a purchase that came to nothing; one that was paid stays paid."""
    payment = payment_of(session)
    move_on(payment, status, from_=UNDECIDED)
    return payment


def move_on(
    payment: StripePayment,
    status: Status,
    *,
    from_: tuple[Status, ...],
    error: str = "",
) -> bool:
    """Change a payment's status; `False` when it stood otherwise already."""
    rows = StripePayment.objects.filter(pk=payment.pk, status__in=from_)
    moved = rows.update(status=status, error=error[:80])
    payment.refresh_from_db()
    return bool(moved)


def payment_of(session: Session) -> StripePayment:
    """Find the row this session pays for."""
    if session.livemode != is_live():
        raise NotOurs("The session is of the other mode, live or test.")
    known = StripePayment.objects.filter(session_id=session.id).first()
    return known or adopt(session)


def adopt(session: Session) -> StripePayment:
    """Match a session whose id we had no time to write down, by what it carries."""
    unnamed = StripePayment.objects.filter(
        session_id=None,
        kind=Kind.CHECKOUT,
        wallet_id=session.wallet_id,
        pk=number(session.payment_id),
    )
    if not unnamed.update(session_id=session.id):
        raise NotOurs("No payment of ours began this session.")
    return StripePayment.objects.get(session_id=session.id)


def payment_of_intent(intent: Thing) -> StripePayment:
    """Find the row a payment is for: by its id, or by the name we sent along."""
    if bool(intent.get("livemode")) != is_live():
        raise NotOurs("The payment is of the other mode, live or test.")
    known = StripePayment.objects.filter(payment_intent=intent["id"]).first()
    metadata = intent.get("metadata") or {}
    known = (
        known
        or StripePayment.objects.filter(
            pk=number(metadata.get("payment", "")), wallet_id=metadata.get("wallet", "")
        ).first()
    )
    if known is None:
        raise NotOurs("No payment of ours began this.")
    return known


def number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
