"""A new database starts where all migrations together would have brought it."""

import re

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from playground.structure.laying import file_of, migrations_in
from playground.structure.writing import tables_of
from tests.services.commands import run

CASTS = re.compile(r"::(character varying|text)(\[\])?|[()]")


@pytest.mark.check
@pytest.mark.parametrize("vendor", ["sqlite", "postgresql"])
def test_what_is_written_down_is_of_today(vendor):
    """Older ones work too; they only make every first start slower: `make structure`."""
    loader = MigrationLoader(None)

    assert migrations_in(vendor) == set(loader.disk_migrations)


@pytest.fixture
def empty_database(tmp_path, books_db):
    """The settings of a database without a table."""
    if connection.vendor == "sqlite":
        yield {"EASEL_DATA_DIR": str(tmp_path)}
        return
    told = connection.settings_dict
    with connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE from_its_history")
    server = f"{told['USER']}@{told['HOST']}:{told['PORT']}"
    yield {"DATABASE_URL": f"postgres://{server}/from_its_history"}
    with connection.cursor() as cursor:
        cursor.execute("DROP DATABASE from_its_history")


def test_every_migration_makes_what_the_tests_run_on(
    empty_database, tmp_path, pytestconfig
):
    """The tests' own database was laid down; this one has gone through its history."""
    if pytestconfig.getoption("--parted"):
        pytest.skip("No migration parts tables.")
    done = run(
        "manage.py", "write_structure", "--folder", str(tmp_path), **empty_database
    )

    assert done.returncode == 0, done.stderr
    made = (tmp_path / f"{connection.vendor}.sql").read_text().splitlines()
    kept = file_of(connection.vendor).read_text().splitlines()
    assert first_rows(made) == first_rows(kept)
    ours = "\n".join(tables_of(connection)).splitlines()
    assert without_casts(made) == without_casts(ours)


def first_rows(lines):
    return [line for line in lines if line.startswith("INSERT")]


def without_casts(lines):
    """PostgreSQL says the same condition in other casts once it has read its own words."""
    return [CASTS.sub("", line) for line in lines if not line.startswith("INSERT")]
