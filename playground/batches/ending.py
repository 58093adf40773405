"""How a batch comes to its end, and who hears of it.

A batch is over when each of its lines is. Its results become files then: rows that say
who may read them and for how long. All of it, the news for webhooks too, is written in
one transaction, so that whoever is stopped midway finds the batch as it was.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from playground.batches.files import kept_until
from playground.batches.models import Batch, File, Line
from playground.batches.news import announce
from playground.batches.results import size_of

State = Batch.State
ENDED_AS = {
    "batch_cancelled": (Line.State.CANCELLED, _("The batch was cancelled before.")),
    "batch_expired": (Line.State.EXPIRED, _("The batch's time was over before.")),
}


def refuse(batch: Batch, errors: Sequence[dict[str, Any]]) -> None:
    """End a batch whose file cannot be painted as it is; nothing was held."""
    batch.errors = list(errors)
    unstarted(batch, State.FAILED)


def unstarted(batch: Batch, state: str) -> None:
    """End a batch of which nothing was begun."""
    batch.lines.all().delete()
    batch.state, batch.ended_at = state, timezone.now()
    batch.save()
    announce(batch)


def end_rest(batch: Batch, code: str) -> None:
    """Have nothing begin of a locked batch any more that has not begun."""
    state, message = ENDED_AS[code]
    waiting = batch.lines.filter(state=Line.State.WAITING)
    batch.failed += waiting.update(
        state=state, error_code=code, error_message=str(message), body={}, sources=None
    )
    batch.save()


def run_out(now: datetime) -> None:
    """Stop batches whose time is over; what is being painted comes to its end.

    A line that came back to a batch which was stopped meanwhile is ended here, too.
    """
    late = Batch.objects.filter(expires_at__lte=now)
    for quoted in late.filter(state=State.QUOTED):
        with transaction.atomic():
            locked = locked_in(quoted.pk, State.QUOTED)
            if locked and locked.expires_at <= now:
                unstarted(locked, State.EXPIRED)
    is_stopped = Q(state=State.CANCELLING) | Q(
        state=State.IN_PROGRESS, expires_at__lte=now
    )
    for batch in Batch.objects.filter(is_stopped):
        with transaction.atomic():
            stop(batch.pk, now)
        end_if_done(batch.pk)


def stop(batch_id: str, now: datetime) -> None:
    """Have nothing begin any more of a batch that is called off, or late."""
    locked = locked_in(batch_id, State.CANCELLING, State.IN_PROGRESS)
    if locked is None:
        return
    if locked.state == State.CANCELLING:
        end_rest(locked, "batch_cancelled")
    else:
        locked.expired_at = locked.expired_at or now
        end_rest(locked, "batch_expired")


def locked_in(batch_id: str, *states: str) -> Batch | None:
    batches = Batch.objects.select_for_update()
    return batches.filter(pk=batch_id, state__in=states).first()


def end_if_done(batch_id: str) -> None:
    """Write the results of a batch whose lines are all over."""
    done = Batch.objects.filter(
        pk=batch_id,
        state__in=(State.IN_PROGRESS, State.CANCELLING),
        total=F("completed") + F("failed"),
    )
    if done.update(state=State.FINALIZING, finalizing_at=timezone.now()):
        finish(batch_id)


def finish(batch_id: str) -> None:
    """Make the files of a batch, and end it; safe to do twice."""
    batch = Batch.objects.get(pk=batch_id)
    sizes = {amiss: size_of(batch, amiss=amiss) for amiss in (False, True)}
    with transaction.atomic():
        locked = locked_in(batch_id, State.FINALIZING)
        if locked is None:
            return
        if sizes[False]:
            locked.output_file = results_file(locked, sizes[False], amiss=False).pk
        if sizes[True]:
            locked.error_file = results_file(locked, sizes[True], amiss=True).pk
        locked.state, locked.ended_at = ended_as(locked), timezone.now()
        locked.save()
        announce(locked)


def ended_as(batch: Batch) -> str:
    if batch.cancelling_at:
        return State.CANCELLED
    return State.EXPIRED if batch.expired_at else State.COMPLETED


def results_file(batch: Batch, size: int, *, amiss: bool) -> File:
    """Make the row of a file that is written when it is read."""
    word = "errors" if amiss else "output"
    return File.objects.create(
        account_id=batch.account_id,
        purpose=File.Purpose.RESULTS,
        name=f"{batch.pk}_{word}.jsonl",
        bytes=size,
        batch=batch,
        is_of_errors=amiss,
        expires_at=kept_until(batch.results_kept_seconds),
    )
