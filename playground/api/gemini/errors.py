"""Google's envelope around our errors: a status that has a name, and details.

The field a sentence is about is named as Google's clients wrote it, whatever it is
called behind the door.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from playground.api.errors import (
    BY_STATUS,
    status_and_type,
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
IMAGE = "generationConfig.imageConfig"
FIELDS = {
    "prompt": "contents",
    "turns": "contents",
    "image": "contents",
    "n": "generationConfig.candidateCount",
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
    status = status_and_type(error)[0]
    response = enveloped(error_out(error), status)
    wait = getattr(error, "retry_after_seconds", None)
    if wait is not None:
        response["Retry-After"] = str(wait)
    return response


def answer_fields(wrong: Sequence[Mapping[str, Any]]) -> HttpResponse:
    return answer_error(wrong_field(wrong))


def answer_unreadable() -> HttpResponse:
    return answer_error(unreadable())


def answer_bug(error: Exception) -> HttpResponse:
    return answer_error(unforeseen(error))


def answer_status(status: int) -> HttpResponse:
    """The envelope for what happened outside any endpoint."""
    _kind, code, message = BY_STATUS[status]
    said = NOWHERE if status == 404 else message
    return enveloped(described(status, str(said), [reason(code)]), status)


def enveloped(error: dict[str, Any], status: int) -> HttpResponse:
    return HttpResponse(
        orjson.dumps({"error": error}), status=status, content_type="application/json"
    )


def error_out(error: EaselError) -> dict[str, Any]:
    """Say an error as it stands in an envelope, or in the middle of a stream."""
    details = [reason(error.code)]
    message = error.message
    if error.param:
        field = FIELDS.get(error.param, error.param)
        violation = {"field": field, "description": message}
        details.append(
            {"@type": f"{TYPE}BadRequest", "fieldViolations": [violation]}
        )
    wait = getattr(error, "retry_after_seconds", None)
    if wait is not None:
        details.append({"@type": f"{TYPE}RetryInfo", "retryDelay": f"{wait}s"})
    return described(status_and_type(error)[0], message, details)


def reason(code: str) -> dict[str, Any]:
    return {"@type": f"{TYPE}ErrorInfo", "reason": code.upper(), "domain": "easel"}


def described(
    status: int, message: str, details: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "code": status,
        "message": message,
        "status": NAMES[status],
        "details": details,
    }
