"""The API reference: every endpoint of every door, to look up and to try.

It is drawn in the browser from `/v1/openapi.json` by a viewer that comes with Easel
(RapiDoc, in `static/vendor/rapidoc`). The viewer styles itself inline, so this page has
a policy of its own, looser in that alone: no script but ours, and no other host.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from playground.docs.shelf import shelves
from playground.middleware import policy, sign_in_origins

REFERENCE_POLICY = policy(settings.MEDIA_ORIGIN, sign_in_origins()).replace(
    "style-src 'self'", "style-src 'self' 'unsafe-inline'"
)


def show(request: HttpRequest) -> HttpResponse:
    """GET /docs/reference."""
    response = render(request, "docs/reference.html", {"shelves": shelves()})
    response.headers["Content-Security-Policy"] = REFERENCE_POLICY
    return response
