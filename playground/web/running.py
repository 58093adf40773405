"""Starting a run from the page, watching it, and taking it back.

Plain forms work without script: they are answered with the page. htmx gets the
run alone, and an error that stands above the prompt without touching it.
"""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import reswap, retarget

from accounts.roles import REFUSALS, Action
from playground.generation import offering, service, tasks
from playground.generation.errors import (
    CannotPay,
    EaselError,
    Forbidden,
    OutOfService,
    TooMany,
)
from playground.generation.models import Generation
from playground.generation.request import Call
from playground.generation.studio import in_studio
from playground.web.as_code import snippets
from playground.web.chrome import available_microcredits
from playground.web.create import page, panel_context
from playground.web.people import (
    buyer_for,
    current_account,
    current_person,
    may,
    onlooker,
    remember_guest,
)
from playground.web.rail import rail_of
from playground.web.runs import (
    RAIL,
    Run,
    ending_of,
    filled_in,
    run_of,
)
from playground.web.seen import orders_of, orders_seen
from playground.web.tries import check_tries, stay_within_tries, tries_spent
from playground.web.wishes import Wish

ENDPOINT = "playground"


@dataclass
class PriceChanged(EaselError):
    """The price on the page was not the price any more: nothing was started."""

    code: str = "price_changed"


STATUSES: dict[type[EaselError], int] = {
    CannotPay: 402,
    PriceChanged: 409,
    TooMany: 429,
    OutOfService: 503,
}


@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """POST /create/runs"""
    wish = asked(request)
    try:
        generation = begin(request, wish)
    except EaselError as error:
        response = show_problem(request, wish, error)
    else:
        response = show_started(request, generation)
    remember_guest(request, response)
    return response


def asked(request: HttpRequest) -> Wish:
    """Read the composer's form, or "try again" for one slot of an earlier run."""
    form = request.POST.dict()
    if "again" not in form:
        return Wish.of(form)
    order = get_object_or_404(orders_of(request), pk=form["again"])
    wish = Wish.like(order)
    return Wish.of({**as_form(wish), "n": "1", "quoted": form.get("quoted", "")})


def as_form(wish: Wish) -> dict[str, str]:
    return {
        "prompt": wish.prompt,
        "model": wish.model,
        "aspect_ratio": wish.shape,
        "resolution": wish.tier,
        "output_format": wish.output_format,
        "negative_prompt": wish.avoid,
    }


def begin(request: HttpRequest, wish: Wish) -> Generation:
    """Accept the order at the price that was shown, and ask a worker to paint it.

    A newcomer becomes a guest only when nothing speaks against the order.
    """
    if current_person(request) and not may(request, Action.PAINT):
        raise Forbidden(str(REFUSALS[Action.PAINT]), code="role_not_allowed")
    ask, spent = wish.ask(), tries_spent(request)
    looking = onlooker(request)
    offer = offering.quote(ask, looking)
    check_tries(looking, offer.request, spent=spent)
    check_price(wish.quoted_microcredits, offer.total_microcredits)
    buyer = buyer_for(request)
    state = Generation.State.QUEUED
    generation = in_studio(service.accept(ask, buyer, Call(ENDPOINT, state)))
    stay_within_tries(buyer, generation, spent=spent)
    tasks.send(generation.id)
    return generation


def check_price(shown_microcredits: int | None, total_microcredits: int) -> None:
    """Refuse to charge other than the page said; what is free needs no price."""
    if (shown_microcredits or 0) != total_microcredits:
        raise PriceChanged(_("Nothing was started, and nothing was charged."))


def show_started(request: HttpRequest, generation: Generation) -> HttpResponse:
    """The new run on top of the feed; the first one takes the examples' place."""
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("create")
    orders = orders_of(request)
    run = run_of(orders.get(pk=generation.pk))
    newest = [run_of(order) for order in orders[:2]]
    is_new_day = len(newest) < 2 or newest[0].day != newest[1].day
    context = {
        **panel_context(request, Wish.like(generation)),
        "run": run,
        "is_first": len(newest) < 2,
        **(rail_of(rail_runs(request)) if is_new_day else {}),
    }
    response = render(request, "web/_started.html", context)
    return reswap(response, "innerHTML") if context["is_first"] else response


def rail_runs(request: HttpRequest) -> list[Run]:
    return [run_of(order) for order in orders_of(request)[:RAIL]]


def show_problem(request: HttpRequest, wish: Wish, error: EaselError) -> HttpResponse:
    """Say why nothing was started; the prompt and the settings stay as they were."""
    status = STATUSES.get(type(error), 422)
    context: dict[str, Any] = {"problem": error}
    if request.htmx:  # type: ignore[attr-defined]
        context |= panel_context(request, wish)
        response = render(request, "web/_problem_answer.html", context, status=status)
        return reswap(retarget(response, "#problem"), "innerHTML")
    context |= page(request, wish)
    return render(request, "web/create.html", context, status=status)


@require_safe
def run(request: HttpRequest, generation_id: str) -> HttpResponse:
    """GET /create/runs/<id>?v=<what the page shows>"""
    shown = run_of(get_object_or_404(orders_seen(request), pk=generation_id))
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(f"{reverse('create')}?run={shown.id}#run-{shown.id}")
    known = request.GET.get("v")
    if known == shown.version:
        return HttpResponse(status=204)
    template = "web/_run.html" if known is None else "web/_run_answer.html"
    context = run_context(request, shown) | {"filled": filled_in(known or "")}
    return render(request, template, context)


@require_POST
def cancel(request: HttpRequest, generation_id: str) -> HttpResponse:
    """POST /create/runs/<id>/cancel: what nobody has begun costs nothing."""
    order = owned(request, generation_id)
    in_studio(service.cancel(order.pk))
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("create")
    shown = run_of(owned(request, generation_id))
    return render(request, "web/_run_answer.html", run_context(request, shown))


@require_safe
def code(request: HttpRequest, generation_id: str) -> HttpResponse:
    """GET /create/runs/<id>/code: this run for curl and Python."""
    order = get_object_or_404(orders_seen(request), pk=generation_id)
    origin = request.build_absolute_uri("/").rstrip("/")
    listed = snippets(order, origin, run_of(order).seed)
    return HttpResponse(
        render_to_string("web/_code.html", {"snippets": listed}, request)
    )


def owned(request: HttpRequest, generation_id: str) -> Generation:
    """Find an order of one's own; another's looks exactly like a missing one."""
    return get_object_or_404(orders_of(request), pk=generation_id)


def run_context(request: HttpRequest, shown: Run) -> dict[str, Any]:
    """A run that looks different now, and what to say about it."""
    account = current_account(request)
    is_guest = account is None or account.is_guest
    available = None if is_guest else available_microcredits(account)
    ending = ending_of(shown, available)
    return {"run": shown, "is_guest": is_guest, "ending": ending}
