"""Billing: what is left, what can be bought, and where every credit went.

This is the page and its parts; what can be done on it is in `buying`, `cards`,
`top_up`, `details` and `redeeming`, and each of them leads back here.
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from accounts.roles import Action
from billing import auto, lots, pace, receipts, till
from billing.customers import details_of, known_customer
from billing.ledger import wallet_of
from billing.models import StripePayment, Wallet
from billing.processor import is_open
from playground.web.people import needs, own_account
from playground.web.shelves import shop_for
from playground.web.statement import statement_of, wanted_in
from playground.web.top_up_form import RuleForm


@vary_on_headers("HX-Request")
@needs(Action.MONEY)
@require_safe
def credits(request: HttpRequest) -> HttpResponse:
    """The page; its statement alone when that is turned or filtered."""
    wallet = wallet_for(request)
    if htmx_of(request):
        context = {"statement": statement_for(request, wallet)}
        return render(request, "console/_statement.html", context)
    return credits_page(request, wallet)


def credits_page(request: HttpRequest, wallet: Wallet, **more: Any) -> HttpResponse:
    """Draw the whole page; `more` is what one of its forms has to say."""
    all_papers = "papers" in request.GET
    most = receipts.MOST if all_papers else receipts.FEW
    papers = receipts.papers_of(wallet, most=most + 1)
    context = {
        "wallet": wallet,
        "available_microcredits": wallet.available,
        "expiring": lots.expiring(wallet.pk)[:3],
        "days_left": running_out(wallet),
        "shop": shop_for(request, wallet) if is_open() else None,
        "is_till": till.is_open(),
        "is_cancelled": "cancelled" in request.GET,
        "has_portal": known_customer(wallet) and not till.is_open(),
        "papers": papers[:most],
        "has_more_papers": len(papers) > most,
        "details": details_of(wallet),
        "statement": statement_for(request, wallet),
        **top_up_context(wallet),
        **more,
    }
    return render(request, "console/credits.html", context)


def running_out(wallet: Wallet) -> int | None:
    """Return how many days the credits last, where they are few and none come by
    themselves."""
    return None if auto.is_on(wallet.pk) else pace.days_left(wallet)


def top_up_context(wallet: Wallet, form: RuleForm | None = None) -> dict[str, Any]:
    """What the part about auto top-up shows."""
    rule = getattr(wallet, "top_up", None)
    form = form or RuleForm(wallet=wallet)
    return {
        "rule": rule,
        "rule_form": form,
        "cards": form.cards,
        "rule_trouble": auto.words_for(rule.last_error) if rule else "",
        "bought_this_month": auto.bought_this_month(wallet),
    }


def statement_for(request: HttpRequest, wallet: Wallet) -> Any:
    return statement_of(wallet, wanted_in(request.GET), request.GET.get("before", ""))


def leave(request: HttpRequest) -> HttpResponse:
    """Go to the page itself: its address can be kept and opened again."""
    if htmx_of(request):
        return HttpResponseClientRedirect(reverse("credits"))
    return redirect("credits")


def wallet_for(request: HttpRequest) -> Wallet:
    """Return the wallet of the account this person acts for."""
    return wallet_of(own_account(request).pk)


def payment_for(wallet: Wallet, **named: Any) -> StripePayment:
    """Find a purchase of this wallet; another's looks exactly like a missing one."""
    return get_object_or_404(StripePayment, wallet=wallet, **named)


def absolute(request: HttpRequest, name: str) -> str:
    address = reverse(name)
    if settings.SITE_URL:
        return f"{settings.SITE_URL}{address}"
    return request.build_absolute_uri(address)


def htmx_of(request: HttpRequest) -> HtmxDetails | None:
    asked: HtmxDetails | None = getattr(request, "htmx", None)
    return asked or None
