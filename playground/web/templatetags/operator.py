"""What the operators' pages write in a way of their own."""

from decimal import Decimal

from django import template
from django.utils.translation import gettext as _

from billing.ledger import MICRO
from playground.generation.models import PriceChange
from playground.web.templatetags.easel import dollars, grouped, point, seconds, trimmed
from playground.web.templatetags.hub import times

register = template.Library()


@register.filter
def value(row: PriceChange, amount: Decimal | None) -> str:
    """Write what a change of price says: credits, a multiplier, or nothing of its own."""
    if amount is None and row.group and not row.model:
        return "–"  # the group was not there
    if amount is None:
        return _("the group’s") if row.group else _("the file’s")
    return times(amount) if row.group else trimmed(grouped(amount, 6), point())


@register.filter
def in_dollars(usd: Decimal) -> str:
    """Write an amount of dollars as a provider's cost is written."""
    return dollars(int(usd * MICRO))


@register.filter
def every(span: float) -> str:
    """Write how often something is done, in the largest unit that fits."""
    for size, words in ((3600, _("%(count)d h")), (60, _("%(count)d min"))):
        if span >= size and span % size == 0:
            return words % {"count": span // size}
    return seconds(span)


@register.inclusion_tag("operator/_money_tabs.html")
def money_tabs(here: str) -> dict[str, object]:
    """Draw the way between the pages of money."""
    places = (
        ("money", _("Overview")),
        ("money-payments", _("Payments")),
        ("money-events", _("Events")),
        ("money-disputes", _("Disputes and debts")),
        ("money-grants", _("Grants")),
    )
    return {"here": here, "money_places": places}
