"""A database as one file, and back: SQLite by its own copying, PostgreSQL by its programs.

Both are taken while Easel runs, and are as the database was at one moment.
"""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db import connection, connections

from playground.generation.models import Generation

NAMES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}


def dump(folder: Path) -> str:
    """Write the database into the folder; return the file's name."""
    name = NAMES[connection.vendor]
    if connection.vendor == "sqlite":
        source = sqlite3.connect(connection.settings_dict["NAME"], timeout=20)
        with closing(source), closing(sqlite3.connect(folder / name)) as copy:
            source.backup(copy)
            copy.execute(
                "PRAGMA journal_mode=DELETE"
            )  # one file, with nothing beside it
    else:
        told = ("--format=custom", "--no-owner", "--no-privileges", "--file")
        run("pg_dump", *told, str(folder / name))
    return name


def load(file: Path) -> None:
    """Put the database back. PostgreSQL does it whole or not at all."""
    if connection.vendor == "sqlite":
        connections.close_all()
        path = Path(connection.settings_dict["NAME"])
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(file)) as source:
            check(source)
            with closing(sqlite3.connect(path, timeout=20)) as target:
                source.backup(target)
                target.execute("PRAGMA journal_mode=WAL")
        return
    connections.close_all()
    told = ("--clean", "--if-exists", "--no-owner", "--no-privileges")
    run("pg_restore", *told, "--single-transaction", "--exit-on-error", str(file))


def check(source: sqlite3.Connection) -> None:
    (said,) = source.execute("PRAGMA integrity_check").fetchone()
    if said != "ok":
        raise CommandError(f"The backup's database is damaged: {said}")


def run(program: str, *told: str) -> None:
    """Run one of PostgreSQL's programs on our database; no secret is in its arguments."""
    if shutil.which(program) is None:
        raise CommandError(
            f"{program} is not installed. It comes with PostgreSQL's client programs, in"
            f" the server's version or a newer one: on Debian and Ubuntu, apt-get install"
            f" postgresql-client."
        )
    known: dict[str, Any] = connections["default"].get_connection_params()
    names = {"dbname": "PGDATABASE", "user": "PGUSER", "password": "PGPASSWORD"}
    names |= {"host": "PGHOST", "port": "PGPORT", "sslmode": "PGSSLMODE"}
    names |= {"sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT"}
    names |= {"sslkey": "PGSSLKEY"}
    told_by = {names[name]: str(v) for name, v in known.items() if name in names and v}
    where = ("--dbname", told_by["PGDATABASE"]) if program == "pg_restore" else ()
    done = subprocess.run(
        [program, *where, *told],
        env={"PATH": os.defpath, **told_by},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise CommandError(f"{program}: {done.stderr.strip()}")


def is_empty() -> bool:
    """Say whether nobody has used this database yet."""
    tables = set(connection.introspection.table_names())
    for table in ("accounts_person", "accounts_account", Generation._meta.db_table):
        if table not in tables:
            continue
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT 1 FROM "{table}" LIMIT 1')
            if cursor.fetchone():
                return False
    return True


def applied_migrations() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
        return [f"{app}.{name}" for app, name in cursor.fetchall()]
