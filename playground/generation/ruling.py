"""Writing the rules of prompts: added, changed and removed by operators, and tried out.

What is wrong is a `BadRequest` that names the field. Every process uses a change within
seconds; this one does at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import deeds
from accounts.models import Person
from playground.generation.errors import BadRequest
from playground.generation.gates import PromptRule
from playground.generation.rules import Rule, read_again, rule_in, rule_of, stopping

MOST_RULES, LONGEST_TEXT = 100, 10_000


@dataclass(frozen=True, slots=True)
class Said:
    """A rule as an operator says it."""

    label: str
    kind: str
    text: str
    groups: tuple[str, ...] = ()
    is_on: bool = True


def write(said: Said, by: Person | None, row: PromptRule | None = None) -> PromptRule:
    """Add a rule, or change one."""
    before = facts_of(row) if row else None
    row = row or PromptRule()
    row.label, row.kind, row.text = said.label, said.kind, said.text
    row.groups, row.is_on = list(said.groups), said.is_on
    check(row)
    try:
        with transaction.atomic():
            row.save()
            action = "rule.changed" if before else "rule.added"
            deeds.record(by, action, subject=row, before=before, after=facts_of(row))
    except IntegrityError as error:
        message = _("There is a rule of this name already.")
        raise BadRequest(message, param="label") from error
    read_again()
    return row


def remove(row: PromptRule, by: Person | None) -> None:
    with transaction.atomic():
        deeds.record(by, "rule.removed", subject=row, before=facts_of(row))
        row.delete()
    read_again()


def check(row: PromptRule) -> None:
    """Refuse what is no rule, or one too many."""
    if row.pk is None and PromptRule.objects.count() >= MOST_RULES:
        message = _(
            "There are %(most)d rules already: put more words into one of them."
        )
        raise BadRequest(message % {"most": MOST_RULES}, param="label")
    try:
        rule_of(row)
    except ValueError as error:
        raise BadRequest(str(error), param="text") from error


def facts_of(row: PromptRule) -> Mapping[str, Any]:
    return {
        "label": row.label,
        "kind": row.kind,
        "text": row.text,
        "groups": row.groups,
        "is_on": row.is_on,
    }


def tried(prompt: str, group: str) -> list[Rule]:
    """Return the rules that would stop a prompt, the one that customers are told first."""
    rows = PromptRule.objects.filter(is_on=True).order_by("pk")
    known = [rule for row in rows if (rule := rule_in(row))]
    return list(stopping(known, prompt, group))
