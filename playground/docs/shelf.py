"""Which guides there are, in which order, and where their words lie.

A guide is one Markdown file in `docs/`, listed in `docs/contents.toml`. A translation
lies under the same name in a folder of its language; who has none reads English. How all
of them are called in a language stands in that folder's own `contents.toml`.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

SHELF: Path = settings.BASE_DIR / "docs"
ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Guide:
    """One guide: its address, its title, and its first sentence in its own language."""

    slug: str
    title: str
    summary: str
    written_in: str = ENGLISH

    def source(self, language: str = ENGLISH) -> str:
        folder = SHELF if language == ENGLISH else SHELF / language
        return (folder / f"{self.slug}.md").read_text()


@dataclass(frozen=True, slots=True)
class Shelf:
    """Guides that belong together."""

    title: str
    guides: tuple[Guide, ...]


@cache
def shelves(language: str = ENGLISH) -> tuple[Shelf, ...]:
    """Return the shelves as they are called in a language."""
    names = named_in(language)
    return tuple(
        Shelf(
            names["shelves"].get(one["title"], one["title"]),
            tuple(read(slug, language) for slug in one["guides"]),
        )
        for one in contents(SHELF)["shelves"]
    )


def contents(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "contents.toml").read_text())


def named_in(language: str) -> dict[str, dict[str, str]]:
    """Return what shelves, guides and endpoints are called in a language, if it has names."""
    kinds = ("shelves", "guides", "groups", "operations")
    nothing: dict[str, dict[str, str]] = {kind: {} for kind in kinds}
    is_there = language != ENGLISH and (SHELF / language).is_dir()
    return nothing | (contents(SHELF / language) if is_there else {})


def read(slug: str, language: str) -> Guide:
    """Read how a guide begins; what is not translated begins in English."""
    is_there = (SHELF / language / f"{slug}.md").is_file()
    written_in = language if is_there else ENGLISH
    title, summary = opening(Guide(slug, "", "").source(written_in))
    title = named_in(language)["guides"].get(slug, title)
    return Guide(slug, title, summary, written_in)


def opening(source: str) -> tuple[str, str]:
    """Return a guide's title and its first paragraph, without marks."""
    heading, summary, *_ = source.split("\n\n")
    plain = re.sub(r"\[([^\]]+)\]\([^)]+\)|[`*]", r"\1", summary)
    return heading.removeprefix("# ").strip(), " ".join(plain.split())


def guides(language: str = ENGLISH) -> Iterator[Guide]:
    """Every guide, in the order of reading."""
    for shelf in shelves(language):
        yield from shelf.guides


def guide_named(slug: str, language: str = ENGLISH) -> Guide | None:
    return next((guide for guide in guides(language) if guide.slug == slug), None)


def neighbours(guide: Guide, language: str) -> tuple[Guide | None, Guide | None]:
    """Return what is read before and after a guide."""
    order = list(guides(language))
    place = order.index(guide)
    before = order[place - 1] if place else None
    return before, order[place + 1] if place + 1 < len(order) else None
