"""How code looks on a page."""

from django import template
from django.utils.safestring import SafeString, mark_safe

from playground.docs.colouring import coloured as colour
from playground.web.code.said import Snippet

register = template.Library()


@register.filter
def coloured(snippet: Snippet) -> SafeString:
    """Return code with its words marked by class; the code itself is escaped."""
    return mark_safe(colour(snippet.text, snippet.slug))
