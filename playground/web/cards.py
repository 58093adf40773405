"""Saved cards: one is added on the processor's page, chosen and removed here."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import Action
from billing import cards
from billing.customers import customer_of
from billing.models import Card, Wallet
from billing.processing import ProcessorAway, Refused
from billing.processor import is_open, mode, processor
from playground.web.credits import absolute, wallet_for
from playground.web.people import actor_of, needs


@needs(Action.MONEY)
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """POST /console/credits/cards: go where a card is saved."""
    if not is_open():
        return redirect("credits")
    try:
        address = cards.open_setup(
            wallet_for(request),
            actor_of(request),
            return_url=absolute(request, "card-returned"),
            cancel_url=absolute(request, "credits"),
        )
    except (ProcessorAway, Refused):
        return away(request)
    return HttpResponseRedirect(address)


@needs(Action.MONEY)
@require_safe
def returned(request: HttpRequest) -> HttpResponse:
    """Back from saving a card: keep it, unless the webhook was quicker."""
    wallet = wallet_for(request)
    try:
        session = processor().session(request.GET.get("session", ""))
    except (ProcessorAway, Refused):
        return away(request)
    if session["metadata"].get("wallet") == wallet.pk:
        if card := cards.keep_from_session(session):
            messages.success(request, _("%(card)s is saved.") % {"card": card})
    return redirect("credits")


@needs(Action.MONEY)
@require_POST
def make_default(request: HttpRequest, card_id: str) -> HttpResponse:
    card = card_for(wallet_for(request), card_id)
    cards.make_default(card, actor_of(request))
    messages.success(request, _("%(card)s is the default now.") % {"card": card})
    return redirect("credits")


@needs(Action.MONEY)
@require_POST
def remove(request: HttpRequest, card_id: str) -> HttpResponse:
    card = card_for(wallet_for(request), card_id)
    try:
        cards.remove(card, actor_of(request))
    except ProcessorAway:
        return away(request)
    messages.success(request, _("%(card)s is removed.") % {"card": card})
    return redirect("credits")


@needs(Action.MONEY)
@require_POST
def portal(request: HttpRequest) -> HttpResponse:
    """Go to the processor's own page about this customer."""
    try:
        customer = customer_of(wallet_for(request))
        address = processor().portal(customer.pk, absolute(request, "credits"))
    except (ProcessorAway, Refused):
        return away(request)
    return HttpResponseRedirect(address)


def card_for(wallet: Wallet, card_id: str) -> Card:
    """Find a card of this wallet; another's looks exactly like a missing one."""
    return get_object_or_404(Card, pk=card_id, wallet=wallet, mode=mode())


def away(request: HttpRequest) -> HttpResponse:
    text = _("The card processor did not answer. Nothing was changed; try again.")
    messages.error(request, text)
    return redirect("credits")
