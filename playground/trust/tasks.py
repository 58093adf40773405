"""What Celery carries to see that it carries, and what its workers say of themselves."""

from datetime import datetime
from typing import Any

from celery import signals
from django.core.files.storage import default_storage
from django.utils import timezone

from playground.celery import app
from playground.trust.models import Echo, Process
from playground.trust.pulse import SCHEDULED, Pulse, Stopwatch, note_run

pulse = Pulse(Process.Kind.WORKER)
stopwatch = Stopwatch()

PROBES = "status/"


@app.task(ignore_result=True)
def answer(sent_at: str) -> None:
    """Say that a message came through the queue, to a worker, to the database."""
    told = {"sent_at": datetime.fromisoformat(sent_at), "answered_at": timezone.now()}
    Echo.objects.update_or_create(pk=1, defaults=told)


@app.task(ignore_result=True)
def remove_if_seen(name: str) -> None:
    """Remove a file that somebody stored to learn whether this worker sees it."""
    if name.startswith(PROBES):
        default_storage.delete(name)


@signals.worker_ready.connect
def say_that_it_lives(**_: object) -> None:
    pulse.start()


@signals.worker_shutdown.connect
def say_that_it_ends(**_: object) -> None:
    pulse.stop()


@signals.task_prerun.connect
def note_beginning(sender: Any = None, task_id: str = "", **_: object) -> None:
    if sender.name in SCHEDULED:
        stopwatch.start(task_id)


@signals.task_postrun.connect
def note_end(
    sender: Any = None, task_id: str = "", retval: object = None, **_: object
) -> None:
    """Write down what the clock had done; an exception is what it came to."""
    if sender.name in SCHEDULED:
        error = repr(retval) if isinstance(retval, BaseException) else ""
        note_run(sender.name, stopwatch.stop(task_id), error)
