"""Tables of orders and tries in parts, one for each month: how they stand now.

Parting is for large installations on PostgreSQL, and begun by hand (see `parting`). An
order's id begins with the time it was made at, so a month is a range of ids, and a try
lies in the month of its order. One part holds everything from before the parting, one
what is kept of months that were dropped, and the last whatever no month holds.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import structlog
from django.db import OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper

from playground.generation.months import moment_in

log = structlog.get_logger()
# By which column a table is parted, and what its key is then: PostgreSQL wants that
# column in it. To Django a try's key is its number alone.
TABLES = {
    "generation_generation": ("id", "id"),
    "generation_attempt": ("generation_id", "id, generation_id"),
}
ORDERS = "generation_generation"
REST, KEPT = "rest", "kept"
BOUND = re.compile(r"FROM \((?:MINVALUE|'(?P<since>\w+)')\) TO \('(?P<until>\w+)'\)")
PARTS = """
SELECT part.relname, pg_get_expr(part.relpartbound, part.oid),
    greatest(part.reltuples, 0)::bigint, pg_total_relation_size(part.oid)
FROM pg_inherits JOIN pg_class part ON part.oid = inhrelid
WHERE inhparent = to_regclass(%s)"""
# A unique index without that column, which a parted table as a whole cannot have: each
# part has one of its own.
OWN_INDEXES = """
SELECT i.relname, pg_get_indexdef(x.indexrelid)
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attname = %s
WHERE x.indrelid = to_regclass(%s) AND x.indisunique AND NOT x.indisprimary
    AND NOT (a.attnum = ANY (x.indkey))"""
LIKE = "INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE"
LOCK_MS = 800  # less than PostgreSQL waits before it looks for a deadlock
TRIES = 20
Done = TypeVar("Done")


class Busy(Exception):
    """The tables could not be locked: somebody holds a long transaction open."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a table; it begins before everything, or holds the rest."""

    name: str
    since: str
    until: str
    rows: int  # as PostgreSQL guesses
    bytes: int

    @property
    def holds_rest(self) -> bool:
        return not self.until

    @property
    def ends_at(self) -> datetime:
        return moment_in(self.until)


def is_parted() -> bool:
    """Say whether orders lie in parts."""
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relkind = 'p' FROM pg_class WHERE oid = to_regclass(%s)", [ORDERS]
        )
        row = cursor.fetchone()
    return bool(row and row[0])


def parts_of(table: str) -> list[Part]:
    """Return a table's parts, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(PARTS, [table])
        found = [part_in(row) for row in cursor.fetchall()]
    return sorted(found, key=lambda one: (one.holds_rest, one.until))


def part_in(row: tuple[str, str, int, int]) -> Part:
    name, bound, rows, size = row
    told = BOUND.search(bound)
    since, until = (told["since"] or "", told["until"]) if told else ("", "")
    return Part(name, since, until, rows, size)


def strays() -> dict[str, int]:
    """Return how many rows lie in no month, by table."""
    found = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT count(*) FROM {table}_{REST}")
            found[table] = cursor.fetchone()[0]
    return found


def own_indexes(cursor: CursorWrapper, part: str) -> dict[str, str]:
    """Return the unique indexes that a part has for itself, and what they say."""
    (column,) = (of[0] for table, of in TABLES.items() if part.startswith(table))
    cursor.execute(OWN_INDEXES, [column, part])
    return dict(cursor.fetchall())


def in_a_moment(work: Callable[[CursorWrapper], Done]) -> Done:
    """Do it with the tables to ourselves, as soon as they can be had at once.

    While somebody holds a long transaction open the lock is given up and asked for
    anew, so that orders never queue behind it.
    """
    for _ in range(TRIES):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = {LOCK_MS}")
                cursor.execute(f"LOCK TABLE {', '.join(TABLES)}")
                return work(cursor)
        except OperationalError as error:
            if "lock timeout" not in str(error):
                raise
            log.info("parts.locked", reason=str(error).strip())
    raise Busy
