"""Fill big tables without what makes each row slow: indexes, keys, checks and triggers.

On PostgreSQL everything comes off, is kept as PostgreSQL writes it, and is made anew from
those words afterwards: ten million rows with all their indexes kept up took hours. On
SQLite only the indexes that models declare come off.
"""

from collections.abc import Callable, Sequence

from django.db import connection, models

RESTRAINTS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), contype = 'f'
FROM pg_constraint
WHERE contype IN ('f', 'p', 'u')
    AND (conrelid = ANY(%s::regclass[]) OR confrelid = ANY(%s::regclass[]))
ORDER BY contype = 'f' DESC, contype = 'u'"""
INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = ANY(%s::regclass[])"""
IN_A_HURRY = (
    "SET session_replication_role = replica",  # no triggers, so no look at each parent
    "SET synchronous_commit = off",
    "SET work_mem = '256MB'",
    "SET maintenance_work_mem = '1GB'",
)


def bare(tables: Sequence[type[models.Model]]) -> Callable[[], None]:
    """Take everything off, and return what puts it on again."""
    if connection.vendor == "postgresql":
        return bare_on_postgresql([model._meta.db_table for model in tables])
    every = [(model, index) for model in tables for index in model._meta.indexes]
    each_index("remove_index", every)
    return lambda: each_index("add_index", every)


def each_index(
    verb: str, every: Sequence[tuple[type[models.Model], models.Index]]
) -> None:
    with connection.schema_editor() as editor:
        for model, index in every:
            getattr(editor, verb)(model, index)


def bare_on_postgresql(tables: list[str]) -> Callable[[], None]:
    with connection.cursor() as cursor:
        cursor.execute(RESTRAINTS, [tables, tables])
        restraints = cursor.fetchall()
        for table, name, _, _ in restraints:
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        cursor.execute(INDEXES, [tables])
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
        for setting in IN_A_HURRY:
            cursor.execute(setting)
    keys = [one for one in restraints if not one[3]]
    links = [one for one in restraints if one[3]]

    def dress() -> None:
        with connection.cursor() as cursor:
            for _, words in indexes:
                cursor.execute(words)
            for table, name, words, _ in keys + links:
                cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {words}')
        connection.close()  # the next one is in no hurry

    return dress
