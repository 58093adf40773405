"""A turn of the edit page's conversation: ordered, watched, taken back, asked again.

An order like any other of the playground, which also remembers the version it changed.
Plain forms are answered with the page; htmx gets what is new alone.
"""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import reswap, retarget

from playground.generation import tasks
from playground.generation.errors import EaselError
from playground.generation.models import Generation
from playground.generation.request import USUAL
from playground.generation.studio import in_studio
from playground.generation.uploads import carry_over
from playground.web.edit import page, panel_context, scene_of
from playground.web.edit_panel import panel_for
from playground.web.edit_plans import Brought, Scene, Work, planned, prepared
from playground.web.edit_wishes import EditWish
from playground.web.models import EditTurn
from playground.web.people import buyer_for, onlooker, remember_guest
from playground.web.references import kept_files
from playground.web.running import (
    Seen,
    asked_about,
    call_off,
    changed_slots,
    owned,
    spoken,
    told,
)
from playground.web.runs import run_of, runs_of
from playground.web.seen import orders_seen
from playground.web.starting import (
    Part,
    accepted_all,
    check_role,
    fewer,
    priced,
    status_of,
    try_again,
)
from playground.web.versions import Turn
from playground.web.wishes import whole


@require_POST
def start(request: HttpRequest, version_id: str) -> HttpResponse:
    """POST /edit/<id>/turns"""
    scene = scene_of(request, version_id)
    if "again" in request.POST:
        return once_more(request, scene)
    wish = EditWish.of(request.POST)
    try:
        wish = replace(wish, references=(*wish.references, *kept_files(request)))
        generation = begin_turn(request, scene, wish)
    except EaselError as error:
        response = show_problem(request, scene, wish, error)
    else:
        response = show_started(request, scene, generation)
    remember_guest(request, response)
    return response


def begin_turn(request: HttpRequest, scene: Scene, wish: EditWish) -> Generation:
    """Order a change of this version, at the price that was shown.

    No picture is laid out or stored for an order that could not be anyway.
    """
    check_role(request)
    looking = onlooker(request, is_rehearsal=wish.is_rehearsal)
    panel = panel_for(wish, scene, looking)
    wish = panel.wish
    plan = planned(wish, scene, panel.model)
    shown = wish.quoted_microcredits
    (part,) = priced(request, [Part(plan.ask, USUAL, looking)], shown)
    account_id = buyer_for(request).account_id
    carried = in_studio(carry_over(account_id, wish.references))
    mask = request.FILES.get("mask")
    brought = Brought(carried.names, mask.read() if mask else b"")
    work = Work(plan, wish, scene, brought, panel.order, account_id)
    ask = in_studio(prepared(work))
    (generation,) = accepted_all(request, [replace(part, ask=ask)])
    frame = wish.frame(scene.version.size)
    EditTurn.objects.create(
        generation_id=generation.id,
        root=scene.talk.root_id,
        base=scene.version.id,
        frame=[frame.left, frame.top, frame.right, frame.bottom] if frame else None,
    )
    tasks.send(generation)
    return generation


def once_more(request: HttpRequest, scene: Scene) -> HttpResponse:
    """Ask again for one picture of a turn; it takes its old place."""
    turn = turn_in(scene, request.POST["again"])
    place = whole(request.POST.get("place", "")) or 0
    try:
        try_again(request, owned(request, turn.id), place)
    except EaselError as error:
        again = (turn.id, place)
        return show_problem(request, scene, EditWish(), error, again=again)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(address_of(scene, turn.id))
    return changes(request, scene.version.id, [(turn.run, "")])


def show_started(
    request: HttpRequest, scene: Scene, generation: Generation
) -> HttpResponse:
    """The new turn at the conversation's end."""
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(address_of(scene, generation.id))
    scene = scene_of(request, scene.version.id)
    turn = turn_in(scene, generation.id)
    wish = replace(EditWish.of(request.POST), prompt="")
    context = {**panel_context(request, scene, wish), "turn": turn, "run": turn.run}
    return render(request, "web/_edit_started.html", context)


def show_problem(
    request: HttpRequest,
    scene: Scene,
    wish: EditWish,
    error: EaselError,
    again: tuple[str, int] | None = None,
) -> HttpResponse:
    """Say why nothing was started; words, mask and settings stay as they were."""
    status = status_of(request, error)
    context: dict[str, Any] = {"problem": error, "again": again}
    is_part = bool(request.htmx)  # type: ignore[attr-defined]
    drawn = panel_context if is_part else page
    context |= drawn(request, scene, wish)
    if not again:
        context["fewer"] = fewer(error, context)
    if not is_part:
        return render(request, "web/edit.html", context, status=status)
    response = render(request, "web/_edit_problem.html", context, status=status)
    return reswap(retarget(response, "#problem"), "innerHTML")


@require_safe
def live(request: HttpRequest, version_id: str) -> HttpResponse:
    """GET /edit/<id>/live?run=<id>~<version>: what looks different from those versions."""
    asked = asked_about(request)
    turns = orders_seen(request).filter(pk__in=asked, edit_turn__isnull=False)
    return told(runs_of(turns), asked, partial(changes, request, version_id))


@require_POST
def cancel(request: HttpRequest, version_id: str, generation_id: str) -> HttpResponse:
    """POST /edit/<id>/turns/<order>/cancel: what is not painted yet costs nothing."""
    run = run_of(owned(request, generation_id))
    call_off([run])
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("edit", version_id)
    return changes(request, version_id, [(run, run.version)])


def changes(
    request: HttpRequest, version_id: str, seen: Iterable[Seen]
) -> HttpResponse:
    """Send what changed of these turns since those versions, and say it aloud."""
    scene = scene_of(request, version_id)
    turns = [(turn_in(scene, run.id), version) for run, version in seen]
    context = {
        **spoken(request, [turn.run for turn, _version in turns]),
        "version": scene.version,
        "talk": scene.talk,
        "changes": [(turn, changed_slots(turn.run, known)) for turn, known in turns],
    }
    return render(request, "web/_edit_changes.html", context)


def turn_in(scene: Scene, generation_id: str) -> Turn:
    """Find a turn of this conversation; another's looks like a missing one."""
    turn = scene.talk.turn_by_id(generation_id)
    if turn is None:
        raise Http404
    return turn


def address_of(scene: Scene, generation_id: str) -> str:
    return f"{reverse('edit', args=[scene.version.id])}#turn-{generation_id}"
