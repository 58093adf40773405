"""Opening accounts, and making, limiting, rotating and ending the keys that use them.

A key's text exists once, in what `issue_key` returns. What is kept cannot be
turned back into it. Whoever remembers keys asks `changes` whether one was changed
here since; what another process changed is known when the memory is a few seconds old.
"""

from dataclasses import asdict
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts import keys
from accounts.activity import OPERATOR, Actor, note
from accounts.limits import Limits, checked
from accounts.models import (
    AccessGroup,
    Account,
    ApiKey,
    Deed,
    KeyLimits,
    Membership,
    Person,
    RetiredSecret,
)
from accounts.notices import KeyMade, KeyRevoked, tell

NO_LIMITS = Limits()


class Changes:
    """Counts what was changed about keys in this process."""

    def __init__(self) -> None:
        self.count = 0

    def note(self) -> None:
        self.count += 1


changes = Changes()


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
    own = Account.objects.filter(
        memberships__person=person, kind=Account.Kind.PERSONAL, closed_at=None
    ).select_related("group")
    return own.order_by("memberships__created_at", "pk").first() or open_account(person)


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
    limits: Limits = NO_LIMITS,
    by: Actor = OPERATOR,
) -> tuple[ApiKey, str]:
    """Make a key and return it with its text, which is never seen again."""
    if group is not None and not account.may_use(group):
        raise GroupNotAllowed(group.pk)
    secret = keys.new_secret(is_test=is_test)
    checked(limits, is_test=is_test)
    with transaction.atomic():
        key = ApiKey.objects.create(
            account=account,
            made_by=person,
            name=name,
            prefix=keys.prefix(secret),
            digest=keys.digest(secret, settings.KEY_PEPPER),
            is_test=is_test,
            group=group,
        )
        limit_use(key, limits)
        note(account, Deed.KEY_MADE, by, subject=name, detail=key.prefix)
        if by is not OPERATOR:
            tell(account, KeyMade(name, key.prefix, name_of(by)))
    return key, secret


def limit_use(key: ApiKey, limits: Limits) -> None:
    """Say anew what a key may do; without any limit it has no row of them."""
    checked(limits, is_test=key.is_test)
    rows = KeyLimits.objects.filter(key=key)
    if limits == NO_LIMITS:
        rows.delete()
    else:
        facts = asdict(limits)
        facts["model_ids"] = facts.pop("models")
        rows.update_or_create(key=key, defaults=facts)
    transaction.on_commit(changes.note)


def change_key(
    key: ApiKey, *, name: str, group: AccessGroup | None, limits: Limits
) -> None:
    """Say anew what a key is called, at which price level it buys, and what it may do.

    Whoever changes what it may spend with that writes it all down in one line.
    """
    if group is not None and not key.account.may_use(group):
        raise GroupNotAllowed(group.pk)
    with transaction.atomic():
        limit_use(key, limits)
        key.name, key.group = name, group
        key.save(update_fields=["name", "group"])


def rotate_key(key: ApiKey, overlap: timedelta, by: Actor = OPERATOR) -> str:
    """Give a key a new text, and return it; the old one works on for the overlap."""
    secret = keys.new_secret(is_test=key.is_test)
    with transaction.atomic():
        key = ApiKey.objects.select_for_update().get(pk=key.pk)
        gone = key.retired_secrets.filter(works_until__lte=timezone.now())
        (gone if overlap else key.retired_secrets.all()).delete()
        if overlap:
            RetiredSecret.objects.create(
                key=key, digest=key.digest, works_until=timezone.now() + overlap
            )
        former, key.prefix = key.prefix, keys.prefix(secret)
        key.digest = keys.digest(secret, settings.KEY_PEPPER)
        key.save(update_fields=["prefix", "digest"])
        told = f"{former} → {key.prefix}"
        note(key.account_id, Deed.KEY_ROTATED, by, subject=key.name, detail=told)
        transaction.on_commit(changes.note)
    return secret


def revoke_key(key: ApiKey, by: Actor = OPERATOR) -> None:
    """End a key; ending it twice keeps the first time."""
    with transaction.atomic():
        living = ApiKey.objects.filter(pk=key.pk, revoked_at=None)
        if living.update(revoked_at=timezone.now()):
            note(
                key.account_id,
                Deed.KEY_REVOKED,
                by,
                subject=key.name,
                detail=key.prefix,
            )
            if by is not OPERATOR:
                tell(key.account, KeyRevoked(key.name, key.prefix, name_of(by)))
        transaction.on_commit(changes.note)
    key.refresh_from_db(fields=["revoked_at"])


def name_of(actor: Actor) -> str:
    """Return how a mail names whoever did something: a person, or another key."""
    if actor.key_id:
        return str(ApiKey.objects.get(pk=actor.key_id))
    person = Person.objects.filter(pk=actor.person_id or 0).first()
    return person.email if person else ""
