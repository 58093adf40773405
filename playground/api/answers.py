"""Pictures in OpenAI's shape, without copying what is large.

A 4K picture is 30 MB of base64. Where the provider's own spelling can be passed on,
it goes out from where it came in: the JSON around it is written with marks in the
pictures' places, and cut there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import orjson
import pybase64
from django.http import HttpResponse

from playground.api.orders import Painted
from playground.generation.catalogue import catalogue
from playground.generation.deliver import Delivered
from playground.generation.entries import AttemptRow
from playground.generation.links import picture_path
from playground.generation.models import Generation
from playground.generation.request import ImageRequest
from playground.generation.shortfall import in_credits

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


@dataclass(frozen=True, slots=True)
class Pieces:
    """An answer of 200 as it is sent. Django's, with cookies and all, took a twentieth of
    a request, so it is made only where Django's views want one.
    """

    pieces: Sequence[Piece]
    headers: Mapping[str, str]
    status_code: ClassVar[int] = 200

    def items(self) -> Iterable[tuple[str, str]]:
        return (("content-type", "application/json"), *self.headers.items())

    def for_django(self) -> PiecesResponse:
        return PiecesResponse(
            self.pieces, content_type="application/json", headers=dict(self.headers)
        )


def answer_images(painted: Painted, site: str) -> Pieces:
    """Write the answer: OpenAI's fields, and what Easel adds."""
    generation, pictures = painted.generation, painted.pictures
    request = generation.asked
    mark = pictures[0].row.id[::-1]  # random, and known to nobody yet
    entries = [entry(picture, request, site) for picture in pictures]
    large: list[Piece] = []
    if request.response_format == "b64_json":
        large = [picture.base64 or encoded(picture.data) for picture in pictures]
        entries = [{**one, "b64_json": mark} for one in entries]
    small = orjson.dumps(images_out(generation, request, pictures, entries))
    pieces = woven(small.split(mark.encode()), large)
    return Pieces(pieces, told_in_headers(generation))


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
        "created": int(generation.created_at.timestamp()),
        "data": entries,
        "size": f"{first.width}x{first.height}",
        "output_format": first.format,
        **said_of_the_painting(generation, request, first.format),
        "metadata": metadata_out(generation, request, pictures),
    }


def metadata_out(
    generation: Generation, request: ImageRequest, pictures: list[Delivered]
) -> dict[str, Any]:
    """What Easel says of an order, in every dialect."""
    first = pictures[0].row
    return {
        "request_id": generation.id,
        "model": generation.model,
        "provider": generation.provider,
        "upstream": upstream_out(generation),
        "requested": request.requested_size,
        "delivered": f"{first.width}x{first.height}",
        "shape": request.shape,
        "tier": request.tier,
        "seeds": [picture.row.seed for picture in pictures],
        "is_test": generation.is_test,
        "user": generation.user,
        "metadata": generation.metadata or {},
        "warnings": warnings_out(request),
        "cost": cost_out(generation),
        "attempts": [attempt_out(one) for one in generation.tried],
    }


def said_of_the_painting(
    generation: Generation, request: ImageRequest, image_format: str
) -> dict[str, Any]:
    """OpenAI's other fields, each only where it is known."""
    said: dict[str, Any] = {}
    if image_format == "jpeg" or not may_be_transparent(request):
        said["background"] = "opaque"
    if request.quality:
        said["quality"] = request.quality
    if usage := usage_out(generation):
        said["usage"] = usage
    return said


def may_be_transparent(request: ImageRequest) -> bool:
    named = catalogue().names.get(request.model)
    can = named is None or named.model.capabilities.transparent
    return can or bool(request.references)


def usage_out(generation: Generation) -> dict[str, Any] | None:
    """What the providers counted, added up; nothing when none of them counts tokens."""
    counted = [one for one in generation.tried if one.tokens_out is not None]
    if not counted:
        return None
    text = sum(one.text_tokens_in or 0 for one in counted)
    pictures = sum(one.picture_tokens_in or 0 for one in counted)
    out = sum(one.tokens_out or 0 for one in counted)
    return {
        "input_tokens": text + pictures,
        "input_tokens_details": {"text_tokens": text, "image_tokens": pictures},
        "output_tokens": out,
        "total_tokens": text + pictures + out,
    }


def upstream_out(generation: Generation) -> dict[str, str] | None:
    """What the provider calls the model, and the call that brought pictures."""
    for one in generation.tried:
        if one.pictures:
            return {"model": one.upstream, "request_id": one.upstream_request_id}
    return None


def warnings_out(request: ImageRequest) -> list[dict[str, str]]:
    return [note.to_json() for note in request.notes]


def attempt_out(one: AttemptRow) -> dict[str, Any]:
    return {
        "provider": one.provider,
        "upstream": one.upstream,
        "outcome": one.outcome,
        "status": one.status,
        "pictures": one.pictures,
        "duration_ms": one.duration_ms,
        "first_byte_ms": one.first_byte_ms,
    }


def cost_out(generation: Generation) -> dict[str, Any]:
    """What was charged, and what was held for it."""
    charged = amount(generation.charged_microcredits)
    held = amount(generation.quoted_microcredits)
    return {**charged, "held": held, "charged": charged}


def told_in_headers(generation: Generation) -> dict[str, str]:
    """What a program may want to log without reading the body."""
    return {
        "x-easel-model": generation.model,
        "x-easel-provider": generation.provider,
        "x-easel-credits": in_credits(generation.charged_microcredits),
    }


def entry(picture: Delivered, request: ImageRequest, site: str) -> dict[str, Any]:
    """One picture: its name, its address if that was asked, and what is said of it."""
    row = picture.row
    until = row.expires_at and int(row.expires_at.timestamp())
    shown: dict[str, Any] = {"id": row.id, "kept_until": until}
    if request.response_format == "url":
        path, expires = picture_path(row.id, row.format, row.expires_at)
        shown |= {"url": site + path, "expires_at": expires}
    if row.revised_prompt:
        shown["revised_prompt"] = row.revised_prompt
    return shown


def with_bytes(
    entries: list[dict[str, Any]], pictures: list[Delivered]
) -> list[dict[str, Any]]:
    return [
        {**shown, "b64_json": pybase64.b64encode_as_string(picture.data)}
        for shown, picture in zip(entries, pictures, strict=True)
    ]


def amount(microcredits: int) -> dict[str, Any]:
    """Credits as an exact decimal number, and the integer beside it."""
    credits = orjson.Fragment(in_credits(microcredits))
    return {"credits": credits, "microcredits": microcredits}
