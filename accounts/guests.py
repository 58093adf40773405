"""Guests: accounts without a person, known by what their browser carries."""

from accounts.models import Account


def open_guest() -> Account:
    """Open an account for a browser that is about to paint its first picture."""
    return Account.objects.create(kind=Account.Kind.GUEST)


def find_guest(account_id: str) -> Account | None:
    guests = Account.objects.filter(kind=Account.Kind.GUEST).select_related("group")
    return guests.filter(pk=account_id).first()
