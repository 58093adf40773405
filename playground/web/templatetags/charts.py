"""The bars of a chart, which are too many small things for a template to draw quickly."""

import json

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from billing.ledger import MICRO
from playground.web.plot import Bar, Part, Plot
from playground.web.templatetags.easel import credits_in, step_name

register = template.Library()


@register.filter
def bars(plot: Plot, is_hourly: bool) -> SafeString:
    """Draw every bar, with what it says to whoever points at it."""
    language, other = get_language() or "", _("Other")
    return format_html_join(
        "\n",
        '<g><title>{}: {}{}</title><rect class="day" x="{}" y="0" width="10"'
        ' height="100"/>{}</g>',
        (
            (
                step_name(bar.day, is_hourly),
                credits_in(language, bar.amount),
                "".join(
                    f", {one.name or other} {credits_in(language, one.amount)}"
                    for one in bar.parts
                ),
                str(bar.x),
                SafeString("".join(drawn(one, bar.x) for one in bar.parts)),
            )
            for bar in plot.bars
        ),
    )


def drawn(part: Part, x: int) -> str:
    """Draw a part; there is nothing but numbers in it."""
    return (
        f'<rect class="c{part.colour}" x="{x}.6" y="{part.y:.3f}" width="8.8"'
        f' height="{part.height:.3f}"/>'
    )


@register.filter
def numbers(plot: Plot, is_hourly: bool) -> str:
    """Write the same for a script: what each step is called, and each series in credits."""
    steps = [step_name(bar.day, is_hourly) for bar in plot.bars]
    series = [
        {
            "name": one.name or _("Other"),
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
