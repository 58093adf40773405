"""OpenAI's dialect: the doors that official clients knock at.

Mounted once for `/v1` and `/openai/v1`. Every answer, also to a wrong path or a
bug of ours, is in OpenAI's shapes and carries `x-request-id`.
"""

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser
from ninja.renderers import BaseRenderer

from playground.api import (
    arena,
    batches,
    billing,
    edits,
    filed,
    keyring,
    metrics,
    model_list,
    queued,
    requests,
    tasks,
    webhooks,
)
from playground.api.addresses import site_origin
from playground.api.callers import caller_of
from playground.api.errors import (
    answer_bug,
    answer_error,
    answer_fields,
    answer_unreadable,
)
from playground.api.gemini.routes import api as googles
from playground.api.keys import bearer
from playground.api.openapi.google import described_in_both
from playground.api.schemas import ERRORS, GenerationsIn
from playground.api.streams import answer_for_django
from playground.generation.errors import EaselError


class Orjson(BaseRenderer):
    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return orjson.dumps(data)


class OrjsonParser(Parser):
    def parse_body(self, request: HttpRequest) -> Any:
        return orjson.loads(request.body)


api = NinjaAPI(
    title="Easel",
    version="1",
    urls_namespace="openai",
    docs_url=None,
    openapi_url=None,
    auth=bearer,
    renderer=Orjson(),
    parser=OrjsonParser(),
)
api.add_router("/images/edits", edits.router)
api.add_router("/models", model_list.router)
api.add_router("/metrics", metrics.router)
api.add_router("/metrics", arena.router)
api.add_router("/webhooks", webhooks.router)
api.add_router("/requests", requests.router)
api.add_router("", billing.router)
api.add_router("", queued.router)
api.add_router("", tasks.router)
api.add_router("", filed.router)
api.add_router("", batches.router)
api.add_router("", keyring.router)


@api.post("/images/generations", response={200: dict, **ERRORS})
@api.post("/images/generations/", response=dict, include_in_schema=False)
async def create_images(request: HttpRequest, body: GenerationsIn) -> HttpResponseBase:
    """Paint pictures from a prompt, as OpenAI's clients expect it."""
    caller = caller_of(request, "images.generations").saying(body.said())
    return await answer_for_django(body.to_ask(), caller)


@api.get("/openapi.json", response=dict, auth=None, include_in_schema=False)
async def show_description(request: HttpRequest) -> dict[str, Any]:
    """All of this, for programs that read descriptions."""
    return {
        **described_in_both(api, googles),
        "servers": [{"url": site_origin(request)}],
    }


@api.exception_handler(EaselError)
def on_easel_error(request: HttpRequest, error: EaselError) -> HttpResponse:
    return answer_error(error)


@api.exception_handler(ValidationError)
def on_bad_fields(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return answer_fields(error.errors)


@api.exception_handler(HttpError)
def on_unreadable_body(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Ninja raises this when the body cannot be parsed."""
    return answer_unreadable()


@api.exception_handler(Exception)
def on_bug(request: HttpRequest, error: Exception) -> HttpResponse:
    return answer_bug(error)
