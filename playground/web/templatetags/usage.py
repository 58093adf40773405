"""The long lists of the usage page, which are too many small things for a template to
draw quickly: a request's row alone has as many as the rest of the page.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from playground.generation.models import Generation
from playground.web.chrome import address_of
from playground.web.drawing import put, rows
from playground.web.templatetags.easel import (
    credits,
    credits_in,
    moment_in,
    seconds,
    step_name_in,
)
from playground.web.usage import Line, Step

register = template.Library()

ROW = """<tr>
<td class="nowrap faint"><time datetime="{}">{} {}</time></td>
<td class="nowrap">{}</td>
<td class="muted nowrap">{}{}</td>
<td class="num">{}</td>
<td class="num">{}</td>
<td class="num">{}</td>
<td><span class="badge {}">{}</span></td>
<td><a href="{}"><code class="tiny">{}</code></a>{}{}</td>
</tr>"""
STEP = """<tr><td>{}</td><td class="num">{}</td><td class="num">{}</td>\
<td class="num">{}</td><td class="num">{}</td></tr>"""


@register.simple_tag
def request_rows(lines: Iterable[Line]) -> SafeString:
    """Draw the table of requests."""
    words = Words.of_the_reader()
    return rows(ROW, [cells_of(line, words) for line in lines], "\n")


@dataclass(frozen=True, slots=True)
class Words:
    """What the rows say over and over: looked up in the reader's language once a page."""

    language: str
    states: dict[str, str]
    lanes: dict[str, str]
    count: str
    test: str
    held: str
    not_charged: str
    free: str
    given_back: str
    kept: str

    @classmethod
    def of_the_reader(cls) -> "Words":
        return cls(
            get_language() or "",
            {one.value: str(one.label) for one in Generation.State},
            {one.value: str(one.label) for one in Generation.Lane},
            count=_("%(made)s of %(asked)s"),
            test=put(' <span class="badge">{}</span>', _("test")),
            held=faint(_("%(held)s held")),
            not_charged=faint(_("not charged")),
            free=_("Free"),
            given_back=_("%(amount)s given back"),
            kept=_("Kept until %(day)s"),
        )


def faint(words: str) -> SafeString:
    return put('<span class="faint">{}</span>', words)


def cells_of(line: Line, words: Words) -> tuple[object, ...]:
    order, made, took = line.order, line.order.created_at, line.duration_seconds
    return (
        made.strftime("%Y-%m-%dT%H:%M:%S%z"),
        step_name_in(words.language, made.date(), False),
        made.strftime("%H:%M:%S"),
        order.model,
        line.key_name or words.lanes[order.lane],
        words.test if order.is_test else "",
        words.count % {"made": order.delivered, "asked": order.n},
        "" if took is None else seconds(took),
        cost_of(line, words),
        line.badge,
        words.states[order.state],
        address_of("request", order.pk),
        order.pk,
        caller_of(order),
        end_of(line, words),
    )


def cost_of(line: Line, words: Words) -> str:
    """Say what is held, or what was paid, which is what was charged less what came back."""
    order = line.order
    if order.is_live:
        held = {"held": credits(order.quoted_microcredits)}
        return SafeString(words.held % held)
    if not order.delivered:
        return words.not_charged
    if not order.charged_microcredits:
        return words.free
    paid = credits(line.paid_microcredits)
    if not line.given_back_microcredits:
        return paid
    back = words.given_back % {"amount": credits(line.given_back_microcredits)}
    return put('{}<br><span class="tiny faint nowrap">{}</span>', paid, back)


def caller_of(order: Generation) -> str:
    """Say what the caller wrote beside it: a user, and labels."""
    said = [order.user] if order.user else []
    said += [f"{name}: {value}" for name, value in (order.metadata or {}).items()]
    return put('<div class="tiny faint">{}</div>', " ".join(said)) if said else ""


def end_of(line: Line, words: Words) -> str:
    """Say until when its pictures are kept."""
    if not line.kept_until:
        return ""
    said = words.kept % {"day": moment_in(words.language, line.kept_until)}
    return put('<div class="tiny faint nowrap">{}</div>', said)


@register.simple_tag
def step_rows(steps: Iterable[Step], is_hourly: bool) -> SafeString:
    """Draw the table behind the chart."""
    language = get_language() or ""
    return rows(
        STEP,
        [
            (
                step_name_in(language, step.start, is_hourly),
                step.sums.requests,
                step.sums.pictures,
                step.failed,
                credits_in(language, step.sums.spent_microcredits),
            )
            for step in steps
        ],
    )


@register.simple_tag
def menu_options(options: Iterable[tuple[str, str]], chosen: str) -> SafeString:
    """Draw what a menu of the filter offers."""
    return rows(
        '<option value="{}"{}>{}</option>',
        [
            (value, SafeString(" selected") if value == chosen else "", words)
            for value, words in options
        ],
    )
