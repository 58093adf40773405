"""Redeem a promotion or gift code."""

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.roles import Action
from billing.promo import NotRedeemed, redeem
from playground.web.credits import wallet_for
from playground.web.people import actor_of, needs
from playground.web.templatetags.easel import number

# Codes are not to be guessed.
MOST_TRIES, TRY_SECONDS = 10, 600


@needs(Action.MONEY)
@require_POST
def redeem_code(request: HttpRequest) -> HttpResponse:
    """POST /console/credits/code"""
    wallet = wallet_for(request)
    if not may_try(wallet.pk):
        messages.error(request, _("Too many tries. Wait ten minutes, then try again."))
        return redirect("credits")
    try:
        use = redeem(wallet.pk, request.POST.get("code", ""), actor_of(request))
    except NotRedeemed as error:
        messages.error(request, str(error.words))
        return redirect("credits")
    count = use.promo.credits
    words = ngettext("%(count)s credit added", "%(count)s credits added", count)
    messages.success(request, words % {"count": number(count)})
    return redirect("credits")


def may_try(wallet_id: str) -> bool:
    name = f"code:{wallet_id}"
    cache.add(name, 0, timeout=TRY_SECONDS)
    return cache.incr(name) <= MOST_TRIES
