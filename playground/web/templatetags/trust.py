"""How uptime is drawn, and incidents are told."""

from django import template
from django.utils.safestring import SafeString, mark_safe

from playground.trust.incidents import names_of
from playground.trust.models import Incident

register = template.Library()
# A mark for each letter of a bar. Thousands stand on the page: no template loop.
MARKS = str.maketrans(
    {
        "g": "<i></i>",
        "w": '<i class="w"></i>',
        "b": '<i class="b"></i>',
        "n": '<i class="n"></i>',
    }
)


@register.filter
def ticks(days: str) -> SafeString:
    """Draw a bar of days from its letters, which are ours."""
    return mark_safe(days.translate(MARKS))


@register.filter
def affected_names(incident: Incident) -> str:
    return ", ".join(names_of(incident.affected))


@register.filter
def dot(health: str) -> str:
    """Return the class of a state's dot."""
    return {"good": "ok", "slow": "warn", "down": "bad"}.get(health, "")
