"""From whatever a customer quotes to the customer: an id, an address, a key's prefix.

A whole key may be pasted; what is looked for, and shown, is its prefix alone.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.ids import ALPHABET, moment_of
from accounts.keys import LIVE, TEST, prefix
from accounts.models import Account, ApiKey, Person
from billing.models import Hold, StripePayment
from playground.generation.horizon import is_no_longer_kept
from playground.generation.models import Generation, Picture
from playground.trust.models import Inquiry

MOST_FOUND = 20
LOGGED_ONLY = re.compile(f"req_[0-7][{ALPHABET}]{{25}}")


@dataclass(frozen=True, slots=True)
class Found:
    """Somewhere to go on from, and why it was found."""

    title: str
    detail: str
    url: str


def find(text: str) -> list[Found]:
    """Return what the text names, the likeliest first."""
    wanted = text.strip().strip("\"'<>.,;")
    if not wanted:
        return []
    for start, look in BY_START.items():
        if wanted.startswith(start):
            return list(look(wanted))[:MOST_FOUND]
    return [*people(wanted), *teams(wanted)][:MOST_FOUND]


def requests(wanted: str) -> Iterator[Found]:
    for order in Generation.objects.filter(pk=wanted):
        yield of_request(order)
        return
    if is_no_longer_kept(wanted):
        for hold in Hold.objects.filter(job_id=wanted).select_related(
            "wallet__account"
        ):
            yield of_account(
                hold.wallet.account, _("The request is no longer kept; its money is.")
            )


def pictures(wanted: str) -> Iterator[Found]:
    for one in Picture.objects.filter(pk=wanted).select_related("generation"):
        yield of_request(one.generation)


def accounts(wanted: str) -> Iterator[Found]:
    for account in Account.objects.filter(pk=wanted):
        yield of_account(account, account.get_kind_display())


def key_ids(wanted: str) -> Iterator[Found]:
    yield from of_keys(Q(pk=wanted))


def key_texts(wanted: str) -> Iterator[Found]:
    yield from of_keys(Q(prefix__startswith=prefix(wanted)))


def of_keys(which: Q) -> Iterator[Found]:
    keys = ApiKey.objects.filter(which).select_related("account")
    for key in keys.order_by("-created_at")[:MOST_FOUND]:
        yield of_account(key.account, f"{key.prefix}…, {key.name}")


def payments(wanted: str) -> Iterator[Found]:
    which = Q(session_id=wanted) | Q(payment_intent=wanted) | Q(charge_id=wanted)
    for one in StripePayment.objects.filter(which).select_related("wallet__account"):
        yield of_account(one.wallet.account, wanted)


def inquiries(wanted: str) -> Iterator[Found]:
    for one in Inquiry.objects.filter(pk=wanted):
        url = f"{reverse('inbox')}?show=all#{one.pk}"
        yield Found(str(one.get_kind_display()), one.email, url)


def people(wanted: str) -> Iterator[Found]:
    """Find people by an address, or a part of it or of their name."""
    which = (
        Q(email__icontains=wanted)
        | Q(name__icontains=wanted)
        | Q(emailaddress__email__icontains=wanted)
    )
    found = Person.objects.filter(which).distinct().order_by("email")[:MOST_FOUND]
    for person in found.prefetch_related("accounts"):
        for account in person.accounts.all():
            yield of_account(account, person.email)


def teams(wanted: str) -> Iterator[Found]:
    found = Account.objects.filter(kind=Account.Kind.TEAM, name__icontains=wanted)
    for account in found.order_by("name")[:MOST_FOUND]:
        yield of_account(account, account.name)


def of_request(order: Generation) -> Found:
    return Found(order.pk, order.model, reverse("support-request", args=[order.pk]))


def of_account(account: Account, detail: str) -> Found:
    title = account.name or str(account.get_kind_display())
    return Found(title, detail, reverse("support-customer", args=[account.pk]))


def only_in_logs(text: str) -> datetime | None:
    """Return when a request was made that ordered no pictures: its id is in logs alone."""
    wanted = text.strip()
    if not LOGGED_ONLY.fullmatch(wanted):
        return None
    return datetime.fromtimestamp(moment_of(wanted) / 1000, UTC)


BY_START: dict[str, Callable[[str], Iterator[Found]]] = {
    "img_": requests,
    "pic_": pictures,
    "acc_": accounts,
    "key_": key_ids,
    "inq_": inquiries,
    LIVE: key_texts,
    TEST: key_texts,
    "cs_": payments,
    "pi_": payments,
    "ch_": payments,
}
