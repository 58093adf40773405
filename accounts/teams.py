"""Who belongs to an account, and which account a person acts for.

Everybody has an account of their own, with nobody else in it. A team is an account
with members; each has a role, and one of them at least is an owner.
"""

from django.db import transaction

from accounts.activity import Actor, note
from accounts.issuing import open_account
from accounts.models import Account, Deed, Membership, Person
from accounts.roles import Role

LONGEST_NAME = 80


def memberships_of(person: Person) -> list[Membership]:
    """Return a person's places, their own account first, then teams by name."""
    places = Membership.objects.filter(person=person, account__closed_at=None)
    found = places.select_related("account__group", "person")
    return sorted(found, key=lambda one: (one.account.is_team, one.account.name))


def place_of(person: Person, account_id: str = "") -> Membership:
    """Return where a person acts: the account they chose, or else their usual one."""
    places = {one.account_id: one for one in memberships_of(person)}
    for wanted in (account_id, person.default_account_id or ""):
        if wanted in places:
            return places[wanted]
    if places:
        return next(iter(places.values()))
    return Membership.objects.get(account=open_account(person), person=person)


def open_team(name: str, founder: Person, by: Actor) -> Account:
    """Open a team, with its founder as the only owner."""
    with transaction.atomic():
        account = Account.objects.create(kind=Account.Kind.TEAM, name=name)
        Membership.objects.create(person=founder, account=account, role=Role.OWNER)
        note(account, Deed.ACCOUNT_OPENED, by, subject=name)
    return account
