"""A database as one file, and back: SQLite by its own copying, PostgreSQL by its programs.

Both are taken while Easel runs, and are as the database was at one moment.
"""

import os
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db import connection, connections

from playground.generation.models import Generation

# A thing in the list of an archive: "215; 1259 16390 TABLE public name owner".
KNOWN = re.compile(
    r"^\d+; \d+ \d+ (TABLE|FUNCTION|SCHEMA) (?!DATA|ATTACH)(\S+) (.+) \S+$", re.M
)
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
    replace_all(file)


def replace_all(file: Path) -> None:
    """Put an archive in the place of what is there, in one transaction.

    `pg_restore --clean` would take parted tables apart piece by piece, and fail at the
    first: here each table of the archive goes first, with all that hangs on it.
    """
    first = drops(run("pg_restore", "--list", str(file)))
    told = ("--no-owner", "--no-privileges", "--file=-", str(file))
    to_text = started("pg_restore", *told, stdout=subprocess.PIPE)
    whole = ("--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1")
    quiet = ("--quiet", "--output", os.devnull)
    orders = ("--command", first, "--file=-")
    to_database = started("psql", *whole, *quiet, *orders, stdin=to_text.stdout)
    if to_text.stdout:
        to_text.stdout.close()  # it is psql's alone: who ends first ends the other
    end("psql", to_database)
    end("pg_restore", to_text)


def drops(listing: str) -> str:
    """Say how all goes that an archive holds, and what hangs on it."""
    known = [
        f"DROP {kind} IF EXISTS {name if schema == '-' else f'{schema}.{name}'} CASCADE;"
        for kind, schema, name in KNOWN.findall(listing)
    ]
    return "\n".join(["SET client_min_messages = warning;", *known])


def check(source: sqlite3.Connection) -> None:
    (said,) = source.execute("PRAGMA integrity_check").fetchone()
    if said != "ok":
        raise CommandError(f"The backup's database is damaged: {said}")


def run(program: str, *told: str) -> str:
    """Run one of PostgreSQL's programs on our database; return what it says."""
    return end(program, started(program, *told, stdout=subprocess.PIPE))


def started(program: str, *told: str, **streams: Any) -> subprocess.Popen[str]:
    """Start one of PostgreSQL's programs; no secret is in its arguments."""
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
    return subprocess.Popen(
        [program, *told],
        env={"PATH": os.defpath, **told_by},
        stderr=subprocess.PIPE,
        text=True,
        **streams,
    )


def end(program: str, process: subprocess.Popen[str]) -> str:
    said, trouble = process.communicate()
    if process.returncode:
        raise CommandError(f"{program}: {trouble.strip()}")
    return said or ""


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
