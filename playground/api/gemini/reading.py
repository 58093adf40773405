"""Read a body in Google's way: its words checked, its pictures still where they were.

A conversation may hold tens of megabytes of base64. Long strings are cut out of the
body before it is parsed, only the pictures that are needed are decoded, each straight
from where it lies, and a large body is read in a thread.
"""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any, TypeVar

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.errors import ValidationError as BadFields
from pydantic import ValidationError

from playground.api.errors import unreadable
from playground.api.gemini.words import Part, Words
from playground.generation.errors import BadRequest
from playground.generation.providers.encoded import (
    SMALL,
    Document,
    NotReadable,
    decoded,
)
from playground.generation.studio import studio

Read = TypeVar("Read", bound=Words)
Result = TypeVar("Result")
DEEPEST = 40


@dataclass(frozen=True, slots=True)
class Body:
    """A body's JSON, and where in it the long strings are."""

    document: Document

    def checked(self, shape: type[Read]) -> Read:
        """Check the words; what is wrong is named as at every other door."""
        try:
            return shape.model_validate(whole(self.document.tree, self.document))
        except ValidationError as error:
            wrong = [dict(one) for one in error.errors(include_url=False)]
            raise BadFields(wrong) from error

    def picture(self, part: Part, place: str) -> BytesIO:
        """Decode a part's base64, in either alphabet, padded or not."""
        text = part.inline_data.data if part.inline_data else ""
        try:
            return BytesIO(decoded(self.document.cuttings.get(text, text)).data)
        except (NotReadable, ValueError) as error:
            message = _("%(place)s: data is not base64.") % {"place": place}
            raise BadRequest(message, place, "invalid_image_file") from error


async def reading(request: HttpRequest, work: Callable[[Body], Result]) -> Result:
    """Read the body and do something with it; it is let go of afterwards."""

    def read() -> Result:
        return work(body_in(request.read()))

    if is_small(request):
        return read()
    return await studio().hands.one_of_few(read)


def is_small(request: HttpRequest) -> bool:
    """Say whether a body is read at once; the entrance counted its bytes."""
    return int(request.headers.get("Content-Length") or 0) <= SMALL


def body_in(data: bytes) -> Body:
    try:
        return Body(Document.read(data))
    except NotReadable as error:
        raise unreadable() from error


PICTURES = ("inlineData", "inline_data")


def whole(tree: Any, document: Document, depth: int = 0) -> Any:
    """Put texts back that were cut out; only pictures are left out, by their marks."""
    if depth > DEEPEST:
        raise BadRequest(_("The body is nested too deeply to be a request."))
    if isinstance(tree, dict):
        return {
            key: inner if key in PICTURES else whole(inner, document, depth + 1)
            for key, inner in tree.items()
        }
    if isinstance(tree, list):
        return [whole(inner, document, depth + 1) for inner in tree]
    if isinstance(tree, str) and tree in document.cuttings:
        return text_of(document.cuttings[tree])
    return tree


def text_of(cutting: memoryview) -> str:
    try:
        return bytes(cutting).decode()
    except UnicodeDecodeError as error:
        raise unreadable() from error
