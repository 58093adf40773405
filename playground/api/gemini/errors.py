"""Google's envelope around our errors: a status that has a name, and details.

The field a sentence is about is named as Google's clients wrote it, whatever it is
called behind the door.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from playground.api.addresses import page_address
from playground.api.errors import (
    BY_STATUS,
    code_of,
    unforeseen,
    unreadable,
    wrong_field,
)
from playground.generation.errors import EaselError

TYPE = "type.googleapis.com/google.rpc."
NAMES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    402: "PAYMENT_REQUIRED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    405: "UNIMPLEMENTED",
    409: "ABORTED",
    413: "INVALID_ARGUMENT",
    415: "INVALID_ARGUMENT",
    422: "FAILED_PRECONDITION",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    502: "UNAVAILABLE",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
PLACE = re.compile(r"\.(\d+)")
IMAGE = "generationConfig.imageConfig"
FIELDS = {
    "prompt": "contents",
    "turns": "contents",
    "image": "contents",
    "n": "generationConfig.candidateCount",
    "quote_id": "quoteId",
    "seed": "generationConfig.seed",
    "aspect_ratio": f"{IMAGE}.aspectRatio",
    "resolution": f"{IMAGE}.imageSize",
    "output_format": f"{IMAGE}.imageOutputOptions.mimeType",
    "output_compression": f"{IMAGE}.imageOutputOptions.compressionQuality",
}
NOWHERE = _(
    "There is nothing at this path: pictures are made by"
    " POST /v1beta/models/MODEL:generateContent."
)


def answer_error(error: EaselError) -> HttpResponse:
    """Put one of our errors into Google's envelope."""
    code = code_of(error)
    response = HttpResponse(
        orjson.dumps({"error": error_out(error)}),
        status=code.status,
        content_type="application/json",
    )
    if (wait := seconds_to_wait(error)) is not None:
        response["Retry-After"] = str(wait)
    if code.is_final:
        response["x-should-retry"] = "false"
    return response


def answer_fields(wrong: Sequence[Mapping[str, Any]]) -> HttpResponse:
    return answer_error(wrong_field(wrong))


def answer_unreadable() -> HttpResponse:
    return answer_error(unreadable())


def answer_bug(error: Exception) -> HttpResponse:
    return answer_error(unforeseen(error))


def answer_status(status: int) -> HttpResponse:
    """The envelope for what happened outside any endpoint."""
    code, message = BY_STATUS[status]
    said = NOWHERE if status == 404 else message
    return answer_error(EaselError(str(said), code=code))


def error_out(error: EaselError) -> dict[str, Any]:
    """Say an error as it stands in an envelope, or in the middle of a stream."""
    status = code_of(error).status
    return {
        "code": status,
        "message": error.message,
        "status": NAMES[status],
        "details": list(details_of(error)),
    }


def details_of(error: EaselError) -> Iterator[dict[str, Any]]:
    """Say what a program may want to know, in the forms Google's clients know."""
    facts = {name: str(fact) for name, fact in error.facts.items()}
    info = {"reason": error.code.upper(), "domain": "easel", "metadata": facts}
    yield {"@type": f"{TYPE}ErrorInfo", **info}
    if error.param:
        violation = {"field": field_of(error.param), "description": error.message}
        yield {"@type": f"{TYPE}BadRequest", "fieldViolations": [violation]}
    if (wait := seconds_to_wait(error)) is not None:
        yield {"@type": f"{TYPE}RetryInfo", "retryDelay": f"{wait}s"}
    page = page_address(f"/docs/errors#{error.code}")
    link = {"description": str(code_of(error).hint), "url": page}
    yield {"@type": f"{TYPE}Help", "links": [link]}


def field_of(param: str) -> str:
    """Name a field as Google's clients wrote it."""
    return FIELDS.get(param) or PLACE.sub(r"[\1]", param)


def seconds_to_wait(error: EaselError) -> int | None:
    wait: int | None = getattr(error, "retry_after_seconds", None)
    return wait
