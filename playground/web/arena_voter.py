"""Who votes in the arena: a person, or a browser with a signed cookie of its own."""

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from playground.arena.voters import Voter, new_browser, of_browser, of_person
from playground.web.people import current_person, network_of

VOTER_COOKIE = "easel_voter"
SALT = "easel.voter"
COOKIE_SECONDS = 365 * 24 * 3600
KNOWN_BROWSER = "easel.voter"


def voter_of(request: HttpRequest) -> Voter:
    """Say who votes. A browser that is new gets a name, left with it in the answer."""
    network = network_of(request)
    if person := current_person(request):
        return of_person(person.pk, network)
    return of_browser(browser_of(request), network)


def browser_of(request: HttpRequest) -> str:
    if KNOWN_BROWSER not in request.META:
        name = request.get_signed_cookie(
            VOTER_COOKIE, default="", salt=SALT, max_age=COOKIE_SECONDS
        )
        request.META[KNOWN_BROWSER] = name or new_browser()
    known: str = request.META[KNOWN_BROWSER]
    return known


def remember_voter(request: HttpRequest, response: HttpResponseBase) -> None:
    """Leave the browser's name with it, so that it votes on each pair once."""
    if KNOWN_BROWSER not in request.META:
        return
    response.set_signed_cookie(
        VOTER_COOKIE,
        browser_of(request),
        salt=SALT,
        max_age=COOKIE_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
