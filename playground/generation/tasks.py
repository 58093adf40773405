"""What Celery carries: turns to paint, and the sweep.

A task is safe to run twice. It hands its coroutine to the process's own loop and waits,
so that hundreds of waiting orders are hundreds of idle threads and nothing more.
"""

import structlog
from celery import Signature, signals
from django.conf import settings
from django.db import connection
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerAway

from playground.celery import app
from playground.generation.ahead import make_ahead
from playground.generation.auditing import carry_out
from playground.generation.companions import Traced
from playground.generation.database import in_thread
from playground.generation.errors import EaselError
from playground.generation.models import Generation
from playground.generation.parted import Busy
from playground.generation.parting import tidy_up
from playground.generation.queues import drawn, queue_of
from playground.generation.repricing import begin_what_is_due
from playground.generation.rolling import look_around, remove_old
from playground.generation.service import see_through, take_up
from playground.generation.studio import background, in_studio, studio
from playground.generation.sweep import sweep, waiting
from playground.generation.tallied import sample
from playground.generation.tidy import (
    AT_ONCE,
    remove_expired,
    remove_old_inputs,
    remove_orphans,
    remove_unused_uploads,
)
from playground.generation.usual import renew
from playground.telemetry import tracing
from playground.telemetry.sampling import sampling

log = structlog.get_logger()


def send(order: Generation, *, then: Signature | None = None) -> None:
    """Ask a worker to paint an accepted order. A lost message is sent again by the sweep.

    `then` is given the id of the order that was painted in this turn.
    """
    if told := tracing.carried():
        Traced.objects.get_or_create(generation=order, defaults={"told": told})
    send_turn(queue_of(order.lane), then=then)


def send_turn(queue: str, *, then: Signature | None = None) -> None:
    try:
        take_turn.apply_async((queue,), queue=queue, link=then)
    except (BrokerAway, OSError) as error:
        log.warning("broker.away", queue=queue, reason=str(error))


@app.task(ignore_result=True)
def take_turn(queue: str) -> str | None:
    """Paint the order whose turn it is, and say which it was."""
    return in_studio(paint_next(queue))


async def paint_next(queue: str) -> str | None:
    generation = await next_in(queue)
    if generation is None:
        return None
    told = await in_thread(lambda: trace_of(generation)) if tracing.is_on() else {}
    with tracing.taken_up("paint order", told):
        tracing.note(order=generation.id)
        try:
            await see_through(generation)
        except EaselError as failure:
            log.info("order.not_painted", generation=generation.id, code=failure.code)
    return generation.id


def trace_of(order: Generation) -> dict[str, str]:
    """Return what the trace that ordered this is known by, the once that it is asked."""
    one = Traced.objects.filter(pk=order.pk).first()
    if one is None:
        return {}
    one.delete()
    told: dict[str, str] = one.told
    return told


async def next_in(queue: str) -> Generation | None:
    """Take up the order that is drawn. One draws at a time: rivals would draw the same."""
    here = studio()
    async with here.drawing:
        while waiting_id := await in_thread(lambda: drawn(queue)):
            if generation := await take_up(waiting_id):
                return generation
            if here.is_closing:
                break
    return None


@app.task(ignore_result=True)
def sweep_orders() -> None:
    """End what is overdue, and send again what was not taken up."""
    in_studio(sweep_here())
    send_waiting(older_than_seconds=settings.RESEND_SECONDS)


@app.task(ignore_result=True)
def tidy_pictures() -> None:
    """Remove files that nobody can have any more."""
    remove_orphans()
    remove_old_inputs()
    remove_unused_uploads()


@app.task(ignore_result=True)
def remove_expired_pictures() -> None:
    """Remove pictures soon after they have been kept for as long as was promised."""
    while remove_expired() == AT_ONCE:
        pass


@app.task(ignore_result=True)
def add_up_metrics() -> None:
    """Add up what was tried and used since the last time."""
    look_around()


@app.task(ignore_result=True)
def renew_usual() -> None:
    """Work out anew how long things usually take."""
    renew()


@app.task(ignore_result=True)
def remove_old_metrics() -> None:
    """Remove what was added up longer ago than the settings keep it."""
    remove_old()


@app.task(ignore_result=True)
def begin_price_changes() -> None:
    """Let changes of price begin whose time has come."""
    begin_what_is_due(timezone.now())


@app.task(ignore_result=True)
def make_months_ahead() -> None:
    """Where orders lie in parts by month, make those of the next months."""
    if connection.vendor != "postgresql":
        return
    tidy_up()
    try:
        if made := make_ahead(timezone.now()):
            log.info("months.made", months=made)
    except Busy:
        log.warning("months.busy")  # the next round comes long before the month


@app.task(ignore_result=True)
def audit_books(run_id: int | None = None) -> None:
    """Check every promise of the ledger, and keep what was found."""
    carry_out(run_id)


def audit_soon(run_id: int) -> bool:
    """Ask a worker for a check; say whether that could be asked."""
    try:
        audit_books.delay(run_id)
    except (BrokerAway, OSError) as error:
        log.warning("broker.away", task="audit_books", reason=str(error))
        return False
    return True


async def sweep_here() -> int:
    return await sweep(studio().books)


def send_waiting(*, older_than_seconds: float) -> None:
    for lane in waiting(older_than_seconds=older_than_seconds):
        send_turn(queue_of(lane))


@signals.worker_ready.connect
def take_up_what_waited(**_: object) -> None:
    """A fresh worker paints what the last one left, without waiting for the sweep."""
    send_waiting(older_than_seconds=0)


@signals.worker_init.connect
def be_seen(**_: object) -> None:
    """Count and trace what this worker does, and say how it is."""
    sampling.begin("worker", sample)


@signals.worker_shutdown.connect
def be_seen_no_more(**_: object) -> None:
    sampling.end()


@signals.worker_shutting_down.connect
def put_back_what_is_unfinished(**_: object) -> None:
    """Finish what can be finished within the grace; the rest goes back to the queue."""
    background.finish_soon(settings.GRACE_SECONDS * 0.5)
