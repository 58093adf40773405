"""What every page carries: an id to be found by, and a policy for what it may load.

The id is always ours, never the caller's, and is in every log line written while
the page is made. The policy allows no inline script, no style attribute and no
stranger's files.
"""

from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from typing import Any, cast
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from accounts.ids import new_id

Handler = Callable[[HttpRequest], Any]
PERMISSIONS = (
    "camera",
    "display-capture",
    "geolocation",
    "microphone",
    "payment",
    "usb",
)


@sync_and_async_middleware
def request_id(get_response: Handler) -> Handler:
    """Give the request an id, and say it in the logs and in the answer."""
    return around(get_response, before=name_request, after=show_request_id)


@sync_and_async_middleware
def content_policy(get_response: Handler) -> Handler:
    """Tell the browser what a page of ours may do, unless the view already has."""
    return around(get_response, before=leave_as_is, after=add_policy)


def around(
    get_response: Handler,
    *,
    before: Callable[[HttpRequest], None],
    after: Callable[[HttpResponseBase], None],
) -> Handler:
    """Wrap a handler of either colour."""
    if iscoroutinefunction(get_response):

        async def handle_async(request: HttpRequest) -> HttpResponseBase:
            before(request)
            response = await cast(Awaitable[HttpResponseBase], get_response(request))
            after(response)
            return response

        return handle_async

    def handle(request: HttpRequest) -> HttpResponseBase:
        before(request)
        response = cast(HttpResponseBase, get_response(request))
        after(response)
        return response

    return handle


def name_request(request: HttpRequest) -> None:
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=new_id("req"))


def show_request_id(response: HttpResponseBase) -> None:
    known = structlog.contextvars.get_contextvars()
    response.headers["x-request-id"] = str(known.get("request_id", ""))


def leave_as_is(request: HttpRequest) -> None:
    """The policy has nothing to do before the page is made."""


def add_policy(response: HttpResponseBase) -> None:
    response.headers.setdefault(
        "Content-Security-Policy", policy(settings.MEDIA_ORIGIN, sign_in_origins())
    )
    response.headers.setdefault(
        "Permissions-Policy", ", ".join(f"{feature}=()" for feature in PERMISSIONS)
    )
    response.headers.setdefault("X-Content-Type-Options", "nosniff")


# Where a form may lead because something is paid, or looked at, there.
PAY_ORIGINS = ("https://checkout.stripe.com", "https://billing.stripe.com")
SIGN_IN_ORIGINS = {
    "google": "https://accounts.google.com",
    "github": "https://github.com",
}


def sign_in_origins() -> tuple[str, ...]:
    """Return where a form may lead because somebody signs in there."""
    offered = settings.SOCIALACCOUNT_PROVIDERS
    found = [origin for name, origin in SIGN_IN_ORIGINS.items() if name in offered]
    for app in offered.get("openid_connect", {}).get("APPS", ()):
        parts = urlsplit(app["settings"]["server_url"])
        found.append(f"{parts.scheme}://{parts.netloc}")
    return tuple(found)


def policy(
    media_origin: str,
    sign_in: tuple[str, ...] = (),
    *,
    scripts: str = "'self'",
    styles: str = "'self'",
) -> str:
    """Write the Content-Security-Policy; pictures may have an origin of their own."""
    forms = " ".join(("'self'", *PAY_ORIGINS, *sign_in))
    pictures = " ".join(filter(None, ("'self'", "data:", "blob:", media_origin)))
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {scripts}",
            f"style-src {styles}",
            f"img-src {pictures}",
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            f"form-action {forms}",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "object-src 'none'",
        )
    )
