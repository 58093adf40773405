"""A customer on one page: who they are, what they have, and what became of it lately."""

from dataclasses import dataclass

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Account, ApiKey, Membership, StaffDeed
from accounts.roles import Role
from accounts.staff import Power
from billing.ledger import wallet_of
from billing.models import StripePayment
from playground.generation.errors import EaselError
from playground.generation.models import Generation
from playground.trust.answering import note
from playground.trust.models import CustomerNote, Inquiry
from playground.web.operator.door import operates, operator_of
from playground.web.usage import BADGES

MOST_REQUESTS, MOST_PAYMENTS, MOST_KEYS = 20, 10, 50


@dataclass(frozen=True, slots=True)
class Ordered:
    """A request as the list shows it."""

    order: Generation
    badge: str


@operates(Power.SEE_CUSTOMERS)
@never_cache
@require_safe
def customer(request: HttpRequest, account_id: str) -> HttpResponse:
    """GET /operator/support/customers/<id>"""
    account = get_object_or_404(Account.objects.select_related("group"), pk=account_id)
    members = members_of(account)
    context = {
        "account": account,
        "members": members,
        "wallet": wallet_of(account.pk),
        "keys": keys_of(account),
        "requests": requests_of(account),
        "payments": payments_of(account),
        "letters": letters_of(account, [one.person.email for one in members]),
        "notes": CustomerNote.objects.filter(account_id=account.pk),
        "deeds": StaffDeed.objects.filter(subject_id=account.pk).order_by("-pk")[:5],
    }
    return render(request, "operator/support_customer.html", context)


@operates(Power.SEE_CUSTOMERS)
@require_POST
def add_note(request: HttpRequest, account_id: str) -> HttpResponse:
    """POST /operator/support/customers/<id>/notes"""
    account = get_object_or_404(Account, pk=account_id)
    try:
        note(account.pk, request.POST.get("words", ""), operator_of(request))
    except EaselError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Noted."))
    return redirect("support-customer", account.pk)


def members_of(account: Account) -> list[Membership]:
    """Return who belongs to an account, its owners first."""
    rank = {role: place for place, role in enumerate(Role.values)}
    found = account.memberships.select_related("person").order_by("created_at")
    return sorted(found, key=lambda one: rank.get(one.role, len(rank)))


def keys_of(account: Account) -> list[ApiKey]:
    return list(account.keys.order_by("revoked_at", "-created_at")[:MOST_KEYS])


def requests_of(account: Account) -> list[Ordered]:
    lately = Generation.objects.filter(account=account, is_demo=False)
    shown = lately.order_by("-created_at", "-id")[:MOST_REQUESTS]
    return [Ordered(one, BADGES.get(Generation.State(one.state), "")) for one in shown]


def payments_of(account: Account) -> list[StripePayment]:
    found = StripePayment.objects.filter(wallet_id=account.pk)
    return list(found.order_by("-id")[:MOST_PAYMENTS])


def letters_of(account: Account, emails: list[str], about: str = "") -> list[Inquiry]:
    """Return what a customer wrote or was written, newest first."""
    which = Q(account_id=account.pk) | Q(email__in=[one for one in emails if one])
    if about:
        threads = Inquiry.objects.filter(about=about).values("pk")
        named = Q(about__in=threads) | Q(words__contains=about)
        which = Q(about=about) | (which & named)
    found = Inquiry.objects.filter(which).prefetch_related("replies__person")
    return list(found.order_by("-created_at")[:MOST_PAYMENTS])
