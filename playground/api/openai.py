"""OpenAI's dialect: the doors that official clients knock at.

Mounted once for `/v1` and `/openai/v1`. Every answer, also to a wrong path or a
bug of ours, is in OpenAI's shapes and carries `x-request-id`.
"""

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser
from ninja.renderers import BaseRenderer

from accounts.limits import READ_USAGE
from billing.ledger import wallet_of
from playground.api import edits, model_list
from playground.api.addresses import origin
from playground.api.answers import amount, answer_images
from playground.api.callers import caller_of
from playground.api.errors import (
    answer_bug,
    answer_error,
    answer_fields,
    answer_unreadable,
)
from playground.api.keys import bearer, may
from playground.api.orders import painted
from playground.api.schemas import ERRORS, GenerationsIn, Refusal
from playground.api.tasks import task_of
from playground.generation.database import in_thread
from playground.generation.errors import EaselError
from playground.generation.request import Buyer
from playground.generation.storage import bytes_stored, most_bytes


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
    auth=bearer,
    renderer=Orjson(),
    parser=OrjsonParser(),
)
api.add_router("/images/edits", edits.router)
api.add_router("/models", model_list.router)


@api.post("/images/generations", response={200: dict, **ERRORS})
@api.post("/images/generations/", response=dict, include_in_schema=False)
async def create_images(request: HttpRequest, body: GenerationsIn) -> HttpResponse:
    """Paint pictures from a prompt, as OpenAI's clients expect it."""
    caller = caller_of(request, "images.generations").saying(body.said())
    return answer_images(await painted(body.to_ask(), caller), caller.site)


@api.get(
    "/balance", response={200: dict, 401: Refusal, 403: Refusal}, auth=may(READ_USAGE)
)
@api.get("/balance/", response=dict, include_in_schema=False, auth=may(READ_USAGE))
async def show_balance(request: HttpRequest) -> dict[str, Any]:
    """What the key's account has, what of it is set aside, and what it has stored."""
    buyer: Buyer = request.auth  # type: ignore[attr-defined]
    wallet = await in_thread(lambda: wallet_of(buyer.account_id))
    stored = await in_thread(lambda: bytes_stored(buyer.account_id))
    return {
        "object": "balance",
        "storage": {"bytes": stored, "most_bytes": most_bytes()},
        "available": amount(wallet.available),
        "held": amount(wallet.held),
        "balance": amount(wallet.balance),
    }


@api.get("/tasks/{task_id}", response={200: dict, 401: Refusal, 404: Refusal})
@api.get("/tasks/{task_id}/", response=dict, include_in_schema=False)
async def show_task(request: HttpRequest, task_id: str) -> dict[str, Any]:
    """An order by the x-request-id of its call: how it stands, and what came of it."""
    buyer: Buyer = request.auth  # type: ignore[attr-defined]
    return await task_of(buyer.account_id, task_id, origin(request))


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
