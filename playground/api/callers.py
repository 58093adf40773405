"""Who calls, what they call their order, and how we name it and its pictures.

What a caller says beside the body, in headers, is read here and nowhere else, so that
every door that makes pictures keeps the same promises.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Self
from urllib.parse import parse_qsl

from django.http import HttpRequest
from django.utils.translation import gettext as _

from playground.api.addresses import origin
from playground.generation.errors import BadRequest
from playground.generation.request import USUAL, Buyer, ResponseFormat, Terms
from playground.generation.terms import NOTHING_SAID, Said, terms_of

RETRY_COUNT = "X-Stainless-Retry-Count"
YES_OR_NO = {"1": True, "true": True, "": False, "0": False, "false": False}
STEERING = ("X-Easel-Strict", "X-Easel-Provider", "X-Easel-Deadline")
Header = Callable[[str], str]
# Vercel's client for OpenAI reads nothing else, and cannot ask for it when it edits.
BASE64_ONLY = "ai-sdk-provider-utils/"


@dataclass(frozen=True, slots=True)
class Caller:
    """One call for pictures, as it came in."""

    buyer: Buyer
    request_id: str
    site: str
    endpoint: str = "images.generations"
    idempotency_key: str = ""
    repetition: int = 0
    asked: Said = NOTHING_SAID
    terms: Terms = USUAL
    usual_format: ResponseFormat | None = None  # None: the model's own

    @property
    def is_dry(self) -> bool:
        """Say whether the caller wants to know the price only."""
        return bool(self.asked.dry_run)

    def saying(self, body: Said) -> Self:
        """Add what the body says, which goes before what the address says."""
        if body is NOTHING_SAID or body == NOTHING_SAID:
            return self
        asked = both(body, self.asked)
        return replace(self, asked=asked, terms=terms_of(asked))


def both(first: Said, second: Said) -> Said:
    """Return the first, filled up from the second."""
    said = {one.name: getattr(first, one.name) for one in fields(Said)}
    return replace(second, **{k: v for k, v in said.items() if v is not None})


def caller_of(request: HttpRequest, endpoint: str) -> Caller:
    """Read a caller from Django's request."""
    caller = heard(
        lambda name: request.headers.get(name, ""),
        buyer=request.auth,  # type: ignore[attr-defined]
        request_id=request.META["easel.request_id"],
        site=origin(request),
        endpoint=endpoint,
        query=request.META.get("QUERY_STRING", ""),
    )
    if BASE64_ONLY in request.headers.get("User-Agent", ""):
        return replace(caller, usual_format="b64_json")
    return caller


def heard(
    header: Header,
    *,
    buyer: Buyer,
    request_id: str,
    site: str,
    endpoint: str = "images.generations",
    query: str = "",
) -> Caller:
    """Read what the headers say; `header` answers with one, or with nothing."""
    told = tuple(map(header, STEERING))
    asked = said_in(query, told) if query or any(told) else NOTHING_SAID
    return Caller(
        buyer=buyer,
        request_id=request_id,
        site=site,
        endpoint=endpoint,
        idempotency_key=header("Idempotency-Key").strip(),
        repetition=repetition_in(header(RETRY_COUNT)),
        asked=asked,
        terms=terms_of(asked),
    )


def repetition_in(text: str) -> int:
    """Read how often OpenAI's clients say they have sent this before."""
    return min(int(text[:9]), 100) if text.isascii() and text.isdigit() else 0


def said_in(query: str, told: Sequence[str]) -> Said:
    """Read what the address says beside the path, and what the headers say of the order."""
    strict, provider, deadline = told
    found = dict(parse_qsl(query, keep_blank_values=True))
    return Said(
        retention=found.get("retention"),
        quote_id=found.get("quote_id"),
        dry_run=dry_run_in(found),
        strict=is_meant("X-Easel-Strict", strict),
        provider=provider or None,
        deadline=deadline or None,
    )


def dry_run_in(found: dict[str, str]) -> bool | None:
    """Read ?dry_run=true; ?dry_run alone means it too."""
    for name in ("dry_run", "dryRun"):
        if name in found:
            return is_meant(name, found[name] or "true")
    return None


def is_meant(name: str, text: str) -> bool:
    """Read a yes or no; what is neither is no quiet no."""
    meant = YES_OR_NO.get(text.strip().lower())
    if meant is None:
        message = _("%(name)s is 1 or 0, true or false.")
        raise BadRequest(message % {"name": name}, param=name)
    return meant
