"""Putting an announcement away, with or without an account and a script."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from playground.trust.announcing import (
    DISMISSED_COOKIE,
    DISMISSED_SECONDS,
    Dismissals,
)

LONGEST_NAME = 40


@csrf_exempt  # it hides a line, and a token would need a cookie on every page
@require_POST
def dismiss(request: HttpRequest) -> HttpResponse:
    """POST /announcements/dismiss"""
    answer: HttpResponse = HttpResponse(status=200)
    if not getattr(request, "htmx", False):
        answer = redirect(back(request))
    name = request.POST.get("announcement", "")
    if name.replace("_", "").isalnum() and len(name) <= LONGEST_NAME:
        cookie = request.COOKIES.get(DISMISSED_COOKIE, "")
        answer.set_cookie(
            DISMISSED_COOKIE,
            Dismissals.of(cookie).and_also(name),
            max_age=DISMISSED_SECONDS,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return answer


def back(request: HttpRequest) -> str:
    """Return where the reader was."""
    place = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(place, allowed_hosts=None)
    return place if is_ours and place.startswith("/") else "/"
