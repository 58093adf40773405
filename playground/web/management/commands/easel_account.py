"""`easel_account`: an account with credits and a key, for operators and scripts."""

import json
import secrets
from argparse import ArgumentParser
from decimal import Decimal, InvalidOperation
from typing import Any

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction

from accounts.issuing import NO_LIMITS, account_of, issue_key
from accounts.limits import MANAGE_KEYS, Limits, WrongLimits
from accounts.models import AccessGroup, Account, ApiKey, Person
from accounts.staff import StaffRole
from accounts.staffing import LastAdmin, appoint
from billing.keyholding import cap_account, cap_member
from billing.ledger import MICRO, credit, wallet_of
from playground.generation.errors import BadRequest
from playground.generation.terms import kept_seconds_in

MOST_CREDITS = 1_000_000_000  # far from where the books' whole numbers end
LONGEST_NAME = ApiKey._meta.get_field("name").max_length or 0
LONGEST_EMAIL = Person._meta.get_field("email").max_length or 0


class Command(BaseCommand):
    help = (
        "Provision an account: its person, credits, and an API key that is shown once."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--credits", default="0")
        parser.add_argument("--key", metavar="NAME", help="make a key of this name")
        parser.add_argument(
            "--group", metavar="SLUG", help="the access group it buys in"
        )
        for whose in ("account", "member"):
            parser.add_argument(
                f"--{whose}-limit",
                metavar="CREDITS",
                help=f"what the {whose} may spend in a month; 'none' lifts it",
            )
        parser.add_argument(
            "--retention",
            metavar="SPAN",
            help="how long pictures of its API calls are kept: 1h, 7d, forever",
        )
        parser.add_argument(
            "--staff",
            choices=[*StaffRole.values, "none"],
            help="what the person may do for everybody on this server",
        )
        parser.add_argument("--test", action="store_true", help="make a test key")
        parser.add_argument(
            "--admin", action="store_true", help="make a key that manages keys"
        )
        parser.add_argument(
            "--json", action="store_true", help="print one line of JSON"
        )

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        group = find_group(options["group"])
        credits, name = amount(options["credits"]), key_name(options["key"])
        kept_seconds = retention(options["retention"])
        with transaction.atomic():
            person = person_named(email)
            account = account_in(account_of(person), group)
            keep_for(account, kept_seconds)
            give(account, email, credits)
            limit(account, person, options)
            make_staff(person, options["staff"])
            key = key_of(account, person, name, options)
        told: dict[str, str | int | float | None] = {
            "account": account.pk,
            "email": email.lower(),
            "credits": available(account),
            **key,
        }
        if options["json"]:
            self.stdout.write(json.dumps(told))
            return
        for name, value in told.items():
            self.stdout.write(f"{name:<8} {'-' if value is None else value}")


def amount(text: str) -> Decimal:
    """Read a number of credits, as exact as the books are."""
    try:
        credits = Decimal(text)
    except InvalidOperation as error:
        raise CommandError(f"{text} is not a number of credits.") from error
    if not credits.is_finite() or credits < 0:
        raise CommandError("Name 0 or more credits.")
    if credits > MOST_CREDITS:
        raise CommandError(f"Name at most {MOST_CREDITS:,} credits.")
    if credits * MICRO % 1:
        raise CommandError("Name credits with at most six decimals.")
    return credits


def key_name(name: str | None) -> str:
    if name and len(name) > LONGEST_NAME:
        raise CommandError(f"A key's name has at most {LONGEST_NAME} characters.")
    return name or ""


def find_group(slug: str | None) -> AccessGroup | None:
    if slug is None:
        return None
    group = AccessGroup.objects.filter(slug=slug).first()
    if group is None:
        known = ", ".join(AccessGroup.objects.values_list("slug", flat=True))
        raise CommandError(f"There is no group {slug}. There are: {known}.")
    return group


def person_named(email: str) -> Person:
    """Return the person with this e-mail; a new one has no password yet."""
    try:
        validate_email(email)
    except ValidationError as error:
        raise CommandError(f"{email} is not an e-mail address.") from error
    if len(email) > LONGEST_EMAIL:
        raise CommandError("This e-mail address is too long.")
    person = Person.objects.filter(email=email.lower()).first()
    if person is None:
        person = Person.objects.create_user(email)
        EmailAddress.objects.create(
            user=person, email=person.email, verified=True, primary=True
        )
    return person


def account_in(account: Account, group: AccessGroup | None) -> Account:
    """Move the account to the group, when one is named."""
    if group is not None:
        account.group = group
        account.save(update_fields=["group"])
    return account


def retention(text: str | None) -> int | None:
    try:
        return kept_seconds_in(text)
    except BadRequest as error:
        raise CommandError(str(error)) from error


def keep_for(account: Account, kept_seconds: int | None) -> None:
    """Set how long the account's pictures are kept, when that is said."""
    if kept_seconds is not None:
        account.kept_seconds = kept_seconds
        account.save(update_fields=["kept_seconds"])


def give(account: Account, email: str, credits: Decimal) -> None:
    """Grant credits. Every run of the command is a grant of its own."""
    if credits:
        key = f"grant:{email.lower()[:100]}:{secrets.token_hex(8)}"
        credit(
            account.pk,
            int(credits * MICRO),
            kind="grant",
            key=key,
        )


def limit(account: Account, person: Person, options: dict[str, Any]) -> None:
    """Set or lift what the account, and this member of it, may spend in a month."""
    if options["account_limit"]:
        cap_account(account, cap(options["account_limit"]))
    if options["member_limit"]:
        cap_member(account, person, cap(options["member_limit"]))


def make_staff(person: Person, role: str | None) -> None:
    """Give the person a staff role, or take it, when that is said."""
    if role is None:
        return
    try:
        appoint(person, None if role == "none" else StaffRole(role))
    except LastAdmin as error:
        raise CommandError("This is the last admin: make another one first.") from error


def cap(text: str) -> int | None:
    return None if text == "none" else int(amount(text) * MICRO)


def key_of(
    account: Account, person: Person, name: str, options: dict[str, Any]
) -> dict[str, str | None]:
    if not name:
        return {"key_id": None, "key": None}
    limits = Limits(scopes=(MANAGE_KEYS,)) if options["admin"] else NO_LIMITS
    facts = {"name": name, "person": person, "is_test": options["test"]}
    try:
        key, secret = issue_key(account, **facts, limits=limits)
    except WrongLimits as error:
        raise CommandError(str(error)) from error
    return {"key_id": key.pk, "key": secret}


def available(account: Account) -> int | float:
    """Return the credits that can be spent, as JSON writes numbers."""
    credits = Decimal(wallet_of(account.pk).available) / MICRO
    return int(credits) if credits == int(credits) else float(credits)
