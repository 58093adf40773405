"""Turn a guide's Markdown into a page: prose beside its code, with anchors.

Code that follows code in other languages becomes one block with a tab for each; a
`request` block is a request, written in every language by the one generator. Prose and
the code after it make a row: side by side where there is room, below each other where
there is none.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from markdown_it import MarkdownIt
from markdown_it.token import Token

from playground.web.code.said import Said, Snippet
from playground.web.code.writing import LANGUAGES, snippets_of

REQUEST = "request"
IN_THE_SAME_FOLDER = re.compile(r"^([a-z0-9-]+)\.md(#.*)?$")
NAMES = {"sh": "Shell", "py": "Python", "json": "JSON", "toml": "TOML", "text": "Text"}


@dataclass(frozen=True, slots=True)
class Heading:
    """A place in a guide that can be gone to."""

    anchor: str
    words: str
    depth: int


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code: one text, or the same in several languages."""

    snippets: tuple[Snippet, ...]
    name: str = ""

    @property
    def has_tabs(self) -> bool:
        return len(self.snippets) > 1


@dataclass(slots=True)
class Row:
    """Some prose as HTML, and the code that belongs to it."""

    prose: str = ""
    blocks: list[Block] = field(default_factory=list)
    begins: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A guide, ready to be laid out."""

    title: str
    lead: str
    rows: tuple[Row, ...]
    headings: tuple[Heading, ...]

    @property
    def contents(self) -> list[Heading]:
        return [heading for heading in self.headings if heading.depth == 2]


def reader() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table")


def page_of(source: str, *, origin: str, prefix: str) -> Page:
    """Lay out a guide. `prefix` is where the other guides are."""
    tokens = reader().parse(source)
    headings = anchored(tokens)
    link(tokens, prefix)
    lead, *rest = pieces(tokens)
    rows: list[Row] = []
    for is_code, several in groupby(rest, key=is_fence):
        if is_code:
            found = blocks([piece[0] for piece in several], origin)
            rows = rows or [Row(begins=True)]
            rows[-1].blocks += named(found, len(rows))
        else:
            rows += rows_of(several)
    title, opening = text_of(tokens[1]), html_of(lead)
    return Page(title, opening, tuple(rows), tuple(headings))


def named(found: Iterable[Block], row: int) -> list[Block]:
    """Give each block a name of its own on the page, for its tabs."""
    return [replace(one, name=f"{row}-{place}") for place, one in enumerate(found)]


def is_fence(piece: Sequence[Token]) -> bool:
    return piece[0].type == "fence"


def pieces(tokens: Sequence[Token]) -> Iterable[Sequence[Token]]:
    """Cut a document into its outermost pieces; the title is the page's own."""
    start = depth = 0
    for place, token in enumerate(tokens):
        depth += token.nesting
        if depth == 0:
            if not (token.type == "heading_close" and token.tag == "h1"):
                yield tokens[start : place + 1]
            start = place + 1


def rows_of(several: Iterable[Sequence[Token]]) -> list[Row]:
    """Render prose; a heading of the second order begins a row of its own."""
    rows = [Row()]
    for piece in several:
        if piece[0].type == "heading_open" and piece[0].tag == "h2":
            rows.append(Row(begins=True))
        html = html_of(piece)
        rows[-1].prose += framed(html) if piece[0].type == "table_open" else html
    return [row for row in rows if row.prose]


def html_of(piece: Sequence[Token]) -> str:
    parser = reader()
    return str(parser.renderer.render(piece, parser.options, {}))


def framed(table: str) -> str:
    """A table scrolls by itself, and can be reached by keyboard to do so."""
    classed = table.replace("<table>", '<table class="table top">', 1)
    return f'<div class="card table-wrap" tabindex="0">{classed}</div>'


def blocks(fences: Sequence[Token], origin: str) -> list[Block]:
    """Gather neighbours in different languages into one block with tabs."""
    found: list[list[Snippet]] = []
    for fence in fences:
        language, _, label = fence.info.partition(" ")
        if language == REQUEST:
            found.append(list(snippets_of(said_in(fence.content, origin))))
            continue
        name = label or LANGUAGES.get(language) or NAMES.get(language, language)
        one = Snippet(language, name, fence.content.rstrip("\n"))
        if continues(found, one):
            found[-1].append(one)
        else:
            found.append([one])
    return [Block(tuple(one)) for one in found]


def continues(found: list[list[Snippet]], one: Snippet) -> bool:
    """Say whether it is the block before in another language."""
    return (
        bool(found)
        and one.slug in LANGUAGES
        and all(other.slug in LANGUAGES for other in found[-1])
        and one.slug not in [other.slug for other in found[-1]]
    )


def said_in(text: str, origin: str) -> Said:
    """Read a request as a guide holds it."""
    given = json.loads(text)
    pictures = tuple(given.pop("pictures", ()))
    return Said(origin, pictures=pictures, **given)


def anchored(tokens: Sequence[Token]) -> list[Heading]:
    """Give every heading below the title an address."""
    found: list[Heading] = []
    for place, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag != "h1":
            words = text_of(tokens[place + 1])
            heading = Heading(slug(words), words, int(token.tag[1]))
            token.attrSet("id", heading.anchor)
            found.append(heading)
    return found


def text_of(inline: Token) -> str:
    return "".join(one.content for one in inline.children or ())


def slug(words: str) -> str:
    return re.sub(r"[^\w]+", "-", words.lower()).strip("-")


def link(tokens: Iterable[Token], prefix: str) -> None:
    """Lead links between the files to the pages they become."""
    for token in tokens:
        for one in token.children or ():
            href = one.attrGet("href") if one.type == "link_open" else None
            if href and (found := IN_THE_SAME_FOLDER.match(str(href))):
                one.attrSet("href", f"{prefix}{found[1]}{found[2] or ''}")


def as_markdown(source: str, *, origin: str) -> str:
    """Return a guide for programs: requests written out, in three languages."""

    def written(found: re.Match[str]) -> str:
        several = snippets_of(said_in(found[1], origin))[:3]
        return "\n".join(f"```{fence_of(one)}\n{one.text}\n```" for one in several)

    source = re.sub(r"^```request\n(.*?)^```", written, source, flags=re.S | re.M)
    return re.sub(r"^```curl\b", "```sh", source, flags=re.M)


def fence_of(snippet: Snippet) -> str:
    return "sh" if snippet.slug == "curl" else snippet.slug
