"""The dialog of commands, which is the same on every page of whoever is here."""

from collections.abc import Iterable
from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from playground.web.chrome import Place

register = template.Library()
Ways = tuple[tuple[str, str, str], ...]


@register.simple_tag(takes_context=True)
def command_palette(context: template.Context) -> SafeString:
    """Draw it once for everybody who may go to the same places."""
    if "nav" not in context:  # a page of an error that knows nothing of whoever is here
        return palette(get_language() or "", ())
    sections = context["console_nav"]() if context["user"].is_authenticated else ()
    console = [entry for section in sections for entry in section.entries]
    every = (*context["nav"](), *console, *context["foot"]())
    return palette(get_language() or "", ways(every))


def ways(places: Iterable[Place]) -> Ways:
    return tuple((one.url, one.label, one.icon or "right") for one in places)


@lru_cache(256)
def palette(language: str, pages: Ways) -> SafeString:
    return SafeString(render_to_string("ui/commands.html", {"pages": pages}))
