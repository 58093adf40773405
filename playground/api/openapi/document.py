"""GET /v1/openapi.json: every endpoint, what it takes and answers, with examples.

The framework knows the paths and the bodies; what comes back, how it looks and what
can go wrong is added here. Errors are described by the same table they come from.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ninja import NinjaAPI
from pydantic.json_schema import models_json_schema

from playground.api.openapi import batched, examples, hooks, measured, shapes, voted
from playground.api.openapi.parameters import name_a_model, parameter
from playground.api.openapi.shapes import Shape
from playground.codes import CODES, Code
from playground.generation.models import Generation

Json = dict[str, Any]
JSON = "application/json"
SCHEMAS = "#/components/schemas/"
# What can go wrong at any endpoint, and besides at those that make pictures.
ANYWHERE = (400, 401, 403, 404, 405, 413, 429, 500, 503)
PAINTING = (402, 409, 415, 422, 502, 504)
PURGING = (409,)
PICTURE = {"type": "string", "format": "binary"}


@dataclass(frozen=True, slots=True)
class Answered:
    """What an operation answers when all is well, with an example of it.

    `asked` is an example of an order for pictures, `sent` one of any other body.
    """

    shape: type[Shape]
    example: Json
    also: tuple[int, ...] = ()
    query: tuple[tuple[str, str, str], ...] = ()
    asked: Json | None = None
    sent: Json | None = None
    status: int = 200
    needs_key: bool = True
    kind: str = JSON


A_PAGE = (
    ("after", "", "The `next_after` of the page before."),
    ("limit", "20", "How many: 1 to 100."),
)
BESIDE_THE_BODY = (
    ("dry_run", "", "true: check and price the order, and paint nothing."),
    ("retention", "", "How long pictures are kept: 1h, 7d, 30d or forever."),
)
BY_IDS = (
    ("after", "", "The `last_id` of the page before."),
    ("limit", "20", "How many: 1 to 100."),
    ("order", "", "desc, the newest first, or asc."),
)
IN_HEADERS = (
    ("Idempotency-Key", "", "A name for this order: asked twice, painted once."),
    ("X-Easel-Strict", "", "1: refuse what would be changed, with a 400."),
)
KINDS = ", ".join(Generation.State.values)
ANSWERS: Mapping[tuple[str, str], Answered] = {
    ("post", "/v1/images/generations"): Answered(
        shapes.Images, examples.IMAGES, PAINTING, asked=examples.GENERATION
    ),
    ("post", "/v1/images/edits"): Answered(
        shapes.Images, examples.IMAGES, PAINTING, asked=examples.EDIT
    ),
    ("get", "/v1/models"): Answered(
        shapes.Models,
        examples.MODELS,
        query=(
            ("mode", "edit", "generate, edit or mask."),
            ("tier", "4K", "A resolution the model has."),
            ("provider", "sketch", "A provider that paints it."),
            ("vendor", "easel", "Who made it."),
            ("status", "available", "available, preview or deprecated."),
        ),
    ),
    ("get", "/v1/models/{name}"): Answered(shapes.ModelShown, examples.MODEL),
    ("get", "/v1/metrics/models/{name}"): Answered(
        measured.ModelMetrics,
        measured.METRICS,
        query=(("window", "7d", "The last 24 hours, or so many days."),),
        needs_key=False,
    ),
    ("get", "/v1/metrics/arena"): Answered(
        voted.Arena,
        voted.ARENA,
        query=(
            ("task", "pictures", "Pictures from text, or edits."),
            ("category", "", "One of the arena's categories; without it, overall."),
        ),
        needs_key=False,
    ),
    ("get", "/v1/requests"): Answered(
        shapes.Requests,
        examples.REQUESTS,
        query=(
            *A_PAGE,
            ("key", "", "The id of an API key."),
            ("model", "sketch-1", "An id or alias."),
            ("status", "succeeded", f"One of {KINDS}."),
            ("from", "2026-11-01", "Not before this day, time or second."),
            ("to", "2026-11-30", "Before this time, or until the end of this day."),
            ("user", "customer-17", "What was sent as `user`."),
            ("metadata[team]", "red", "What was sent in `metadata`, by its name."),
            ("summary", "true", "Add up all that fits, without rehearsals."),
        ),
    ),
    ("get", "/v1/requests/{request_id}"): Answered(shapes.RequestWhole, examples.WHOLE),
    ("delete", "/v1/requests/{request_id}/payloads"): Answered(
        shapes.Purged, examples.PURGED, PURGING
    ),
    ("get", "/v1/balance"): Answered(shapes.Balance, examples.BALANCE),
    ("post", "/v1/webhooks"): Answered(
        hooks.WebhookOpened, hooks.OPENED, sent=hooks.WANTED, status=201
    ),
    ("get", "/v1/webhooks"): Answered(hooks.Webhooks, hooks.LIST),
    ("get", "/v1/webhooks/secret"): Answered(hooks.WebhookOpened, hooks.SIGNER),
    ("get", "/v1/webhooks/{endpoint_id}"): Answered(hooks.Webhook, hooks.ONE),
    ("patch", "/v1/webhooks/{endpoint_id}"): Answered(
        hooks.Webhook, hooks.ONE, sent=hooks.CHANGES
    ),
    ("delete", "/v1/webhooks/{endpoint_id}"): Answered(
        hooks.WebhookDeleted, hooks.DELETED
    ),
    ("post", "/v1/webhooks/{endpoint_id}/rotate"): Answered(
        hooks.WebhookOpened, hooks.OPENED
    ),
    ("post", "/v1/webhooks/{endpoint_id}/test"): Answered(
        hooks.Delivery, hooks.WAITING, status=202
    ),
    ("get", "/v1/webhooks/{endpoint_id}/deliveries"): Answered(
        hooks.Deliveries, hooks.DELIVERIES
    ),
    ("get", "/v1/webhooks/deliveries/{delivery_id}"): Answered(
        hooks.Delivery, hooks.DONE
    ),
    ("post", "/v1/webhooks/deliveries/{delivery_id}/resend"): Answered(
        hooks.Delivery, hooks.WAITING, status=202
    ),
    ("get", "/v1/billing/transactions"): Answered(
        shapes.Transactions,
        examples.TRANSACTIONS,
        query=(*A_PAGE, ("kind", "charge", "charge, topup, grant and so on.")),
    ),
    ("get", "/v1/key"): Answered(shapes.KeyStanding, examples.KEY_STANDING),
    ("get", "/v1/keys"): Answered(shapes.Keys, examples.KEYS, query=A_PAGE),
    ("post", "/v1/keys"): Answered(
        shapes.KeyMade, examples.KEY_MADE, sent=examples.KEY_WANTED
    ),
    ("get", "/v1/keys/{key_id}"): Answered(shapes.Key, examples.KEY),
    ("patch", "/v1/keys/{key_id}"): Answered(
        shapes.Key, examples.KEY, sent=examples.KEY_CHANGES
    ),
    ("delete", "/v1/keys/{key_id}"): Answered(shapes.Key, examples.KEY),
    ("post", "/v1/keys/{key_id}/rotate"): Answered(
        shapes.KeyRotated, examples.KEY_ROTATED, sent=examples.KEY_ROTATION
    ),
    ("post", "/v1/async/images/generations"): Answered(
        shapes.Task, examples.QUEUED, PAINTING, asked=examples.GENERATION, status=202
    ),
    ("post", "/v1/async/images/edits"): Answered(
        shapes.Task, examples.QUEUED, PAINTING, asked=examples.EDIT, status=202
    ),
    ("post", "/v1/files"): Answered(batched.FileShown, batched.A_FILE, (415, 422)),
    ("get", "/v1/files"): Answered(
        batched.Files,
        batched.FILES,
        query=(
            *BY_IDS,
            ("purpose", "batch", "batch, batch_output, vision or user_data."),
        ),
    ),
    ("get", "/v1/files/{file_id}"): Answered(batched.FileShown, batched.A_FILE),
    ("delete", "/v1/files/{file_id}"): Answered(batched.FileDeleted, batched.DELETED),
    ("get", "/v1/files/{file_id}/content"): Answered(
        batched.ResultLine, batched.RESULT, kind="application/jsonl"
    ),
    ("post", "/v1/batches"): Answered(
        batched.BatchShown,
        batched.BATCH,
        (422,),
        query=(("dry_run", "", "true: check and price the lines, and wait."),),
        sent=batched.ASKED,
    ),
    ("get", "/v1/batches"): Answered(batched.Batches, batched.BATCHES, query=BY_IDS),
    ("get", "/v1/batches/{batch_id}"): Answered(batched.BatchShown, batched.UNDER_WAY),
    ("post", "/v1/batches/{batch_id}/start"): Answered(
        batched.BatchShown, batched.UNDER_WAY, (409,)
    ),
    ("post", "/v1/batches/{batch_id}/cancel"): Answered(
        batched.BatchShown, batched.CANCELLING
    ),
    ("get", "/v1/tasks/{task_id}"): Answered(shapes.Task, examples.TASK),
    ("get", "/v1/async/images/{task_id}"): Answered(shapes.Task, examples.TASK),
    ("post", "/v1/tasks/{task_id}/cancel"): Answered(shapes.Task, examples.CANCELLED),
    ("post", "/v1/async/images/{task_id}/cancel"): Answered(
        shapes.Task, examples.CANCELLED
    ),
}


EVERY = (*shapes.EVERY, *hooks.EVERY, *measured.EVERY, *voted.EVERY, *batched.EVERY)


@cache
def described(dialect: NinjaAPI) -> Json:
    """Return the whole description, but for where this site is."""
    whole: Json = dialect.get_openapi_schema(path_prefix="/v1/")
    whole["info"] |= {
        "description": "Pictures from any model, by one key. Compatible with OpenAI's"
        " clients: change the base URL and the key. What each error means is explained"
        " at /docs/errors."
    }
    _, known = models_json_schema(
        [(shape, "serialization") for shape in EVERY],
        ref_template=SCHEMAS + "{model}",
    )
    components = whole.setdefault("components", {})
    components.setdefault("schemas", {}).update(known["$defs"])
    components["schemas"].pop("Refusal", None)
    components["responses"] = {
        str(status): refusal(status)
        for status in sorted({code.status for code in CODES.values()})
    }
    components["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "An Easel API key."}
    }
    whole["security"] = [{"key": []}]
    for path, operations in whole["paths"].items():
        for method, operation in operations.items():
            describe(operation, method, ANSWERS.get((method, path)))
    for path in ("/v1/images/edits", "/v1/async/images/edits"):
        add_form(whole["paths"][path]["post"])
    whole["paths"]["/v1/files"]["post"]["requestBody"] = batched.A_FORM
    return whole


def describe(operation: Json, method: str, answered: Answered | None) -> None:
    """Say of one operation what it takes and answers."""
    known = answered or Answered(shapes.Anything, {})
    operation.pop("security", None)
    if not known.needs_key:
        operation["security"] = []
    operation["responses"] = {
        str(known.status): {
            "description": "What was asked for.",
            "headers": {"x-request-id": {"schema": {"type": "string"}}},
            "content": {
                known.kind: {"schema": ref(known.shape), "examples": examples_of(known)}
            },
        },
        **{
            str(status): {"$ref": f"#/components/responses/{status}"}
            for status in sorted({*ANYWHERE, *known.also})
        },
    }
    parameters = operation.setdefault("parameters", [])
    name_a_model(parameters)
    if known.sent:
        operation["requestBody"]["content"][JSON]["example"] = known.sent
    parameters += [parameter("query", *one) for one in known.query]
    if known.asked:
        parameters += [parameter("query", *one) for one in BESIDE_THE_BODY]
        parameters += [parameter("header", *one) for one in IN_HEADERS]
        add_painting(operation, known.asked)


def examples_of(answered: Answered) -> Json:
    """By a name, since viewers trip over an example that holds `null`."""
    return {"answer": {"value": answered.example}}


def add_painting(operation: Json, asked: Json) -> None:
    """Say what may come instead of the usual answer: a quote, or a stream of events."""
    body = operation.setdefault("requestBody", {"content": {JSON: {"schema": {}}}})
    body["content"][JSON]["example"] = asked
    quote = {
        "schema": ref(shapes.Quote),
        "examples": {"dry_run": {"value": examples.QUOTE}},
    }
    if "202" in operation["responses"]:
        only = {"description": "With dry_run, what it would cost."}
        operation["responses"]["200"] = {**only, "content": {JSON: quote}}
        return
    content = operation["responses"]["200"]["content"]
    content[JSON]["schema"] = {"anyOf": [content[JSON]["schema"], quote["schema"]]}
    content[JSON]["examples"] |= quote["examples"]
    events = {"schema": {"type": "string"}, "example": examples.EVENTS}
    content["text/event-stream"] = events
    operation["responses"]["200"]["description"] = (
        "The pictures; with `stream: true` as events, one for each as it is painted."
    )


def ref(shape: type[Shape]) -> Json:
    return {"$ref": SCHEMAS + shape.__name__}


def refusal(status: int) -> Json:
    """Describe an error by every code that has its status."""
    codes = {name: code for name, code in CODES.items() if code.status == status}
    return {
        "description": " ".join(str(code.meaning) for code in codes.values()),
        "headers": {"x-request-id": {"schema": {"type": "string"}}},
        "content": {
            JSON: {
                "schema": ref(shapes.Error),
                "examples": {name: example(name, code) for name, code in codes.items()},
            }
        },
    }


def example(name: str, code: Code) -> Json:
    error = {
        "message": str(code.meaning),
        "type": code.kind,
        "param": None,
        "code": name,
        "hint": str(code.hint),
        "docs_url": f"https://easel.example.com/docs/errors#{name}",
    }
    return {"value": {"error": error}}


def add_form(edits: Json) -> None:
    """Say how an edit is sent as a form, as official clients do, and as JSON."""
    words = "GenerationsIn"
    address = {
        "type": "object",
        "required": ["image_url"],
        "properties": {"image_url": {"type": "string"}},
    }
    as_json = {
        "allOf": [
            {"$ref": SCHEMAS + words},
            {
                "type": "object",
                "required": ["images"],
                "properties": {
                    "images": {"type": "array", "items": address, "minItems": 1},
                    "mask": address,
                },
            },
        ]
    }
    as_form = {
        "type": "object",
        "required": ["image", "prompt"],
        "properties": {
            "image": {**PICTURE, "description": "Several: image[], repeated."},
            "mask": {**PICTURE, "description": "Only what it leaves clear changes."},
            **{name: {"type": "string"} for name in ("prompt", "model", "size")},
            "n": {"type": "integer", "minimum": 1, "maximum": 10},
            "response_format": {"type": "string", "enum": ["url", "b64_json"]},
        },
    }
    edits["requestBody"] = {
        "required": True,
        "content": {
            "multipart/form-data": {"schema": as_form},
            JSON: {"schema": as_json, "example": examples.EDIT},
        },
    }
