"""What Celery carries of batches: one to check, one line, and the clock's round.

All of it waits in a queue of its own. What is lost is found by the clock.
"""

from datetime import datetime, timedelta

import structlog
from django.db.models import Q
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerAway

from playground.batches.carrying import carry, ended_orders, record, take
from playground.batches.checking import check
from playground.batches.ending import end_if_done, finish, run_out
from playground.batches.feeding import Handed, astray, hand_out
from playground.batches.files import AT_ONCE, remove_expired
from playground.batches.models import Batch
from playground.celery import app
from playground.generation.studio import in_studio

log = structlog.get_logger()
OVERDUE = timedelta(seconds=60)


@app.task(ignore_result=True)
def check_batch(batch_id: str) -> None:
    """Check a batch that was handed in, and begin with it."""
    check(batch_id)
    feed()


@app.task(ignore_result=True)
def carry_line(line_id: int, order_id: str) -> None:
    """Have one line painted, unless somebody has it; then there is room for another."""
    line = take(line_id, order_id)
    if line is None:
        return
    in_studio(carry(line))
    record(line_id, order_id)
    end_if_done(line.batch_id)
    feed()


@app.task(ignore_result=True)
def look_around() -> None:
    """Find what was missed: ends, messages, batches whose time is over."""
    now = timezone.now()
    for line_id, order_id in ended_orders():
        if batch_id := record(line_id, order_id):
            end_if_done(batch_id)
    run_out(now)
    for batch_id in unchecked(now):
        check_soon(batch_id)
    for batch_id in unfinished(now):
        finish(batch_id)
    send_each(astray(now))
    feed()


@app.task(ignore_result=True)
def tidy_files() -> None:
    """Remove files that were kept for as long as was promised."""
    while remove_expired() == AT_ONCE:
        pass


def unchecked(now: datetime) -> list[str]:
    """Return batches that nobody checks, although they were handed in a while ago."""
    free = Q(claimed_until=None, created_at__lt=now - OVERDUE)
    forsaken = Q(claimed_until__lt=now)
    waiting = Batch.objects.filter(free | forsaken, state=Batch.State.VALIDATING)
    return list(waiting.values_list("pk", flat=True))


def unfinished(now: datetime) -> list[str]:
    begun = Batch.objects.filter(state=Batch.State.FINALIZING)
    overdue = begun.filter(finalizing_at__lt=now - OVERDUE)
    return list(overdue.values_list("pk", flat=True))


def check_soon(batch_id: str) -> None:
    """Ask a worker to check a batch; a lost message is made good by the clock."""
    try:
        check_batch.delay(batch_id)
    except (BrokerAway, OSError) as error:
        log.warning("broker.away", batch=batch_id, reason=str(error))


def feed() -> None:
    """Hand out what there is room for."""
    send_each(hand_out())


def send_each(lines: list[Handed]) -> None:
    for line_id, order_id in lines:
        try:
            carry_line.delay(line_id, order_id)
        except (BrokerAway, OSError) as error:
            log.warning("broker.away", order=order_id, reason=str(error))
