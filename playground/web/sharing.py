"""Sharing a playground run with the account, and what its members have shared.

Nothing else in the account shows another's playground pictures: not even to its owner.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Account
from accounts.roles import Action
from playground.generation.models import Generation
from playground.web.people import may, needs, needs_person, own_account
from playground.web.runs import run_of
from playground.web.seen import orders_of, orders_seen

RUNS_A_PAGE = 24


@needs_person
@require_POST
def share(request: HttpRequest, generation_id: str) -> HttpResponse:
    """POST /create/runs/<id>/share: show it to the account, or with `off` to oneself.

    Taking a run from the team is also for whoever may delete others' pictures.
    """
    is_off = "off" in request.POST
    mine = orders_of(request)
    if is_off and may(request, Action.PURGE):
        mine = orders_seen(request).exclude(shared_at=None)
    order = get_object_or_404(mine, pk=generation_id)
    order.shared_at = None if is_off else order.shared_at or timezone.now()
    order.save(update_fields=["shared_at"])
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("team-pictures" if "list" in request.POST else "create")
    return render(request, "web/_share.html", {"run": run_of(order)})


@needs(Action.PICTURES)
@require_safe
def pictures(request: HttpRequest) -> HttpResponse:
    """GET /console/pictures: what members have shared, newest first."""
    context = {
        "runs": [run_of(order) for order in shared_in(own_account(request))],
        "may_take_back": may(request, Action.PURGE),
    }
    return render(request, "console/shared.html", context)


def shared_in(account: Account) -> list[Generation]:
    orders = Generation.objects.filter(account=account, shared_at__isnull=False)
    newest = orders.select_related("person").prefetch_related("pictures")
    return list(newest.order_by("-shared_at", "-pk")[:RUNS_A_PAGE])
