"""What an upstream's complaint means for us.

Every server words its errors in its own way. Here the words are found, then the
failure is chosen: by status first, and only where a status leaves it open by
the words. The words themselves go to the log, never to a customer.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal

import orjson

from playground.generation.providers.base import (
    Broken,
    Busy,
    Misconfigured,
    ProviderFailure,
    Refused,
)

Ran = Literal["no", "yes", "unknown"]

WORDS_KEPT = 200
WRONG_ADDRESS = frozenset({401, 404, 405, 410, *range(300, 400)})
OVERLOADED = frozenset({503, 529})

# "moderation" and "safety" are also names of parameters that a server may not know, and
# model names may be "case-sensitive": so mistakes are looked for first.
MISTAKE = re.compile(
    r"(?:unknown|unsupported|unrecognized|unexpected)"
    r"[ _](?:parameter|name|field|argument|request)"
    r"|extra[ _](?:inputs|forbidden)"
    r"|model[ _]?not[ _]?(?:found|exist)|model\b.{0,80}(?:does not exist|not found)"
    r"|(?:invalid|incorrect)[ _]api[ _]key|api key not valid",
    re.IGNORECASE | re.DOTALL,
)
REFUSAL = re.compile(
    r"moderation|content[ _-]?(?:policy|filter|violation)|(?<!case[ -])(?<!in)sensitive"
    r"|safety(?![ _](?:identifier|tolerance|check))|prohibited|nsfw",
    re.IGNORECASE,
)
EXHAUSTED = re.compile(
    r"insufficient[ _](?:\w+[ _])?(?:quota|balance|funds|credits?)"
    r"|quota[ _]exceeded|current quota|\bbalance\b|\bcredits\b"
    r"|overdue|billing[ _]hard[ _]limit",
    re.IGNORECASE,
)
DATA_URI = re.compile(r"data:[\w/+.-]*;base64,[\w+/=-]*")


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a server said was wrong: its sentence, and its codes as one line of text."""

    message: str
    codes: str = ""
    status: int | None = None

    @classmethod
    def in_body(cls, body: bytes | bytearray) -> "Complaint":
        """Find the sentence in a body of any shape; the start of the body otherwise."""
        try:
            tree = orjson.loads(body)
        except orjson.JSONDecodeError:
            tree = None
        text = bytes(body[: 4 * WORDS_KEPT]).decode("utf-8", "replace")
        return cls.in_tree(tree, otherwise=" ".join(text.split()))

    @classmethod
    def in_tree(cls, tree: Any, *, otherwise: str = "") -> "Complaint":
        """Find the sentence and the codes in parsed JSON."""
        sentences = (
            text for text in _sentences(tree) if isinstance(text, str) and text.strip()
        )
        codes = [str(code) for code in _codes(tree) if isinstance(code, str | int)]
        numbers = (int(code) for code in codes if re.fullmatch("[45][0-9]{2}", code))
        return cls(
            message=next(sentences, otherwise)[:WORDS_KEPT],
            codes=" ".join(codes),
            status=next(numbers, None),
        )

    @property
    def words(self) -> str:
        return f"{self.codes} {self.message}".strip()

    def without(self, *secrets: str) -> "Complaint":
        """Return the same complaint, fit for a log: no key, prompt or picture in it."""
        message = DATA_URI.sub("[data]", self.message)
        for secret in filter(None, secrets):
            message = message.replace(secret, "[…]")
        return Complaint(message, self.codes, self.status)


def failure(
    status: int,
    complaint: Complaint,
    *,
    note: str = "",
    retry_after_seconds: float | None = None,
) -> ProviderFailure:
    """Choose the failure for an answer that is not pictures."""
    # Some relays send every error with status 200 and the true one inside.
    effective = complaint.status or status if status < 300 else status
    kind, ran = verdict(effective, complaint, says_when=retry_after_seconds is not None)
    if status < 300 and ran == "no" and kind in (Refused, Broken):
        ran = "unknown"
    reason = f"{status}: {complaint.words} ({note})"
    return kind(
        reason,
        status=effective,
        ran=ran,
        retry_after_seconds=retry_after_seconds,
        words=complaint.message,
    )


def verdict(
    status: int, complaint: Complaint, *, says_when: bool = False
) -> tuple[type[ProviderFailure], Ran]:
    """Decide who can mend it, and whether the work may have been done."""
    if status in (402, 429):
        return Busy, "no"
    if status in WRONG_ADDRESS:
        return Misconfigured, "no"
    if REFUSAL.search(complaint.codes):
        return Refused, "no"
    if EXHAUSTED.search(complaint.codes):
        return Busy, "no"
    if status == 403:
        # "Overdue" accounts are a 403 at some; everything else there is about our key.
        return (Busy if EXHAUSTED.search(complaint.message) else Misconfigured), "no"
    if status in OVERLOADED:
        return (Busy if says_when else Broken), "no"
    if status >= 500 or status == 408:
        return Broken, "unknown"
    return by_words(complaint), "no"


def by_words(complaint: Complaint) -> type[ProviderFailure]:
    """Decide where the status says only that something about the request was wrong."""
    if MISTAKE.search(complaint.words):
        return Misconfigured
    if REFUSAL.search(complaint.words):
        return Refused
    if EXHAUSTED.search(complaint.words):
        return Busy
    return Broken


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Read how long to wait: milliseconds, seconds or a date, whichever was sent."""
    try:
        if milliseconds := headers.get("retry-after-ms"):
            return max(0.0, float(milliseconds) / 1000)
        return max(0.0, float(headers.get("retry-after", "")))
    except ValueError:
        return _seconds_until(headers.get("retry-after", ""))


def _seconds_until(date: str) -> float | None:
    try:
        moment = parsedate_to_datetime(date)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _sentences(tree: Any) -> Iterator[Any]:
    """Yield every place a sentence may stand, the likeliest first."""
    if not isinstance(tree, dict):
        return
    error = tree.get("error")
    yield error.get("message") if isinstance(error, dict) else error
    yield tree.get("message")
    detail = tree.get("detail")
    yield detail
    yield _first(detail).get("msg")
    yield _first(tree.get("errors")).get("message")


def _codes(tree: Any) -> Iterator[Any]:
    if not isinstance(tree, dict):
        return
    for level in (tree.get("error"), tree):
        if isinstance(level, dict):
            yield from (
                level.get(name) for name in ("code", "type", "status", "finish_reason")
            )


def _first(value: Any) -> dict[str, Any]:
    head = value[0] if isinstance(value, list) and value else None
    return head if isinstance(head, dict) else {}
