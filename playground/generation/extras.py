"""The fields of a caller's own: kept for the offers that take them, or dropped aloud.

Two of them mean something here as well, whatever a provider calls them: a search of
the web, which costs extra, and a see-through background.
"""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from playground.generation.errors import BadRequest
from playground.generation.offered import Model
from playground.generation.quoting import is_text, quoted
from playground.generation.remarks import Remarks
from playground.generation.request import Ask

MOST_EXTRAS = 50
MOST_LEVELS = 32
PICTURES = frozenset({"image", "images", "image[]", "image_url", "mask"})
# What OpenAI's clients may say although every picture is like that here.
HARMLESS = (("background", "opaque"), ("partial_images", 0), ("web_search", False))
SEARCHES = frozenset({"web_search", "enable_web_search", "google_search"})
SWITCHES = {"true": True, "false": False, "1": True, "0": False}  # in a form
BACKGROUNDS = ("transparent", "opaque", "auto")
NEEDS = {"web_search": "web_search", "background": "transparent"}

Field = tuple[str, Any]


def read_extras(
    ask: Ask, model: Model, output_format: str | None, remarks: Remarks
) -> tuple[Field, ...]:
    """Keep the fields we do not know but an offer does, and say which were dropped."""
    if len(ask.extras) > MOST_EXTRAS:
        message = _("Send at most %(limit)d fields of your own.")
        raise BadRequest(message % {"limit": MOST_EXTRAS})
    kept: dict[str, Any] = {}
    for spelled, value in ask.extras:
        if value is None:
            continue
        name, value = _in_our_words(spelled, value)
        if not _is_taken(name, value, model):
            _drop(name, value, model, remarks)
        else:
            _check(name, value)
            kept[name] = value
    if kept.get("background") == "transparent" and output_format == "jpeg":
        message = _("A transparent background needs output_format png, webp or avif.")
        raise BadRequest(message, param="output_format")
    return tuple(kept.items())


def _in_our_words(spelled: str, value: Any) -> Field:
    """A search has one name here, and a form spells out its yes and no."""
    if spelled == "background" and value not in BACKGROUNDS:
        raise BadRequest(
            _("Set background to transparent, opaque or auto."), param="background"
        )
    if spelled not in SEARCHES:
        return spelled, value
    if isinstance(value, str):
        value = SWITCHES.get(value.lower())
    if not isinstance(value, bool):
        raise BadRequest(_("Set it to true or false."), param=spelled)
    return "web_search", value


def _is_taken(name: str, value: Any, model: Model) -> bool:
    """Say whether an offer takes a field, and the model does something with it."""
    ability = NEEDS.get(name)
    is_able = ability is None or getattr(model.capabilities, ability)
    is_search_off = name == "web_search" and not value
    return bool(is_able and not is_search_off and model.passes_on(name))


def _check(name: str, value: Any) -> None:
    """Refuse what cannot be kept or sent."""
    if is_nested(value, MOST_LEVELS):
        message = _("Nest it at most %(limit)d levels deep.") % {"limit": MOST_LEVELS}
        raise BadRequest(message, param=quoted(name)[1:-1])
    if not all(is_text(text) for text in _texts_in(value)):
        message = _("Remove the broken characters (NUL, lone surrogates) from it.")
        raise BadRequest(message, param=quoted(name)[1:-1])


def _drop(name: str, value: Any, model: Model, remarks: Remarks) -> None:
    """Leave out what the model does not know, aloud; a picture is never left out."""
    if name in PICTURES:
        message = _(
            "%(field)s: send pictures to /v1/images/edits to have them changed."
        )
        raise BadRequest(message % {"field": name}, param=name)
    if (name, value) not in HARMLESS and value != "auto":
        message = _("%(model)s does not know it.") % {"model": model.id}
        remarks.add(quoted(name)[1:-1], "dropped", message)


def is_nested(value: Any, levels: int) -> bool:
    """Say whether a JSON value goes deeper than that: what writes it would give up."""
    inner = value.values() if isinstance(value, dict) else value
    if not isinstance(value, dict | list | tuple):
        return False
    return not levels or any(is_nested(one, levels - 1) for one in inner)


def _texts_in(value: Any) -> Iterator[str]:
    """Yield every text inside a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from _texts_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts_in(inner)
