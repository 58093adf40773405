"""The months that come: parts are made before anything is ordered in them.

Should the clock have stood still for so long that orders lie in no month, they move into
their own when it is made.
"""

import re
from datetime import datetime, timedelta

from django.db import connection
from django.db.backends.utils import CursorWrapper

from playground.generation.months import (
    bound_of,
    moment_in,
    next_month,
)
from playground.generation.parted import (
    LIKE,
    ORDERS,
    REST,
    TABLES,
    in_a_moment,
    is_parted,
    own_indexes,
    parts_of,
)

AHEAD = timedelta(days=62)


def make_ahead(now: datetime) -> list[str]:
    """Make what parts are missing up to the next months; return the months' names."""
    if not is_parted():
        return []
    month = moment_in(max(one.until for one in parts_of(ORDERS)))
    last, made = now + AHEAD, []
    while month <= last:
        in_a_moment(lambda cursor, month=month: make_month(cursor, month))  # type: ignore[misc]
        made.append(f"{month:%Y-%m}")
        month = next_month(month)
    if made:
        count_again()
    return made


def make_month(cursor: CursorWrapper, month: datetime) -> None:
    """Make a month's parts, with whatever of it lies in no month so far."""
    since, until = bound_of(month), bound_of(next_month(month))
    for table, (column, _) in TABLES.items():
        part = f"{table}_{month:%Y_%m}"
        cursor.execute(f"CREATE TABLE {part} (LIKE {table} {LIKE})")
        cursor.execute(
            f"WITH moved AS (DELETE FROM {table}_{REST} WHERE {column} >= %s"
            f" AND {column} < %s RETURNING *) INSERT INTO {part} SELECT * FROM moved",
            [since, until],
        )
        cursor.execute(
            f"ALTER TABLE {table} ATTACH PARTITION {part}"
            f" FOR VALUES FROM ('{since}') TO ('{until}')"
        )
        add_own_indexes(cursor, f"{table}_{REST}", part)


def add_own_indexes(cursor: CursorWrapper, known: str, part: str) -> None:
    """Give a new part the unique indexes that each part has for itself, as a known one."""
    for number, definition in enumerate(own_indexes(cursor, known).values()):
        named = f"INDEX {part}_own_{number} ON {part} "
        cursor.execute(re.sub(r"INDEX \S+ ON \S+ ", named, definition, count=1))


def count_again() -> None:
    """Tell the planner how the whole is spread: PostgreSQL counts only parts by itself."""
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"ANALYZE {table}")
