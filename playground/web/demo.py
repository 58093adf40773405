"""The demo account of a development instance: made once, the same on every start.

It exists only in debug. Its password and key are the instance's own, kept in
`secrets.json`, so that a later start can print them again.
"""

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction

from accounts import keys
from accounts.issuing import account_of
from accounts.models import Account, ApiKey, Person
from accounts.staff import StaffRole
from accounts.staffing import appoint
from billing.ledger import MICRO, credit
from playground.web.accepting import accept_terms

EMAIL = "demo@easel.localhost"
CREDITS = 1_000


@dataclass(frozen=True, slots=True)
class Demo:
    """How to sign in to the demo account, and its API key."""

    email: str
    password: str
    key: str


def open_demo() -> Demo:
    """Make the demo account unless it is there, and say how to use it."""
    demo = Demo(
        EMAIL, settings.DEVELOPMENT["demo_password"], settings.DEVELOPMENT["demo_key"]
    )
    if not ApiKey.objects.filter(digest=digest_of(demo.key)).exists():
        with transaction.atomic():
            make(demo)
    return demo


def make(demo: Demo) -> None:
    person = Person.objects.filter(email=demo.email).first()
    if person is None:
        person = Person.objects.create_user(demo.email, demo.password, name="Demo")
        appoint(person, StaffRole.ADMIN)
    EmailAddress.objects.update_or_create(
        user=person, email=demo.email, defaults={"verified": True, "primary": True}
    )
    accept_terms(person)
    account = account_of(person)
    credit(account.pk, CREDITS * MICRO, kind="grant", key="grant:demo")
    keep_key(account, person, demo.key)


def keep_key(account: Account, person: Person, secret: str) -> None:
    """Keep a key whose text was made before it: the one place where that happens."""
    ApiKey.objects.create(
        account=account,
        made_by=person,
        name="Demo key",
        prefix=keys.prefix(secret),
        digest=digest_of(secret),
    )


def digest_of(secret: str) -> str:
    return keys.digest(secret, settings.KEY_PEPPER)
