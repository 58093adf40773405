"""The bars of a chart, which are too many small things for a template to draw quickly."""

import orjson
from django import template
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from billing.ledger import MICRO
from playground.web.drawing import rows
from playground.web.plot import Bar, Plot
from playground.web.templatetags.easel import credits_in, step_name_in

register = template.Library()


@register.filter
def bars(plot: Plot, is_hourly: bool) -> SafeString:
    """Draw every bar, with what it says to whoever points at it."""
    language, other = get_language() or "", _("Other")
    return rows(
        '<g><title>{}: {}{}</title><rect class="day" x="{}" y="0" width="10"'
        ' height="100"/>{}</g>',
        [
            (
                step_name_in(language, bar.day, is_hourly),
                credits_in(language, bar.amount),
                "".join(
                    [
                        f", {name or other} {credits_in(language, amount)}"
                        for _colour, name, amount, _y, _height in bar.parts
                    ]
                ),
                bar.x,
                drawn(bar),
            )
            for bar in plot.bars
        ],
        "\n",
    )


def drawn(bar: Bar) -> SafeString:
    """Draw a bar's parts; there is nothing but numbers in them."""
    x = f"{bar.x}.6"
    parts = [
        f'<rect class="c{colour}" x="{x}" y="{y}" width="8.8" height="{height}"/>'
        for colour, _name, _amount, y, height in bar.parts
    ]
    return SafeString("".join(parts))


@register.filter
def numbers(plot: Plot, is_hourly: bool) -> str:
    """Write the same for a script: what each step is called, and each series in credits."""
    language = get_language() or ""
    steps = [step_name_in(language, bar.day, is_hourly) for bar in plot.bars]
    values: dict[int, list[float]]
    values = {one.colour: [0] * len(steps) for one in plot.series}
    for place, bar in enumerate(plot.bars):
        for part in bar.parts:
            values[part.colour][place] = in_credits(part.amount)
    series = [
        {
            "name": one.name or _("Other"),
            "colour": one.colour,
            "values": values[one.colour],
        }
        for one in plot.series
    ]
    return orjson.dumps({"steps": steps, "series": series}).decode()


def in_credits(microcredits: int) -> float:
    whole, rest = divmod(microcredits, MICRO)
    return microcredits / MICRO if rest else whole
