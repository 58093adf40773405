"""How Easel and its providers are, for everybody: a page, JSON and a feed.

The bars come from memory, so that the page answers as fast on a bad day.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from playground.generation.database import AWAY
from playground.generation.histogram import Share
from playground.generation.replica import may_lag
from playground.trust.board import DAYS, Board, Line, board, told_lately
from playground.trust.incidents import names_of
from playground.trust.models import Component, Health, Incident

log = structlog.get_logger()
View = Callable[[HttpRequest], HttpResponse]
FRESH = "public, max-age=30"
BAD_IMPACTS = (Incident.Impact.OUTAGE,)


def or_say_so(view: View) -> View:
    """Answer when the database does not: who looks here wants to know just that."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        try:
            return view(request)
        except AWAY as error:
            log.error("database.away", reason=str(error))
            return say_so(request)

    return guarded


def say_so(request: HttpRequest) -> HttpResponse:
    """Say that the database is away, without asking it anything."""
    if request.path.endswith(".json"):
        parts = [{"id": Component.DATABASE.value, "state": Health.DOWN.value}]
        return JsonResponse({"status": "down", "components": parts}, status=503)
    return HttpResponse(render_to_string("trust/away.html"), status=503)


@require_safe
@or_say_so
@may_lag
def status(request: HttpRequest) -> HttpResponse:
    """GET /status"""
    shown, incidents = board(), told_lately(timezone.now())
    context = {
        "board": shown,
        "days": DAYS,
        "mood": mood_of(shown, incidents),
        "current": [one for one in incidents if one.is_open],
        "past": [one for one in incidents if not one.is_open],
    }
    return render(request, "trust/status.html", context)


@require_safe
def incident(request: HttpRequest, incident_id: str) -> HttpResponse:
    """GET /status/incidents/<id>"""
    found = get_object_or_404(
        Incident.objects.prefetch_related("updates"), pk=incident_id
    )
    return render(request, "trust/incident.html", {"incident": found})


@require_safe
@or_say_so
@may_lag
def status_json(request: HttpRequest) -> HttpResponse:
    """GET /status.json: the same for programs."""
    shown, incidents = board(), told_lately(timezone.now())
    said = {
        "status": mood_of(shown, incidents),
        "checked_at": shown.looked_at and int(shown.looked_at.timestamp()),
        "days": DAYS,
        "first_day": shown.first_day.date().isoformat(),
        "letters": {"g": "good", "w": "worse", "b": "bad", "n": "not enough data"},
        "demo": shown.is_demo,
        "components": [line_out(line) for line in shown.components],
        "providers": [line_out(line) for line in shown.providers],
        "models": [
            {**line_out(line), "providers": [line_out(part) for part in line.parts]}
            for line in shown.models
        ],
        "incidents": [incident_out(request, one) for one in incidents],
    }
    response = JsonResponse(said)
    response["Cache-Control"] = FRESH
    response["Access-Control-Allow-Origin"] = "*"
    return response


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """GET /status/feed.atom: incidents and what became of them."""
    home = request.build_absolute_uri(reverse("status"))
    atom = Atom1Feed(
        title=_("Easel: status"),
        link=home,
        description=_("Incidents and what became of them."),
        feed_url=request.build_absolute_uri(),
        author_name="Easel",  # without one it is no Atom
        language=get_language(),
    )
    for one in told_lately(timezone.now()):
        updates = list(one.updates.all())
        place = request.build_absolute_uri(reverse("incident", args=[one.pk]))
        atom.add_item(
            title=f"{one.title} ({one.get_state_display()})",
            link=place,
            unique_id=place,
            description="".join(
                f"<p><b>{escape(update.get_state_display())}</b>,"
                f" {update.at:%Y-%m-%d %H:%M} UTC: {escape(update.words)}</p>"
                for update in updates
            ),
            pubdate=one.begun_at,
            updateddate=max([one.begun_at, *(update.at for update in updates)]),
        )
    body = atom.writeString("utf-8")
    response = HttpResponse(body, content_type="application/atom+xml; charset=utf-8")
    response["Cache-Control"] = FRESH
    return response


def mood_of(shown: Board, incidents: list[Incident]) -> str:
    """Say in one word how things are: good, trouble, down or unknown."""
    current = [one for one in incidents if one.is_open]
    if shown.down or any(one.impact in BAD_IMPACTS for one in current):
        return "down"
    if shown.slow or any(one.impact != Incident.Impact.NOTE for one in current):
        return "trouble"
    return "good" if shown.looked_at else "unknown"


def line_out(line: Line) -> dict[str, Any]:
    return {
        "id": line.key,
        "name": line.name,
        "state": line.health or None,
        "uptime": share_out(line.uptime),
        "days": line.days,
    }


def share_out(known: Share | None) -> float | None:
    return None if known is None else round(known.part, 4)


def incident_out(request: HttpRequest, one: Incident) -> dict[str, Any]:
    return {
        "id": one.pk,
        "url": request.build_absolute_uri(reverse("incident", args=[one.pk])),
        "title": one.title,
        "impact": one.impact,
        "state": one.state,
        "affected": one.affected,
        "affected_names": names_of(one.affected),
        "begun_at": int(one.begun_at.timestamp()),
        "resolved_at": one.resolved_at and int(one.resolved_at.timestamp()),
        "updates": [
            {
                "at": int(update.at.timestamp()),
                "state": update.state,
                "text": update.words,
            }
            for update in one.updates.all()
        ],
    }
