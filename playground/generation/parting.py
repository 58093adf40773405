"""Part the tables of orders and tries by month, once and by hand.

Nothing is rewritten: what is there becomes the first part, once PostgreSQL has seen that
all of it is of this month or before, while everybody goes on. Then a moment's lock puts
a parted table of the same name around it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from playground.generation.ahead import add_own_indexes, make_ahead
from playground.generation.months import bound_of, month_of, next_month
from playground.generation.parted import (
    LIKE,
    REST,
    TABLES,
    in_a_moment,
    own_indexes,
)

TURN = 0x6561_73656C  # the number of the lock that lets one at a time part
FIRST, UNTIL, KEY = "first", "until", "key"
INDEXES = """
SELECT i.relname, pg_get_indexdef(x.indexrelid)
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
WHERE x.indrelid = to_regclass(%s) AND NOT x.indisprimary"""
FOREIGN = """
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = to_regclass(%s) AND contype = 'f'"""


def begin(now: datetime) -> None:
    """Turn the tables as they are into the first parts of parted ones."""
    until = bound_of(next_month(month_of(now)))
    with one_parter():
        try:
            in_a_moment(lambda cursor: bound_all(cursor, until))
            for table in TABLES:
                look_through(table)
            in_a_moment(lambda cursor: part_all(cursor, until))
        except BaseException:
            in_a_moment(unbound_all)
            raise
    make_ahead(now)


def tidy_up() -> None:
    """Take bounds away that a run left when it was killed, unless one is under way: a
    month later they would refuse orders."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [TURN])
        (is_our_turn,) = cursor.fetchone()
        cursor.execute(
            "SELECT 1 FROM pg_constraint WHERE conname = ANY (%s)",
            [[f"{table}_{UNTIL}" for table in TABLES]],
        )
        if is_our_turn and cursor.fetchone():
            unbound_all(cursor)


@contextmanager
def one_parter() -> Iterator[None]:
    """Let one at a time part, and nobody tidy up after it meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [TURN])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [TURN])


def bound_all(cursor: CursorWrapper, until: str) -> None:
    """Let nothing of a later month in, so that PostgreSQL may look through the rest."""
    unbound_all(cursor)
    for table, (column, _) in TABLES.items():
        cursor.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_{UNTIL}"
            f" CHECK ({column} < '{until}') NOT VALID"
        )


def unbound_all(cursor: CursorWrapper) -> None:
    for table in TABLES:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {table}_{UNTIL}")
        cursor.execute(f"DROP INDEX IF EXISTS {table}_{KEY}")


def look_through(table: str) -> None:
    """Have PostgreSQL see that all of a table keeps to its bound; nobody waits for it."""
    column, key = TABLES[table]
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {table}_{UNTIL}")
        if key != column:  # Django's key is too short for a parted table
            cursor.execute(
                f"CREATE UNIQUE INDEX CONCURRENTLY {table}_{KEY} ON {table} ({key})"
            )


def part_all(cursor: CursorWrapper, until: str) -> None:
    for table in TABLES:
        part(cursor, table, until)


def part(cursor: CursorWrapper, table: str, until: str) -> None:
    """Put a parted table around one that is locked, and under its name."""
    column, key = TABLES[table]
    first = f"{table}_{FIRST}"
    cursor.execute(INDEXES, [table])
    indexes = [one for one in cursor.fetchall() if one[0] != f"{table}_{KEY}"]
    cursor.execute(FOREIGN, [table])
    foreign = cursor.fetchall()
    of_parts = own_indexes(cursor, table)
    cursor.execute(f"ALTER TABLE {table} RENAME TO {first}")
    for number, (name, _) in enumerate(indexes):
        cursor.execute(f"ALTER INDEX {name} RENAME TO {first}_{number}")
    lengthen_key(cursor, table)
    cursor.execute(
        f"CREATE TABLE {table} (LIKE {first} {LIKE}) PARTITION BY RANGE ({column})"
    )
    cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_{UNTIL}")
    cursor.execute(f"ALTER TABLE {table} ADD PRIMARY KEY ({key})")
    number_on(cursor, table)
    for name, definition in foreign:
        cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
    for name, definition in indexes:
        if name not in of_parts:
            cursor.execute(definition)
    cursor.execute(
        f"ALTER TABLE {table} ATTACH PARTITION {first}"
        f" FOR VALUES FROM (MINVALUE) TO ('{until}')"
    )
    cursor.execute(f"ALTER TABLE {first} DROP CONSTRAINT {table}_{UNTIL}")
    cursor.execute(f"CREATE TABLE {table}_{REST} PARTITION OF {table} DEFAULT")
    add_own_indexes(cursor, first, f"{table}_{REST}")


def lengthen_key(cursor: CursorWrapper, table: str) -> None:
    """Give the first part the key that a parted table needs."""
    column, key = TABLES[table]
    first = f"{table}_{FIRST}"
    if key == column:
        cursor.execute(f"ALTER INDEX {table}_pkey RENAME TO {first}_pkey")
        return
    cursor.execute(f"ALTER TABLE {first} DROP CONSTRAINT {table}_pkey")
    cursor.execute(f"ALTER INDEX {table}_{KEY} RENAME TO {first}_pkey")
    cursor.execute(f"ALTER TABLE {first} ADD PRIMARY KEY USING INDEX {first}_pkey")


def number_on(cursor: CursorWrapper, table: str) -> None:
    """Let the parted table give numbers, from where the first part has come to."""
    first = f"{table}_{FIRST}"
    cursor.execute(
        "SELECT attname, nextval(pg_get_serial_sequence(%s, attname)) FROM pg_attribute"
        " WHERE attrelid = to_regclass(%s) AND attidentity <> ''",
        [first, first],
    )
    for column, number in cursor.fetchall():
        cursor.execute(f"ALTER TABLE {first} ALTER {column} DROP IDENTITY")
        cursor.execute(
            f"ALTER TABLE {table} ALTER {column} ADD GENERATED BY DEFAULT AS IDENTITY"
            f" (START WITH {number})"
        )
