"""What processes say of themselves: that they live, and what the clock had them do.

Nobody asks them, so that one that hangs is told from one that is well by its silence.
"""

import os
import socket
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import connection
from django.utils import timezone

from playground.generation.database import AWAY
from playground.trust.models import Process, Run

log = structlog.get_logger()
BEAT_SECONDS = 10
ALIVE = timedelta(seconds=3 * BEAT_SECONDS)
FORGOTTEN = timedelta(days=1)


class Pulse:
    """Says every few seconds that this process is alive, until it is stopped."""

    def __init__(self, kind: Process.Kind) -> None:
        host, pid = socket.gethostname()[:80], os.getpid()
        self._id = f"{kind}:{host}:{pid}"
        self._facts: dict[str, Any] = {
            "kind": kind,
            "host": host,
            "pid": pid,
            "started_at": timezone.now(),
        }
        self._stopped = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._go_on, name="pulse", daemon=True).start()

    def stop(self) -> None:
        """Say that it ends; the row goes with it."""
        self._stopped.set()

    def _go_on(self) -> None:
        while True:
            self.beat()
            if self._stopped.wait(BEAT_SECONDS):
                break
        quietly(lambda: Process.objects.filter(pk=self._id).delete())

    def beat(self) -> None:
        """Write down that it is alive, and forget those that died a day ago."""
        now = timezone.now()
        told = {**self._facts, "seen_at": now}

        def write() -> None:
            Process.objects.update_or_create(pk=self._id, defaults=told)
            Process.objects.filter(seen_at__lt=now - FORGOTTEN).delete()

        quietly(write)


def quietly(write: Callable[[], object]) -> None:
    """Write from a thread of our own; a database that is away is no reason to end."""
    try:
        write()
    except AWAY as error:
        log.warning("pulse.not_written", reason=str(error))
    finally:
        connection.close()


SCHEDULED = frozenset(one["task"] for one in settings.CELERY_BEAT_SCHEDULE.values())


def note_run(task: str, seconds: float, error: str) -> None:
    """Write down that something that is done by the clock was done just now."""
    if task not in SCHEDULED:
        return
    now = timezone.now()
    told = {"ended_at": now, "seconds": seconds, "error": error[:200]}
    if not error:
        told["succeeded_at"] = now
    try:
        Run.objects.update_or_create(pk=task, defaults=told)
    except AWAY as away:
        log.warning("pulse.not_written", reason=str(away))


class Stopwatch:
    """How long the tasks of this process have been going on."""

    def __init__(self) -> None:
        self._begun: dict[str, float] = {}

    def start(self, task_id: str) -> None:
        self._begun[task_id] = time.monotonic()

    def stop(self, task_id: str) -> float:
        now = time.monotonic()
        return now - self._begun.pop(task_id, now)
