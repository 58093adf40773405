"""Files that a page hands out: in pieces, never whole in memory when they need not be."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from urllib.parse import quote

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

CHUNK = 256 * 1024


def as_download(response: HttpResponseBase, name: str) -> None:
    """Ask the browser to keep it under this name."""
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["Cache-Control"] = "private, no-store"


def whole(data: bytes, content_type: str) -> HttpResponse:
    return HttpResponse(data, content_type=content_type)


def streamed(pieces: Iterator[bytes], content_type: str) -> StreamingHttpResponse:
    """Send what a thread makes while it is made: the next piece when the last has gone."""
    return StreamingHttpResponse(in_turn(pieces), content_type=content_type)


async def in_turn(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    while piece := await asyncio.to_thread(next, pieces, b""):
        yield piece
