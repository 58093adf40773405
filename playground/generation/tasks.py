"""What Celery carries: one order to paint, and the sweep.

A task is given one id and is safe to run twice. It hands its coroutine to the
process's own loop and waits, so that hundreds of waiting orders are hundreds of
idle threads and nothing more.
"""

from collections.abc import Mapping

import structlog
from celery import Signature, Task, signals
from django.conf import settings
from kombu.exceptions import OperationalError as BrokerAway

from playground.celery import app
from playground.generation.errors import EaselError
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
CARRIED = ("traceparent", "tracestate")


def send(generation_id: str, *, then: Signature | None = None) -> None:
    """Ask a worker to paint an accepted order. A lost message is sent again by the sweep.

    `then` is asked for when the order has been painted, or could not be.
    """
    try:
        paint_order.apply_async((generation_id,), link=then, headers=tracing.carried())
    except (BrokerAway, OSError) as error:
        log.warning("broker.away", generation=generation_id, reason=str(error))


@app.task(ignore_result=True, bind=True)
def paint_order(self: Task, generation_id: str) -> None:
    """Paint one queued order, unless somebody has it already."""
    carried = {name: self.request.get(name) for name in CARRIED}
    in_studio(paint_if_queued(generation_id, {k: v for k, v in carried.items() if v}))


async def paint_if_queued(generation_id: str, carried: Mapping[str, str]) -> None:
    with tracing.taken_up("paint order", carried):
        tracing.note(order=generation_id)
        await paint_what_is_queued(generation_id)


async def paint_what_is_queued(generation_id: str) -> None:
    generation = await take_up(generation_id)
    if generation is None:
        return
    try:
        await see_through(generation)
    except EaselError as failure:
        log.info("order.not_painted", generation=generation_id, code=failure.code)


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


async def sweep_here() -> int:
    return await sweep(studio().books)


def send_waiting(*, older_than_seconds: float) -> None:
    for generation_id in waiting(older_than_seconds=older_than_seconds):
        send(generation_id)


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
