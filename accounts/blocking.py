"""Blocking an account: it orders nothing more, and is told why.

People go on signing in, see what they have and why no more comes; their keys open
nothing. What is under way is finished, and what was bought stays in the wallet.
"""

from django.db import transaction
from django.utils import timezone

from accounts import deeds
from accounts.activity import OPERATOR, Actor, note
from accounts.issuing import changes
from accounts.models import Account, Deed


def block(account: Account, why: str, by: Actor = OPERATOR) -> None:
    """Take nothing more from an account; `why` is a sentence its members read."""
    set_block(account, why, by)


def unblock(account: Account, by: Actor = OPERATOR) -> None:
    set_block(account, "", by)


def set_block(account: Account, why: str, by: Actor) -> None:
    """Block with a reason, or end that without one; keys know it within seconds."""
    with transaction.atomic():
        before = {"blocked_because": account.blocked_because}
        account.blocked_because = why
        account.blocked_at = timezone.now() if why else None
        account.save(update_fields=["blocked_because", "blocked_at"])
        deed = Deed.ACCOUNT_BLOCKED if why else Deed.ACCOUNT_UNBLOCKED
        note(account, deed, detail=why)  # whoever of the staff it was is for the staff
        deeds.record(
            deeds.who(by),
            "account.blocked" if why else "account.unblocked",
            subject=account,
            before=before,
            after={"blocked_because": why},
            reason=why,
        )
        transaction.on_commit(changes.note)
