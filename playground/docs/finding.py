"""Find words in the guides: a part of a guide is found when all of them stand in it."""

import re
from dataclasses import dataclass

from playground.docs.inserts import filled
from playground.docs.marking import slug
from playground.docs.shelf import Guide, guides

MOST, AROUND = 20, 90
HEADING = re.compile(r"^#{1,3} (.+)$", re.MULTILINE)
MARKS = re.compile(r"[`*|]|\[|\]\([^)]*\)")


@dataclass(frozen=True, slots=True)
class Found:
    """A part of a guide, and the words around what was looked for."""

    guide: Guide
    heading: str
    anchor: str
    excerpt: str


def found_in(words: str, origin: str) -> list[Found]:
    """Return where all the words stand, those in headings first."""
    wanted = words.lower().split()
    hits = [
        (not all(word in heading.lower() for word in wanted), heading, text, guide)
        for guide in guides()
        for heading, text in parts(filled(guide.source(), origin=origin))
        if all(word in f"{heading} {text}".lower() for word in wanted)
    ]
    hits.sort(key=lambda hit: hit[0])
    return [
        Found(guide, heading, anchor_of(heading, guide), excerpt(text, wanted[0]))
        for _, heading, text, guide in hits[:MOST]
    ]


def parts(source: str) -> list[tuple[str, str]]:
    """Cut a guide at its headings."""
    pieces = HEADING.split(re.sub(r"^```.*?^```", "", source, flags=re.S | re.M))
    headings = (MARKS.sub("", one) for one in pieces[1::2])
    texts = (MARKS.sub("", one) for one in pieces[2::2])
    return list(zip(headings, texts, strict=True))


def anchor_of(heading: str, guide: Guide) -> str:
    return "" if heading == guide.title else f"#{slug(heading)}"


def excerpt(text: str, word: str) -> str:
    plain = " ".join(text.split())
    place = max(plain.lower().find(word), 0)
    start = max(place - AROUND // 2, 0)
    cut = plain[start : start + 2 * AROUND]
    return (
        f"{'… ' if start else ''}{cut}{' …' if start + 2 * AROUND < len(plain) else ''}"
    )
