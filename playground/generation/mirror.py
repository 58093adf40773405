"""What the database says of a few small things, as this process knows it.

Whoever asks is answered at once with what was read last; when that is some seconds
old, a thread reads it anew behind their back. Only the first to ask waits, and, where
old news would do harm, whoever asks after a while in which nobody did.
"""

import threading
import time
from collections.abc import Callable
from math import inf
from typing import Generic, TypeVar

import structlog
from django.db import connection

from playground.generation.database import AWAY

log = structlog.get_logger()
SECONDS = 5.0
FIRST_SECONDS = 2.0  # a database that is away holds nobody up for longer
Known = TypeVar("Known")


class Mirror(Generic[Known]):
    """`mirror()` returns what `read` returned lately; before it ever could, `nothing()`."""

    def __init__(
        self,
        read: Callable[[], Known],
        nothing: Callable[[], Known],
        clock: Callable[[], float] = time.monotonic,
        seconds: float = SECONDS,
        oldest_seconds: float = inf,
    ) -> None:
        self._read, self._nothing, self._clock = read, nothing, clock
        self._changes = 0
        self._seconds, self._oldest_seconds = seconds, oldest_seconds
        self._tried_at = 0.0
        self.forget()

    def forget(self) -> None:
        """Begin anew, as a new process does. What is being read just now is old already."""
        self._changes += 1
        self._known: Known | None = None
        self._stale_at = 0.0

    def __call__(self) -> Known:
        now = self._clock()
        if now < self._stale_at and self._known is not None:
            return self._known
        self._stale_at = now + self._seconds
        reading = threading.Thread(target=self._renew, name="mirror", daemon=True)
        reading.start()
        if self._known is None or now - self._tried_at > self._oldest_seconds:
            reading.join(FIRST_SECONDS)
        if self._known is None:
            self._known = self._nothing()
        return self._known

    def changed_here(self) -> None:
        """Believe what was changed in it here rather than what is being read just now."""
        self._changes += 1

    def _renew(self) -> None:
        changes = self._changes
        try:
            found = self._read()
            if changes == self._changes:
                self._known = found
        except AWAY as error:
            log.warning("mirror.database_away", reason=str(error))
        finally:
            self._tried_at = self._clock()
            connection.close()
