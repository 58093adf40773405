"""Which other sites' pages may call the API: those of EASEL_CORS_ORIGINS, and no other.

A key in a browser can be read by whoever uses that browser, so by default no page
of another site gets an answer. No cookie is ever allowed along.
"""

from typing import Any

from django.conf import settings
from django.http import HttpResponse

Scope = dict[str, Any]
Header = tuple[bytes, bytes]

METHODS = "GET, HEAD, POST, PATCH, PUT, DELETE, OPTIONS"
# What official clients send along; the names of families begin many of them.
HEADERS = frozenset(
    ("accept", "authorization", "cache-control", "content-type", "idempotency-key")
    + ("openai-beta", "openai-organization", "openai-project", "x-goog-api-client")
    + ("x-goog-api-key", "x-goog-user-project", "x-requested-with", "x-server-timeout")
)
FAMILIES = ("x-stainless-", "x-easel-", "mcp-")
MOST_HEADERS = 50
EXPOSED = ", ".join(
    ("x-request-id", "x-easel-model", "x-easel-provider", "x-easel-credits")
    + ("idempotent-replayed", "retry-after", "retry-after-ms", "x-should-retry")
    + ("x-ratelimit-limit-requests", "x-ratelimit-remaining-requests")
    + ("x-ratelimit-reset-requests", "x-ratelimit-limit-images")
    + ("x-ratelimit-remaining-images", "x-ratelimit-reset-images")
    + ("content-disposition",)
)
REMEMBERED_SECONDS = 600


def preflight(scope: Scope) -> HttpResponse | None:
    """Answer a browser that asks whether a page may call; `None`: it is another request."""
    if scope["method"] != "OPTIONS" or not settings.CORS_ORIGINS:
        return None
    headers = dict(scope["headers"])
    if b"access-control-request-method" not in headers or not allowed(scope):
        return None
    asked = headers.get(b"access-control-request-headers", b"").decode("latin-1")
    response = HttpResponse(status=204)
    response["Access-Control-Allow-Methods"] = METHODS
    response["Access-Control-Allow-Headers"] = ", ".join(those_we_take(asked))
    response["Access-Control-Max-Age"] = str(REMEMBERED_SECONDS)
    return response


def those_we_take(asked: str) -> list[str]:
    names = [name.strip().lower() for name in asked.split(",")[:MOST_HEADERS]]
    return [name for name in names if name in HEADERS or name.startswith(FAMILIES)]


def allowed(scope: Scope) -> list[Header]:
    """Return what tells a browser to hand the answer to the page that asked."""
    if not settings.CORS_ORIGINS:
        return []
    vary = (b"vary", b"Origin")
    origin = dict(scope["headers"]).get(b"origin", b"").decode("latin-1")
    if origin not in settings.CORS_ORIGINS:
        return [vary]
    return [
        vary,
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-expose-headers", EXPOSED.encode()),
    ]
