"""The test till: a card processor that moves no money.

Where no Stripe key is set, a purchase is paid here. The till speaks Stripe's
language: it signs the same events with the same secret and hands them to the same
door, so that everything after the click is what runs with real money.
"""

import json
import time
from dataclasses import dataclass
from enum import StrEnum
from secrets import token_hex
from typing import Any

import stripe
from django.conf import settings

from billing.models import StripePayment
from billing.webhook import Receipt, receive

Status = StripePayment.Status


class Outcome(StrEnum):
    """A button of the till."""

    PAY = "pay"
    DECLINE = "decline"
    PAY_LATER = "pay_later"
    ARRIVE = "arrive"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Told:
    """What the site is told when a button is pressed."""

    type: str
    payment_status: str
    status: str


EVENTS = {
    Outcome.PAY: Told("checkout.session.completed", "paid", "complete"),
    # A card that is declined leaves the session open: another card may follow.
    Outcome.DECLINE: Told("payment_intent.payment_failed", "unpaid", "open"),
    Outcome.PAY_LATER: Told("checkout.session.completed", "unpaid", "complete"),
    Outcome.ARRIVE: Told(
        "checkout.session.async_payment_succeeded", "paid", "complete"
    ),
    Outcome.FAIL: Told("checkout.session.async_payment_failed", "unpaid", "complete"),
}
CHOICES = {
    Status.CREATED: (Outcome.PAY, Outcome.DECLINE, Outcome.PAY_LATER),
    Status.PROCESSING: (Outcome.ARRIVE, Outcome.FAIL),
}


def is_open() -> bool:
    """Only without a Stripe key, and in production only when asked for."""
    allowed = settings.TEST_TILL and bool(settings.STRIPE_WEBHOOK_SECRET)
    return allowed and not settings.STRIPE_SECRET_KEY


def choices(payment: StripePayment) -> tuple[Outcome, ...]:
    """Return the buttons that make sense for a purchase as it stands."""
    return CHOICES.get(Status(payment.status), ())


def press(payment: StripePayment, outcome: Outcome) -> Receipt:
    """Tell the site what became of a purchase, as Stripe would."""
    body = json.dumps(event_for(payment, EVENTS[outcome]))
    signature = stripe.WebhookSignature.generate_signature_header(
        body, settings.STRIPE_WEBHOOK_SECRET
    )
    return receive(body.encode(), signature)


def event_for(payment: StripePayment, told: Told) -> dict[str, Any]:
    """Write an event in Stripe's form."""
    is_session = told.type.startswith("checkout.session.")
    subject = session_object(payment, told) if is_session else intent_object(payment)
    return {
        "id": f"evt_till_{token_hex(16)}",
        "object": "event",
        "type": told.type,
        "created": int(time.time()),
        "livemode": False,
        "data": {"object": subject},
    }


def session_object(payment: StripePayment, told: Told) -> dict[str, Any]:
    return {
        "id": payment.session_id,
        "object": "checkout.session",
        "mode": "payment",
        "status": told.status,
        "payment_status": told.payment_status,
        "amount_total": payment.amount_minor,
        "currency": payment.currency,
        "livemode": False,
        "client_reference_id": str(payment.pk),
        "metadata": {"payment": str(payment.pk), "wallet": payment.wallet_id},
        "payment_intent": intent_id(payment),
        "customer": None,
    }


def intent_object(payment: StripePayment) -> dict[str, Any]:
    return {
        "id": intent_id(payment),
        "object": "payment_intent",
        "status": "requires_payment_method",
        "amount": payment.amount_minor,
        "currency": payment.currency,
        "livemode": False,
        "last_payment_error": {"type": "card_error", "code": "card_declined"},
    }


def intent_id(payment: StripePayment) -> str:
    """One for each session, as at Stripe."""
    return f"pi_{payment.session_id}"
