"""Credits that staff give: written in the journal with the reason, and in the staff's log.

The customer reads the reason in the statement. A form that is sent twice gives once.
"""

from dataclasses import dataclass

from django.db import transaction

from accounts import deeds
from accounts.models import Account, Person
from billing.ledger import credit, wallet_of
from billing.turns import one_writer

ACTION = "credits.granted"
LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Grant:
    """So many microcredits, why, and the name of the form that asks for it."""

    amount: int
    reason: str
    nonce: str


def give(account: Account, grant: Grant, person: Person | None) -> bool:
    """Give it once; say whether that was now."""
    with one_writer(), transaction.atomic():
        before = wallet_of(account.pk).balance
        key = f"grant:staff:{grant.nonce}"
        is_new = credit(
            account.pk, grant.amount, kind="grant", key=key, memo=grant.reason
        )
        if is_new:
            deeds.record(
                person,
                ACTION,
                subject=account,
                before={"balance_microcredits": before},
                after={"balance_microcredits": wallet_of(account.pk).balance},
                reason=grant.reason,
            )
    return is_new
