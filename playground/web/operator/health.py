"""How Easel is just now, on one page, and the switch that takes no new orders for a while."""

from typing import Any

from django import forms
from django.db.models import Count, Min, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Letter
from accounts.staff import Power, may_operate
from playground.generation import draining
from playground.trust import vitals
from playground.web.keys import done
from playground.web.operator.door import operates, operator_of
from playground.web.operator.telling import MomentField
from playground.webhooks.models import Delivery


class ClosureForm(forms.Form):
    """What customers are told while no orders are taken."""

    words = forms.CharField(
        label=gettext_lazy("What customers read"),
        help_text=gettext_lazy(
            "Stands on top of every page and in the API’s answers, after our own sentence."
        ),
        max_length=200,
        required=False,
    )
    until = MomentField(
        label=gettext_lazy("Until about (UTC)"),
        help_text=gettext_lazy("Only told: you open again yourself."),
        required=False,
    )


@operates(Power.HEALTH)
@never_cache
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """GET /operator/health"""
    return render(request, "operator/health.html", page(request))


def page(request: HttpRequest, form: ClosureForm | None = None) -> dict[str, Any]:
    now = timezone.now()
    clockwork = vitals.clockwork(now)
    tries, failed = vitals.failed_lately(now)
    return {
        **drain_context(form),
        "may_close": may_operate(operator_of(request), Power.MAINTENANCE),
        "looks": vitals.looks(),
        "processes": vitals.alive(now),
        "queues": queues(),
        "providers": vitals.by_provider(now),
        "tries": tries,
        "failed": failed,
        "refused": vitals.refused_orders(now),
        "clockwork": clockwork,
        "is_beating": vitals.beats(clockwork),
        "disk": vitals.disk(),
        "database_bytes": vitals.database_bytes(),
    }


def drain_context(form: ClosureForm | None = None) -> dict[str, Any]:
    closure = draining.current()
    first = {"words": closure.words, "until": closure.until} if closure else None
    return {
        "drain": closure,
        "is_over": bool(closure and closure.until and closure.until < timezone.now()),
        "left": draining.under_way(),
        "form": form or ClosureForm(initial=first),
    }


def queues() -> list[dict[str, Any]]:
    """Return what else waits for a worker, and since when the first of it does."""
    waits = {"count": Count("pk"), "oldest": Min("created_at")}
    deliveries = Delivery.objects.filter(state=Delivery.State.PENDING)
    letters = Letter.objects.filter(Q(due_at__isnull=False))
    return [
        {"name": _("Webhooks to deliver"), **deliveries.aggregate(**waits)},
        {"name": _("Mails to send"), **letters.aggregate(**waits)},
    ]


@operates(Power.HEALTH)
@never_cache
@require_safe
def left(request: HttpRequest) -> HttpResponse:
    """GET /operator/health/left: how many orders are still under way, while they are."""
    return render(request, "operator/_left.html", drain_context())


@operates(Power.MAINTENANCE)
@require_POST
def maintenance(request: HttpRequest) -> HttpResponse:
    """POST /operator/health/maintenance: take no new orders, or take them again."""
    if "open" in request.POST:
        draining.open_again(operator_of(request))
        return done(request, _("Orders are taken again."), to="health")
    form = ClosureForm(request.POST)
    if not form.is_valid():
        return render(request, "operator/health.html", page(request, form), status=422)
    said = form.cleaned_data
    draining.close(said["words"].strip(), said["until"], operator_of(request))
    words = _("No new orders are taken. What is under way goes on to its end.")
    return done(request, words, to="health")
