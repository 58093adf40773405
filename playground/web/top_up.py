"""Change a wallet's auto top-up: each field saves itself, or all of them by a button."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.activity import note
from accounts.models import Deed
from accounts.roles import Action
from playground.web.credits import (
    credits_page,
    htmx_of,
    top_up_context,
    wallet_for,
)
from playground.web.people import actor_of, needs
from playground.web.top_up_form import RuleForm


@needs(Action.MONEY)
@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """POST /console/credits/auto"""
    wallet = wallet_for(request)
    form = RuleForm(request.POST, wallet=wallet)
    is_saved = form.is_valid()
    if is_saved:
        rule = form.save()
        wallet.top_up = rule
        subject = _("Auto top-up: %(state)s") % {"state": rule.get_state_display()}
        note(wallet.account, Deed.BILLING_CHANGED, actor_of(request), subject=subject)
    if htmx_of(request):
        shown = None if is_saved else form
        context = {
            **top_up_context(wallet, shown),
            "is_saved": is_saved,
            "wallet": wallet,
        }
        return render(request, "console/_top_up.html", context)
    if is_saved:
        messages.success(request, _("Saved"))
        return redirect("credits")
    return credits_page(request, wallet, **top_up_context(wallet, form))
