"""What the arena adds to the playground: a vote under a comparison."""

from typing import Any

from django import template

from playground.arena.models import Preference
from playground.arena.voters import hidden
from playground.web.preferring import said_of
from playground.web.runs import Duel

register = template.Library()


@register.simple_tag(takes_context=True)
def preference(context: dict[str, Any], duel: Duel) -> Preference | None:
    """Return what whoever looks said of a comparison."""
    user = context["request"].user
    return said_of(duel.id, hidden("person", str(user.pk))) if user.pk else None
