"""What was done in an account, by whom and from where: written down as it happens.

Service functions write it, in the transaction of what they do. Nobody named means
the operator of this server, by a command. A row is read by many and kept for good, so
it is written in the server's own language, whoever does something.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import Account, Activity, Deed, Person

LONGEST_AGENT, LONGEST_SUBJECT, LONGEST_DETAIL = 200, 254, 500
Words = str | Promise
# How something stands, as people read it: by what is called how. What is empty is none.
Facts = Mapping[Words, Words]


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
    subject: Words = "",
    detail: Words = "",
) -> None:
    """Write down what was done: `subject` names whom or what it was done to."""
    with override(settings.LANGUAGE_CODE):
        about, more = str(subject), str(detail)
    Activity.objects.create(
        account_id=account if isinstance(account, str) else account.pk,
        kind=deed,
        person_id=by.person_id,
        key_id=by.key_id,
        subject=about[:LONGEST_SUBJECT],
        detail=more[:LONGEST_DETAIL],
        address=by.address or None,
        agent=by.agent[:LONGEST_AGENT],
    )


def note_change(
    account: Account | str,
    deed: Deed,
    by: Actor = OPERATOR,
    *,
    subject: Words,
    before: Facts,
    after: Facts,
) -> None:
    """Write down what was changed, from what to what; nothing, if nothing was."""
    if detail := difference(before, after):
        note(account, deed, by, subject=subject, detail=detail)


def difference(before: Facts, after: Facts) -> str:
    """Say what stands otherwise: "Monthly budget: none → 500; Expires: …"."""
    with override(settings.LANGUAGE_CODE):
        was = {str(name): str(value) for name, value in before.items()}
        now = {str(name): str(value) for name, value in after.items()}
        none = _("none")
        return "; ".join(
            f"{name}: {was.get(name) or none} → {now.get(name) or none}"
            for name in {**was, **now}
            if was.get(name, "") != now.get(name, "")
        )


def note_for(person: Person, deed: Deed, by: Actor, *, detail: Words = "") -> None:
    """Write down what concerns a person in every account they belong to."""
    for account in person.accounts.all():
        note(account, deed, by, subject=person.email, detail=detail)
