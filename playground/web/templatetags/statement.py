"""The lines of the statement, which are too many small things for a template to draw
quickly."""

from collections.abc import Iterable

from django import template
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

from playground.web.drawing import put, rows
from playground.web.statement import Line
from playground.web.templatetags.easel import credits_exact

register = template.Library()

LINE = """<tr>
<td class="nowrap faint"><time datetime="{}">{}</time></td>
<td>{}</td>
<td class="mono nowrap">{}</td>
<td class="num">{}</td>
<td class="num ok-text">{}</td>
<td class="num strong">{}</td>
</tr>"""


@register.simple_tag
def statement_lines(lines: Iterable[Line]) -> SafeString:
    """Draw lines of the table."""
    return rows(LINE, map(cells_of, lines), "\n")


def cells_of(line: Line) -> tuple[object, ...]:
    at, amount = localtime(line.at), credits_exact(line.amount)
    balance = line.balance_after
    return (
        at.strftime("%Y-%m-%dT%H:%M:%S%z"),
        date_format(at, "SHORT_DATETIME_FORMAT"),
        line.what,
        reference_of(line),
        f"−{amount}" if line.is_out else "",
        "" if line.is_out else f"+{amount}",
        "" if balance is None else credits_exact(balance),
    )


def reference_of(line: Line) -> str:
    if not line.url:
        return line.reference
    return put('<a href="{}">{}</a>', line.url, line.reference)
