"""Which guides there are, in which order, and where their words lie.

A guide is one Markdown file in `docs/`, listed in `docs/contents.toml`. A translation
lies under the same name in a folder of its language; who has none reads English.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

SHELF: Path = settings.BASE_DIR / "docs"
ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Guide:
    """One guide: its address, and its title and first sentence in English."""

    slug: str
    title: str
    summary: str

    def language(self, wanted: str) -> str:
        """Return the language that whoever wants `wanted` gets to read."""
        return wanted if (SHELF / wanted / f"{self.slug}.md").is_file() else ENGLISH

    def source(self, language: str = ENGLISH) -> str:
        folder = SHELF if language == ENGLISH else SHELF / language
        return (folder / f"{self.slug}.md").read_text()


@dataclass(frozen=True, slots=True)
class Shelf:
    """Guides that belong together."""

    title: str
    guides: tuple[Guide, ...]


@cache
def shelves() -> tuple[Shelf, ...]:
    contents = tomllib.loads((SHELF / "contents.toml").read_text())
    return tuple(
        Shelf(one["title"], tuple(map(read, one["guides"])))
        for one in contents["shelves"]
    )


def read(slug: str) -> Guide:
    title, summary = opening(Guide(slug, "", "").source())
    return Guide(slug, title, summary)


def opening(source: str) -> tuple[str, str]:
    """Return a guide's title and its first paragraph, without marks."""
    heading, summary, *_ = source.split("\n\n")
    plain = re.sub(r"\[([^\]]+)\]\([^)]+\)|[`*]", r"\1", summary)
    return heading.removeprefix("# ").strip(), " ".join(plain.split())


def guides() -> Iterator[Guide]:
    """Every guide, in the order of reading."""
    for shelf in shelves():
        yield from shelf.guides


def guide_named(slug: str) -> Guide | None:
    return next((guide for guide in guides() if guide.slug == slug), None)


def neighbours(guide: Guide) -> tuple[Guide | None, Guide | None]:
    """Return what is read before and after a guide."""
    order = list(guides())
    place = order.index(guide)
    before = order[place - 1] if place else None
    return before, order[place + 1] if place + 1 < len(order) else None
