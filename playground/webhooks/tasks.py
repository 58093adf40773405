"""What Celery carries: telling of an ended order, one attempt, and the clock's round."""

import structlog
from kombu.exceptions import OperationalError as BrokerAway

from playground.celery import app
from playground.generation.studio import in_studio
from playground.webhooks.notices import announce, missed, remove_stray
from playground.webhooks.sending import attempt, due, remove_old

log = structlog.get_logger()
HINT_SECONDS = 60  # what is due later is the clock's to find


@app.task(ignore_result=True)
def tell(generation_id: str | None) -> None:
    """Make the deliveries of an order that has ended, and have them sent."""
    if generation_id is None:  # nothing was painted in this turn
        return
    for delivery_id in announce(generation_id):
        send_soon(delivery_id)


@app.task(ignore_result=True)
def deliver(delivery_id: str) -> None:
    """Make one attempt, unless it is not due."""
    pause = in_studio(attempt(delivery_id))
    if pause is not None and pause <= HINT_SECONDS:
        send_soon(delivery_id, seconds=pause)


@app.task(ignore_result=True)
def look_around() -> None:
    """Find what was missed, and what is due."""
    for generation_id in missed():
        tell(generation_id)
    for delivery_id in due():
        send_soon(delivery_id)


@app.task(ignore_result=True)
def tidy_deliveries() -> None:
    remove_stray()
    remove_old()


def tell_soon(generation_id: str) -> None:
    """Ask a worker to tell of an order; a lost message is made good by the clock."""
    try:
        tell.delay(generation_id)
    except (BrokerAway, OSError) as error:
        log.warning("broker.away", generation=generation_id, reason=str(error))


def send_soon(delivery_id: str, *, seconds: float = 0) -> None:
    """Ask a worker for an attempt; a lost message is made good by the clock."""
    try:
        deliver.apply_async((delivery_id,), countdown=seconds or None)
    except (BrokerAway, OSError) as error:
        log.warning("broker.away", delivery=delivery_id, reason=str(error))
