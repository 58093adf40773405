"""Terms, privacy and content policy: what is true of Easel, until an operator says more.

Each is Markdown with `{{ names }}` of facts in it. A file of the same name in
EASEL_PAPERS_DIR stands in its place: terms.md, privacy.md, content-policy.md; in another
language terms.es.md.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext, override
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from markdown_it import MarkdownIt

from playground.web.trust.cookies import COOKIES

OURS = Path(__file__).parent / "papers"
ENGLISH, TERMS = "en", "terms"
FACT = re.compile(r"\{\{ *([a-z_]+) *\}\}")
MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
PAPERS: dict[str, Promise] = {
    "terms": _("Terms"),
    "privacy": _("Privacy"),
    "content-policy": _("Content policy"),
}
HEADS = (_("Cookie"), _("When and why"), _("Lasts"))


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper as it is shown; `language` is the one it is written in."""

    html: SafeString
    language: str


@require_safe
def paper(request: HttpRequest, name: str) -> HttpResponse:
    """GET /terms, /privacy, /content-policy"""
    context = {"paper": written(name), "title": PAPERS[name]}
    return render(request, "trust/paper.html", context)


def written(name: str) -> Paper:
    """Return the operator's text or else ours, in the reader's language or in English."""
    file, language = next(lying_there(name))
    with override(language):
        text = filled(file.read_text())
    return Paper(mark_safe(MARKDOWN.render(text)), language)


def version_of(name: str) -> str:
    """Name a paper's version: the operator's name for the terms, or a fingerprint.

    It is that of the English text: a better translation is no other paper.
    """
    if name == TERMS and settings.TERMS_VERSION:
        return str(settings.TERMS_VERSION)
    with override(ENGLISH):
        file, _language = next(lying_there(name))
    return hashlib.sha256(file.read_bytes()).hexdigest()[:16]


def lying_there(name: str) -> Iterator[tuple[Path, str]]:
    """Yield the files there are, the best first, and in which language they are."""
    reads = get_language() or ENGLISH
    folders = [Path(settings.PAPERS_DIR)] if settings.PAPERS_DIR else []
    for folder in (*folders, OURS):
        for wanted in (reads, reads.partition("-")[0]):
            if (folder / f"{name}.{wanted}.md").is_file():
                yield folder / f"{name}.{wanted}.md", reads
        if (folder / f"{name}.md").is_file():
            yield folder / f"{name}.md", ENGLISH


def filled(text: str) -> str:
    """Put facts in the place of their names. A name that is no fact stays as it is."""

    def fact(name: re.Match[str]) -> str:
        return str(FACTS[name[1]]()) if name[1] in FACTS else name[0]

    return FACT.sub(fact, text)


def retention() -> str:
    days = settings.RETENTION_DAYS
    if not days:
        return gettext("without an end")
    return ngettext("%(days)s day", "%(days)s days", days) % {"days": days}


def cookie_table() -> str:
    rows = [f"| `{one.name}` | {one.when} | {one.lasts} |" for one in COOKIES]
    return "\n".join(
        [f"| {' | '.join(map(str, HEADS))} |", "| --- | --- | --- |", *rows]
    )


def operator() -> str:
    address = settings.OPERATOR_EMAIL
    form = gettext("the contact form")
    return f"<{address}>" if address else f"[{form}]({reverse('contact')})"


FACTS: dict[str, Callable[[], object]] = {
    "retention": retention,
    "cookies": cookie_table,
    "operator": operator,
    "contact": lambda: reverse("contact"),
    "abuse": lambda: reverse("abuse"),
    "content_policy": lambda: reverse("content-policy"),
    "privacy": lambda: reverse("privacy"),
    "status": lambda: reverse("status"),
    "guest_pictures": lambda: settings.GUEST_PICTURES_A_DAY,
}
