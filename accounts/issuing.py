"""Opening accounts, and making and ending the keys that use them.

A key's text exists once, in what `issue_key` returns. What is kept cannot be
turned back into it.
"""

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts import keys
from accounts.models import AccessGroup, Account, ApiKey, Membership, Person


class GroupNotAllowed(Exception):
    """A key may only name a group that its account may use."""


def open_account(person: Person) -> Account:
    """Open a personal account, owned by this person."""
    with transaction.atomic():
        account = Account.objects.create(kind=Account.Kind.PERSONAL)
        Membership.objects.create(person=person, account=account)
    return account


def account_of(person: Person) -> Account:
    """Return the person's own account, opening one for someone made by a command."""
    owned = Account.objects.filter(memberships__person=person).select_related("group")
    return owned.order_by("memberships__created_at", "pk").first() or open_account(
        person
    )


def groups_for(account: Account) -> QuerySet[AccessGroup]:
    """Return the groups a key of this account may name, its own among them."""
    may_use = Q(is_public=True) | Q(pk=account.group_id) | Q(granted_to=account)
    return AccessGroup.objects.filter(may_use).distinct().order_by("name")


def issue_key(
    account: Account,
    *,
    name: str,
    person: Person | None = None,
    is_test: bool = False,
    group: AccessGroup | None = None,
) -> tuple[ApiKey, str]:
    """Make a key and return it with its text, which is never seen again."""
    if group is not None and not account.may_use(group):
        raise GroupNotAllowed(group.pk)
    secret = keys.new_secret(is_test=is_test)
    key = ApiKey.objects.create(
        account=account,
        made_by=person,
        name=name,
        prefix=keys.prefix(secret),
        digest=keys.digest(secret, settings.KEY_PEPPER),
        is_test=is_test,
        group=group,
    )
    return key, secret


def revoke_key(key: ApiKey) -> None:
    """End a key; ending it twice keeps the first time."""
    ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=timezone.now())
    key.refresh_from_db(fields=["revoked_at"])
