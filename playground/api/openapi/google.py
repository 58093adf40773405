"""Google's dialect in the API's description: its paths, their shapes, its errors.

Each path stands under /v1beta, and is answered in the same way under /v1. Its errors
have Google's envelope around the codes that every door has.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, Literal

from django.utils.translation import override
from ninja import NinjaAPI
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from playground.api.gemini.counting import CountIn
from playground.api.gemini.errors import NAMES, TYPE
from playground.api.gemini.predicting import PredictIn
from playground.api.gemini.words import GenerateIn
from playground.api.openapi import examples
from playground.api.openapi.document import (
    ANYWHERE,
    BESIDE_THE_BODY,
    IN_HEADERS,
    JSON,
    PAINTING,
    SCHEMAS,
    Answered,
    Json,
    described,
    ref,
)
from playground.api.openapi.parameters import name_a_model, parameter
from playground.api.openapi.shapes import Quote, Shape
from playground.api.openapi.tags import tagged
from playground.codes import CODES, Code

Spoken = tuple[type[BaseModel], Literal["validation", "serialization"]]
EVENTS = "text/event-stream"
MODELS = "/v1beta/models"
NAMED = f"{MODELS}/{{model}}"
ALSO = " Under /v1 it is the same; keys come as x-goog-api-key, ?key= or Bearer."


class GoogleModel(Shape):
    name: str
    version: str
    displayName: str
    description: str
    inputTokenLimit: int
    outputTokenLimit: int
    supportedGenerationMethods: list[str]


class GoogleModels(Shape):
    models: list[GoogleModel]
    nextPageToken: str | None = None


class Candidate(Shape):
    """A picture in `content`; without one, `finishReason` says why there is none."""

    finishReason: str
    index: int
    content: dict[str, Any] | None = None
    finishMessage: str | None = None


class Candidates(Shape):
    candidates: list[Candidate]
    modelVersion: str
    responseId: str
    usageMetadata: dict[str, Any] | None = None
    metadata: dict[str, Any] | None = None


class Predictions(Shape):
    predictions: list[dict[str, Any]]
    metadata: dict[str, Any]


class TokenCount(Shape):
    totalTokens: int
    promptTokensDetails: list[dict[str, Any]]


class Status(Shape):
    code: int
    message: str
    status: str
    details: list[dict[str, Any]]


class GoogleError(Shape):
    error: Status


EVERY = (GoogleModel, GoogleModels, Candidates, Predictions, TokenCount, GoogleError)
CONTENTS: Json = {
    "contents": [{"role": "user", "parts": [{"text": "a paper boat on a pond"}]}]
}
GENERATE: Json = {
    **CONTENTS,
    "generationConfig": {
        "responseModalities": ["IMAGE"],
        "candidateCount": 1,
        "imageConfig": {"aspectRatio": "16:9", "imageSize": "512"},
    },
    "user": "customer-17",
    "labels": {"team": "red"},
}
PREDICT: Json = {
    "instances": [{"prompt": "a paper boat on a pond"}],
    "parameters": {"sampleCount": 1, "aspectRatio": "16:9"},
}
PAINTED: Json = {
    "candidates": [
        {
            "content": {
                "role": "model",
                "parts": [
                    {"inlineData": {"mimeType": "image/png", "data": "iVBORw0KGgo…"}}
                ],
            },
            "finishReason": "STOP",
            "index": 0,
        }
    ],
    "usageMetadata": {
        "promptTokenCount": 6,
        "candidatesTokenCount": 747,
        "totalTokenCount": 753,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 6}],
        "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 747}],
    },
    "modelVersion": "sketch-1",
    "responseId": examples.REQUEST,
    "metadata": examples.IMAGES["metadata"],
}
PREDICTED: Json = {
    "predictions": [{"mimeType": "image/png", "bytesBase64Encoded": "iVBORw0KGgo…"}],
    "metadata": examples.IMAGES["metadata"],
}
COUNTED: Json = {
    "totalTokens": 6,
    "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 6}],
}
MODEL: Json = {
    "name": "models/sketch-1",
    "version": "1",
    "displayName": "Sketch",
    "description": "A procedural painter, not an AI model.",
    "inputTokenLimit": 8000,
    "outputTokenLimit": 25_200,
    "supportedGenerationMethods": ["generateContent", "countTokens"],
}
GOOGLES: Mapping[tuple[str, str], Answered] = {
    ("get", MODELS): Answered(
        GoogleModels,
        {"models": [MODEL]},
        query=(
            ("pageSize", "50", "How many: 1000 at most."),
            ("pageToken", "", "The `nextPageToken` of the page before."),
        ),
    ),
    ("get", NAMED): Answered(GoogleModel, MODEL),
    ("post", f"{NAMED}:generateContent"): Answered(
        Candidates, PAINTED, PAINTING, asked=GENERATE
    ),
    ("post", f"{NAMED}:streamGenerateContent"): Answered(
        Candidates,
        PAINTED,
        PAINTING,
        query=(("alt", "sse", "sse: events, and not one JSON array."),),
        asked=GENERATE,
    ),
    ("post", f"{NAMED}:predict"): Answered(
        Predictions, PREDICTED, PAINTING, asked=PREDICT
    ),
    ("post", f"{NAMED}:countTokens"): Answered(
        TokenCount, COUNTED, (415, 422), asked=CONTENTS
    ),
}
BODIES: Mapping[str, type[BaseModel]] = {
    f"{NAMED}:generateContent": GenerateIn,
    f"{NAMED}:streamGenerateContent": GenerateIn,
    f"{NAMED}:predict": PredictIn,
    f"{NAMED}:countTokens": CountIn,
}


@cache
def described_in_both(dialect: NinjaAPI, googles: NinjaAPI) -> Json:
    """Return the whole description, Google's paths among it; it is kept, and in English."""
    with override("en"):
        return both_doors(dialect, googles)


