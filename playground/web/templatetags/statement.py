"""The lines of the statement, which are too many small things for a template to draw
quickly."""

from collections.abc import Iterable
from datetime import tzinfo

from django import template
from django.utils.safestring import SafeString
from django.utils.timezone import get_current_timezone
from django.utils.translation import get_language

from playground.web.drawing import put, rows
from playground.web.statement import Line
from playground.web.templatetags.easel import credits_exact_in, moment_in

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
    language, zone = get_language() or "", get_current_timezone()
    return rows(LINE, [cells_of(line, language, zone) for line in lines], "\n")


def cells_of(line: Line, language: str, zone: tzinfo) -> tuple[object, ...]:
    at, amount = line.at.astimezone(zone), credits_exact_in(language, line.amount)
    balance = line.balance_after
    return (
        at.strftime("%Y-%m-%dT%H:%M:%S%z"),
        moment_in(language, at),
        line.what,
        reference_of(line),
        f"−{amount}" if line.is_out else "",
        "" if line.is_out else f"+{amount}",
        "" if balance is None else credits_exact_in(language, balance),
    )


def reference_of(line: Line) -> str:
    if not line.url:
        return line.reference
    return put('<a href="{}">{}</a>', line.url, line.reference)
