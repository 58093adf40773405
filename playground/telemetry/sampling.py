"""What a process says of itself every few seconds: its memory, its files, its work.

A thread of its own looks, so that a busy loop is seen too. Other rooms bring what
they know as functions; none of them may ask the database.
"""

import os
import resource
import threading
from collections.abc import Callable
from pathlib import Path

import structlog
from django.conf import settings

from playground.telemetry import tracing
from playground.telemetry.exposition import show_at
from playground.telemetry.instruments import CPU, MEMORY, OPEN_FILES, PROCESSES
from playground.telemetry.tally import put_away

log = structlog.get_logger()
Sampler = Callable[[str], None]
EVERY_SECONDS = 5.0
PAGE_BYTES = resource.getpagesize()


class Sampling:
    """The looks of one process at itself."""

    def __init__(self) -> None:
        self._ended = threading.Event()

    def begin(self, role: str, *samplers: Sampler) -> None:
        """Look from now on; `role` is what this process is."""
        tracing.begin(role)
        if role == "worker" and settings.WORKER_METRICS_ADDRESS:
            show_at(settings.WORKER_METRICS_ADDRESS)
        self._ended.clear()
        threading.Thread(
            target=self._go_on,
            args=(role, (sample_process, *samplers)),
            name="sampling",
            daemon=True,
        ).start()

    def end(self) -> None:
        self._ended.set()
        tracing.end()

    def _go_on(self, role: str, samplers: tuple[Sampler, ...]) -> None:
        try:
            put_away()
        except OSError as error:
            log.error("telemetry.kept_in_memory", reason=str(error))
        while True:
            for sample in samplers:
                sample(role)
            if self._ended.wait(EVERY_SECONDS):
                return


sampling = Sampling()


def sample_process(role: str) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    PROCESSES.put(role, to=1)
    CPU.put(role, to=used.ru_utime + used.ru_stime)
    try:
        resident = int(Path("/proc/self/statm").read_text().split()[1])
        MEMORY.put(role, to=resident * PAGE_BYTES)
        OPEN_FILES.put(role, to=len(os.listdir("/proc/self/fd")))
    except OSError:  # no Linux: the rest is known all the same
        MEMORY.put(role, to=used.ru_maxrss * 1024)
