"""Changing prices: what a change would do, saving it, and what was changed before.

A saved change is in force at once here and in seconds elsewhere, or from the moment it
names. Orders keep the price they were accepted at, and quotes theirs. The same rows are
the dated history; the staff's log has who did it, and why.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import deeds, issuing
from accounts.models import AccessGroup, Person
from playground.generation.catalogue import priced_by
from playground.generation.catalogue_index import from_files
from playground.generation.errors import BadRequest
from playground.generation.price_preview import Moved, Sheet, moved
from playground.generation.repriced import PriceChange
from playground.generation.tariff import (
    Change,
    Tariff,
    begun_by,
    read_again,
    tariff_of,
)

ACTION = "price.changed"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What shall cost what, from when (None: at once), and why."""

    changes: tuple[Change, ...]
    starts_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a proposal would do; whoever brings `seen` has looked at just this."""

    changes: tuple[Change, ...]
    moved: Sequence[Moved]
    seen: str

    @property
    def below_cost(self) -> int:
        return sum(1 for one in self.moved if one.is_below_cost)


class Unseen(Exception):
    """This was not previewed, or a price was changed since it was."""


def preview(proposal: Proposal, usd_per_credit: Decimal | None) -> Preview:
    """Return every price that would change. What says nothing new is left out."""
    begun, seen = begun_by(proposal.starts_at or timezone.now()), seen_of(proposal)
    before = tariff_of(begun)
    changes = tuple(
        one for one in proposal.changes if said_before(one, before) != one.value
    )
    after = tariff_of([*begun, *changes])
    found = moved(sheet_of(before), sheet_of(after), usd_per_credit)
    return Preview(changes, found, seen)


def seen_of(proposal: Proposal) -> str:
    """Name a preview by what is proposed, and by how many changes there were before."""
    said = repr((proposal.changes, proposal.starts_at))
    digest = sha256(said.encode()).hexdigest()[:16]
    return f"{PriceChange.objects.count()}-{digest}"


def said_before(change: Change, before: Tariff) -> Decimal | None:
    """Return what stands of it before: a group always has a multiplier."""
    said = before.value_of(change)
    if said is None and not change.model:
        return AccessGroup.objects.get(pk=change.group).multiplier
    return said


def sheet_of(tariff: Tariff) -> Sheet:
    """Lay a tariff over the files and the groups."""
    groups = AccessGroup.objects.order_by("multiplier", "slug")
    levels = dict(groups.values_list("slug", "multiplier"))
    levels |= {one: value for one, value in tariff.groups.items() if one in levels}
    return Sheet(priced_by(tariff, from_files()), levels)


@transaction.atomic
def save(proposal: Proposal, person: Person | None, *, seen: str) -> list[PriceChange]:
    """Save what was seen in a preview; return what changed."""
    wait_for_others()
    if seen_of(proposal) != seen:
        raise Unseen
    now = timezone.now()
    starts_at = proposal.starts_at or now
    if starts_at < now:
        message = _("A price changes now or later, never for what is past.")
        raise BadRequest(message, param="starts_at")
    before = tariff_of(begun_by(starts_at))
    rows = [
        PriceChange(
            created_at=now,
            starts_at=starts_at,
            person=person,
            reason=proposal.reason,
            model=one.model,
            group=one.group,
            tier=one.tier,
            quality=one.quality,
            before=said_before(one, before),
            after=one.value,
        )
        for one in proposal.changes
    ]
    return kept([row for row in rows if row.before != row.after], person)


@transaction.atomic
def call_off(row: PriceChange, person: Person | None) -> list[PriceChange]:
    """Let a change that has yet to begin change nothing when its time comes."""
    wait_for_others()
    if not row.is_waiting:
        message = _("It has begun already: change the price once more instead.")
        raise BadRequest(message)
    others = tariff_of(begun_by(row.starts_at, but=row.pk))
    about = Change(row.model, row.group, row.tier, row.quality)
    undone = PriceChange(
        starts_at=row.starts_at,
        person=person,
        reason=_("Called off"),
        model=row.model,
        group=row.group,
        tier=row.tier,
        quality=row.quality,
        before=row.after,
        after=said_before(about, others),
    )
    return kept([undone], person)


@transaction.atomic
def open_group(group: AccessGroup, person: Person | None) -> AccessGroup:
    """Add a group; its first multiplier begins its history."""
    if AccessGroup.objects.filter(pk=group.pk).exists():
        message = _("There is a group %(name)s already: choose another id.")
        raise BadRequest(message % {"name": group.pk}, param="slug")
    group.save(force_insert=True)
    first = PriceChange(
        starts_at=timezone.now(),
        person=person,
        group=group.pk,
        after=group.multiplier,
        reason=_("A new group"),
    )
    kept([first], person)
    return group


def wait_for_others() -> None:
    """Let one change prices at a time."""
    list(AccessGroup.objects.order_by("pk").select_for_update(no_key=True))


def kept(rows: list[PriceChange], person: Person | None) -> list[PriceChange]:
    """Keep changes, with the deed, and let them count when the transaction does."""
    if not rows:
        raise BadRequest(_("Nothing would change."))
    PriceChange.objects.bulk_create(rows)
    written_down(rows, person)
    begun = [row for row in rows if not row.model and not row.is_waiting]
    set_groups({row.group: row.after for row in begun})
    transaction.on_commit(known_here)
    return rows


def written_down(rows: Sequence[PriceChange], person: Person | None) -> None:
    """Write one deed for all that was saved together."""
    first = rows[0]
    kind = "model" if first.model else "group"
    deeds.record(
        person,
        ACTION,
        subject=deeds.Subject(kind, first.model or first.group),
        before={name_of(row): row.before for row in rows},
        after={name_of(row): row.after for row in rows}
        | {"starts_at": first.starts_at},
        reason=first.reason,
    )


def name_of(row: PriceChange) -> str:
    """Name what a row is about, for the log."""
    if not row.model:
        return "multiplier"
    if row.group:
        return f"multiplier for {row.group}"
    return " ".join(filter(None, (row.tier, row.quality)))


def set_groups(multipliers: dict[str, Decimal | None]) -> int:
    """Give groups their multipliers; say how many had another."""
    count = 0
    for slug, multiplier in multipliers.items():
        if multiplier is not None:
            found = AccessGroup.objects.filter(pk=slug).exclude(multiplier=multiplier)
            count += found.update(multiplier=multiplier)
    return count


def known_here() -> None:
    """Use it at once: of keys that were looked up, and of the tariff in memory."""
    issuing.changes.note()
    read_again()


def begin_what_is_due(moment: datetime) -> int:
    """Give groups the multipliers whose time has come; models look at the clock.

    Returns how many had another until now.
    """
    count = set_groups(dict(tariff_of(begun_by(moment)).groups))
    if count:
        known_here()
    return count
