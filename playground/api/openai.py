"""OpenAI's dialect: the doors that official clients knock at.

Mounted once for `/v1` and `/openai/v1`. Every answer, also to a wrong path or a
bug of ours, is in OpenAI's shapes and carries `x-request-id`.
"""

import hashlib
from dataclasses import asdict
from typing import Any

import orjson
import structlog
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser
from ninja.renderers import BaseRenderer

from billing.ledger import wallet_of
from playground.api.addresses import origin
from playground.api.answers import amount, answer_images
from playground.api.errors import answer_error, answer_status
from playground.api.keys import bearer
from playground.api.schemas import GenerationsIn, Refusal
from playground.generation.catalogue import Model, catalogue
from playground.generation.database import AWAY, in_thread
from playground.generation.errors import BadRequest, EaselError, OutOfService, TwinAhead
from playground.generation.models import Generation
from playground.generation.request import Ask, Buyer, Once
from playground.generation.service import accept, see_through
from playground.generation.twins import answer_again, twin_of

log = structlog.get_logger()


LONGEST_KEY = 255


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
ERRORS = {
    status: Refusal
    for status in (400, 401, 402, 404, 409, 422, 429, 500, 502, 503, 504)
}


@api.post("/images/generations", response={200: dict, **ERRORS})
@api.post("/images/generations/", response=dict, include_in_schema=False)
async def create_images(request: HttpRequest, body: GenerationsIn) -> HttpResponse:
    """Paint pictures from a prompt, as OpenAI's clients expect it."""
    buyer: Buyer = request.auth  # type: ignore[attr-defined]
    ask = body.to_ask()
    once = named_once(request, ask)
    twin = await twin_of(buyer.account_id, once)
    while twin is None:
        try:
            generation = await accept(
                ask,
                buyer,
                endpoint="images.generations",
                state=Generation.State.RUNNING,
                generation_id=request.META["easel.request_id"],
                once=once,
            )
        except TwinAhead:
            twin = await twin_of(buyer.account_id, once)
        else:
            return answer_images(
                generation, await see_through(generation), origin(request)
            )
    response = answer_images(twin, await answer_again(twin), origin(request))
    response["idempotent-replayed"] = "true"
    return response


def named_once(request: HttpRequest, ask: Ask) -> Once | None:
    """Read the caller's Idempotency-Key, and what it stands for."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if not key:
        return None
    if len(key) > LONGEST_KEY or not key.isprintable():
        raise BadRequest(
            _("An Idempotency-Key is at most %(longest)s printable characters.")
            % {"longest": LONGEST_KEY},
            param="Idempotency-Key",
        )
    asked = orjson.dumps(["images.generations", asdict(ask)], default=str)
    return Once(key, hashlib.sha256(asked).hexdigest())


@api.get("/models", response={200: dict, 401: Refusal})
@api.get("/models/", response=dict, include_in_schema=False)
async def list_models(request: HttpRequest) -> dict[str, Any]:
    """Every model of the catalogue."""
    models = [model_out(model) for model in catalogue().models]
    return {"object": "list", "data": models}


@api.get("/models/{path:name}", response={200: dict, 401: Refusal, 404: Refusal})
async def show_model(request: HttpRequest, name: str) -> dict[str, Any]:
    """One model, by its id, an alias, or a tier variant."""
    return model_out(catalogue().find(name.rstrip("/")))


def model_out(model: Model) -> dict[str, Any]:
    ends = model.lifecycle.shutdown
    return {
        "id": model.id,
        "object": "model",
        "created": 0,
        "owned_by": model.vendor.lower(),
        "name": model.name,
        "description": model.description,
        "aliases": list(model.aliases),
        "status": model.lifecycle.status,
        "shutdown_date": ends.isoformat() if ends else None,
        "tiers": list(model.tiers),
        "shapes": list(model.shapes),
    }


@api.get("/balance", response={200: dict, 401: Refusal})
@api.get("/balance/", response=dict, include_in_schema=False)
async def show_balance(request: HttpRequest) -> dict[str, Any]:
    """What the key's account has, and what of it is set aside."""
    buyer: Buyer = request.auth  # type: ignore[attr-defined]
    wallet = await in_thread(lambda: wallet_of(buyer.account_id))
    return {
        "object": "balance",
        "available": amount(wallet.available),
        "held": amount(wallet.held),
        "balance": amount(wallet.balance),
    }


@api.exception_handler(EaselError)
def on_easel_error(request: HttpRequest, error: EaselError) -> HttpResponse:
    return answer_error(error)


@api.exception_handler(ValidationError)
def on_bad_fields(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Name the first field that is wrong, and what it may be."""
    first = error.errors[0]
    path = [str(part) for part in first["loc"] if part not in ("body", "body_params")]
    field = ".".join(path[1:] if path and path[0] == "body" else path)
    message = first["msg"].removeprefix("Value error, ")
    if field == "stream":
        message = "Streamed answers are not offered here: leave 'stream' out"
    sentence = f"{field}: {message}." if field else f"{message}."
    return answer_error(BadRequest(sentence, param=field or None))


@api.exception_handler(HttpError)
def on_unreadable_body(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Ninja raises this when the body cannot be parsed."""
    return answer_error(BadRequest(_("The body is not valid JSON."), code="bad_json"))


def on_database_away(
    request: HttpRequest, error: Exception | type[Exception]
) -> HttpResponse:
    log.error("database.away", reason=str(error))
    return answer_error(
        OutOfService(_("The database is away for a moment. Try again soon."))
    )


for kind in AWAY:
    api.add_exception_handler(kind, on_database_away)


@api.exception_handler(Exception)
def on_bug(request: HttpRequest, error: Exception) -> HttpResponse:
    log.exception("api.bug", exc_info=error)
    return answer_status(500)


def unknown_path(request: HttpRequest, path: str = "") -> HttpResponse:
    """Whatever else is asked for under these prefixes."""
    return answer_status(404)
