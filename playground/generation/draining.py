"""Taking no new orders for a while, so that Easel can be worked on and nothing is lost.

What waits or is being painted goes on to its end; new orders are told to come back.
Every process knows within about a second, and nobody has to be restarted for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Count, Min
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import deeds
from accounts.models import Person
from playground.generation.errors import Draining
from playground.generation.gates import Closure
from playground.generation.mirror import Mirror
from playground.generation.models import Generation

log = structlog.get_logger()
KNOWN_SECONDS, OLDEST_SECONDS = 0.5, 1.0
RETRY_SECONDS, LONGEST_RETRY_SECONDS = 60, 3600


def read() -> tuple[Closure, ...]:
    return tuple(Closure.objects.all())


closures: Mirror[tuple[Closure, ...]] = Mirror(
    read, tuple, seconds=KNOWN_SECONDS, oldest_seconds=OLDEST_SECONDS
)


def check() -> None:
    """Refuse a new order while none are taken."""
    for closure in closures():
        raise Draining(told(closure), retry_after_seconds=wait_seconds(closure))


def current() -> Closure | None:
    """Return why and until when no orders are taken, if that is so."""
    return next(iter(closures()), None)


def told(closure: Closure) -> str:
    said = _(
        "Easel takes no new orders just now: it is being worked on. What is under way"
        " is finished, and nothing was charged."
    )
    return f"{said} {closure.words}".strip()


def wait_seconds(closure: Closure) -> int:
    """Say when to come back: at the time that was named, or in a minute."""
    if closure.until is None:
        return RETRY_SECONDS
    left = ceil((closure.until - timezone.now()).total_seconds())
    return min(left, LONGEST_RETRY_SECONDS) if left > 0 else RETRY_SECONDS


def close(
    words: str = "", until: datetime | None = None, by: Person | None = None
) -> Closure:
    """Take no new orders from now on. Said again, it changes the words and the time."""
    with transaction.atomic():
        before = Closure.objects.first()
        said = {"words": words, "until": until}
        closure, _is_new = Closure.objects.update_or_create(pk=1, defaults=said)
        note("orders.closed", by, before=before, after=closure)
    read_again()
    return closure


def open_again(by: Person | None = None) -> bool:
    """Take orders again; say whether none were taken."""
    with transaction.atomic():
        before = Closure.objects.first()
        if before:
            note("orders.opened", by, before=before)
            before.delete()
    read_again()
    return before is not None


def note(
    action: str,
    by: Person | None,
    *,
    before: Closure | None,
    after: Closure | None = None,
) -> None:
    log.info(action, person=by.pk if by else None)
    site = deeds.Subject("site", "orders")
    was, now = (facts_of(before), facts_of(after))
    deeds.record(by, action, subject=site, before=was, after=now)


def facts_of(closure: Closure | None) -> Mapping[str, Any]:
    if closure is None:
        return {}
    return {"message": closure.words, "since": closure.since, "until": closure.until}


def read_again() -> None:
    """Know here at once what was changed; other processes will in a second."""
    closures.forget()
    closures()


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many orders of a lane wait or are being painted, and since when the first does."""

    lane: str
    queued: int
    running: int
    oldest_queued_at: datetime | None

    @property
    def name(self) -> str:
        return str(Generation.Lane(self.lane).label)


def under_way() -> list[Waiting]:
    """Return what is left to do, by the queue it came in."""
    counted = (
        Generation.objects.filter(state__in=Generation.LIVE)
        .values("lane", "state")
        .annotate(orders=Count("pk"), oldest=Min("created_at"))
    )
    found = {(row["lane"], row["state"]): row for row in counted}
    nothing: dict[str, Any] = {"orders": 0, "oldest": None}
    lines = []
    for lane in Generation.Lane.values:
        queued = found.get((lane, Generation.State.QUEUED), nothing)
        running = found.get((lane, Generation.State.RUNNING), nothing)
        lines.append(
            Waiting(
                lane=lane,
                queued=queued["orders"],
                running=running["orders"],
                oldest_queued_at=queued["oldest"],
            )
        )
    return lines


def left() -> int:
    """Say how many orders are not at their end yet."""
    return Generation.objects.filter(state__in=Generation.LIVE).count()
