"""Where a person is signed in: seen last, and signed out one by one.

Signing out everywhere else is allauth's own page; this adds what it lacks.
"""

from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from playground.web.people import needs_person, person_of

SECONDS_BETWEEN_LOOKS = 600


def note_presence(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Write down every ten minutes that a session is in use: a middleware."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        # Pages that did not ask who is looking stay without a look at the session.
        person = getattr(request, "_cached_user", None)
        if person is not None and person.is_authenticated:
            look(request.session.session_key or "")
        return response

    return handle


def look(session_key: str) -> None:
    if cache.add(f"easel.seen:{session_key}", 1, SECONDS_BETWEEN_LOOKS):
        sessions = UserSession.objects.filter(session_key=session_key)
        sessions.update(last_seen_at=timezone.now())


@needs_person
@require_POST
def end(request: HttpRequest, session_id: int) -> HttpResponse:
    """POST /accounts/sessions/<id>/end"""
    mine = UserSession.objects.filter(user=person_of(request))
    get_object_or_404(mine, pk=session_id).end()
    messages.success(request, _("Signed out there."))
    return redirect("usersessions_list")
