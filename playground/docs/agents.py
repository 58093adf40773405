"""For programs that read: what is where, everything at once, and what may be visited.

`/llms.txt` and `/llms-full.txt` are what coding agents look for; `/robots.txt` and
`/sitemap.xml` are for those who index the web.
"""

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from playground.api.addresses import site_origin
from playground.docs.operations import groups
from playground.docs.pages import MARKDOWN, everything
from playground.docs.shelf import guides, shelves
from playground.generation.catalogue import catalogue
from playground.web.languages import editions

PLAIN = "text/plain; charset=utf-8"
# What is a person's own, or the machinery's: there is nothing in it for an index.
PRIVATE: tuple[str, ...] = (
    "accounts/",
    "console",
    "create/",
    "dev/",
    "edit",
    "files/",
    "history",
)
PRIVATE += ("boards", "operator/", "p/", "s/", "v1/", "v1beta/", "openai/")
PAGES: tuple[str, ...] = (
    "create",
    "models",
    "gallery",
    "docs",
    "api-reference",
    "status",
    "terms",
)
PAGES += ("privacy", "content-policy", "contact", "arena", "arena-ratings")


def llms(request: HttpRequest) -> HttpResponse:
    """GET /llms.txt: what Easel is and where its guides are."""
    context = {
        "shelves": shelves(),
        "models": catalogue().models,
        "origin": site_origin(request),
    }
    return render(request, "docs/llms.txt", context, content_type=MARKDOWN)


def llms_full(request: HttpRequest) -> HttpResponse:
    """GET /llms-full.txt: all guides as one text."""
    return HttpResponse(everything(site_origin(request)), content_type=MARKDOWN)


def robots(request: HttpRequest) -> HttpResponse:
    """GET /robots.txt."""
    lines = ["User-agent: *", *(f"Disallow: /{path}" for path in PRIVATE)]
    lines.append(f"Sitemap: {site_origin(request)}{reverse('sitemap')}")
    return HttpResponse("\n".join(lines) + "\n", content_type=PLAIN)


def sitemap(request: HttpRequest) -> HttpResponse:
    """GET /sitemap.xml: every public page, in each language it is read in."""
    origin = site_origin(request)
    pages = [
        [(code, origin + there) for code, there in editions(path)]
        for path in public_paths()
    ]
    context = {"pages": pages}
    return render(request, "docs/sitemap.xml", context, content_type="application/xml")


def public_paths() -> Iterator[str]:
    yield from (reverse(name) for name in PAGES)
    yield from (reverse("guide", args=[guide.slug]) for guide in guides())
    for group in groups():
        yield from (
            reverse("api-operation", args=[one.slug]) for one in group.operations
        )
    yield from (reverse("model", args=[model.id]) for model in catalogue().models)
