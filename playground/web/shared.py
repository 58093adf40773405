"""A picture by its link, for anybody who has it, as long as its owner leaves it on.

The file is the very one that is stored, and it comes through here each time, so that
nothing goes on once the link is switched off.
"""

from collections.abc import Iterator
from typing import TypeVar

from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from playground.gallery.sharing import alt_of, noted, shared_as
from playground.generation.links import EXTENSIONS, TYPES
from playground.generation.models import Picture
from playground.web.sent_files import CHUNK, streamed

Sent = TypeVar("Sent", bound=HttpResponseBase)


@require_safe
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """GET /s/<token>"""
    picture = shared_as(token)
    if picture is None:
        return off(request)
    known = noted(picture)
    tells_prompt = bool(known and known.tells_prompt)
    alt = alt_of(picture) if tells_prompt or (known and known.alt_text) else ""
    context = {
        "picture": picture,
        "token": token,
        "prompt": picture.generation.prompt if tells_prompt else "",
        "alt": alt,
    }
    return unlisted(render(request, "web/shared.html", context))


@require_safe
def shared_file(request: HttpRequest, token: str) -> HttpResponseBase:
    """GET /s/<token>/picture"""
    picture = shared_as(token)
    try:
        pieces = pieces_of(picture) if picture else None
    except FileNotFoundError:
        pieces = None
    if picture is None or pieces is None:
        return off(request)
    response = streamed(pieces, TYPES[EXTENSIONS[picture.format]])
    response["Content-Length"] = str(picture.bytes)
    return unlisted(response)


def pieces_of(picture: Picture) -> Iterator[bytes]:
    """Open the file now, and read it as it is sent."""
    file = default_storage.open(picture.file)

    def read() -> Iterator[bytes]:
        with file:
            while piece := file.read(CHUNK):
                yield piece

    return read()


def off(request: HttpRequest) -> HttpResponse:
    """A link that was switched off and one that never was look the same."""
    return unlisted(render(request, "web/shared_off.html", status=404))


def unlisted(response: Sent) -> Sent:
    """Keep it out of search engines, and out of caches."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Cache-Control"] = "private, no-store"
    return response
