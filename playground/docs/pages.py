"""The guides as pages, and as Markdown for whoever reads that better."""

from dataclasses import dataclass
from functools import lru_cache

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, override

from playground.api.addresses import site_origin
from playground.docs.finding import Found, found_in
from playground.docs.inserts import filled
from playground.docs.marking import Page, as_markdown, page_of
from playground.docs.shelf import (
    ENGLISH,
    Guide,
    guide_named,
    guides,
    neighbours,
    shelves,
)
from playground.generation.catalogue import catalogue

MARKDOWN = "text/markdown; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Edition:
    """What makes two readers' copies of a guide differ."""

    slug: str
    language: str
    origin: str
    prefix: str
    changes: int  # of price, that were made by then


def index(request: HttpRequest) -> HttpResponse:
    """GET /docs: every guide by shelf, or those in which the words of `?q=` stand."""
    words = request.GET.get("q", "").strip()
    language = get_language() or ENGLISH
    origin = site_origin(request)
    found: list[Found] = found_in(words, origin, language) if words else []
    context = {"shelves": shelves(language), "words": words, "found": found}
    return render(request, "docs/index.html", context)


def show(request: HttpRequest, slug: str) -> HttpResponse:
    """GET /docs/<guide>."""
    language = get_language() or ENGLISH
    guide = known(slug, language)
    before, after = neighbours(guide, language)
    edition = Edition(
        slug,
        guide.written_in,
        origin=site_origin(request),
        prefix=f"{reverse('docs')}/",
        changes=catalogue().changes,
    )
    context = {
        "shelves": shelves(language),
        "guide": guide,
        "page": laid_out(edition),
        "language": language,
        "before": before,
        "after": after,
    }
    return render(request, "docs/guide.html", context)


def show_markdown(request: HttpRequest, slug: str) -> HttpResponse:
    """GET /docs/<guide>.md."""
    text = markdown(known(slug), site_origin(request))
    return HttpResponse(text, content_type=MARKDOWN)


def known(slug: str, language: str = ENGLISH) -> Guide:
    guide = guide_named(slug, language)
    if guide is None:
        raise Http404(slug)
    return guide


@lru_cache(maxsize=256)
def laid_out(edition: Edition) -> Page:
    """Lay a guide out once: nothing in it but prices changes while the process lives."""
    source = text_of(edition.slug, edition.language, edition.origin)
    return page_of(source, origin=edition.origin, prefix=edition.prefix)


def text_of(slug: str, language: str, origin: str) -> str:
    """Return a guide's Markdown with what is true here filled in."""
    with override(language):
        return filled(known(slug).source(language), origin=origin)


def markdown(guide: Guide, origin: str) -> str:
    return as_markdown(text_of(guide.slug, ENGLISH, origin), origin=origin)


def everything(origin: str) -> str:
    """Return all guides as one text."""
    return "\n\n---\n\n".join(markdown(guide, origin).strip() for guide in guides())
