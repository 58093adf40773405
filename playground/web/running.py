"""Watching what is being painted, taking it back, and showing it as code.

An open page asks for all its runs at once. Only what looks different comes back,
piece by piece, so that a finished picture is never drawn twice.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from playground.generation import service
from playground.generation.models import Generation
from playground.generation.studio import in_studio
from playground.web.as_code import snippets
from playground.web.chrome import available_microcredits
from playground.web.people import current_account
from playground.web.runs import (
    Run,
    duel_of,
    feed_orders,
    run_of,
    runs_of,
    said_of,
    with_sides,
)
from playground.web.seen import orders_seen

MOST_WATCHED = 40
NEXT_LOOK = "Easel-Look"

Seen = tuple[Run, str]


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """GET /create/live?run=<id>~<version>: what looks different from those versions."""
    asked = asked_about(request)
    runs = runs_of(feed_orders(request).filter(pk__in=asked))
    return told(runs, asked, partial(changes, request))


def asked_about(request: HttpRequest) -> dict[str, str]:
    """Return the runs a page watches, each with the version it shows."""
    listed = request.GET.getlist("run")[:MOST_WATCHED]
    return dict(one.partition("~")[::2] for one in listed)


def told(
    runs: Iterable[Run],
    asked: Mapping[str, str],
    changed: Callable[[list[Seen]], HttpResponse],
) -> HttpResponse:
    """Answer with what looks different, if anything does, and say when to look again."""
    runs = list(runs)
    seen = [(run, asked[run.id]) for run in runs if run.version != asked[run.id]]
    response = changed(seen) if seen else HttpResponse(status=204)
    if looks := [run.look_ms for run in runs if run.is_live]:
        response[NEXT_LOOK] = str(min(looks))
    return response


def changes(request: HttpRequest, seen: Iterable[Seen]) -> HttpResponse:
    """Send what changed since those versions, and say it aloud."""
    runs = [(run, changed_slots(run, version)) for run, version in seen]
    entries = {entry.id: entry for entry in (duel_of(run) for run, _slots in runs)}
    context = {
        **spoken(request, [run for run, _slots in runs]),
        "changes": runs,
        "entries": list(entries.values()),
    }
    return render(request, "web/_changes.html", context)


def spoken(request: HttpRequest, runs: Iterable[Run]) -> dict[str, Any]:
    """What goes along with any change: whose credits, and what is said aloud."""
    account = current_account(request)
    is_guest = account is None or account.is_guest
    available = None if is_guest else available_microcredits(account)
    said = [said_of(run, available) for run in runs]
    return {"is_guest": is_guest, "said": ". ".join(filter(None, said))}


def changed_slots(run: Run, version: str) -> list[Any]:
    """Return the places that look different from what a page shows."""
    marks = version.split(".")
    if len(marks) != len(run.slots):
        return list(run.slots)
    return [
        slot for slot, mark in zip(run.slots, marks, strict=True) if slot.mark != mark
    ]


@require_safe
def run(request: HttpRequest, generation_id: str) -> HttpResponse:
    """GET /create/runs/<id>: a run, or the comparison it is a side of."""
    order = get_object_or_404(with_sides(orders_seen(request)), pk=generation_id)
    entry = duel_of(run_of(order))
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(f"{reverse('create')}?run={generation_id}#run-{entry.id}")
    return render(request, "web/_entry.html", {"entry": entry})


@require_POST
def cancel(request: HttpRequest, generation_id: str) -> HttpResponse:
    """POST /create/runs/<id>/cancel: what is not painted yet costs nothing."""
    return called_off(request, [run_of(owned(request, generation_id))])


@require_POST
def cancel_all(request: HttpRequest, comparison_id: str) -> HttpResponse:
    """POST /create/comparisons/<id>/cancel: every side of it."""
    sides = feed_orders(request).filter(compared__comparison=comparison_id)
    runs = runs_of(sides)
    return called_off(request, runs)


def called_off(request: HttpRequest, runs: list[Run]) -> HttpResponse:
    """Take these runs back, and show what became of them."""
    before = {run.id: run.version for run in runs}
    call_off(runs)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("create")
    after = runs_of(feed_orders(request).filter(pk__in=before))
    return changes(request, [(run, before[run.id]) for run in after])


def call_off(runs: Iterable[Run]) -> None:
    """Stop what is live of these runs: a queued one at once, a running one in seconds."""
    for order in (order for run in runs for order in run.live_orders):
        in_studio(service.call_off(order.pk))


@require_safe
def code(request: HttpRequest, generation_id: str) -> HttpResponse:
    """GET /create/runs/<id>/code: this run in each language."""
    order = get_object_or_404(orders_seen(request), pk=generation_id)
    origin = request.build_absolute_uri("/").rstrip("/")
    listed = snippets(order, origin, run_of(order).seed)
    return HttpResponse(
        render_to_string("web/_code.html", {"snippets": listed}, request)
    )


def owned(request: HttpRequest, generation_id: str) -> Generation:
    """Find an order of one's own; another's looks exactly like a missing one."""
    return get_object_or_404(feed_orders(request), pk=generation_id)
