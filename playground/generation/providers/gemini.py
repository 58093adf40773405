"""Google's Gemini models, at the Gemini API; Vertex AI speaks the same through its own gate.

A 200 does not mean a picture: refusals come as one, and so do answers of words alone.
Thinking models also send the sketches they made on the way, which are left out. Their
signatures go back and forth untouched, or a conversation cannot go on.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import orjson
import pybase64
from yarl import URL

from playground.generation.providers.asking import kind_of
from playground.generation.providers.base import (
    Access,
    Answer,
    Broken,
    Bytes,
    Commission,
    PaintedPicture,
    Piece,
    ProviderFailure,
    Refused,
    Tokens,
    Trade,
)
from playground.generation.providers.complaints import Complaint, failure, retry_after
from playground.generation.providers.encoded import (
    Document,
    NotReadable,
    decoded,
    looks_like_a_picture,
)
from playground.generation.providers.placing import placed
from playground.generation.providers.posting import Call, Reply
from playground.generation.providers.wire import Wire

HOME = "https://generativelanguage.googleapis.com/v1beta"
OURS = 0.95  # of the deadline: we end first, so that what did arrive is kept
MOST_BYTES = 96 * 1024 * 1024
REFUSALS = frozenset(
    {
        *("SAFETY", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII", "RECITATION"),
        *("IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION"),
        *("MODEL_ARMOR", "JAILBREAK"),
    }
)


class Gate(Protocol):
    """Where a model is asked, and what lets us in."""

    @property
    def secret(self) -> str: ...

    def url(self, upstream: str) -> URL: ...

    async def headers(self) -> Mapping[str, str]: ...


@dataclass(frozen=True, slots=True)
class KeyGate:
    """The Gemini API: a key in a header."""

    base: URL
    secret: str

    def url(self, upstream: str) -> URL:
        return self.base / f"models/{upstream}:generateContent"

    async def headers(self) -> Mapping[str, str]:
        return {"x-goog-api-key": self.secret}


class GeminiProvider:
    """The adapter for a gate."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.wire = Wire()

    async def paint(self, commission: Commission) -> Answer:
        """Ask once; one call paints one picture."""
        reply = await self.wire.send(
            Call(
                url=self.gate.url(commission.upstream),
                headers={
                    "Content-Type": "application/json",
                    **await self.gate.headers(),
                },
                body=orjson.dumps(body_of(commission)),
                timeout_seconds=commission.deadline_seconds * OURS,
                most_bytes=MOST_BYTES,
            )
        )
        if reply.status >= 300:
            raise self._failure(reply, commission)
        try:
            document = Document.read(reply.body)
        except NotReadable as error:
            raise Broken("the answer is no JSON", status=200, ran="yes") from error
        pictures = tuple(pictures_in(document))
        if not pictures:
            raise why_empty(document.tree)
        return Answer(
            pictures=pictures[: commission.n],
            upstream_request_id=str(document.tree.get("responseId", "")),
            first_byte_seconds=reply.first_byte_seconds,
            tokens=tokens_in(document.tree.get("usageMetadata") or {}),
        )

    async def close(self) -> None:
        await self.wire.close()

    def _failure(self, reply: Reply, commission: Commission) -> ProviderFailure:
        complaint = Complaint.in_body(reply.body)
        return failure(
            reply.status,
            complaint.without(self.gate.secret, commission.prompt),
            note=f"asked for {commission.upstream}",
            retry_after_seconds=retry_after(reply.headers) or retry_delay(reply.body),
        )


def body_of(commission: Commission) -> dict[str, Any]:
    """Write the request: the conversation or the words, and what the offer names."""
    if commission.turns:
        contents = list(conversation(commission))
    else:
        pictures = [inline(picture) for picture in commission.pictures]
        parts = [*pictures, {"text": commission.prompt}]
        contents = [{"role": "user", "parts": parts}]
    return {"contents": contents, **placed(commission.parameters)}


def conversation(commission: Commission) -> Iterator[dict[str, Any]]:
    pictures = (*commission.pictures, *commission.earlier)
    for turn in commission.turns:
        parts = [part_of(piece, pictures) for piece in turn.pieces]
        yield {"role": turn.role, "parts": parts}


