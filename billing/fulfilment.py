"""Turn a paid session into credits: once, whoever brings the news.

The webhook, the return page and any later reconciler call `fulfil` with what
Stripe (or the till) says of a session. How many credits, and for what amount,
comes from our own payment row alone; a session that disagrees is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from billing.ledger import MICRO, credit, one_writer
from billing.models import StripePayment

LIVE_KEYS = ("sk_live_", "rk_live_")
Status = StripePayment.Status
UNDECIDED = (Status.CREATED, Status.PROCESSING)
log = structlog.get_logger(__name__)


class NotOurs(Exception):
    """Another application's session, or one of the other mode: nothing to do here."""


class Mismatch(Exception):
    """A session of ours that asks for another amount than we did."""


@dataclass(frozen=True, slots=True)
class Session:
    """What we read of a Checkout session, and nothing more."""

    id: str
    is_paid: bool
    is_complete: bool
    is_expired: bool
    amount_minor: int | None
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
            currency=data.get("currency") or "",
            livemode=bool(data.get("livemode")),
            payment_intent=id_of(data.get("payment_intent")),
            customer=id_of(data.get("customer")) or "",
            payment_id=metadata.get("payment", ""),
            wallet_id=metadata.get("wallet", ""),
        )


def fulfil(session: Session) -> StripePayment:
    """Credit a paid session's pack, or note that its money is on the way."""
    payment = payment_of(session)
    if not session.is_paid:
        if session.is_complete:
            move_on(payment, Status.PROCESSING, from_=(Status.CREATED,))
        return payment
    if (session.amount_minor, session.currency) != (
        payment.amount_minor,
        payment.currency,
    ):
        log.error("payment_mismatch", payment=payment.pk, session=session.id)
        raise Mismatch(
            f"Payment {payment.pk} is {payment.amount_minor} {payment.currency},"
            f" the session {session.amount_minor} {session.currency}."
        )
    if pay_out(payment, session):
        log.info("credits_bought", payment=payment.pk, credits=payment.credits)
    payment.refresh_from_db()
    return payment


def pay_out(payment: StripePayment, session: Session) -> bool:
    """Mark the payment paid and credit it, both or neither, unless that was done."""
    with one_writer(), transaction.atomic():
        changes = {
            "status": Status.PAID,
            "paid_at": timezone.now(),
            "payment_intent": session.payment_intent,
            "customer": session.customer,
        }
        unpaid = StripePayment.objects.filter(pk=payment.pk).exclude(status=Status.PAID)
        if not unpaid.update(**changes):
            return False
        return credit(
            payment.wallet_id,
            payment.credits * MICRO,
            kind="topup",
            key=f"topup:{session.id}",
            ref=("payment", str(payment.pk)),
        )


def give_up(session: Session, status: Status) -> StripePayment:
    """Close a purchase that came to nothing; one that was paid stays paid."""
    payment = payment_of(session)
    move_on(payment, status, from_=UNDECIDED)
    return payment


def move_on(
    payment: StripePayment, status: Status, *, from_: tuple[Status, ...]
) -> None:
    StripePayment.objects.filter(pk=payment.pk, status__in=from_).update(status=status)
    payment.refresh_from_db()


def payment_of(session: Session) -> StripePayment:
    """Find the row this session pays for."""
    if session.livemode != is_live():
        raise NotOurs("The session is of the other mode, live or test.")
    known = StripePayment.objects.filter(session_id=session.id).first()
    return known or adopt(session)


def adopt(session: Session) -> StripePayment:
    """Match a session whose id we had no time to write down, by what it carries."""
    unnamed = StripePayment.objects.filter(
        session_id=None, wallet_id=session.wallet_id, pk=number(session.payment_id)
    )
    if not unnamed.update(session_id=session.id):
        raise NotOurs("No payment of ours began this session.")
    return StripePayment.objects.get(session_id=session.id)


def is_live() -> bool:
    """Say whether real money is taken here: the two modes never mix."""
    return settings.STRIPE_SECRET_KEY.startswith(LIVE_KEYS)


def id_of(value: Any) -> str | None:
    """Stripe writes a related object as its id, or in full when it was asked to."""
    if isinstance(value, Mapping):
        value = value["id"]
    return value or None


def number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
