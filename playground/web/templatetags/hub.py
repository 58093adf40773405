"""What the catalogue and the model pages draw and write."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from billing.cash import exact_cash
from playground.generation.histogram import Share
from playground.web.drawing import rows
from playground.web.hub import licences
from playground.web.lines import Chart
from playground.web.templatetags.easel import localised, percent, seconds, trimmed

register = template.Library()
WELL, FAIR = 0.99, 0.95


@register.filter
def money(amount: Decimal, currency: str) -> str:
    return exact_cash(amount, currency)


@register.filter
def times(multiplier: Decimal) -> str:
    text = f"{multiplier:f}"
    return "× " + localised(trimmed(text, ".") if "." in text else text)


@register.filter
def licence(name: str) -> str:
    return licences.called(name)


@register.filter
def yes_no(value: Any) -> str:
    return _("yes") if value else "–"


@register.filter
def at(known: Mapping[str, Any], name: str) -> Any:
    return known.get(name)


@register.filter
def tick(known: Share | None) -> str:
    """Return the class of a day: well, fair, bad, or too little known to say."""
    if known is None:
        return "n"
    if known.part >= WELL:
        return ""
    return "w" if known.part >= FAIR else "b"


@register.filter
def level(known: Share | None) -> str:
    """Return the tone of a share, for its badge."""
    return {"": "ok", "w": "warn", "b": "bad", "n": ""}[tick(known)]


@register.filter
def paths(chart: Chart) -> SafeString:
    return rows(
        '<path class="c{}{}" d="{}"/>',
        [
            (line.colour, "" if line.name else " dash", line.path)
            for line in chart.lines
        ],
    )


@register.filter
def in_unit(value: int | None, unit: str) -> str:
    """Write a number of a chart: milliseconds, or thousandths as per cent."""
    if value is None:
        return "–"
    return seconds(value / 1000) if unit == "time" else percent(value / 1000)
