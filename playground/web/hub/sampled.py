"""A first request to a model as code: each way to ask it, in every language."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from playground.generation.offered import Model
from playground.web.code.said import Said, Snippet
from playground.web.code.writing import snippets_of

PHOTO = "photo.png"


@dataclass(frozen=True, slots=True)
class Sample:
    """One way to ask, and how each language says it."""

    slug: str
    title: str
    snippets: tuple[Snippet, ...]


def samples_of(model: Model, origin: str) -> list[Sample]:
    return [
        Sample(slug, title, tuple(snippets_of(said)))
        for slug, title, said in asked(model, origin)
    ]


def asked(model: Model, origin: str) -> Iterable[tuple[str, str, Said]]:
    """Say what a reader would ask first; a model that only edits is given a picture."""
    can = model.capabilities
    fields: dict[str, Any] = {
        "model": model.id,
        "prompt": _("A stoneware vase with rowan berries, morning light"),
        "aspect_ratio": model.default_shape,
        "resolution": model.default_tier,
    }
    changes = {**fields, "prompt": _("Make the light warmer")}
    words = Said(origin, fields)
    picture = Said(origin, changes, (PHOTO,))
    if can.generate:
        yield "paint", _("OpenAI dialect"), with_link(words, model)
    yield (
        "gemini",
        _("Gemini dialect"),
        replace(words if can.generate else picture, dialect="google"),
    )
    if can.edit:
        yield "edit", _("OpenAI dialect, an edit"), with_link(picture, model)


def with_link(said: Said, model: Model) -> Said:
    """Ask for a link where the model would answer with the picture itself."""
    if model.response_format == "url":
        return said
    return replace(said, fields={**said.fields, "response_format": "url"})
