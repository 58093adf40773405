"""GET /search: what the command list asks while one types, and a page of its own."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from playground.search.finding import found, pages, words_in


@require_safe
@never_cache
@vary_on_headers("HX-Request")
def search(request: HttpRequest) -> HttpResponse:
    """What is found, for the command list; the page has the pages' names as well."""
    words = words_in(request)
    groups = found(request, words)
    context = {"words": words, "groups": groups}
    if getattr(request, "htmx", False):
        return render(request, "search/_found.html", context)
    context["groups"] = [pages(request, words), *groups]
    return render(request, "search/search.html", context)
