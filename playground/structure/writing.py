"""Write down a database that the migrations have just made."""

import re
import tempfile
from decimal import Decimal
from pathlib import Path

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder

from playground.backup.databases import run

# `migrate` itself fills these, for whichever apps are installed.
FILLED_LATER = {"django_content_type", "auth_permission"}
# What pg_dump says of the session, of nothing, or of its own version.
IDLE = re.compile(r"SET |SELECT pg_catalog\.set_config|--|\\|CREATE SCHEMA public|$")
ORDER = "CASE type WHEN 'table' THEN 1 WHEN 'index' THEN 2 ELSE 3 END, name"


def written(connection: BaseDatabaseWrapper) -> str:
    """Return the statements that make this database anew, with the rows it has."""
    return "\n".join([*tables_of(connection), *rows_of(connection), ""])


def tables_of(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the statements that make the tables, and what belongs to them, in lines."""
    return on_sqlite(connection) if connection.vendor == "sqlite" else on_postgresql()


def on_sqlite(connection: BaseDatabaseWrapper) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY {ORDER}"
        )
        made = {name: sql for name, sql in cursor.fetchall() if sql}
    virtual = [name for name, sql in made.items() if "CREATE VIRTUAL" in sql]
    inner = ("sqlite_", *(f"{one}_" for one in virtual))  # SQLite makes these itself
    return [f"{sql};" for name, sql in made.items() if not name.startswith(inner)]


def on_postgresql() -> list[str]:
    told = ("--schema-only", "--schema=public", "--no-owner", "--no-privileges")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "structure.sql"
        run("pg_dump", *told, "--no-comments", "--file", str(file))
        lines = file.read_text().splitlines()
    # Wherever tables are made by this connection, they go.
    return [line.replace("public.", "") for line in lines if not IDLE.match(line)]


def rows_of(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the first rows; what counts by itself is left to the database."""
    names = set(connection.introspection.django_table_names(only_existing=True))
    ours = sorted({*names, MigrationRecorder.Migration._meta.db_table} - FILLED_LATER)
    return [row for name in ours for row in rows_of_table(connection, name)]


def rows_of_table(connection: BaseDatabaseWrapper, table: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}"')
        columns = [column[0] for column in cursor.description]
        rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    return sorted(row_of(table, row) for row in rows)


def row_of(table: str, row: dict[str, object]) -> str:
    kept = {k: literal(k, v) for k, v in row.items() if not counts_by_itself(k, v)}
    return (
        f"INSERT INTO {table} ({', '.join(kept)}) VALUES ({', '.join(kept.values())});"
    )


def counts_by_itself(column: str, value: object) -> bool:
    return column == "id" and isinstance(value, int)


def literal(column: str, value: object) -> str:
    if column == "applied":
        return "CURRENT_TIMESTAMP"
    if isinstance(value, bool | int | Decimal):
        return str(value)
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    raise TypeError(f"{column} holds a {type(value).__name__}: say how it is written.")
