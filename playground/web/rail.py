"""The rail beside the playground: the newest runs, and older ones as it is scrolled."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from playground.gallery.shelf import page_of
from playground.web.days import days_of
from playground.web.history import place_in, place_of
from playground.web.runs import RAIL, Run, entries_of, feed_orders, runs_of


@require_safe
def older(request: HttpRequest) -> HttpResponse:
    """GET /create/rail?after="""
    place = place_in(request.GET.get("after", ""))
    orders, has_more = page_of(feed_orders(request), RAIL, place)
    context = rail_of(runs_of(orders), has_more=has_more)
    return render(request, "web/_rail_more.html", context)


def rail_of(runs: Iterable[Run], *, has_more: bool | None = None) -> dict[str, Any]:
    """Return what the rail shows, and where it goes on."""
    listed = list(runs)
    if has_more is None:
        has_more = len(listed) == RAIL
    last = listed[-1].generation if listed and has_more else None
    return {"days": days_of(entries_of(listed)), "rail_goes_on": place_of(last)}
