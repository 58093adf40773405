"""Find words in the documentation: in the guides, and in what endpoints are called.

A part of a guide is found when all the words stand in it. A guide is searched in the
reader's language where it is written in that, and goes by its name there in any case.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import override

from playground.docs.inserts import filled
from playground.docs.marking import slug
from playground.docs.operations import groups
from playground.docs.shelf import Guide, guides

MOST, AROUND = 20, 90
HEADING = re.compile(r"^#{1,3} (.+)$", re.MULTILINE)
MARKS = re.compile(r"[`*|]|\[|\]\([^)]*\)")


@dataclass(frozen=True, slots=True)
class Found:
    """A place in the documentation, and the words around what was looked for.

    `inside` names the page when the place is but a part of it.
    """

    url: str
    heading: str
    heading_language: str
    excerpt: str
    excerpt_language: str
    inside: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """What stands under one heading of a guide."""

    guide: Guide
    heading: str
    text: str
    is_whole: bool


def found_in(words: str, origin: str, language: str) -> list[Found]:
    """Return where all the words stand, those in headings and names first."""
    wanted = plain(words).split()
    fitting = [one for one in parts(origin, language) if has(one, wanted)]
    named = [one for one in fitting if says(wanted, one.heading, one.guide.title)]
    told = [one for one in fitting if one not in named]
    return [
        *(shown(one, wanted[0], language) for one in named),
        *endpoints(wanted, language),
        *(shown(one, wanted[0], language) for one in told),
    ][:MOST]


def parts(origin: str, language: str) -> Iterator[Part]:
    """Cut the guides at their headings."""
    for guide in guides(language):
        with override(guide.written_in):
            source = filled(guide.source(guide.written_in), origin=origin)
        pieces = HEADING.split(re.sub(r"^```.*?^```", "", source, flags=re.S | re.M))
        for place, (heading, text) in enumerate(
            zip(pieces[1::2], pieces[2::2], strict=True)
        ):
            without = MARKS.sub("", heading), MARKS.sub("", text)
            yield Part(guide, *without, is_whole=place == 0)


def has(part: Part, wanted: Iterable[str]) -> bool:
    title = part.guide.title if part.is_whole else ""
    return says(wanted, part.heading, title, part.text)


def says(wanted: Iterable[str], *texts: str) -> bool:
    said = plain(" ".join(texts))
    return all(word in said for word in wanted)


def plain(text: str) -> str:
    """Write a text without capitals and accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(mark for mark in apart if not unicodedata.combining(mark))


def shown(part: Part, word: str, language: str) -> Found:
    guide = part.guide
    page = reverse("guide", args=[guide.slug])
    around = excerpt(part.text, word)
    if part.is_whole:
        return Found(page, guide.title, language, around, guide.written_in)
    return Found(
        f"{page}#{slug(part.heading)}",
        part.heading,
        guide.written_in,
        around,
        guide.written_in,
        guide.title,
    )


def endpoints(wanted: Iterable[str], language: str) -> Iterator[Found]:
    for group in groups(language):
        for one in group.operations:
            if says(wanted, one.name, one.method, one.path):
                page = reverse("api-operation", args=[one.slug])
                yield Found(page, one.name, language, f"{one.method} {one.path}", "")


def excerpt(text: str, word: str) -> str:
    one_line = " ".join(text.split())
    place = max(plain(one_line).find(word), 0)
    start = max(place - AROUND // 2, 0)
    cut = one_line[start : start + 2 * AROUND]
    is_cut = start + 2 * AROUND < len(one_line)
    return f"{'… ' if start else ''}{cut}{' …' if is_cut else ''}"
