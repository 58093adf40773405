"""In which language a page is written: as its address says, as the person who looks
has chosen, or as their browser asks.

Django's own middleware reads the address before anybody is known, and this the rest. A
public page has one address for each language, so that whoever keeps it (a cache, a search
engine) keeps one page for one address: a stranger whose browser asks for another language
is led to that one. What htmx fetches for a page is in the language of the page.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.urls import translate_url
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from playground.web.people import current_person

YEAR = 365 * 24 * 3600
LANGUAGE_COOKIE = settings.LANGUAGE_COOKIE_NAME


class ChosenLanguage(MiddlewareMixin):
    """The middleware; it stands after the one that knows who is looking."""

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], *arguments: object
    ) -> HttpResponse | None:
        if translation.get_language_from_path(request.path_info):
            return None
        language = of_its_page(request) or own_language(request)
        if not language:
            language = translation.get_language_from_request(request)
            if led := led_to(request, language):
                return led
        translation.activate(language)
        request.LANGUAGE_CODE = language
        return None


def of_its_page(request: HttpRequest) -> str:
    """Return the language of the page that htmx fetches this for."""
    page = urlsplit(request.headers.get("HX-Current-URL", ""))
    return translation.get_language_from_path(page.path) or ""


def own_language(request: HttpRequest) -> str:
    """Return what the person in this browser chose; a stranger's session is not read."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return ""
    person = current_person(request)
    known = dict(settings.LANGUAGES)
    return person.language if person and person.language in known else ""


def led_to(request: HttpRequest, language: str) -> HttpResponse | None:
    """Lead to a public page's address in another language than the site's own."""
    if language == settings.LANGUAGE_CODE or request.method not in ("GET", "HEAD"):
        return None
    here = request.get_full_path()
    there = spoken(here, language)
    if there == here:
        return None
    answer = HttpResponseRedirect(there)
    patch_vary_headers(answer, ("Accept-Language", "Cookie"))
    return answer


def spoken(page: str, language: str) -> str:
    """Return the address of a page in this language; it may have but one."""
    own = translation.get_language_from_path(urlsplit(page).path)
    with translation.override(own or settings.LANGUAGE_CODE):
        return translate_url(page, language)


def editions(page: str) -> list[tuple[str, str]]:
    """Return the languages a public page is read in, each with its address there."""
    found = [(code, spoken(page, code)) for code, _name in settings.LANGUAGES]
    is_public = len({there for _code, there in found}) > 1
    return found if is_public else []


@require_http_methods(["GET", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """Remember a language in this browser, and for the person if it is theirs to say."""
    said = request.POST if request.method == "POST" else request.GET
    language = said.get("language", "")
    if language not in dict(settings.LANGUAGES):
        language = settings.LANGUAGE_CODE
    person = current_person(request) if request.method == "POST" else None
    if person:
        person.language = language
        person.save(update_fields=["language"])
    answer = redirect(spoken(way_back(request, said), language))
    answer.set_cookie(
        LANGUAGE_COOKIE,
        language,
        max_age=YEAR,
        secure=settings.IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )
    return answer


def way_back(request: HttpRequest, said: QueryDict) -> str:
    """Return the page the choice was made on, if it is one of ours."""
    page = said.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(page, {request.get_host()})
    return page if is_ours else "/"
