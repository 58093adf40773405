"""The playground: one prompt box, its settings and price, and what was painted.

Each region is one template, drawn inside the page and sent alone to htmx.
"""

from collections.abc import Callable
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
from playground.web.picker import choices, filters
from playground.web.rail import rail_of
from playground.web.references import references_of
from playground.web.runs import (
    FEED,
    RAIL,
    Entry,
    Run,
    entries_of,
    feed_orders,
    run_of,
    runs_of,
    with_sides,
)
from playground.web.seen import newest_of, orders_seen
from playground.web.tries import free_left, tries_left, tries_spent
from playground.web.wishes import Wish


@dataclass(frozen=True, slots=True)
class Price:
    """What Generate will cost, and what is left afterwards; guests have no balance.

    `free` is how many free pictures a person has left today, which count where they
    `may_be_free`; `units` has the price of each tier for the page to multiply: one that
    may be free ends in f.
    """

    unit: int
    n: int
    available: int | None
    free: int = 0
    may_be_free: bool = False
    units: str = ""

    @property
    def total(self) -> int:
        is_treat = self.may_be_free and self.n <= self.free
        return 0 if is_treat else self.unit * self.n

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
    context = panel_context(request, Wish.of(request.GET))
    return render(request, "web/_price_answer.html", context)


def first_wish(request: HttpRequest) -> Wish:
    """What the page opens with: a link's wish, a run's, or the last settings used."""
    asked = request.GET
    if "from" in asked:
        return wish_from(request, asked["from"], keeps_seed="keep_seed" in asked)
    if "model" in asked:
        return Wish.of(asked)
    last = feed_orders(request).first()
    wish = replace(Wish.like(last), prompt="", references=()) if last else Wish()
    named = tuple(asked.getlist("reference"))
    return replace(wish, prompt=asked.get("prompt", ""), references=named)


def wish_from(request: HttpRequest, order_id: str, *, keeps_seed: bool) -> Wish:
    """Ask for what an earlier run asked for, of all its models if it was a comparison."""
    order = get_object_or_404(with_sides(orders_seen(request)), pk=order_id)
    run = run_of(order)
    seed = run.seed if keeps_seed else None
    if not run.comparison:
        return Wish.like(order, seed=seed)
    sides = newest_of(order.account).filter(compared__comparison=run.comparison)
    others = sides.exclude(pk=order.pk).order_by("compared__place")
    return Wish.like(order, seed=seed, rivals=tuple(one.model for one in others))


def page(request: HttpRequest, wish: Wish) -> dict[str, Any]:
    """Everything the whole page shows."""
    runs = runs_of(feed_orders(request)[:RAIL])
    entries = entries_of(runs)
    return {
        **panel_context(request, wish),
        "entries": with_asked_run(request, entries),
        **rail_of(runs),
        "examples": EXAMPLES,
        "is_live": any(run.is_live for run in runs),
    }


def with_asked_run(request: HttpRequest, entries: list[Entry]) -> list[Entry]:
    """The newest runs, and before them an older one when a link asks for it."""
    shown = entries[:FEED]
    wanted = request.GET.get("run")
    if not wanted or wanted in {run.id for entry in shown for run in sides_of(entry)}:
        return shown
    asked_for = with_sides(orders_seen(request)).filter(pk=wanted)
    return [*entries_of(runs_of(asked_for)), *shown]


def sides_of(entry: Entry) -> tuple[Run, ...]:
    return (entry,) if isinstance(entry, Run) else entry.runs


def panel_context(request: HttpRequest, wish: Wish) -> dict[str, Any]:
    """The composer and the settings, for whoever is looking."""
    buyer = onlooker(request, is_rehearsal=wish.is_rehearsal)
    panel = panel_for(wish, buyer)
    return {
        "panel": panel,
        "wish": panel.wish,
        "references": references_of(buyer.account_id, panel.wish.references),
        "price": price(request, panel, buyer),
        "choices": choices(panel.wish, buyer),
        "filters": filters(),
        "is_guest": buyer.lane == "guest",
        "other_models": sum(map(is_for_words, catalogue().models)) - 1,
        "welcome_credits": settings.WELCOME_CREDITS,
        "tries_a_day": settings.GUEST_PICTURES_A_DAY,
        "tries_left": left_today(request, buyer),
    }


def left_today(request: HttpRequest, buyer: Buyer) -> Callable[[], int]:
    """Count a guest's tries when somebody looks."""
    spent = tries_spent(request)
    return cache(lambda: tries_left(buyer.account_id, buyer.network, spent=spent))


def price(request: HttpRequest, panel: Panel, buyer: Buyer) -> Price:
    may_be_free = any(tier.may_be_free for tier in panel.tiers)
    free = free_left(buyer) if may_be_free else 0
    chosen = next(tier for tier in panel.tiers if tier.is_chosen)
    return Price(
        unit=panel.unit_price_microcredits,
        n=panel.wish.n,
        available=available_to(request, buyer),
        free=free,
        may_be_free=chosen.may_be_free,
        units=" ".join(
            f"{tier.value}={tier.price}{'f' if tier.may_be_free else ''}"
            for tier in panel.tiers
        ),
    )


def available_to(request: HttpRequest, buyer: Buyer) -> int | None:
    """Return what somebody may spend; guests have no balance."""
    if buyer.lane == "guest":
        return None
    return available_microcredits(current_account(request))
