"""Give every test the database as the migrations left it.

Django's own way deletes the rows of each table, which the journal's triggers
refuse (a transfer is never deleted), and would lose the rows that migrations
made. So the state after migrating is kept once, and put back after each test.
"""

import sqlite3

from django.db import connection

_kept = sqlite3.connect(":memory:", check_same_thread=False)


def keep() -> None:
    """Remember the database as it is now."""
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        connection.connection.backup(_kept)
        return
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA kept")
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'CREATE TABLE kept."{table}" AS TABLE public."{table}"')


def put_back() -> None:
    """Bring back what was remembered, whatever the test did."""
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        _kept.backup(connection.connection)
        return
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        # As a replica PostgreSQL fires no triggers: no foreign keys, no journal's own.
        statements = ["BEGIN", "SET LOCAL session_replication_role = replica"]
        statements += [f'DELETE FROM public."{name}"' for name in names]
        statements += [
            f'INSERT INTO public."{name}" TABLE kept."{name}"' for name in names
        ]
        cursor.execute("; ".join([*statements, "COMMIT"]))
