"""A server that streams: its previews are shown as they come, the rest is its answer.

Read beside the body as it arrives. A server that was asked for a stream and answers
with plain JSON has no events, and its body is read as always.
"""

import re
from typing import Any

import orjson

from playground.generation.providers.base import Preview, Show
from playground.generation.providers.encoded import (
    NotReadable,
    decoded,
    looks_like_a_picture,
)

END_OF_EVENT = re.compile(rb"\r?\n\r?\n")
END_OF_LINE = re.compile(rb"\r?\n")


class Listener:
    """Hears one answer, chunk by chunk."""

    def __init__(self, show: Show) -> None:
        self._show = show
        self._rest = b""
        self._entries: list[dict[str, Any]] = []
        self._error: Any = None

    def hear(self, chunk: bytes) -> None:
        *whole, self._rest = END_OF_EVENT.split(self._rest + chunk)
        for event in whole:
            self._take(data_of(event))

    def answer(self) -> bytearray | None:
        """Return what the server would have said without a stream; nothing if it had none."""
        self._take(data_of(self._rest))
        if not self._entries and self._error is None:
            return None
        usage = self._entries[-1].get("usage") if self._entries else None
        said = {"data": self._entries, "usage": usage, "error": self._error}
        return bytearray(orjson.dumps(said))

    def _take(self, event: dict[str, Any]) -> None:
        kind = str(event.get("type", ""))
        if kind.endswith(".partial_image"):
            if data := picture_in(event.get("b64_json")):
                number = event.get("partial_image_index")
                self._show(Preview(0, number if isinstance(number, int) else 0, data))
        elif kind.endswith(".completed"):
            self._entries.append(event)
        elif "error" in event or kind == "error":
            self._error = event.get("error", event)


def picture_in(text: Any) -> bytes | None:
    """Decode a preview; one that is no picture is not shown."""
    try:
        data = decoded(text).data if isinstance(text, str) else b""
    except NotReadable:
        return None
    return data if looks_like_a_picture(data) else None


def data_of(event: bytes) -> dict[str, Any]:
    """Read an event's data; comments, other fields and what is no object are nothing."""
    lines = END_OF_LINE.split(event)
    data = [line[5:].strip() for line in lines if line.startswith(b"data:")]
    try:
        read = orjson.loads(b"\n".join(data))
    except orjson.JSONDecodeError:
        return {}
    return read if isinstance(read, dict) else {}
