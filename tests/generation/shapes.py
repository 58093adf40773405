"""The tables of orders set aside, and others in their place that a test may part."""

from contextlib import contextmanager

from django.db import connection

from playground.generation.parted import LIKE, TABLES
from playground.generation.parting import FOREIGN, INDEXES


@contextmanager
def tables_to_part():
    """Lend a test tables like the migrations' own, and put those back afterwards."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA aside")
        for table in TABLES:
            lend(cursor, table)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for table in TABLES:
                cursor.execute(f"DROP TABLE public.{table}")
                cursor.execute(f"ALTER TABLE aside.{table} SET SCHEMA public")
            cursor.execute("DROP SCHEMA aside")


def lend(cursor, table):
    cursor.execute(INDEXES, [table])
    made = [definition for _, definition in cursor.fetchall()]
    cursor.execute(FOREIGN, [table])
    foreign = cursor.fetchall()
    cursor.execute(f"ALTER TABLE {table} SET SCHEMA aside")
    like = f"LIKE aside.{table} {LIKE} INCLUDING IDENTITY"
    cursor.execute(f"CREATE TABLE {table} ({like}, PRIMARY KEY (id))")
    for definition in made:
        cursor.execute(definition)
    for name, definition in foreign:
        cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
