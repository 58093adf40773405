"""Guests: accounts without a person, known by what their browser carries.

A guest becomes a person's account by being given an owner; nothing it made has
to move. Only one person can claim it, however many try.
"""

from django.db import transaction

from accounts.models import Account, Membership, Person


def open_guest() -> Account:
    """Open an account for a browser that is about to paint its first picture."""
    return Account.objects.create(kind=Account.Kind.GUEST)


def find_guest(account_id: str) -> Account | None:
    """Return the guest's account, unless somebody has claimed it since."""
    guests = Account.objects.filter(kind=Account.Kind.GUEST).select_related("group")
    return guests.filter(pk=account_id).first()


def claim_guest(guest: Account, person: Person) -> bool:
    """Make the guest's account this person's own; `False` when another was first."""
    with transaction.atomic():
        still_guest = Account.objects.filter(pk=guest.pk, kind=Account.Kind.GUEST)
        if not still_guest.update(kind=Account.Kind.PERSONAL):
            return False
        Membership.objects.create(person=person, account=guest)
    guest.kind = Account.Kind.PERSONAL
    return True
