"""Pictures as they are painted, in OpenAI's events.

Nothing is sent before the order stands, so what is wrong with a request, or an empty
wallet, is answered with its status as always. What goes wrong later is an event. The
order is seen through, kept and charged whether or not anybody still listens.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import orjson
from django.conf import settings
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase

from playground.api.answers import (
    Piece,
    Pieces,
    amount,
    answer_images,
    encoded,
    entry,
    may_be_transparent,
    usage_out,
    woven,
)
from playground.api.callers import Caller
from playground.api.errors import answer_bug, answer_error
from playground.api.orders import Watched, painted, watched
from playground.api.quotes import answer_quote
from playground.generation.deliver import Delivered
from playground.generation.errors import EaselError
from playground.generation.models import Generation
from playground.generation.providers.base import Preview
from playground.generation.request import Ask, ImageRequest
from playground.generation.watching import News

NAMES = {"images.edits": "image_edit"}
USUAL_NAME = "image_generation"
QUIET = b": painting\n\n"
NO_TOKENS = {
    "input_tokens": 0,
    "input_tokens_details": {"text_tokens": 0, "image_tokens": 0},
    "output_tokens": 0,
    "total_tokens": 0,
}


async def answer_for_django(ask: Ask, caller: Caller) -> HttpResponseBase:
    """Answer an order from one of Django's views."""
    answer = await answer_pictures(ask, caller)
    return answer.for_django() if isinstance(answer, Pieces) else answer


async def answer_pictures(ask: Ask, caller: Caller) -> HttpResponseBase | Pieces:
    """Answer an order as the caller likes: at its end, as it is painted, or only quoted."""
    if caller.is_dry:
        return answer_quote(ask, caller)
    if caller.asked.stream:
        return await answer_stream(ask, caller)
    return answer_images(await painted(ask, caller), caller.site)


async def answer_stream(ask: Ask, caller: Caller) -> StreamingHttpResponse:
    """Take an order and answer with its events; pictures are in them unless URLs are asked."""
    if ask.response_format is None:
        ask = replace(ask, response_format="b64_json")
    order = await watched(ask, caller, caller.asked.previews or 0)
    return StreamingHttpResponse(
        events(order, caller),
        content_type="text/event-stream; charset=utf-8",
        headers={
            "x-easel-model": order.generation.model,
            "x-accel-buffering": "no",  # nginx would hold events back
        },
    )


async def events(order: Watched, caller: Caller) -> AsyncIterator[Piece]:
    """Write each event when there is one, and a comment when there is none for long."""
    scene = Scene.of(order.generation, caller)
    try:
        async for one in with_pauses(order.news, settings.KEEPALIVE_SECONDS):
            for piece in [QUIET] if one is None else scene.event(one):
                yield piece
    except EaselError as failure:
        yield b"data: " + answer_error(failure).content + b"\n\n"
    except Exception as error:
        yield b"data: " + answer_bug(error).content + b"\n\n"


@dataclass(frozen=True, slots=True)
class Scene:
    """What all events of one order have in common."""

    generation: Generation
    request: ImageRequest
    name: str
    site: str

    @classmethod
    def of(cls, generation: Generation, caller: Caller) -> "Scene":
        name = NAMES.get(caller.endpoint, USUAL_NAME)
        request = generation.asked
        return cls(generation, request, name, caller.site)

    def event(self, one: News) -> list[Piece]:
        if isinstance(one, Preview):
            return self.preview(one)
        return self.completed(one)

    def preview(self, preview: Preview) -> list[Piece]:
        """How far a picture has come. It is as large as it will be, or smaller."""
        size = f"{self.request.width}x{self.request.height}"
        said = {
            "partial_image_index": preview.number,
            "image_index": preview.place,
            **self.common(size, self.request.output_format or "png"),
        }
        return self.written("partial_image", said, encoded(preview.data))

    def completed(self, picture: Delivered) -> list[Piece]:
        """One picture, stored and counted. Tokens are told with the order's last one."""
        row = picture.row
        said = {
            **entry(picture, self.request, self.site),
            "image_index": row.position,
            "seed": row.seed,
            **self.common(f"{row.width}x{row.height}", row.format),
            "usage": usage_out(self.generation) or NO_TOKENS,
            "metadata": self.metadata(),
        }
        if self.request.response_format == "url":
            return self.written("completed", said, None)
        return self.written("completed", said, picture.base64 or encoded(picture.data))

    def common(self, size: str, image_format: str) -> dict[str, Any]:
        is_opaque = image_format == "jpeg" or not may_be_transparent(self.request)
        return {
            "created_at": int(self.generation.created_at.timestamp()),
            "size": size,
            "quality": self.request.quality or "auto",
            "background": "opaque" if is_opaque else "auto",
            "output_format": image_format,
        }

    def metadata(self) -> dict[str, Any]:
        """Easel's own words, as in an answer that does not stream; the cost is this picture's."""
        notes = self.request.notes
        return {
            "request_id": self.generation.id,
            "model": self.generation.model,
            "is_test": self.generation.is_test,
            "warnings": [
                {"field": note.field, "message": note.message} for note in notes
            ],
            "cost": amount(self.generation.unit_price_microcredits),
        }

    def written(
        self, kind: str, said: dict[str, Any], large: Piece | None
    ) -> list[Piece]:
        """Write one event; a large picture is not copied into it."""
        name = f"{self.name}.{kind}"
        mark = f"{self.generation.id[::-1]}"
        inside = {} if large is None else {"b64_json": mark}
        data = orjson.dumps({"type": name, **inside, **said})
        small = [f"event: {name}\ndata: ".encode() + data + b"\n\n"]
        if large is None:
            return list(small)
        return woven(small[0].split(mark.encode()), [large])


async def with_pauses(
    news: AsyncIterator[News], seconds: float
) -> AsyncIterator[News | None]:
    """Yield what comes, and `None` whenever nothing has come for so long."""
    coming = asyncio.ensure_future(anext(news, None))
    try:
        while True:
            await asyncio.wait({coming}, timeout=seconds)
            if not coming.done():
                yield None
                continue
            if (one := coming.result()) is None:
                return
            yield one
            coming = asyncio.ensure_future(anext(news, None))
    finally:
        coming.cancel()
