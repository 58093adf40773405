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
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError
from django.db.models import F

from billing import auto, cards, reversals
from billing.fulfilment import Mismatch, NotOurs, Session, fulfil, give_up
from billing.models import StripeEvent, StripePayment
from billing.processing import ProcessorAway, Refused, Thing, id_of
from billing.processor import is_live

TOLERANCE_SECONDS = 300
# Somebody's money waits for the event, so it must come again.
MISHAPS = (
    *(Mismatch, ProcessorAway, Refused),
    *(DatabaseError, LookupError, ObjectDoesNotExist, TypeError, ValueError),
)
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
        act(event.payload["data"]["object"])
    except NotOurs as reason:
        log.warning("event_ignored", event_id=event.pk, reason=str(reason))
        return close(event, State.IGNORED, str(reason))
    except MISHAPS as error:
        log.exception("event_failed", event_id=event.pk)
        return close(event, State.FAILED, f"{type(error).__name__}: {error}")
    return close(event, State.DONE, "")


def handle_again(event: StripeEvent) -> Receipt:
    """Act on a stored event once more: everything it may do is safe to do twice."""
    StripeEvent.objects.filter(pk=event.pk).update(
        state=State.RECEIVED, tries=F("tries") + 1
    )
    return handle(event)


def close(event: StripeEvent, state: State, error: str) -> Receipt:
    """Write the outcome down; what another delivery has done stays done."""
    open_one = StripeEvent.objects.filter(pk=event.pk).exclude(state=State.DONE)
    open_one.update(state=state, error=error)
    return Receipt(500 if state == State.FAILED else 200, state.value)


def session_news(session: Thing) -> None:
    """A hosted page came to an end: something was paid, or a card was saved."""
    if session.get("mode") == "setup":
        if (session.get("metadata") or {}).get("purpose") != cards.PURPOSE:
            raise NotOurs("This card was not saved for us.")
        cards.keep_from_session(session)
        return
    fulfil(Session.of(session))


def session_failed(session: Thing) -> None:
    give_up(Session.of(session), StripePayment.Status.FAILED)


def session_expired(session: Thing) -> None:
    if session.get("mode") != "setup":
        give_up(Session.of(session), StripePayment.Status.EXPIRED)


def reversed_news(refund_or_dispute: Thing) -> None:
    """A charge, a refund or a dispute: each names the payment it is about."""
    reversals.look_at(id_of(refund_or_dispute.get("payment_intent")))


# What Stripe may bring, in any order and more than once.
ACTIONS: dict[str, Callable[[Thing], object]] = {
    "checkout.session.completed": session_news,
    "checkout.session.async_payment_succeeded": session_news,
    "checkout.session.async_payment_failed": session_failed,
    "checkout.session.expired": session_expired,
    "payment_intent.succeeded": auto.news,
    "payment_intent.processing": auto.news,
    "payment_intent.payment_failed": auto.news,
    "payment_intent.canceled": auto.news,
    "charge.refunded": reversed_news,
    "refund.created": reversed_news,
    "refund.updated": reversed_news,
    "refund.failed": reversed_news,
    "charge.dispute.created": reversed_news,
    "charge.dispute.updated": reversed_news,
    "charge.dispute.closed": reversed_news,
    "charge.dispute.funds_withdrawn": reversed_news,
    "charge.dispute.funds_reinstated": reversed_news,
    "payment_method.automatically_updated": cards.updated,
    "payment_method.updated": cards.updated,
    "payment_method.detached": cards.detached,
}