def part_of(piece: Piece, pictures: tuple[Bytes, ...]) -> dict[str, Any]:
    part: dict[str, Any] = {"text": piece.text}
    if piece.picture is not None:
        part = inline(pictures[piece.picture])
    if piece.is_thought:
        part["thought"] = True
    if piece.signature:
        part["thoughtSignature"] = piece.signature
    return part


def inline(picture: Bytes) -> dict[str, Any]:
    data = pybase64.b64encode_as_string(picture)
    return {"inlineData": {"mimeType": f"image/{kind_of(picture)}", "data": data}}


def pictures_in(document: Document) -> Iterator[PaintedPicture]:
    """Yield the finished pictures, whichever way their names are written."""
    for part in parts_of(document.tree):
        picture = None if part.get("thought") else picture_in(document, part)
        if picture:
            yield picture


def parts_of(tree: Any) -> Iterator[dict[str, Any]]:
    for candidate in candidates_of(tree):
        content = candidate.get("content")
        parts = content.get("parts") if isinstance(content, dict) else None
        yield from (part for part in parts or [] if isinstance(part, dict))


def picture_in(document: Document, part: dict[str, Any]) -> PaintedPicture | None:
    blob = part.get("inlineData") or part.get("inline_data")
    text = document.text(blob.get("data")) if isinstance(blob, dict) else None
    if not text:
        return None
    try:
        found = decoded(text)
    except NotReadable:
        return None
    if not looks_like_a_picture(found.data):
        return None
    mark = document.text(part.get("thoughtSignature") or part.get("thought_signature"))
    signature = mark if isinstance(mark, str) else bytes(mark or b"").decode("latin-1")
    return PaintedPicture(found.data, base64=found.base64, signature=signature)


def candidates_of(tree: Any) -> list[dict[str, Any]]:
    listed = tree.get("candidates") if isinstance(tree, dict) else None
    return [one for one in listed or [] if isinstance(one, dict)]


def why_empty(tree: Any) -> ProviderFailure:
    """Say why an answer that claims to be fine holds no picture."""
    if not isinstance(tree, dict):
        return Broken("the answer is no object", status=200, ran="yes")
    feedback = tree.get("promptFeedback") or {}
    if reason := feedback.get("blockReason"):
        said = f"{reason} {feedback.get('blockReasonMessage') or ''}".strip()
        return Refused(f"prompt blocked: {said}", status=200, words=said)
    reasons = [str(one.get("finishReason", "")) for one in candidates_of(tree)]
    for candidate, reason in zip(candidates_of(tree), reasons, strict=True):
        if reason in REFUSALS:
            said = f"{reason} {candidate.get('finishMessage') or ''}".strip()
            return Refused(said, status=200, ran="yes", words=said)
    why = " ".join(filter(None, reasons)) or "no candidates"
    return Broken(f"the answer held no picture: {why}", status=200, ran="yes")


def tokens_in(usage: dict[str, Any]) -> Tokens | None:
    if not usage:
        return None
    details = usage.get("promptTokensDetails") or []
    pictures = sum(
        count(one.get("tokenCount"))
        for one in details
        if one.get("modality") == "IMAGE"
    )
    prompt = count(usage.get("promptTokenCount"))
    return Tokens(prompt - pictures, pictures, count(usage.get("candidatesTokenCount")))


def count(value: Any) -> int:
    return value if isinstance(value, int) else 0


def retry_delay(body: bytes | bytearray) -> float | None:
    """Read Google's own "3s" out of an error's details."""
    try:
        details = orjson.loads(body)["error"]["details"]
        told = [one["retryDelay"] for one in details if "retryDelay" in one]
        return float(told[0].removesuffix("s"))
    except (ValueError, LookupError, TypeError, AttributeError):
        return None


def opened(access: Access) -> GeminiProvider:
    base = URL((access.base_url or HOME).rstrip("/"))
    return GeminiProvider(KeyGate(base, access.secret))


TRADE = Trade("gemini", "Gemini API", opened, edits=True)
