"""What was done in an account, by whom and from where: written down as it happens.

Service functions write it, in the transaction of what they do. Nobody named means
the operator of this server, by a command.
"""

from dataclasses import dataclass

from accounts.models import Account, Activity, Deed, Person

LONGEST_AGENT = 200


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: a person, or a key that manages others, and from where."""

    person_id: int | None = None
    key_id: str | None = None
    address: str = ""
    agent: str = ""


OPERATOR = Actor()


def note(
    account: Account | str,
    deed: Deed,
    by: Actor = OPERATOR,
    *,
    subject: str = "",
    detail: str = "",
) -> None:
    """Write down what was done: `subject` names whom or what it was done to."""
    Activity.objects.create(
        account_id=account if isinstance(account, str) else account.pk,
        kind=deed,
        person_id=by.person_id,
        key_id=by.key_id,
        subject=subject[:254],
        detail=detail[:500],
        address=by.address or None,
        agent=by.agent[:LONGEST_AGENT],
    )


def note_for(person: Person, deed: Deed, by: Actor) -> None:
    """Write down what concerns a person in every account they belong to."""
    for account in person.accounts.all():
        note(account, deed, by, subject=person.email)
