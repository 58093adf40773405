"""The clock's round, as Celery carries it."""

import structlog
from django.utils import timezone

from playground.celery import app
from playground.generation.parted import Busy
from playground.retention.dropping import drop_overdue

log = structlog.get_logger()
A_ROUND_SECONDS = 1200.0


@app.task(ignore_result=True)
def drop_months() -> None:
    """Go on dropping what is no longer kept; the next round does what is left."""
    try:
        drop_overdue(timezone.now(), A_ROUND_SECONDS)
    except Busy:
        log.warning("months.busy")
