"""The rail beside the playground: the newest runs, and older ones as it is scrolled."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from playground.gallery.shelf import page_of
from playground.web.history import place_in, place_of
from playground.web.runs import RAIL, Run, days_of, run_of
from playground.web.seen import orders_of


@require_safe
def older(request: HttpRequest) -> HttpResponse:
    """GET /create/rail?after="""
    place = place_in(request.GET.get("after", ""))
    orders, has_more = page_of(orders_of(request), RAIL, place)
    runs = [run_of(order) for order in orders]
    return render(request, "web/_rail_more.html", rail_of(runs, has_more=has_more))


def rail_of(runs: list[Run], *, has_more: bool | None = None) -> dict[str, Any]:
    """Return what the rail shows, and where it goes on."""
    if has_more is None:
        has_more = len(runs) == RAIL
    last = runs[-1].generation if runs and has_more else None
    return {"days": days_of(runs), "rail_goes_on": place_of(last)}
