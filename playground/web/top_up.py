"""Change a wallet's auto top-up: each field saves itself, or all of them by a button."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.activity import Actor, note_change
from accounts.models import Deed
from accounts.roles import Action
from billing.turns import one_writer
from playground.web.credits import (
    credits_page,
    htmx_of,
    top_up_context,
    wallet_for,
)
from playground.web.people import actor_of, needs
from playground.web.top_up_form import RuleForm, in_words


@needs(Action.MONEY)
@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """POST /console/credits/auto"""
    wallet = wallet_for(request)
    form = RuleForm(request.POST, wallet=wallet)
    is_saved = form.is_valid()
    if is_saved:
        save(form, actor_of(request))
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


def save(form: RuleForm, by: Actor) -> None:
    """Write the rule, and in the activity log what was changed of it."""
    wallet, former = form.wallet, in_words(form.rule)
    with one_writer(), transaction.atomic():
        wallet.top_up = form.save()
        note_change(
            wallet.account,
            Deed.BILLING_CHANGED,
            by,
            subject=gettext_lazy("Auto top-up"),
            before=former,
            after=in_words(wallet.top_up),
        )
