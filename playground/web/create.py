"""The playground: one prompt box, its settings and price, and what was painted.

Each region is one template, drawn inside the page and sent alone to htmx.
"""

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from playground.generation.catalogue import catalogue
from playground.generation.request import Buyer
from playground.web.chrome import available_microcredits
from playground.web.examples import EXAMPLES
from playground.web.panel import Panel, is_for_words, panel_for
from playground.web.people import current_account, onlooker
from playground.web.picker import choices
from playground.web.rail import rail_of
from playground.web.runs import FEED, RAIL, run_of
from playground.web.seen import orders_of, orders_seen
from playground.web.tries import tries_left, tries_spent
from playground.web.wishes import Wish


@dataclass(frozen=True, slots=True)
class Price:
    """What Generate will cost, and what is left afterwards; guests have no balance."""

    unit: int
    n: int
    available: int | None

    @property
    def total(self) -> int:
        return self.unit * self.n

    @property
    def after(self) -> int | None:
        return None if self.available is None else self.available - self.total

    @property
    def is_short(self) -> bool:
        return self.after is not None and self.after < 0


@require_safe
def create(request: HttpRequest) -> HttpResponse:
    """GET /"""
    return render(request, "web/create.html", page(request, first_wish(request)))


@require_safe
def panel_fragment(request: HttpRequest) -> HttpResponse:
    """GET /create/settings: the settings for another model, or like an earlier run."""
    wish = first_wish(request)
    context = {**panel_context(request, wish), "fills_prompt": "from" in request.GET}
    return render(request, "web/_panel_answer.html", context)


@require_safe
def quote(request: HttpRequest) -> HttpResponse:
    """GET /create/quote: the price of the form as it stands."""
    context = panel_context(request, Wish.of(request.GET.dict()))
    return render(request, "web/_price_answer.html", context)


def first_wish(request: HttpRequest) -> Wish:
    """What the page opens with: a link's wish, a run's, or the last settings used."""
    asked = request.GET.dict()
    if "from" in asked:
        order = get_object_or_404(orders_seen(request), pk=asked["from"])
        return Wish.like(
            order, seed=run_of(order).seed if "keep_seed" in asked else None
        )
    if "model" in asked:
        return Wish.of(asked)
    last = orders_of(request).first()
    wish = replace(Wish.like(last), prompt="") if last else Wish()
    return replace(wish, prompt=asked.get("prompt", ""))


def page(request: HttpRequest, wish: Wish) -> dict[str, Any]:
    """Everything the whole page shows."""
    orders = list(orders_of(request)[:RAIL])
    runs = [run_of(order) for order in orders]
    return {
        **panel_context(request, wish),
        "runs": with_asked_run(request, runs),
        **rail_of(runs),
        "examples": EXAMPLES,
        "is_live": any(run.generation.is_live for run in runs),
    }


def with_asked_run(request: HttpRequest, runs: list[Any]) -> list[Any]:
    """The newest runs, and before them an older one when a link asks for it."""
    shown = runs[:FEED]
    wanted = request.GET.get("run")
    if not wanted or wanted in {run.id for run in shown}:
        return shown
    asked_for = orders_seen(request).filter(pk=wanted)
    return [*map(run_of, asked_for), *shown]


def panel_context(request: HttpRequest, wish: Wish) -> dict[str, Any]:
    """The composer and the settings, for whoever is looking."""
    buyer = onlooker(request)
    panel = panel_for(wish, buyer)
    return {
        "panel": panel,
        "wish": panel.wish,
        "price": price(request, panel, buyer),
        "choices": choices(panel.model.id, buyer),
        "is_guest": buyer.lane == "guest",
        "other_models": sum(map(is_for_words, catalogue().models)) - 1,
        "welcome_credits": settings.WELCOME_CREDITS,
        "tries_a_day": settings.GUEST_PICTURES_A_DAY,
        "tries_left": cache(
            lambda: tries_left(
                buyer.account_id, buyer.network, spent=tries_spent(request)
            )
        ),
    }


def price(request: HttpRequest, panel: Panel, buyer: Buyer) -> Price:
    account = current_account(request)
    available = available_microcredits(account) if buyer.lane != "guest" else None
    return Price(panel.unit_price_microcredits, panel.wish.n, available)