def both_doors(dialect: NinjaAPI, googles: NinjaAPI) -> Json:
    whole = described(dialect)
    paths: Json = googles.get_openapi_schema(path_prefix="/v1beta/")["paths"]
    for (method, path), answered in GOOGLES.items():
        describe(paths[path][method], path, answered)
    components = whole["components"]
    said: list[Spoken] = [(shape, "serialization") for shape in EVERY]
    said += [(body, "validation") for body in {*BODIES.values()}]
    _, known = models_json_schema(said, ref_template=SCHEMAS + "{model}")
    statuses = sorted({code.status for code in CODES.values()} & NAMES.keys())
    both = whole | {
        "paths": whole["paths"] | paths,
        "components": components
        | {
            "schemas": components["schemas"] | known["$defs"],
            "responses": components["responses"]
            | {f"google-{status}": refusal(status) for status in statuses},
        },
    }
    return tagged(both)


def describe(operation: Json, path: str, answered: Answered) -> None:
    """Say of one operation what it takes and answers."""
    operation["description"] += ALSO
    operation["responses"] = {
        "200": {
            "description": "What was asked for; with dry_run, what it would cost.",
            "headers": {"x-request-id": {"schema": {"type": "string"}}},
            "content": content_of(path, answered),
        },
        **{
            str(status): {"$ref": f"#/components/responses/google-{status}"}
            for status in sorted({*ANYWHERE, *answered.also})
        },
    }
    said = [("query", *one) for one in answered.query]
    if answered.also == PAINTING:
        said += [("query", *one) for one in BESIDE_THE_BODY]
        said += [("header", *one) for one in IN_HEADERS]
    name_a_model(operation["parameters"])
    operation["parameters"] += [parameter(*one) for one in said]
    if path in BODIES:
        body = {"schema": {"$ref": SCHEMAS + BODIES[path].__name__}}
        content = {JSON: body | {"example": answered.asked}}
        operation["requestBody"] = {"required": True, "content": content}


def content_of(path: str, answered: Answered) -> Json:
    """The answer as JSON, or a quote; a stream is a list of answers, or their events."""
    shape, example = ref(answered.shape), answered.example
    if answered.also != PAINTING:
        return {JSON: {"schema": shape, "examples": {"answer": {"value": example}}}}
    streams = path.endswith(":streamGenerateContent")
    if streams:
        shape = {"type": "array", "items": shape}
    shown = {
        "pictures": {"value": [example] if streams else example},
        "dry_run": {"value": examples.QUOTE},
    }
    content: Json = {
        JSON: {"schema": {"anyOf": [shape, ref(Quote)]}, "examples": shown}
    }
    if streams:
        event = 'data: {"candidates":[…],"modelVersion":"sketch-1"}\n\n'
        content[EVENTS] = {"schema": {"type": "string"}, "example": event}
    return content


def refusal(status: int) -> Json:
    """Describe an error in Google's envelope by every code that has its status."""
    codes = {name: code for name, code in CODES.items() if code.status == status}
    shown = {name: {"value": example(name, code)} for name, code in codes.items()}
    return {
        "description": " ".join(str(code.meaning) for code in codes.values()),
        "headers": {"x-request-id": {"schema": {"type": "string"}}},
        "content": {JSON: {"schema": ref(GoogleError), "examples": shown}},
    }


def example(name: str, code: Code) -> Json:
    page = f"https://easel.example.com/docs/errors#{name}"
    why = {"reason": name.upper(), "domain": "easel", "metadata": {}}
    links = [{"description": str(code.hint), "url": page}]
    error = {
        "code": code.status,
        "message": str(code.meaning),
        "status": NAMES[code.status],
        "details": [
            {"@type": f"{TYPE}ErrorInfo", **why},
            {"@type": f"{TYPE}Help", "links": links},
        ],
    }
    return {"error": error}
