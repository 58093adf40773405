"""One table from our errors to statuses, and OpenAI's envelope around them."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import structlog
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from playground.generation import errors
from playground.generation.database import AWAY
from playground.generation.errors import EaselError

log = structlog.get_logger()
STATUSES: dict[type[EaselError], tuple[int, str]] = {
    errors.ModelNotFound: (404, "invalid_request_error"),
    errors.TooLarge: (413, "invalid_request_error"),
    errors.WrongMedia: (415, "invalid_request_error"),
    errors.BadRequest: (400, "invalid_request_error"),
    errors.NotFound: (404, "invalid_request_error"),
    errors.Unauthorized: (401, "invalid_request_error"),
    errors.Forbidden: (403, "permission_error"),
    errors.CannotPay: (402, "insufficient_quota"),
    errors.KeyReused: (422, "invalid_request_error"),
    errors.TwinAhead: (409, "invalid_request_error"),
    errors.TooMany: (429, "rate_limit_error"),
    errors.RefusedByModel: (400, "image_generation_user_error"),
    errors.CalledOff: (409, "invalid_request_error"),
    errors.AllProvidersFailed: (502, "server_error"),
    errors.TimedOut: (504, "server_error"),
    errors.OutOfService: (503, "server_error"),
    errors.EaselError: (500, "server_error"),
}
BY_STATUS = {
    400: ("invalid_request_error", "bad_request", _("This request could not be read.")),
    404: (
        "invalid_request_error",
        "unknown_path",
        _(
            "There is nothing at this path: image requests go to /v1/images/generations."
        ),
    ),
    405: (
        "invalid_request_error",
        "method_not_allowed",
        _("This path does not answer to that method."),
    ),
    413: (
        "invalid_request_error",
        "payload_too_large",
        _("This request is larger than Easel reads."),
    ),
    500: (
        "server_error",
        "server_error",
        _(
            "Something broke on our side. Try again, and quote the x-request-id if it stays."
        ),
    ),
}


def status_and_type(error: EaselError) -> tuple[int, str]:
    """Find the nearest class of the error in the table."""
    return next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)


def answer_error(error: EaselError) -> HttpResponse:
    """Put one of our errors into OpenAI's envelope."""
    status, kind = status_and_type(error)
    response = enveloped(status, error.message, kind, error.code, error.param)
    wait = getattr(error, "retry_after_seconds", None)
    if wait is not None:
        response["Retry-After"] = str(wait)
    if isinstance(error, errors.PutBack | errors.CalledOff):
        response["x-should-retry"] = "false"
    return response


def answer_fields(wrong: Sequence[Mapping[str, Any]]) -> HttpResponse:
    """Name the first field that is wrong, and what it may be."""
    first = wrong[0]
    path = [str(part) for part in first["loc"] if part not in ("body", "body_params")]
    field = ".".join(path)
    message = first["msg"].removeprefix("Value error, ")
    if field == "stream":
        message = "Streamed answers are not offered here: leave 'stream' out"
    sentence = f"{field}: {message}." if field else f"{message}."
    return answer_error(errors.BadRequest(sentence, param=field or None))


def answer_unreadable() -> HttpResponse:
    return answer_error(
        errors.BadRequest(str(_("The body is not valid JSON.")), code="bad_json")
    )


def answer_bug(error: Exception) -> HttpResponse:
    """What nobody foresaw is ours to mend; a database that is away comes back."""
    if isinstance(error, AWAY):
        log.error("database.away", reason=str(error))
        away = _("The database is away for a moment. Try again soon.")
        return answer_error(errors.OutOfService(str(away)))
    log.exception("api.bug", exc_info=error)
    return answer_status(500)


def answer_status(status: int) -> HttpResponse:
    """The envelope for what happened outside any endpoint."""
    kind, code, message = BY_STATUS[status]
    return enveloped(status, str(message), kind, code, None)


def enveloped(
    status: int, message: str, kind: str, code: str, param: str | None
) -> HttpResponse:
    body: dict[str, Any] = {
        "message": message,
        "type": kind,
        "param": param,
        "code": code,
    }
    return HttpResponse(
        orjson.dumps({"error": body}), status=status, content_type="application/json"
    )
