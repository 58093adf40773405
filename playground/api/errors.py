"""Our errors in OpenAI's envelope; `playground.codes` says what each code is."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import orjson
import structlog
from django.core.exceptions import SuspiciousOperation
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from playground.api.addresses import page_address
from playground.codes import CODES, Code
from playground.generation import errors
from playground.generation.database import AWAY
from playground.generation.errors import EaselError

log = structlog.get_logger()
BY_STATUS = {
    400: ("bad_request", _("This request could not be read.")),
    404: (
        "unknown_path",
        _(
            "There is nothing at this path: image requests go to /v1/images/generations."
        ),
    ),
    405: ("method_not_allowed", _("This path does not answer to that method.")),
    413: ("payload_too_large", _("This request is larger than Easel reads.")),
    500: (
        "server_error",
        _(
            "Something broke on our side. Try again, and quote the x-request-id if it stays."
        ),
    ),
}


def code_of(error: EaselError) -> Code:
    """Find the error's code in the table, or its class's own."""
    return CODES.get(error.code) or CODES[type(error).code]


def status_and_type(error: EaselError) -> tuple[int, str]:
    """Return the status an error is answered with, and OpenAI's word for its kind."""
    code = code_of(error)
    return code.status, code.kind


def answer_error(error: EaselError) -> HttpResponse:
    """Put one of our errors into OpenAI's envelope."""
    response = enveloped(error, code_of(error))
    wait = getattr(error, "retry_after_seconds", None)
    if wait is not None:
        response["Retry-After"] = str(wait)
    return response


def answer_fields(wrong: Sequence[Mapping[str, Any]]) -> HttpResponse:
    return answer_error(wrong_field(wrong))


def wrong_field(wrong: Sequence[Mapping[str, Any]]) -> errors.BadRequest:
    """Name the first field that is wrong, and what it may be."""
    first = wrong[0]
    path = [str(part) for part in first["loc"] if part not in ("body", "body_params")]
    field = ".".join(path)
    message = first["msg"].removeprefix("Value error, ")
    sentence = f"{field}: {message}." if field else f"{message}."
    return errors.BadRequest(sentence, param=field or None)


def answer_unreadable() -> HttpResponse:
    return answer_error(unreadable())


def unreadable() -> errors.BadRequest:
    return errors.BadRequest(str(_("The body is not valid JSON.")), code="bad_json")


def answer_bug(error: Exception) -> HttpResponse:
    return answer_error(unforeseen(error))


def unforeseen(error: Exception) -> EaselError:
    """What nobody foresaw is ours to mend; a database that is away comes back.

    What Django finds suspicious, a Host that is none or a thousand parameters, is not.
    """
    if isinstance(error, AWAY):
        log.error("database.away", reason=str(error))
        away = _("The database is away for a moment. Try again soon.")
        return errors.OutOfService(str(away))
    if isinstance(error, SuspiciousOperation):
        code, message = BY_STATUS[400]
        return errors.BadRequest(str(message), code=code)
    log.exception("api.bug", exc_info=error)
    return EaselError(str(BY_STATUS[500][1]))


def answer_status(status: int) -> HttpResponse:
    """The envelope for what happened outside any endpoint."""
    code, message = BY_STATUS[status]
    return enveloped(EaselError(str(message), code=code), CODES[code])


def enveloped(error: EaselError, code: Code) -> HttpResponse:
    """Write OpenAI's four keys, and ours: what to do, where to read, the facts."""
    response = HttpResponse(
        orjson.dumps({"error": error_out(error, code)}, default=exactly),
        status=code.status,
        content_type="application/json",
    )
    if code.is_final:
        response["x-should-retry"] = "false"
    return response


def error_out(error: EaselError, code: Code) -> dict[str, Any]:
    return {
        "message": error.message,
        "type": code.kind,
        "param": error.param,
        "code": error.code,
        "hint": str(code.hint),
        "docs_url": page_address(f"/docs/errors#{error.code}"),
        **error.facts,
    }


def exactly(value: Any) -> orjson.Fragment:
    """Write a decimal number without rounding it."""
    if isinstance(value, Decimal):
        return orjson.Fragment(f"{value:f}")
    raise TypeError(f"{type(value).__name__} is not JSON")
