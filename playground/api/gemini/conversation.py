"""What a conversation asks for: its last words, and the picture they are about.

Google's clients send the whole conversation with every call, the model's own earlier
pictures among it. The last thing the person said is the prompt; what it changes is the
model's last picture, together with what came along with the words. A model that
follows conversations is told all of it, with its own marks as they came.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from playground.api.gemini.words import Content, Part
from playground.generation.errors import BadRequest
from playground.generation.providers.base import Piece, Turn

ROLES: dict[str, Literal["user", "model"]] = {"user": "user", "model": "model"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture in a conversation, and where it stands there."""

    part: Part
    place: str
    by_model: bool


@dataclass(frozen=True, slots=True)
class Conversation:
    """Its turns, the words to paint, and its pictures, those that count first."""

    contents: list[Content]
    prompt: str
    shown: list[Shown]
    earlier: list[Shown]

    @property
    def has_past(self) -> bool:
        return any(role_of(content) == "model" for content in self.contents)

    def turns(self) -> tuple[Turn, ...]:
        """Tell it in the words of the house, pictures by their places."""
        if not self.has_past:
            return ()
        every = [*self.shown, *self.earlier]
        places = {id(one.part): place for place, one in enumerate(every)}
        return tuple(
            Turn(
                role_of(content),
                tuple(
                    Piece(
                        text=part.text or "",
                        picture=places.get(id(part)),
                        is_thought=bool(part.thought),
                        signature=part.thought_signature or "",
                    )
                    for part in content.parts or ()
                ),
            )
            for content in self.contents
        )


def conversation_in(contents: list[Content]) -> Conversation:
    """Read a conversation that ends with what a person says."""
    last = len(contents)
    while last and role_of(contents[last - 1]) == "user":
        last -= 1
    if last == len(contents):
        message = _("End contents with what the user says: a turn with text in parts.")
        raise BadRequest(message, param="prompt")
    before, now = pictures_in(contents, 0, last), pictures_in(contents, last)
    shown = [*what_it_is_about(before), *now]
    return Conversation(
        contents=contents,
        prompt="\n".join(texts_in(contents[last:])),
        shown=shown,
        earlier=[one for one in before if one not in shown],
    )


def role_of(content: Content) -> Literal["user", "model"]:
    """Read whose turn it is; a turn without a role is the user's."""
    said = (content.role or "user").strip().lower()
    if said not in ROLES:
        raise BadRequest(_("contents: a role is user or model."), param="prompt")
    return ROLES[said]


def pictures_in(
    contents: list[Content], start: int, end: int | None = None
) -> list[Shown]:
    """Find the pictures of some turns; what a model thought aloud is none."""
    return [
        Shown(part, f"contents[{turn}].parts[{place}]", role_of(content) == "model")
        for turn, content in enumerate(contents[:end])
        for place, part in enumerate(content.parts or ())
        if turn >= start and part.has_picture and not part.thought
    ]


def what_it_is_about(before: list[Shown]) -> list[Shown]:
    """Return the model's last picture; where it made none, what it was shown."""
    by_model = [one for one in before if one.by_model]
    return by_model[-1:] or before


def texts_in(contents: list[Content]) -> Iterator[str]:
    for content in contents:
        for part in content.parts or ():
            if part.text and not part.thought:
                yield part.text
