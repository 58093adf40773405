"""One request, whatever language it is then written in, and what is written of it.

A page never holds code that somebody typed for it: it holds the request, so that
every language asks for the same thing and a change is made once.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Literal

Dialect = Literal["openai", "google"]
MEDIA_TYPES = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "webp": "image/webp"}


@dataclass(frozen=True, slots=True)
class Snippet:
    """One language's way to say it."""

    slug: str
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """The request: where it goes, its fields, and the pictures it brings."""

    origin: str
    fields: Mapping[str, Any]
    pictures: tuple[str, ...] = ()
    mask: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    dialect: Dialect = "openai"

    @property
    def verb(self) -> str:
        return "edits" if self.pictures else "generations"


def as_json(tree: Any) -> str:
    return json.dumps(tree, indent=2, ensure_ascii=False)


def as_python(tree: Any) -> str:
    """Write a value as Python has it, in double quotes."""
    if isinstance(tree, str):
        return json.dumps(tree, ensure_ascii=False)
    if isinstance(tree, Mapping):
        pairs = (f"{as_python(name)}: {as_python(one)}" for name, one in tree.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(tree, list | tuple):
        return f"[{', '.join(map(as_python, tree))}]"
    return repr(tree)


def as_javascript(tree: Any) -> str:
    """Write a value as JavaScript has it: names of fields are not quoted."""
    return re.sub(r'^( *)"([A-Za-z_]\w*)":', r"\1\2:", as_json(tree), flags=re.M)


def media_type(name: str) -> str:
    return MEDIA_TYPES.get(PurePosixPath(name).suffix[1:].lower(), "image/png")


def indented(text: str, spaces: int) -> str:
    """Move all lines but the first one to the right."""
    return text.replace("\n", "\n" + " " * spaces)
