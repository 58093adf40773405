"""Pictures as they are painted, in Google's chunks: whole answers, one for each picture.

With `alt=sse` each is one `data:` line and nothing stands between them, because
Google's clients break on anything else; without it they are the members of one JSON
array. The first chunk is waited for, so that an order that comes to nothing is still
answered with its status. Later failures are chunks.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from playground.api.answers import Piece
from playground.api.callers import Caller
from playground.api.errors import unforeseen
from playground.api.gemini.answering import (
    candidate_out,
    metadata_of,
    pieces_of,
    refusal_out,
    signed,
)
from playground.api.gemini.errors import error_out
from playground.api.gemini.tokens import usage_metadata
from playground.api.orders import Painted, Watched, watched
from playground.generation.deliver import Delivered
from playground.generation.errors import EaselError, RefusedByModel
from playground.generation.request import Ask


@dataclass(frozen=True, slots=True)
class Punctuation:
    """What stands before the first chunk, between chunks, and after the last one."""

    content_type: str
    opening: bytes
    between: bytes
    closing: bytes


EVENTS = Punctuation("text/event-stream", b"data: ", b"\n\ndata: ", b"\n\n")
ARRAY = Punctuation("application/json", b"[", b",\n", b"]")


async def answer_stream(
    ask: Ask, caller: Caller, marks: Punctuation
) -> HttpResponseBase:
    """Take an order and answer with its chunks, once there is a first one."""
    try:
        order = await watched(ask, caller)
    except RefusedByModel as refusal:  # it was refused before, under this key
        said = refusal_out(refusal, ask.model or "", caller.request_id)
        only = marks.opening + orjson.dumps(said) + marks.closing
        return HttpResponse(only, content_type=marks.content_type)
    chunks = Chunks(order, caller).written()
    first = await anext(chunks)
    return StreamingHttpResponse(
        punctuated(first, chunks, marks),
        content_type=marks.content_type,
        headers={
            "x-easel-model": order.generation.model,
            "x-accel-buffering": "no",  # nginx would hold chunks back
        },
    )


async def punctuated(
    first: list[Piece], others: AsyncIterator[list[Piece]], marks: Punctuation
) -> AsyncIterator[Piece]:
    """Put the marks between the chunks; what breaks from now on is a chunk too."""
    for piece in (marks.opening, *first):
        yield piece
    try:
        async for chunk in others:
            for piece in (marks.between, *chunk):
                yield piece
    except EaselError as error:
        yield marks.between + said_as_chunk(error)
    except Exception as error:
        yield marks.between + said_as_chunk(unforeseen(error))
    yield marks.closing


def said_as_chunk(error: EaselError) -> bytes:
    return orjson.dumps({"error": error_out(error)})


@dataclass(slots=True)
class Chunks:
    """The chunks of one order, as its pictures come."""

    order: Watched
    caller: Caller
    pictures: list[Delivered] = field(default_factory=list)

    async def written(self) -> AsyncIterator[list[Piece]]:
        """Write a chunk for each picture, and one for a refusal."""
        try:
            async for picture in self.order.news:
                if isinstance(picture, Delivered):
                    self.pictures.append(picture)
                    yield self.chunk(picture)
        except RefusedByModel as refusal:
            generation = self.order.generation
            said = refusal_out(refusal, generation.model, generation.id)
            yield [orjson.dumps(said)]

    def chunk(self, picture: Delivered) -> list[Piece]:
        """One picture; with the order's last one, what Easel says of the whole order."""
        generation = self.order.generation
        request = generation.asked
        said: dict[str, Any] = {
            "candidates": [candidate_out(picture, request, self.caller.site)],
            "usageMetadata": usage_metadata(generation, request, len(self.pictures)),
            **signed(generation.model, generation.id),
        }
        if len(self.pictures) == generation.n:
            painted = Painted(generation, self.pictures)
            said["metadata"] = metadata_of(painted, request)
        return pieces_of(said, [picture])
