"""What Celery does for the arena: it collects pictures, and works the ratings out anew."""

import structlog
from django.db import IntegrityError
from kombu.exceptions import OperationalError as BrokerAway

from playground.arena.entering import collect
from playground.arena.reckoning import recompute
from playground.celery import app

log = structlog.get_logger()


@app.task(ignore_result=True)
def look_around() -> None:
    """Enter what was painted, and publish what follows from the votes."""
    collect_pictures()
    reckon_anew()


@app.task(ignore_result=True)
def collect_pictures() -> None:
    """Enter the pictures of orders that have ended."""
    if count := collect():
        log.info("arena.entered", pictures=count)


@app.task(ignore_result=True)
def reckon_anew() -> None:
    """Publish what follows from the votes by now."""
    try:
        if recompute():
            log.info("arena.reckoned")
    except IntegrityError:
        log.info("arena.reckoned_elsewhere")  # somebody did the same at the same time


def reckon_soon() -> None:
    """Ask a worker for it: the clock does it too, somewhat later."""
    try:
        reckon_anew.delay()
    except (BrokerAway, OSError) as error:
        log.warning("broker.away", task="arena", reason=str(error))
