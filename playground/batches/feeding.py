"""Hand lines out to the workers, a few at a time and to each account in turn.

Not many lines are in hand at once, and whoever has the fewest is next: ten thousand
lines of one account delay another's one by a picture. While orders wait that somebody
looks forward to, no more than one line is in hand.

Who hands out holds all batches that are fed, so that two do not give the same line, and
a batch that is called off meanwhile gets nothing more.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from accounts.ids import new_id
from playground.batches.models import Batch, Line
from playground.generation.models import Generation

Handed = tuple[int, str]
Found = TypeVar("Found")
PATIENCE = timedelta(seconds=2)  # a worker takes what is queued in less


def hand_out() -> list[Handed]:
    """Give lines to the workers; return each with the name of its order-to-be."""
    now = timezone.now()
    with transaction.atomic():
        fed = Batch.objects.select_for_update().filter(state__in=Batch.FED)
        batches = [one for one in fed.order_by("pk") if is_due(one, now)]
        if not batches:
            return []
        held = lines_in_hand()
        room = room_for(held.total())
        chosen = list(fairly(waiting_in(batches, room, now), held, room))
        return [handed(line, now) for line in chosen]


def is_due(batch: Batch, now: datetime) -> bool:
    return batch.expires_at > now and not batch.is_paused(now)


def lines_in_hand() -> Counter[str]:
    """Count the lines that each account has with the workers."""
    lines = Line.objects.filter(state__in=Line.IN_HAND)
    counted = lines.values_list("batch__account_id").annotate(count=Count("pk"))
    return Counter(dict(counted))


def room_for(in_hand: int) -> int:
    """Say how many more lines may be handed out now."""
    most = 1 if somebody_waits() else settings.BATCH_LINES_AT_ONCE
    return max(0, most - in_hand)


def somebody_waits() -> bool:
    """Say whether orders of people and of calls have waited longer than they should."""
    waiting = Generation.objects.filter(state=Generation.State.QUEUED)
    before = timezone.now() - PATIENCE
    overdue = waiting.filter(created_at__lt=before).exclude(lane=Generation.Lane.BATCH)
    return overdue.exists()


def waiting_in(
    batches: Sequence[Batch], room: int, now: datetime
) -> Mapping[str, Iterator[Line]]:
    """Return each account's waiting lines, the one that was fed longest ago first."""
    own: dict[str, list[Batch]] = {}
    for batch in sorted(batches, key=lambda one: one.fed_at):
        own.setdefault(batch.account_id, []).append(batch)
    return {
        account_id: due_lines(sorted(mine, key=lambda one: one.pk), room, now)
        for account_id, mine in own.items()
    }


def due_lines(batches: Sequence[Batch], room: int, now: datetime) -> Iterator[Line]:
    """Yield an account's lines, those of its oldest batch first; asked for when needed."""
    may_begin = Q(not_before=None) | Q(not_before__lte=now)
    for batch in batches:
        waiting = batch.lines.filter(may_begin, state=Line.State.WAITING)
        yield from waiting.order_by("number")[:room]


def fairly(
    waiting: Mapping[str, Iterator[Found]], held: Mapping[str, int], room: int
) -> Iterator[Found]:
    """Choose from each account in turn, whoever has the fewest first."""
    left, has = dict(waiting), Counter(held)
    while room and left:
        account_id = min(left, key=has.__getitem__)  # of equals, the first
        found = next(left[account_id], None)
        if found is None:
            del left[account_id]
            continue
        has[account_id] += 1
        room -= 1
        yield found


def handed(line: Line, now: datetime) -> Handed:
    """Note that a line is with the workers. Its order's name was given once, and stays
    until that order has failed: nothing is ordered twice."""
    line.order_id = line.order_id or new_id("img")
    line.state, line.sent_at = Line.State.SENT, now
    line.save(update_fields=["order_id", "state", "sent_at"])
    Batch.objects.filter(pk=line.batch_id).update(fed_at=now)
    return line.pk, line.order_id


def astray(now: datetime) -> list[Handed]:
    """Find lines that were handed out and led to no order: to be sent once more."""
    before = now - timedelta(seconds=settings.RESEND_SECONDS)
    lost = Line.objects.filter(state__in=Line.IN_HAND, sent_at__lte=before)
    ordered = set(
        Generation.objects.filter(
            pk__in=list(lost.values_list("order_id", flat=True))
        ).values_list("pk", flat=True)
    )
    found = [line for line in lost if line.order_id not in ordered]
    for line in found:
        Line.objects.filter(
            pk=line.pk, order_id=line.order_id, state__in=Line.IN_HAND
        ).update(state=Line.State.SENT, sent_at=now)
    return [(line.pk, line.order_id) for line in found]
