"""How code looks on a page, and what a page says of itself to those who link to it."""

import json
from typing import Any

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from playground.docs.colouring import coloured as colour
from playground.docs.structured import product
from playground.generation.offered import Model
from playground.web.code.said import Snippet
from playground.web.languages import editions

register = template.Library()
# In a script element these would end it, or begin something else.
ESCAPES = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


@register.filter
def coloured(snippet: Snippet) -> SafeString:
    """Return code with its words marked by class; the code itself is escaped."""
    return mark_safe(colour(snippet.text, snippet.slug))


@register.simple_tag(takes_context=True)
def whole_address(context: dict[str, Any], path: str) -> str:
    """Return a path with the site's origin before it."""
    request: HttpRequest = context["request"]
    origin = settings.SITE_URL or f"{request.scheme}://{request.get_host()}"
    return f"{origin}{path}"


@register.simple_tag(takes_context=True)
def page_editions(context: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the languages this page is read in, with its whole address in each."""
    request: HttpRequest | None = context.get("request")
    return [
        (code, whole_address(context, path))
        for code, path in (editions(request.path) if request else ())
    ]


@register.simple_tag(takes_context=True)
def product_data(context: dict[str, Any], model: Model) -> SafeString:
    """Write a model's product and price data; it is data, and no script that runs."""
    address = whole_address(context, reverse("model", args=[model.id]))
    card = whole_address(context, reverse("card-model", args=[model.id]))
    text = json.dumps(product(model, address=address, card=card), ensure_ascii=False)
    return mark_safe(
        f'<script type="application/ld+json">{text.translate(ESCAPES)}</script>'
    )
