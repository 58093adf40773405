"""How long something takes that Python and PostgreSQL do in turns, on a busy machine too.

The clock also counts the time both stood in line for a processor that others were using.
Linux knows how long that was, and so it can be left out.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Self

from django.db import connection


@dataclass(frozen=True, slots=True)
class Took:
    """Milliseconds by the clock, those less the standing in line, and those at work."""

    ms: float
    own_ms: float
    python_ms: float
    database_ms: float

    @classmethod
    def by(cls, do: Callable[[], object]) -> Self:
        started, worked, before = time.perf_counter(), time.process_time(), in_line_ms()
        database_before = server_worked_ms()
        do()
        ms = (time.perf_counter() - started) * 1000
        python_ms = (time.process_time() - worked) * 1000
        own_ms = ms - (in_line_ms() - before)
        return cls(ms, own_ms, python_ms, server_worked_ms() - database_before)

    @classmethod
    def middle(cls, every: list[Self]) -> Self:
        names = cls.__slots__
        return cls(*[median(getattr(one, name) for one in every) for name in names])


def in_line_ms() -> float:
    return scheduled("self")[1] + scheduled(server())[1]


def server_worked_ms() -> float:
    return scheduled(server())[0]


def server() -> str:
    """Return the number of the process of PostgreSQL that answers, or nothing."""
    if connection.vendor != "postgresql":
        return ""
    connection.ensure_connection()
    return str(connection.connection.info.backend_pid)


def scheduled(process: str) -> tuple[float, float]:
    """How long a process of this machine had a processor, and how long it waited."""
    try:
        had, waited, _ = Path(f"/proc/{process or 0}/schedstat").read_text().split()
    except FileNotFoundError:
        return 0.0, 0.0
    return int(had) / 1e6, int(waited) / 1e6
