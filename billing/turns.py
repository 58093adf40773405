"""Whose turn it is to write: on SQLite one at a time, in line."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection


@contextmanager
def one_writer() -> Iterator[None]:
    """On SQLite, wait in line for the one writer's place; elsewhere, nothing.

    Inside a transaction the place is taken already.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with file_turn(str(connection.settings_dict["NAME"])):
        yield


@contextmanager
def file_turn(database: str) -> Iterator[None]:
    """Queue for an SQLite file: its own waiting polls and starves.

    The kernel lets waiters in one after the other, and frees the place when its
    holder dies. Each turn opens the file afresh, so that threads queue too.
    """
    with Path(f"{database}.lock").open("w") as place:
        fcntl.flock(place, fcntl.LOCK_EX)
        yield
