"""Pictures inside JSON: find them in the bytes, decode them whatever their spelling.

A 4K picture is 30 MB of base64. Parsing the document would copy it twice for
nothing, so long strings are cut out of the bytes first, only the small rest is
parsed, and each picture is decoded straight from where it lies.
"""

import binascii
from collections.abc import Iterator
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any, Self

import orjson
import pybase64

SMALL = 64 * 1024  # below this, parsing is cheaper than cutting
LONG = 4 * 1024
STRINGS_LOOKED_AT = 2_000
QUOTE, BACKSLASH = ord('"'), ord("\\")
TO_STANDARD = bytes.maketrans(b"-_", b"+/")
LOOSE = b" \t\r\n="
SIGNATURES = (
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff",
    b"GIF8",
    b"BM",
    b"II*\x00",
    b"MM\x00*",
    b"\xff\x0a",
    b"\x00\x00\x00\x0cJXL ",
)


class NotReadable(ValueError):
    """The body is not JSON, or a string in it is not base64."""


@dataclass(frozen=True, slots=True)
class Document:
    """Parsed JSON whose long strings are still bytes of the body."""

    tree: Any
    cuttings: dict[str, memoryview] = field(default_factory=dict)

    @classmethod
    def read(cls, body: bytes | bytearray) -> Self:
        """Parse a body, cutting long strings out when it is a big one."""
        if len(body) > SMALL:
            document = cls._cut(body)
            if document is not None:
                return document
        try:
            return cls(orjson.loads(body))
        except orjson.JSONDecodeError as error:
            raise NotReadable(str(error)) from error

    @classmethod
    def _cut(cls, body: bytes | bytearray) -> Self | None:
        """Parse what is left without the long strings; `None` if it makes no sense."""
        view, rest, position = memoryview(body), bytearray(), 0
        cuttings: dict[str, memoryview] = {}
        token = token_hex(8)  # so that no text of theirs can pass for a cutting
        for start, end in long_strings(body):
            mark = f"{token}-{len(cuttings)}"
            cuttings[mark] = view[start:end]
            rest += view[position:start]
            rest += mark.encode()
            position = end
        rest += view[position:]
        try:
            return cls(orjson.loads(rest), cuttings)
        except orjson.JSONDecodeError:
            return None

    def text(self, value: Any) -> str | memoryview | None:
        """Return a string of the document, or its bytes when it was cut out."""
        return self.cuttings.get(value, value) if isinstance(value, str) else None


def long_strings(body: bytes | bytearray) -> Iterator[tuple[int, int]]:
    """Yield where each long string without escapes begins and ends.

    Looks at a bounded number of strings: what it does not reach is parsed as usual.
    """
    start = body.find(QUOTE)
    for _ in range(STRINGS_LOOKED_AT):
        if start < 0:
            return
        end = _closing_quote(body, start)
        if end < 0:
            return
        if end - start > LONG and body.find(BACKSLASH, start, end) < 0:
            yield start + 1, end
        start = body.find(QUOTE, end + 1)


def _closing_quote(body: bytes | bytearray, start: int) -> int:
    end = body.find(QUOTE, start + 1)
    while end > 0 and _is_escaped(body, end):
        end = body.find(QUOTE, end + 1)
    return end


def _is_escaped(body: bytes | bytearray, position: int) -> bool:
    first = position
    while body[first - 1] == BACKSLASH:
        first -= 1
    return (position - first) % 2 == 1


@dataclass(frozen=True, slots=True)
class Inline:
    """What stood in a document as base64, and its spelling if that is the standard one."""

    data: bytes
    base64: memoryview | None = None


def decoded(text: str | memoryview) -> Inline:
    """Decode base64: bare or a data URI, in lines, URL-safe, padded or not."""
    data = memoryview(text.encode()) if isinstance(text, str) else text
    if bytes(data[:5]).lower() == b"data:":
        data = data[_payload_start(data) :]
    try:
        return Inline(pybase64.b64decode(data, validate=True), data)
    except binascii.Error:
        return Inline(_decoded_loosely(bytes(data)))


def _payload_start(data: memoryview) -> int:
    head = bytes(data[:256])
    comma = head.find(b",")
    if not head[:comma].rstrip().lower().endswith(b";base64"):
        raise NotReadable("a data URI that is not base64")
    return comma + 1


def _decoded_loosely(data: bytes) -> bytes:
    tidy = data.translate(TO_STANDARD, LOOSE)
    try:
        return pybase64.b64decode(tidy + b"=" * (-len(tidy) % 4), validate=True)
    except binascii.Error as error:
        raise NotReadable(str(error)) from error


def looks_like_a_picture(data: bytes) -> bool:
    """Tell a picture from a web page or an error by its first bytes."""
    riff = data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    return riff or data[4:8] == b"ftyp" or data.startswith(SIGNATURES)
