"""In which language a page is written: as its address says, as the person who looks
has chosen, or as their browser asks.

Django's own middleware reads the address before anybody is known, and this the rest. A
public page without a language in its address is in the site's own, so that whoever
keeps it (a cache, a search engine) keeps one page for one address.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.utils.deprecation import MiddlewareMixin

from playground.web.people import current_person
from playground.web.urls import public

PUBLIC = frozenset(page.name for page in public)


class ChosenLanguage(MiddlewareMixin):
    """The middleware; it stands after the one that knows who is looking."""

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], *arguments: object
    ) -> None:
        if translation.get_language_from_path(request.path_info):
            return
        language = own_language(request) or language_asked(request)
        translation.activate(language)
        request.LANGUAGE_CODE = language


def own_language(request: HttpRequest) -> str:
    """Return what the person in this browser chose; a stranger's cookies are not read."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return ""
    person = current_person(request)
    known = dict(settings.LANGUAGES)
    return person.language if person and person.language in known else ""


def language_asked(request: HttpRequest) -> str:
    """Return what the browser asks for, where a page may depend on that."""
    match = request.resolver_match
    if match and match.url_name in PUBLIC:
        return settings.LANGUAGE_CODE
    return translation.get_language_from_request(request)
