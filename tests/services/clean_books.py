"""Give every test the database as the migrations left it.

Django's own way deletes the rows of each table, which the journal's triggers
refuse (a transfer is never deleted), and would lose the rows that migrations
made. So the state after migrating is kept once, and put back after each test.
On PostgreSQL a function does it, in a millisecond: it plans once, and touches
only what a test has changed.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from django.db import connection
from django.db.backends.utils import CursorWrapper

_kept = sqlite3.connect(":memory:", check_same_thread=False)
# As a replica PostgreSQL fires no triggers: no foreign keys, no journal's own.
PUT_BACK = """
CREATE FUNCTION kept.put_back() RETURNS void LANGUAGE plpgsql
SET session_replication_role = replica AS $$ BEGIN {steps} END $$
"""
EMPTIED = 'IF EXISTS (TABLE public."{name}") THEN DELETE FROM public."{name}"; END IF;'
FILLED = """
IF (SELECT count(*) FROM public."{name}") <> (SELECT count(*) FROM kept."{name}")
OR EXISTS (TABLE public."{name}" EXCEPT TABLE kept."{name}") THEN
    DELETE FROM public."{name}";
    INSERT INTO public."{name}" TABLE kept."{name}";
END IF;
"""


def keep() -> None:
    """Remember the database as it is now."""
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        connection.connection.backup(_kept)
        return
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        cursor.execute("CREATE SCHEMA kept")
        for name in names:
            cursor.execute(f'CREATE TABLE kept."{name}" AS TABLE public."{name}"')
        steps = [step_for(cursor, name).format(name=name) for name in names]
        cursor.execute(PUT_BACK.format(steps="\n".join(steps)))


def step_for(cursor: CursorWrapper, table: str) -> str:
    """Most tables are empty after the migrations, and soon looked at."""
    cursor.execute(f'SELECT EXISTS (TABLE kept."{table}")')
    return FILLED if cursor.fetchone()[0] else EMPTIED


def put_back() -> None:
    """Bring back what was remembered, whatever the test did."""
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        _kept.backup(connection.connection)
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT kept.put_back()")


def copy_to(file: Path) -> None:
    """Write what was remembered as a database of its own. SQLite alone can do that."""
    with closing(sqlite3.connect(file)) as copy:
        _kept.backup(copy)
