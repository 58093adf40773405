"""What staff did, to whom or what, and how it stood before and after: never edited.

Views and services write it in the transaction of what they do. Nobody named means the
operator of this server, by a command. It is read by all staff, so no credential, no
prompt and nobody's words go in.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model

from accounts.activity import Actor
from accounts.models import Person, StaffDeed
from accounts.staff import role_of

LONGEST_REASON = 500
NEVER = frozenset(
    {"secret", "password", "prompt", "negative_prompt", "digest", "token", "words"}
)
# How something stands: plain values by name.
Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Subject:
    """What something was done to, where that is no row: a kind, and which one."""

    kind: str
    id: str


def record(
    person: Person | None,
    action: str,
    *,
    subject: Model | Subject,
    before: Facts | None = None,
    after: Facts | None = None,
    reason: str = "",
) -> StaffDeed:
    """Write down what was done; `action` is a stable word such as "channel.changed"."""
    about = subject if isinstance(subject, Subject) else subject_of(subject)
    was, now = only_what_differs(before or {}, after or {})
    return StaffDeed.objects.create(
        person=person,
        role=(role_of(person) or "") if person else "",
        action=action,
        subject_kind=about.kind,
        subject_id=about.id,
        reason=reason[:LONGEST_REASON],
        before=was,
        after=now,
    )


def who(actor: Actor) -> Person | None:
    """Return the person who acts; nobody is this server, by a command."""
    if actor.person_id is None:
        return None
    return Person.objects.filter(pk=actor.person_id).first()


def subject_of(row: Model) -> Subject:
    return Subject(row._meta.model_name or "", str(row.pk))


def only_what_differs(before: Facts, after: Facts) -> tuple[Facts, Facts]:
    """Leave out what stands as it stood; what was added or removed stays whole."""
    was, now = as_kept(before), as_kept(after)
    if not (was and now):
        return was, now
    same = {name for name in was if name in now and was[name] == now[name]}
    return (
        {name: value for name, value in was.items() if name not in same},
        {name: value for name, value in now.items() if name not in same},
    )


def as_kept(facts: Facts) -> dict[str, Any]:
    """Return facts as JSON has them, or refuse what must not be written down."""
    if wrong := NEVER & {name.lower() for name in facts}:
        raise ValueError(f"never in the log of staff: {', '.join(sorted(wrong))}")
    kept: dict[str, Any] = json.loads(json.dumps(dict(facts), cls=DjangoJSONEncoder))
    return kept
