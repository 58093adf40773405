"""Who calls, what they call their order, and how we name it and its pictures.

What a caller says beside the body, in headers, is read here and nowhere else, so that
every door that makes pictures keeps the same promises.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest

from playground.api.addresses import origin
from playground.generation.request import Buyer

Header = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Caller:
    """One call for pictures, as it came in."""

    buyer: Buyer
    request_id: str
    site: str
    endpoint: str = "images.generations"
    idempotency_key: str = ""


def caller_of(request: HttpRequest, endpoint: str) -> Caller:
    """Read a caller from Django's request."""
    return heard(
        lambda name: request.headers.get(name, ""),
        buyer=request.auth,  # type: ignore[attr-defined]
        request_id=request.META["easel.request_id"],
        site=origin(request),
        endpoint=endpoint,
    )


def heard(
    header: Header,
    *,
    buyer: Buyer,
    request_id: str,
    site: str,
    endpoint: str = "images.generations",
) -> Caller:
    """Read what the headers say; `header` answers with one, or with nothing."""
    return Caller(
        buyer=buyer,
        request_id=request_id,
        site=site,
        endpoint=endpoint,
        idempotency_key=header("Idempotency-Key").strip(),
    )
