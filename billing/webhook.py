"""Receive signed events, from Stripe and from the test till alike.

Every event is stored as it came and handled exactly once. What fails is kept
with its reason and answered 500, so that the sender brings it again.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import stripe
import structlog
from django.conf import settings
from django.db import DatabaseError
from django.db.models import F

from billing.fulfilment import Mismatch, NotOurs, Session, fulfil, give_up, is_live
from billing.models import StripeEvent, StripePayment

TOLERANCE_SECONDS = 300
# Somebody's money waits for the event, so it must come again.
MISHAPS = (Mismatch, DatabaseError, LookupError, TypeError, ValueError)
State = StripeEvent.State
log = structlog.get_logger(__name__)


class Forged(Exception):
    """The event was not signed with our secret, or too long ago."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the sender is told."""

    status: int
    message: str


def receive(payload: bytes, signature: str) -> Receipt:
    """Check an event, store it and act on it; the door for every sender."""
    try:
        data = verified(payload, signature)
    except Forged as error:
        log.warning("event_refused", reason=str(error))
        return Receipt(400, str(error))
    event = remember(data)
    if event.state in (State.DONE, State.IGNORED):
        return Receipt(200, "seen before")
    return handle(event)


def verified(payload: bytes, signature: str) -> dict[str, Any]:
    """Return the event, when the very bytes that came were signed just now."""
    if not signature.isascii():
        raise Forged("The signature is not one.")
    try:
        stripe.WebhookSignature.verify_header(
            payload, signature, settings.STRIPE_WEBHOOK_SECRET, TOLERANCE_SECONDS
        )
    except (stripe.SignatureVerificationError, UnicodeDecodeError) as error:
        raise Forged("The signature does not match, or is too old.") from error
    data: dict[str, Any] = json.loads(payload)
    return data


def remember(data: dict[str, Any]) -> StripeEvent:
    """Store the event, or find it when it came before; count the try."""
    event, _ = StripeEvent.objects.get_or_create(
        event_id=data["id"],
        defaults={
            "type": data["type"],
            "created": datetime.fromtimestamp(data["created"], UTC),
            "livemode": bool(data["livemode"]),
            "payload": data,
        },
    )
    StripeEvent.objects.filter(pk=event.pk).update(tries=F("tries") + 1)
    return event


def handle(event: StripeEvent) -> Receipt:
    """Do what the event asks, and write down how it went."""
    act = ACTIONS.get(event.type)
    if act is None:
        return close(event, State.IGNORED, "Nothing here waits for this type.")
    try:
        if event.livemode != is_live():
            raise NotOurs("The event is of the other mode, live or test.")
        act(Session.of(event.payload["data"]["object"]))
    except NotOurs as reason:
        log.warning("event_ignored", event_id=event.pk, reason=str(reason))
        return close(event, State.IGNORED, str(reason))
    except MISHAPS as error:
        log.exception("event_failed", event_id=event.pk)
        return close(event, State.FAILED, f"{type(error).__name__}: {error}")
    return close(event, State.DONE, "")


def close(event: StripeEvent, state: State, error: str) -> Receipt:
    """Write the outcome down; what another delivery has done stays done."""
    open_one = StripeEvent.objects.filter(pk=event.pk).exclude(state=State.DONE)
    open_one.update(state=state, error=error)
    return Receipt(500 if state == State.FAILED else 200, state.value)


def payment_failed(session: Session) -> StripePayment:
    return give_up(session, StripePayment.Status.FAILED)


def session_expired(session: Session) -> StripePayment:
    return give_up(session, StripePayment.Status.EXPIRED)


# What Stripe may bring, in any order and more than once.
ACTIONS: dict[str, Callable[[Session], StripePayment]] = {
    "checkout.session.completed": fulfil,
    "checkout.session.async_payment_succeeded": fulfil,
    "checkout.session.async_payment_failed": payment_failed,
    "checkout.session.expired": session_expired,
}
