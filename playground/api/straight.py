"""The busiest door without Django's request and ninja around it.

POST /v1/images/generations is what a gateway is asked all day, and building, routing
and unpacking a request that holds one JSON object cost more than pricing and billing
it. What is read here is checked by the same schema, and done and answered by the same
functions, as behind ninja's route, which is there for the schema and other methods.
"""

import io
from functools import cache
from typing import Any

import orjson
from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.http.response import HttpResponseBase
from pydantic import ValidationError

from playground.api.addresses import origin
from playground.api.answers import Pieces
from playground.api.callers import heard
from playground.api.errors import (
    answer_bug,
    answer_error,
    answer_fields,
    answer_unreadable,
)
from playground.api.keys import buyer_of
from playground.api.schemas import GenerationsIn
from playground.api.streams import answer_pictures
from playground.generation.errors import EaselError

Scope = dict[str, Any]
PATHS = frozenset(
    f"{start}/v1/images/generations{end}"
    for start in ("", "/openai")
    for end in ("", "/")
)


def goes_straight(scope: Scope) -> bool:
    return scope["method"] == "POST" and scope["path"] in PATHS


async def answer_straight(
    scope: Scope, body: bytes, request_id: str
) -> HttpResponseBase | Pieces:
    """Authenticate, read, paint; whatever goes wrong has OpenAI's shape."""
    headers: dict[bytes, bytes] = dict(scope["headers"])
    try:
        buyer = await buyer_of(said(headers, "authorization"))
        asked = GenerationsIn.model_validate(orjson.loads(body))
        caller = heard(
            lambda name: said(headers, name),
            buyer=buyer,
            request_id=request_id,
            site=site_of(scope),
            query=scope["query_string"].decode("latin-1"),
        ).saying(asked.said())
        return await answer_pictures(asked.to_ask(), caller)
    except EaselError as error:
        return answer_error(error)
    except ValidationError as error:
        return answer_fields(error.errors(include_url=False))
    except orjson.JSONDecodeError:
        return answer_unreadable()
    except Exception as error:
        return answer_bug(error)


def said(headers: dict[bytes, bytes], name: str) -> str:
    return headers.get(spelled(name), b"").decode("latin-1")


@cache
def spelled(name: str) -> bytes:
    return name.lower().encode()


def site_of(scope: Scope) -> str:
    """Return where this site is; the caller's own headers are asked last."""
    known: str = settings.MEDIA_ORIGIN or settings.SITE_URL
    return known or origin(ASGIRequest(scope, io.BytesIO()))
