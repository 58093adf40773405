"""Accounts that order nothing more: blocked with a reason their people read, and let go."""

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.blocking import block, unblock
from accounts.models import Account
from accounts.staff import Power
from playground.web.keys import done
from playground.web.operator.door import operates
from playground.web.people import actor_of

MOST_SHOWN, LEAST_PREFIX = 100, 10


class BlockForm(forms.Form):
    """Why an account is blocked, in a sentence."""

    why = forms.CharField(
        label=gettext_lazy("Why"),
        help_text=gettext_lazy("A sentence: its people read it on every page."),
        max_length=300,
    )


@operates(Power.SAFETY)
@never_cache
@require_safe
def blocked(request: HttpRequest) -> HttpResponse:
    """GET /operator/safety/accounts?q=: find one, and see who is blocked."""
    asked = request.GET.get("q", "").replace("\0", "").strip()
    return render(request, "operator/blocked.html", listed(asked))


def listed(asked: str, form: BlockForm | None = None) -> dict[str, object]:
    found = list(accounts_like(asked)[:MOST_SHOWN]) if asked else []
    out = Account.objects.filter(blocked_at__isnull=False).order_by("-blocked_at")
    return {
        "asked": asked,
        "found": found,
        "blocked": out.prefetch_related("people")[:MOST_SHOWN],
        "form": form or BlockForm(),
        "tab": "blocked",
    }


def accounts_like(asked: str) -> QuerySet[Account]:
    """Find accounts by id, a member's e-mail address, or the beginning of a key."""
    fits = Q(pk=asked) | Q(people__email=asked.lower())
    if len(asked) >= LEAST_PREFIX:
        fits |= Q(keys__prefix__startswith=asked[:15])
    found = Account.objects.filter(fits, closed_at=None).distinct()
    return found.prefetch_related("people").order_by("created_at", "pk")


@operates(Power.SAFETY)
@require_POST
def change_block(request: HttpRequest, account_id: str) -> HttpResponse:
    """POST /operator/safety/accounts/<id>: block it, or end that."""
    account = get_object_or_404(Account, pk=account_id)
    if "end" in request.POST:
        unblock(account, actor_of(request))
        return done(request, _("It may order again."), to="blocked")
    form = BlockForm(request.POST)
    if not form.is_valid():
        context = listed(account.pk, form)
        return render(request, "operator/blocked.html", context, status=422)
    block(account, form.cleaned_data["why"], actor_of(request))
    words = _("Blocked. Its calls are refused within seconds.")
    return done(request, words, to="blocked")
