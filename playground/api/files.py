"""Picture files behind signed addresses, with ranges and lasting caches.

A wrong signature, an expired address, a picture that was deleted and one that never
was all look the same. The file's bytes are never altered.
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from typing import IO

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from playground.gallery.keeping import mark_of
from playground.gallery.shelf import still_there
from playground.generation.database import in_thread
from playground.generation.links import TYPES, is_genuine
from playground.generation.models import Picture
from playground.generation.thumbnails import thumbnail

CHUNK = 256 * 1024
RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})$")


async def picture_file(request: HttpRequest, name: str) -> HttpResponseBase:
    """GET /files/<picture id>[-<width of a small copy>].<ext>?exp=&sig="""
    if request.method not in ("GET", "HEAD"):
        return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
    expires, mark = request.GET.get("exp", ""), request.GET.get("mark", "")
    if not is_genuine(name, expires, request.GET.get("sig", ""), mark=mark):
        return missing()
    picture_id, _dash, width = name.partition(".")[0].partition("-")
    found = still_there(Picture.objects.filter(pk=picture_id))
    picture = await in_thread(found.first)
    # An address made before the picture was hidden opens it no more.
    if picture is None or mark_of(picture) not in ("", mark):
        return missing()
    etag = f'"{picture.sha256}-{width}"' if width else f'"{picture.sha256}"'
    if request.headers.get("If-None-Match") == etag:
        response: HttpResponseBase = HttpResponse(status=304)
    elif width:
        response = await small_copy(picture, int(width))
    else:
        response = await ranged(request, picture)
    if response.status_code == 404:
        return response
    response["ETag"] = etag
    left = max(0, int(expires) - int(time.time()))
    response["Cache-Control"] = f"private, max-age={left}, immutable"
    response["Cross-Origin-Resource-Policy"] = (
        "cross-origin" if settings.MEDIA_ORIGIN else "same-site"
    )
    return response


def no_such_file(request: HttpRequest) -> HttpResponse:
    """Whatever else is asked for beside the files."""
    return missing()


def missing() -> HttpResponse:
    return HttpResponse(
        "There is no such picture, or its address has expired.\n",
        status=404,
        content_type="text/plain; charset=utf-8",
    )


async def small_copy(picture: Picture, width: int) -> HttpResponse:
    """A picture as lists show it. The signature says that we named this width."""
    try:
        data = await thumbnail(picture, width)
    except FileNotFoundError:
        return missing()
    return HttpResponse(data, content_type=TYPES["webp"])


async def ranged(request: HttpRequest, picture: Picture) -> HttpResponseBase:
    """The file, or the part of it that was asked for."""
    whole = range(picture.bytes)
    part = asked_part(request.headers.get("Range", ""), picture.bytes)
    if part is None:
        return HttpResponse(
            status=416, headers={"Content-Range": f"bytes */{picture.bytes}"}
        )
    kind = TYPES[picture.file.rpartition(".")[2]]
    try:
        file = await asyncio.to_thread(default_storage.open, picture.file)
    except FileNotFoundError:
        return missing()
    response = StreamingHttpResponse(
        chunks(file, part, is_wanted=request.method == "GET"),
        status=200 if part == whole else 206,
        content_type=kind,
    )
    response["Accept-Ranges"] = "bytes"
    response["Content-Length"] = str(len(part))
    response["Content-Disposition"] = (
        f'inline; filename="{picture.pk}.{picture.format}"'
    )
    if part != whole:
        response["Content-Range"] = (
            f"bytes {part.start}-{part.stop - 1}/{picture.bytes}"
        )
    return response


def asked_part(header: str, size: int) -> range | None:
    """Read a Range header: the whole when there is none we know, `None` when it cannot be."""
    found = RANGE.match(header.strip())
    if not found or found.group(1) == found.group(2) == "":
        return range(size)
    first, last = found.groups()
    if first == "":
        part = range(max(0, size - int(last)), size)
    else:
        part = range(int(first), min(int(last) + 1 if last else size, size))
    return part if len(part) else None


async def chunks(
    file: IO[bytes], part: range, *, is_wanted: bool
) -> AsyncIterator[bytes]:
    """Read a part of a file piece by piece, in threads."""
    left = len(part) if is_wanted else 0
    try:
        await asyncio.to_thread(file.seek, part.start)
        while left and (piece := await asyncio.to_thread(file.read, min(CHUNK, left))):
            left -= len(piece)
            yield piece
    finally:
        await asyncio.to_thread(file.close)
