"""Who belongs to an account, as what, and which account a person acts for.

Everybody has an account of their own, with nobody else in it. A team is an account
with members; each has a role, and one of them at least is an owner.
"""

from django.db import transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.activity import Actor, note, note_change
from accounts.issuing import open_account
from accounts.models import Account, ApiKey, Deed, Membership, Person
from accounts.roles import Role, may_hand_out


class TeamError(Exception):
    """What cannot be done to a team, in a sentence that says what to do instead."""


def memberships_of(person: Person) -> list[Membership]:
    """Return a person's places, their own account first, then teams by name."""
    places = Membership.objects.filter(person=person, account__closed_at=None)
    found = list(places.select_related("account__group", "person"))
    if not found:
        own = open_account(person)
        return [Membership.objects.get(account=own, person=person)]
    return sorted(found, key=lambda one: (one.account.is_team, one.account.name))


def chosen_among(places: list[Membership], account_id: str) -> Membership:
    """Return where a person acts: the account they chose, or else their usual one."""
    by_account = {one.account_id: one for one in places}
    usual = places[0].person.default_account_id or ""
    return by_account.get(account_id) or by_account.get(usual) or places[0]


def open_team(name: str, founder: Person, by: Actor) -> Account:
    """Open a team, with its founder as the only owner."""
    with transaction.atomic():
        account = Account.objects.create(kind=Account.Kind.TEAM, name=name)
        Membership.objects.create(person=founder, account=account, role=Role.OWNER)
        note(account, Deed.ACCOUNT_OPENED, by, subject=name)
    return account


def rename(account: Account, name: str, by: Actor) -> None:
    with transaction.atomic():
        note_change(
            account,
            Deed.SETTINGS_CHANGED,
            by,
            subject=name,
            before={gettext_lazy("Name"): account.name},
            after={gettext_lazy("Name"): name},
        )
        account.name = name
        account.save(update_fields=["name"])


def change_role(member: Membership, role: Role, chief: Membership, by: Actor) -> None:
    """Give a member another role; the last owner stays one."""
    if member.role == role:
        return
    check_rank(chief, member.role, role)
    with transaction.atomic():
        if role != Role.OWNER:
            check_not_last_owner(member)
        former = Role(member.role).label
        member.role = role
        member.save(update_fields=["role"])
        note(
            member.account_id,
            Deed.ROLE_CHANGED,
            by,
            subject=member.person.email,
            detail=format_lazy("{} → {}", former, role.label),
        )


def remove(member: Membership, chief: Membership, by: Actor) -> list[ApiKey]:
    """End a membership, and return the living keys that the member made."""
    is_leaving = member.pk == chief.pk
    if not member.account.is_team:
        raise TeamError(_("This is your own account: it has no other members."))
    if not is_leaving:
        check_rank(chief, member.role)
    with transaction.atomic():
        check_not_last_owner(member)
        member.delete()
        deed = Deed.MEMBER_LEFT if is_leaving else Deed.MEMBER_REMOVED
        note(member.account_id, deed, by, subject=member.person.email)
    return keys_made_by(member)


def keys_made_by(member: Membership) -> list[ApiKey]:
    """Return the keys of the account that a member made and that still work."""
    keys = ApiKey.objects.filter(account_id=member.account_id, revoked_at=None)
    return list(keys.filter(made_by_id=member.person_id).order_by("-created_at"))


def check_rank(chief: Membership, *roles: str) -> None:
    """Refuse to give or take what one may not hand out."""
    if not all(may_hand_out(chief.role, role) for role in roles):
        raise TeamError(_("Only an owner makes, changes or removes an owner."))


def check_not_last_owner(member: Membership) -> None:
    """Refuse to leave an account without an owner; the account stays locked meanwhile."""
    Account.objects.select_for_update().get(pk=member.account_id)
    owners = Membership.objects.filter(account_id=member.account_id, role=Role.OWNER)
    if not owners.exclude(pk=member.pk).exists():
        raise TeamError(_("An account keeps one owner. Make somebody else one first."))
