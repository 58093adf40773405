"""Money that goes back: refunds and disputes, and the credits that go with it.

Whatever event brings the news, the processor is asked how the payment stands now, and
the credits that were taken back are moved to where they must be: the share of what was
refunded, or is withheld for a dispute that is open or lost. A dispute that is won, or
a refund that failed, gives them back. So the order of the news does not matter.
"""

from dataclasses import dataclass

import structlog
from django.db import transaction
from django.db.models import QuerySet, Sum

from billing import notices
from billing.fulfilment import (
    NotOurs,
    Session,
    Status,
    fulfil,
    fulfil_intent,
    payment_of_intent,
)
from billing.ledger import MICRO, claw_back, credit
from billing.models import Lot, StripePayment, Transfer, Wallet
from billing.processing import ProcessorAway, Thing, in_full
from billing.processor import processor
from billing.turns import one_writer

# While a dispute stands so, the bank has the money.
WITHHELD = {"needs_response", "under_review", "lost"}
MOST_LOOKS = 10
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the processor said of a payment's money, in its smallest unit."""

    refunded: int
    withheld: int
    is_disputed: bool


def look_at(intent_id: str | None) -> StripePayment:
    """Find out what came of a payment's money, and move its credits accordingly."""
    if not intent_id:
        raise NotOurs("It is about no payment.")
    for _ in range(MOST_LOOKS):
        payment = payment_of_intent(processor().intent(intent_id))
        looks = payment.looks
        intent = processor().intent(intent_id)
        payment = paid(payment, intent)
        disputes = processor().disputes(intent_id)
        seen = Seen(
            refunded=in_full(intent.get("latest_charge")).get("amount_refunded") or 0,
            withheld=sum(
                one["amount"] for one in disputes if one["status"] in WITHHELD
            ),
            is_disputed=bool(disputes),
        )
        if settle_up(payment, seen, looks=looks):
            return payment
    raise ProcessorAway("Others look at this payment all the time.")


def paid(payment: StripePayment, intent: Thing) -> StripePayment:
    """A refund may be heard of before the payment itself: that is credited first."""
    if payment.status == Status.PAID:
        return payment
    if payment.session_id:
        return fulfil(Session.of(processor().session(payment.session_id)))
    return fulfil_intent(intent)


def settle_up(payment: StripePayment, seen: Seen, *, looks: int) -> bool:
    """Take or give back what is missing; `False` when somebody looked meanwhile.

    What they saw may be newer than what we saw, so it must be looked at again.
    """
    with one_writer(), transaction.atomic():
        # One at a time for each wallet, and in the order of all other money: wallet first.
        Wallet.objects.select_for_update().get(pk=payment.wallet_id)
        payment.refresh_from_db()
        if payment.looks != looks:
            return False
        if payment.status != Status.PAID:
            raise NotOurs("Nothing was paid, so nothing can go back.")
        payment.looks += 1
        note_money(payment, seen)
        payment.refunded_minor, payment.disputed_minor = seen.refunded, seen.withheld
        payment.disputed = payment.disputed or seen.is_disputed
        payment.save(
            update_fields=["looks", "refunded_minor", "disputed_minor", "disputed"]
        )
        if difference := share(payment) - taken_back(payment):
            move(payment, difference)
    return True


def note_money(payment: StripePayment, seen: Seen) -> None:
    """Write down how much more money went back since the last look."""
    refunded = seen.refunded - payment.refunded_minor
    disputed = seen.withheld - payment.disputed_minor
    if refunded or disputed:
        payment.reversals.create(refunded_minor=refunded, disputed_minor=disputed)


def share(payment: StripePayment) -> int:
    """Return the credits that belong to the money that went back, in microcredits."""
    total = payment.paid_minor or payment.amount_minor
    gone = min(total, payment.refunded_minor + payment.disputed_minor)
    return payment.credits * (MICRO * gone // total)


def taken_back(payment: StripePayment) -> int:
    """Return what was taken back of a payment so far, less what was given again."""
    taken = payment.clawbacks.aggregate(sum=Sum("amount"))["sum"] or 0
    given = given_again(payment).aggregate(sum=Sum("amount"))["sum"] or 0
    return int(taken - given)


def given_again(payment: StripePayment) -> QuerySet[Lot]:
    return payment.lots.filter(transfer__kind=Transfer.Kind.ADJUST)


def move(payment: StripePayment, difference: int) -> None:
    """Write one more step; its number makes its key."""
    step = payment.clawbacks.count() + given_again(payment).count() + 1
    key = f"back:{payment.pk}:{step}"
    log.info("payment_reversed", payment=payment.pk, microcredits=difference)
    notices.taken_back(payment, difference)
    if difference > 0:
        claw_back(payment.wallet_id, difference, key=key, payment_id=payment.pk)
        return
    credit(
        payment.wallet_id,
        -difference,
        kind=Transfer.Kind.ADJUST,
        key=key,
        ref=("payment", str(payment.pk)),
    )
