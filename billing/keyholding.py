"""Keys and what they may spend, changed as one: either all of it, or nothing.

What was changed is one line of the activity log, with what stood before.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.activity import OPERATOR, Actor, Facts, Words, note_change
from accounts.issuing import NO_LIMITS, change_key
from accounts.limits import Limits
from accounts.models import AccessGroup, Account, ApiKey, Deed, Person
from billing.cash import credits_in_digits
from billing.ledger import MICRO
from billing.limiting import (
    budgets_of,
    limit_account,
    limit_key,
    limit_member,
    member_name,
)

# Budgets by period, in microcredits; `None` lifts one, and what is not named stays.
Caps = Mapping[str, int | None]
BUDGETS: dict[str, Promise] = {
    "day": _("Daily budget"),
    "week": _("Weekly budget"),
    "month": _("Monthly budget"),
    "total": _("Budget in all"),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a key shall stand."""

    name: str
    group: AccessGroup | None
    limits: Limits
    caps: Caps


def cap(key: ApiKey, caps: Caps) -> None:
    for period, most in caps.items():
        limit_key(key.account_id, key.pk, period, most)


def change(key: ApiKey, wanted: Wanted, by: Actor = OPERATOR) -> None:
    """Change a key; `key` is as it stood until now."""
    former = key.limited.limits if hasattr(key, "limited") else NO_LIMITS
    names, limits = called(key), {**former.facts, **budgets_in_words(key.pk)}
    with transaction.atomic():
        change_key(key, name=wanted.name, group=wanted.group, limits=wanted.limits)
        cap(key, wanted.caps)
        limits_now = {**wanted.limits.facts, **budgets_in_words(key.pk)}
        is_limited_anew = limits != limits_now
        note_change(
            key.account_id,
            Deed.LIMIT_CHANGED if is_limited_anew else Deed.KEY_CHANGED,
            by,
            subject=f"{key.name} {key.prefix}",
            before={**names, **limits},
            after={**called(key), **limits_now},
        )


def called(key: ApiKey) -> Facts:
    return {_("Name"): key.name, _("Price level"): str(key.group or "")}


def budgets_in_words(owner: str) -> dict[Words, Words]:
    return {
        BUDGETS[one.period]: credits_in_digits(Decimal(one.cap) / MICRO)
        for one in budgets_of(owner)
    }


def cap_account(account: Account, most: int | None, by: Actor = OPERATOR) -> None:
    """Cap what an account may spend in a month, and write it down."""
    with noted(account, account.pk, _("the account"), by):
        limit_account(account.pk, most)


def cap_member(
    account: Account, person: Person, most: int | None, by: Actor = OPERATOR
) -> None:
    """Cap what one person may spend from an account in a month, and write it down."""
    with noted(account, member_name(account.pk, person.pk), person.email, by):
        limit_member(account.pk, person.pk, most)


@contextmanager
def noted(account: Account, owner: str, subject: Words, by: Actor) -> Iterator[None]:
    """Write down how the budgets of an owner were changed meanwhile."""
    with transaction.atomic():
        before = budgets_in_words(owner)
        yield
        after = budgets_in_words(owner)
        note_change(
            account,
            Deed.LIMIT_CHANGED,
            by,
            subject=subject,
            before=before,
            after=after,
        )
