"""What the pages have looked after by the clock, and by whoever leaves."""

import structlog
from kombu.exceptions import OperationalError as BrokerAway

from playground.celery import app
from playground.web.uploads import remove_forsaken, remove_orphans, remove_unused

log = structlog.get_logger()


@app.task(ignore_result=True)
def tidy_uploads() -> None:
    """Remove pictures that were brought and never edited, and what nobody owns."""
    remove_unused()
    remove_forsaken()
    remove_orphans()


@app.task(ignore_result=True)
def forget_uploads() -> None:
    """Remove pictures that were brought by somebody who has just left."""
    remove_forsaken()


def forget_uploads_soon() -> None:
    """Ask a worker for it; the clock finds what a message lost."""
    try:
        forget_uploads.delay()
    except (BrokerAway, OSError) as error:
        log.warning("broker.away", task="forget_uploads", reason=str(error))
