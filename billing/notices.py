"""Who hears of money: the activity log, and a mail to everybody it concerns.

Both are written in the transaction of what they tell of, and once.
"""

from decimal import Decimal

from django.utils.functional import Promise

from accounts.activity import Actor, note
from accounts.models import Deed
from accounts.notices import ToppedUp, TopUpFailed, address, tell
from billing.cash import cash_in_words, credits_in_digits, credits_in_words
from billing.ledger import MICRO
from billing.models import StripePayment

Kind = StripePayment.Kind


def bought(payment: StripePayment) -> None:
    """Credits were bought; the processor's own receipt comes beside this."""
    account, credits = payment.wallet.account, payment.credits
    paid = payment.paid_minor or payment.amount_minor
    amount = cash_in_words(paid, payment.currency)
    is_automatic = payment.kind == Kind.AUTO
    buyer = Actor(person_id=payment.bought_by_id)
    added = credits_in_words(credits)
    note(account, Deed.TOPPED_UP, buyer, subject=added, detail=amount)
    told = ToppedUp(
        credits=credits_in_digits(credits), amount=amount, is_automatic=is_automatic
    )
    tell(account, told, once=f"bought:{payment.pk}")


def taken_back(payment: StripePayment, microcredits: int) -> None:
    """A refund or a dispute moved credits; what was given again is negative."""
    back = payment.refunded_minor + payment.disputed_minor
    amount = cash_in_words(back, payment.currency)
    gone = credits_in_words(round(Decimal(microcredits) / MICRO, 2))
    note(payment.wallet.account, Deed.REFUNDED, subject=gone, detail=amount)


def top_up_failed(
    payment: StripePayment, reason: str | Promise, *, is_paused: bool
) -> None:
    """An auto top-up came to nothing; once it is paused, somebody must see to it."""
    account = payment.wallet.account
    amount = cash_in_words(payment.amount_minor, payment.currency)
    note(account, Deed.TOPUP_FAILED, subject=amount, detail=reason)
    if is_paused:
        link = f"{address('credits')}?pay={payment.pack}"
        told = TopUpFailed(amount=amount, reason=reason, link=link)
        tell(account, told, once=f"top-up-failed:{payment.pk}")
