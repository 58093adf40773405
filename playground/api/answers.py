"""Pictures in OpenAI's shape, without copying what is large.

A 4K picture is 30 MB of base64. Where the provider's own spelling can be passed on,
it goes out from where it came in: the JSON around it is written with marks in the
pictures' places, and cut there.
"""

import time
from collections.abc import Sequence
from typing import Any

import orjson
import pybase64
from django.http import HttpResponse

from playground.api.orders import Painted
from playground.generation.deliver import Delivered
from playground.generation.links import picture_path
from playground.generation.models import Generation
from playground.generation.request import ImageRequest
from playground.generation.service import in_credits

Piece = bytes | memoryview
JOINED_BYTES = 64 * 1024  # below this, one copy is cheaper than more writes


class PiecesResponse(HttpResponse):
    """An answer whose body stays in pieces until it is sent."""

    def __init__(self, pieces: Sequence[Piece], **options: Any) -> None:
        super().__init__(**options)
        self.pieces = pieces

    @property
    def content(self) -> bytes:
        return b"".join(self.pieces)

    @content.setter
    def content(self, value: bytes) -> None:
        self.pieces = [value]


def answer_images(painted: Painted, site: str) -> HttpResponse:
    """Write the answer: OpenAI's fields, and what Easel adds."""
    generation, pictures = painted.generation, painted.pictures
    request = ImageRequest.from_json(generation.request)
    mark = pictures[0].row.id[::-1]  # random, and known to nobody yet
    entries = [entry(picture, request, site) for picture in pictures]
    large: list[Piece] = []
    if request.response_format == "b64_json":
        large = [picture.base64 or encoded(picture.data) for picture in pictures]
        entries = [{**one, "b64_json": mark} for one in entries]
    small = orjson.dumps(images_out(generation, request, pictures, entries))
    response = PiecesResponse(
        woven(small.split(mark.encode()), large), content_type="application/json"
    )
    if painted.is_replayed:
        response["idempotent-replayed"] = "true"
    return response


def encoded(data: bytes) -> bytes:
    text: bytes = pybase64.b64encode(data)
    return text


def woven(small: list[bytes], large: list[Piece]) -> list[Piece]:
    """Put the large pieces between the small ones; few and short ones are joined."""
    pieces: list[Piece] = [small[0]]
    for picture, rest in zip(large, small[1:], strict=True):
        pieces += [picture, rest]
    if sum(map(len, pieces)) <= JOINED_BYTES:
        return [b"".join(pieces)]
    return pieces


def images_out(
    generation: Generation,
    request: ImageRequest,
    pictures: list[Delivered],
    entries: list[dict[str, Any]],
) -> dict[str, Any]:
    first = pictures[0].row
    return {
        "created": int(time.time()),
        "data": entries,
        "size": f"{first.width}x{first.height}",
        "output_format": first.format,
        "metadata": metadata_out(generation, request, pictures),
    }


def metadata_out(
    generation: Generation, request: ImageRequest, pictures: list[Delivered]
) -> dict[str, Any]:
    """What Easel says of an order, in every dialect."""
    first = pictures[0].row
    charged = generation.unit_price_microcredits * len(pictures)
    return {
        "request_id": generation.id,
        "model": generation.model,
        "requested": request.requested_size,
        "delivered": f"{first.width}x{first.height}",
        "shape": request.shape,
        "tier": request.tier,
        "seeds": [picture.row.seed for picture in pictures],
        "is_test": generation.is_test,
        "warnings": [
            {"field": note.field, "message": note.message} for note in request.notes
        ],
        "cost": amount(charged),
    }


def entry(picture: Delivered, request: ImageRequest, site: str) -> dict[str, Any]:
    """One picture: its name, its address if that was asked, and what is said of it."""
    row = picture.row
    shown: dict[str, Any] = {"id": row.id}
    if request.response_format == "url":
        path, expires = picture_path(row.id, row.format, row.expires_at)
        shown |= {"url": site + path, "expires_at": expires}
    if row.revised_prompt:
        shown["revised_prompt"] = row.revised_prompt
    return shown


def amount(microcredits: int) -> dict[str, Any]:
    """Credits as an exact decimal number, and the integer beside it."""
    credits = orjson.Fragment(in_credits(microcredits))
    return {"credits": credits, "microcredits": microcredits}
