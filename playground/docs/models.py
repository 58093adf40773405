"""A model's page as Markdown: the same data as the page, for whoever reads that better."""

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import override

from playground.docs.pages import MARKDOWN
from playground.docs.shelf import ENGLISH
from playground.generation.catalogue import catalogue
from playground.generation.errors import ModelNotFound
from playground.web.hub.model_page import page_of

IN_MARKDOWN = ("curl", "python", "javascript")


def show_markdown(request: HttpRequest, name: str) -> HttpResponse:
    """GET /models/<id>.md; an alias or a variant is answered with its model."""
    try:
        model = catalogue().find(name)
    except ModelNotFound as error:
        raise Http404(name) from error
    with override(ENGLISH):
        context = page_of(request, model) | {"languages": IN_MARKDOWN}
        text = render_to_string("docs/model.md", context, request)
    return HttpResponse(text, content_type=MARKDOWN)
