"""What an account, and each of its members, may spend in a month: set and lifted here."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.models import Account
from accounts.roles import Action
from billing.keyholding import cap_account, cap_member
from billing.ledger import MICRO, Budget, budgets_of
from playground.web.key_forms import credits_field
from playground.web.members import found
from playground.web.people import actor_of, needs, own_account
from playground.web.templatetags.easel import credits_plain


class LimitForm(forms.Form):
    """A limit in credits; empty is none."""

    most = credits_field(
        gettext_lazy("At most each month, in credits"),
        help_text=gettext_lazy("Empty: no limit. Past it, requests are refused."),
    )

    @property
    def microcredits(self) -> int | None:
        most = self.cleaned_data["most"]
        return None if most is None else int(most * MICRO)


def limit_of(account: Account) -> Budget | None:
    """Return what the account may spend this month, and has."""
    return next(iter(budgets_of(account.pk)), None)


def form_for(account: Account) -> LimitForm:
    limit = limit_of(account)
    return LimitForm(initial={"most": credits_plain(limit.cap) if limit else ""})


@needs(Action.SETTINGS)
@require_POST
def limit_whole(request: HttpRequest) -> HttpResponse:
    """POST /console/settings/limit"""
    form = LimitForm(request.POST)
    if said(request, form):
        cap_account(own_account(request), form.microcredits, actor_of(request))
    return redirect("settings")


@needs(Action.MEMBERS)
@require_POST
def limit_one(request: HttpRequest, member_id: int) -> HttpResponse:
    """POST /console/members/<id>/limit"""
    member, form = found(request, member_id), LimitForm(request.POST)
    if said(request, form):
        most, by = form.microcredits, actor_of(request)
        cap_member(member.account, member.person, most, by)
    return redirect("members")


def said(request: HttpRequest, form: LimitForm) -> bool:
    """Say whether the form can be used, and tell whoever sent it."""
    if form.is_valid():
        messages.success(request, _("Saved."))
        return True
    messages.error(request, " ".join(str(one) for one in form.errors["most"]))
    return False
