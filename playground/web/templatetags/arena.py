"""What the arena adds to other pages: a vote under a comparison, a model's block."""

from typing import Any

from django import template

from playground.arena.models import Preference
from playground.arena.standings import blocks
from playground.arena.voters import hidden
from playground.web.arena_block import Shown, shown
from playground.web.preferring import said_of
from playground.web.runs import Duel

register = template.Library()


@register.simple_tag(takes_context=True)
def preference(context: dict[str, Any], duel: Duel) -> Preference | None:
    """Return what whoever looks said of a comparison."""
    user = context["request"].user
    return said_of(duel.id, hidden("person", str(user.pk))) if user.pk else None


@register.simple_tag
def arena_of(model: str) -> list[Shown]:
    """Return what the arena says of a model, for `web/_arena_block.html`."""
    return [shown(block) for block in blocks(model)]
