"""The bars of a chart, which are too many small things for a template to draw quickly."""

import json

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from billing.ledger import MICRO
from playground.web.plot import Bar, Part, Plot, Series
from playground.web.templatetags.easel import credits, step_name

register = template.Library()


@register.filter
def bars(plot: Plot, is_hourly: bool) -> SafeString:
    """Draw every bar, with what it says to whoever points at it."""
    drawn = ((drawn_bar(one, is_hourly),) for one in plot.bars)
    return format_html_join("\n", "{}", drawn)


@register.filter
def numbers(plot: Plot, is_hourly: bool) -> str:
    """Write the same for a script: what each step is called, and each series in credits."""
    steps = [step_name(bar.day, is_hourly) for bar in plot.bars]
    series = [
        {
            "name": name_of(one),
            "colour": one.colour,
            "values": [amount_in(bar, one.colour) for bar in plot.bars],
        }
        for one in plot.series
    ]
    said = {"steps": steps, "series": series}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def amount_in(bar: Bar, colour: int) -> float:
    whole = sum(part.amount for part in bar.parts if part.colour == colour)
    return whole / MICRO if whole % MICRO else whole // MICRO


def drawn_bar(bar: Bar, is_hourly: bool) -> SafeString:
    named = "".join(f", {name_of(part)} {credits(part.amount)}" for part in bar.parts)
    return format_html(
        "<g><title>{}: {}{}</title>"
        '<rect class="day" x="{}" y="0" width="10" height="100"/>{}</g>',
        step_name(bar.day, is_hourly),
        credits(bar.amount),
        named,
        str(bar.x),
        format_html_join(
            "",
            '<rect class="c{}" x="{}.6" y="{}" width="8.8" height="{}"/>',
            (
                (str(one.colour), str(bar.x), f"{one.y:.3f}", f"{one.height:.3f}")
                for one in bar.parts
            ),
        ),
    )


def name_of(part: Part | Series) -> str:
    return part.name or _("Other")
