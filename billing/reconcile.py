"""Find out what nobody told us: payments, refunds and events that got lost on the way.

Webhooks come late, twice or never. Every few minutes whatever is undecided is asked
for, through the same functions that the webhook calls.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import ParamSpec

import structlog
from django.utils import timezone

from billing import auto, checkout, reversals
from billing.fulfilment import (
    UNDECIDED,
    Kind,
    Mismatch,
    NotOurs,
    Status,
    move_on,
    note_charge,
)
from billing.models import StripeEvent, StripePayment
from billing.processing import ProcessorAway, Refused, id_of
from billing.processor import is_live, is_open, processor
from billing.webhook import handle_again

SOON = timedelta(minutes=1)  # whoever is just paying is left alone
OPEN_DAYS = timedelta(days=3)  # a hosted page closes after one
BANK_DAYS = timedelta(days=30)  # a bank may take two weeks
MOST_TRIES = 20
P = ParamSpec("P")
log = structlog.get_logger(__name__)


def reconcile() -> None:
    """One round."""
    if not is_open():
        return
    for payment in undecided():
        guarded(decide, payment)
    for payment in unnoted():
        note_charge(payment)
    guarded(look_at_reversals)
    for event in unhandled():
        handle_again(event)


def guarded(what: Callable[P, object], *args: P.args, **more: P.kwargs) -> None:
    """One payment that makes trouble does not keep the others waiting."""
    try:
        what(*args, **more)
    except (ProcessorAway, Refused, Mismatch, NotOurs) as error:
        log.warning("not_reconciled", reason=f"{type(error).__name__}: {error}")


def undecided() -> list[StripePayment]:
    now = timezone.now()
    waiting = StripePayment.objects.filter(
        status__in=UNDECIDED,
        livemode=is_live(),
        created_at__range=(now - BANK_DAYS, now - SOON),
    )
    return list(waiting.order_by("created_at"))


def decide(payment: StripePayment) -> None:
    """Ask how a payment stands; one that nobody can pay any more is closed."""
    if payment.kind == Kind.AUTO:
        decide_auto(payment)
        return
    found = checkout.look_again(payment)
    is_old = timezone.now() - payment.created_at > OPEN_DAYS
    if found.status == Status.CREATED and is_old:
        move_on(payment, Status.EXPIRED, from_=(Status.CREATED,))


def decide_auto(payment: StripePayment) -> None:
    if payment.payment_intent:
        auto.news(processor().intent(payment.payment_intent))
        return
    is_young = timezone.now() - payment.created_at < timedelta(hours=auto.KEY_HOURS)
    if is_young and auto.is_on(payment.wallet_id):
        auto.top_up(payment.wallet_id)
        return
    # The key is forgotten by now, or nobody wants it any more: asking again might pay
    # anew, so it is only looked for.
    customer = (payment.asked or {}).get("customer", "")
    since = payment.created_at - SOON
    found = processor().find_intent(customer, str(payment.pk), since=since)
    if found is None:
        auto.fail(payment, "no_answer", is_final=False)
    else:
        auto.news(processor().intent(str(id_of(found))))


def unnoted() -> list[StripePayment]:
    """Return what was paid lately, and of which we do not know the charge yet."""
    since = timezone.now() - OPEN_DAYS
    paid = StripePayment.objects.filter(status=Status.PAID, charge_id="")
    return list(paid.filter(livemode=is_live(), paid_at__gte=since))


def look_at_reversals() -> None:
    for intent_id in processor().reversed_since(timezone.now() - OPEN_DAYS):
        guarded(reversals.look_at, intent_id)


def unhandled() -> list[StripeEvent]:
    """Return the events that failed, or whose handling was cut off."""
    now = timezone.now()
    waiting = StripeEvent.objects.filter(
        state__in=(StripeEvent.State.RECEIVED, StripeEvent.State.FAILED),
        received_at__range=(now - BANK_DAYS, now - SOON),
        tries__lt=MOST_TRIES,
    )
    return list(waiting.order_by("received_at"))
