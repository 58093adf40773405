"""Take an order's payloads away for good, when its owner says so.

Prompt and pictures go, and so do the pictures that were sent for it, unless another
order starts from them too. What stays is what the books need: when, which model, how
many pictures, and what they cost. Files go first, so that a second try finishes what
a first one could not.
"""

from dataclasses import dataclass
from typing import Any

from django.core.files.storage import default_storage
from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from playground.generation.errors import TwinAhead
from playground.generation.inbox import INBOX
from playground.generation.models import Generation
from playground.generation.thumbnails import remove_files

# What of a request is the caller's own, and what is left of it.
OWN: dict[str, Any] = {
    "prompt": "",
    "negative_prompt": None,
    "extras": [],
    "references": [],
    "mask": "",
    "turns": [],
    "earlier": [],
}


@dataclass(frozen=True, slots=True)
class Removed:
    """What was there, and is no more."""

    prompt: bool
    pictures: int
    inputs: int
    bytes: int


def purge(order: Generation) -> Removed:
    """Remove what an order holds of its owner's, and say what that was."""
    if order.is_live:
        raise TwinAhead(
            _("This request is still being painted: cancel it, or wait for its end."),
            code="request_in_progress",
        )
    pictures = list(order.pictures.all())
    size = sum(picture.bytes for picture in pictures)
    for picture in pictures:
        remove_files(picture.file)
    inputs = [name for name in sorted(inputs_of(order)) if is_only_ours(name, order)]
    freed = [size_of(name) for name in inputs]
    for name in inputs:
        remove_files(name)
    had_prompt = bool(order.prompt)
    order.pictures.all().delete()
    own = {name: empty for name, empty in OWN.items() if name in order.request}
    order.prompt, order.request = "", order.request | own
    order.save(update_fields=["prompt", "request"])
    found = [one for one in freed if one is not None]
    return Removed(had_prompt, len(pictures), len(found), size + sum(found))


def inputs_of(order: Generation) -> set[str]:
    """Return the files that were sent for this order."""
    said = order.request
    names = {*said.get("references", ()), said.get("mask", "")}
    names.update(said.get("earlier", ()))
    return {name for name in names if name.startswith(f"{INBOX}/")}


def is_only_ours(name: str, order: Generation) -> bool:
    """Say whether no other order of the account starts from this file."""
    others = Generation.objects.filter(account_id=order.account_id).exclude(pk=order.pk)
    words = others.alias(words=Cast("request", TextField()))
    return not words.filter(words__contains=name).exists()


def size_of(name: str) -> int | None:
    try:
        size: int = default_storage.size(name)
    except FileNotFoundError:
        return None
    return size
