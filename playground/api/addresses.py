"""Where this site is, as the caller sees it: for addresses in answers."""

import io
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest

Scope = dict[str, Any]
# What is being answered, for addresses in errors that are raised far from any request.
being_answered: ContextVar[Scope | None] = ContextVar("being_answered", default=None)


def origin(request: HttpRequest) -> str:
    """Return the origin that picture addresses start with."""
    return str(settings.MEDIA_ORIGIN) or site_origin(request)


def site_origin(request: HttpRequest) -> str:
    """Return the origin of the site's pages."""
    if settings.SITE_URL:
        return str(settings.SITE_URL)
    return f"{request.scheme}://{request.get_host()}"


def page_address(path: str) -> str:
    """Return a page's whole address; its path alone when the caller's Host is not ours."""
    scope = being_answered.get()
    if settings.SITE_URL or scope is None:
        return f"{settings.SITE_URL}{path}"
    try:
        return site_origin(ASGIRequest(scope, io.BytesIO())) + path
    except DisallowedHost:
        return path
