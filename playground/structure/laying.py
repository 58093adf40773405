"""Start an empty database from the structure that was written down."""

import re
from pathlib import Path

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

FOLDER = Path(__file__).parent
MIGRATION = re.compile(r"INSERT INTO django_migrations .* VALUES \('(\w+)', '(\w+)'")


def file_of(vendor: str) -> Path:
    return FOLDER / f"{vendor}.sql"


def lay_down(connection: BaseDatabaseWrapper) -> None:
    """Make the tables of a database that has none, their triggers and their first rows."""
    if connection.introspection.table_names():
        return
    script = file_of(connection.vendor).read_text()
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        connection.connection.executescript(f"BEGIN IMMEDIATE;\n{script}\nCOMMIT;")
        return
    with transaction.atomic(connection.alias), connection.cursor() as cursor:
        cursor.execute(script)


def migrations_in(vendor: str) -> set[tuple[str, str]]:
    """Return what a new database has behind it, as (app, name)."""
    return set(MIGRATION.findall(file_of(vendor).read_text()))
