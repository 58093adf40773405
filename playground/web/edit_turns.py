"""A turn of the edit page's conversation: ordered, watched, taken back, asked again.

An order like any other, which also remembers the version it changed. Plain forms are
answered with the page; htmx gets the turn alone.
"""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import reswap, retarget

from accounts.roles import REFUSALS, Action
from playground.generation import offering, service, tasks
from playground.generation.errors import BadRequest, EaselError, Forbidden
from playground.generation.models import Generation
from playground.generation.request import Ask, Call, ImageRequest
from playground.generation.studio import in_studio
from playground.web.chrome import available_microcredits
from playground.web.edit import page, panel_context, scene_of
from playground.web.edit_panel import panel_for
from playground.web.edit_plans import Brought, Scene, Work, planned, prepared
from playground.web.edit_wishes import EditWish
from playground.web.models import EditTurn
from playground.web.people import (
    buyer_for,
    current_account,
    current_person,
    may,
    onlooker,
    remember_guest,
)
from playground.web.runs import filled_in, said_of
from playground.web.seen import orders_of
from playground.web.starting import STATUSES, ask_again, check_price
from playground.web.tries import check_tries, stay_within_tries, tries_spent

ENDPOINT = "playground.edit"


@require_POST
def start(request: HttpRequest, version_id: str) -> HttpResponse:
    """POST /edit/<id>/turns"""
    scene = scene_of(request, version_id)
    files = request.FILES.getlist("reference")
    wish = EditWish.of({**request.POST.dict(), "references": str(len(files))})
    try:
        if "again" in request.POST:
            generation = begin_again(request, scene, wish)
        else:
            generation = begin_turn(request, scene, wish)
    except EaselError as error:
        response = show_problem(request, scene, wish, error)
    else:
        response = show_started(request, scene, generation)
    remember_guest(request, response)
    return response


def begin_turn(request: HttpRequest, scene: Scene, wish: EditWish) -> Generation:
    """Order a change of this version, at the price that was shown.

    Nothing is read or stored for an order that could not be anyway.
    """
    panel = panel_for(wish, scene, onlooker(request))
    wish = panel.wish
    plan = planned(wish, scene, panel.model)
    order = quoted(request, plan.ask, wish)
    mask = request.FILES.get("mask")
    brought = Brought(request.FILES.getlist("reference"), mask.read() if mask else b"")
    account_id = buyer_for(request).account_id
    ask = in_studio(prepared(Work(plan, wish, scene, brought, order, account_id)))
    frame = wish.frame(scene.version.size)
    sides = [frame.left, frame.top, frame.right, frame.bottom] if frame else None
    return placed(
        request,
        ask,
        EditTurn(root=scene.talk.root_id, base=scene.version.id, frame=sides),
    )


def begin_again(request: HttpRequest, scene: Scene, wish: EditWish) -> Generation:
    """Order what an earlier turn could not deliver, once more and once only."""
    failed = scene.talk.turn_by_id(request.POST["again"])
    if failed is None:
        raise BadRequest(_("That turn is not part of this conversation."))
    ask = ask_again(failed.run.request)
    quoted(request, ask, wish)
    turn = EditTurn(
        root=scene.talk.root_id, base=failed.base, frame=list(failed.frame) or None
    )
    return placed(request, ask, turn)


def quoted(request: HttpRequest, ask: Ask, wish: EditWish) -> ImageRequest:
    """Check that the order may be, and costs what the page said."""
    if current_person(request) and not may(request, Action.PAINT):
        raise Forbidden(str(REFUSALS[Action.PAINT]), code="role_not_allowed")
    looking = onlooker(request)
    offer = offering.quote(ask, looking)
    check_tries(looking, offer.request, spent=tries_spent(request))
    check_price(wish.quoted_microcredits, offer.total_microcredits)
    return offer.request


def placed(request: HttpRequest, ask: Ask, turn: EditTurn) -> Generation:
    """Accept the order, put it into its conversation, and ask a worker to paint it."""
    buyer = buyer_for(request)
    call = Call(ENDPOINT, Generation.State.QUEUED)
    generation = in_studio(service.accept(ask, buyer, call))
    turn.generation_id = generation.id
    turn.save(force_insert=True)
    stay_within_tries(buyer, generation, spent=tries_spent(request))
    tasks.send(generation.id)
    return generation


def show_started(
    request: HttpRequest, scene: Scene, generation: Generation
) -> HttpResponse:
    """The new turn at the conversation's end."""
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(
            f"{reverse('edit', args=[scene.version.id])}#turn-{generation.id}"
        )
    scene = scene_of(request, scene.version.id)
    context = turn_context(request, scene, generation.id)
    return render(request, "web/_edit_started.html", context)


def show_problem(
    request: HttpRequest, scene: Scene, wish: EditWish, error: EaselError
) -> HttpResponse:
    """Say why nothing was started; words, mask and settings stay as they were."""
    status = STATUSES.get(type(error), 422)
    context: dict[str, Any] = {"problem": error}
    if request.htmx:  # type: ignore[attr-defined]
        context |= panel_context(request, scene, wish)
        response = render(request, "web/_edit_problem.html", context, status=status)
        return reswap(retarget(response, "#problem"), "innerHTML")
    context |= page(request, scene, wish)
    return render(request, "web/edit.html", context, status=status)


@require_safe
def turn(request: HttpRequest, version_id: str, generation_id: str) -> HttpResponse:
    """GET /edit/<id>/turns/<order>?v=<what the page shows>"""
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(f"{reverse('edit', args=[version_id])}#turn-{generation_id}")
    scene = scene_of(request, version_id)
    context = turn_context(request, scene, generation_id)
    known = request.GET.get("v", "")
    if known == context["turn"].run.version:
        return HttpResponse(status=204)
    context |= {"filled": filled_in(known), "arrives": True}
    return render(request, "web/_edit_turn_answer.html", context)


@require_POST
def cancel(request: HttpRequest, version_id: str, generation_id: str) -> HttpResponse:
    """POST /edit/<id>/turns/<order>/cancel: what nobody has begun costs nothing."""
    order = get_object_or_404(orders_of(request), pk=generation_id)
    in_studio(service.cancel(order.pk))
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("edit", version_id)
    scene = scene_of(request, version_id)
    context = turn_context(request, scene, generation_id)
    return render(request, "web/_edit_turn_answer.html", context)


def turn_context(
    request: HttpRequest, scene: Scene, generation_id: str
) -> dict[str, Any]:
    """One turn of a conversation, and what is to be said about it."""
    shown = scene.talk.turn_by_id(generation_id)
    if shown is None:
        raise Http404
    account = current_account(request)
    is_guest = account is None or account.is_guest
    available = None if is_guest else available_microcredits(account)
    return {
        "turn": shown,
        "run": shown.run,
        "talk": scene.talk,
        "version": scene.version,
        "is_guest": is_guest,
        "ending": said_of(shown.run, available),
    }
