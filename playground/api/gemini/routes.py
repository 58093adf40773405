"""The Gemini dialect: Google's clients paint here by a changed address and a key.

Every model answers, at the price and by the rules of every other door; only the words
are Google's. A status other than 200 is an error to Google's clients, and a refusal is
none.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import ValidationError

from playground.api.callers import caller_of
from playground.api.gemini.answering import (
    answer_candidates,
    answer_predictions,
    answer_refusal,
    answer_unpredicted,
)
from playground.api.gemini.asking import asked
from playground.api.gemini.counting import counted
from playground.api.gemini.errors import (
    answer_bug,
    answer_error,
    answer_fields,
    answer_status,
)
from playground.api.gemini.model_list import METHODS, listed, model_out
from playground.api.gemini.predicting import PredictIn, prediction_asked
from playground.api.gemini.reading import reading
from playground.api.gemini.streaming import ARRAY, EVENTS, answer_stream
from playground.api.keys import googles_key
from playground.api.orders import painted
from playground.api.quotes import answer_quote
from playground.generation.catalogue import catalogue
from playground.generation.errors import EaselError, NotFound, RefusedByModel

api = NinjaAPI(
    title="Easel, in Google's words",
    version="1",
    urls_namespace="gemini",
    docs_url=None,
    openapi_url=None,
    auth=googles_key,
)


@api.post("/models/{path:model}:generateContent", response=dict)
@api.post(
    "/models/{path:model}:generateContent/", response=dict, include_in_schema=False
)
async def generate_content(request: HttpRequest, model: str) -> HttpResponse:
    """Paint from a conversation: words, or words and pictures to change."""
    caller = caller_of(request, "gemini.generateContent")
    ask, caller = await asked(request, named(model), caller)
    if caller.is_dry:
        return answer_quote(ask, caller)
    try:
        return answer_candidates(await painted(ask, caller), caller.site)
    except RefusedByModel as refusal:
        return answer_refusal(refusal, named(model), caller.request_id)


@api.post("/models/{path:model}:streamGenerateContent", response=dict)
@api.post(
    "/models/{path:model}:streamGenerateContent/",
    response=dict,
    include_in_schema=False,
)
async def stream_generate_content(request: HttpRequest, model: str) -> HttpResponseBase:
    """The same, picture by picture: in events with `alt=sse`, or in one JSON array."""
    caller = caller_of(request, "gemini.streamGenerateContent")
    ask, caller = await asked(request, named(model), caller)
    if caller.is_dry:
        return answer_quote(ask, caller)
    marks = EVENTS if request.GET.get("alt") == "sse" else ARRAY
    return await answer_stream(ask, caller, marks)


@api.post("/models/{path:model}:predict", response=dict)
@api.post("/models/{path:model}:predict/", response=dict, include_in_schema=False)
async def predict(request: HttpRequest, model: str) -> HttpResponse:
    """Paint from words, as Google's older picture models are asked."""
    words = await reading(request, lambda body: body.checked(PredictIn))
    caller = caller_of(request, "gemini.predict").saying(words.said())
    ask = prediction_asked(words, named(model))
    if caller.is_dry:
        return answer_quote(ask, caller)
    try:
        return answer_predictions(await painted(ask, caller))
    except RefusedByModel as refusal:
        return answer_unpredicted(refusal, caller.request_id)


@api.post("/models/{path:model}:countTokens", response=dict)
@api.post("/models/{path:model}:countTokens/", response=dict, include_in_schema=False)
async def count_tokens(request: HttpRequest, model: str) -> dict[str, Any]:
    """Say how much a conversation would be; it costs nothing."""
    catalogue().current(named(model))
    return await reading(request, counted)


@api.get("/models", response=dict, summary="List models and methods")
@api.get("/models/", response=dict, include_in_schema=False)
async def list_models(request: HttpRequest) -> dict[str, Any]:
    """The models that can be asked for, a page at a time."""
    said = request.GET
    size = said.get("pageSize", said.get("page_size", ""))
    return listed(size, said.get("pageToken", said.get("page_token", "")))


@api.get("/models/{path:model}", response=dict, summary="Show model and methods")
async def show_model(request: HttpRequest, model: str) -> dict[str, Any]:
    """One model, by its id, an alias, or a tier variant."""
    return model_out(catalogue().current(named(model.rstrip("/"))).model)


@api.post("/models/{path:model}", response=dict, include_in_schema=False)
async def act_otherwise(request: HttpRequest, model: str) -> HttpResponse:
    """Whatever else Google's clients ask of a model."""
    methods = ", ".join(METHODS)
    message = _("Models here answer to %(methods)s.") % {"methods": methods}
    raise NotFound(message, code="unknown_path")


def named(model: str) -> str:
    """Read a model's name; some clients leave the list's own prefix before it."""
    return model.removeprefix("models/")


@api.exception_handler(EaselError)
def on_easel_error(request: HttpRequest, error: EaselError) -> HttpResponse:
    return answer_error(error)


@api.exception_handler(ValidationError)
def on_bad_fields(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return answer_fields(error.errors)


@api.exception_handler(Exception)
def on_bug(request: HttpRequest, error: Exception) -> HttpResponse:
    return answer_bug(error)


def unknown_path(request: HttpRequest, path: str = "") -> HttpResponse:
    """Whatever else is asked for in Google's way."""
    return answer_status(404)
