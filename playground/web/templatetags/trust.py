"""How uptime is drawn, and incidents are told."""

from django import template
from django.utils.safestring import SafeString, mark_safe

from playground.gallery.models import Report
from playground.trust.incidents import names_of
from playground.trust.models import Incident, Inquiry
from playground.web.trust.writing import TOPICS

register = template.Library()
TOPICS_SAID = dict(TOPICS) | dict(Report.Reason.choices)
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


@register.filter
def letter_title(letter: Inquiry) -> str:
    """Say what kind of letter it is and, as its writer chose it, what it is about."""
    kind, about = str(letter.get_kind_display()), TOPICS_SAID.get(letter.topic)
    return f"{kind}: {about}" if about else kind
