"""Add up the newest of some orders by themselves: what no rollup knows.

The database adds up, and it goes through so many orders at most, whether they have the
facts that are asked for or not: whoever asks is told from when on they were counted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Literal

from django.core.exceptions import EmptyResultSet
from django.db import connection, connections
from django.db.models import F, QuerySet

from playground.generation.histogram import EMPTY, bucket_of
from playground.generation.models import Generation
from playground.generation.replica import source

MOST, MOST_SIFTED = 20_000, 10_000
COLUMNS = (
    *("created_at", "finished_at", "model", "key_id", "state", "error_code"),
    "delivered",
)


@dataclass(frozen=True, slots=True)
class Line:
    """Orders of one kind that were asked for in the same hour or day."""

    start: datetime
    model: str
    key_id: str | None
    state: str
    error_code: str
    requests: int
    pictures: int
    spent_microcredits: int


@dataclass(frozen=True, slots=True)
class Newest:
    """What was counted; `since` is told where older orders were left out."""

    lines: list[Line]
    took: tuple[int, ...]
    since: datetime | None


def add_up_newest(
    orders: QuerySet[Generation],
    step: Literal["hour", "day"],
    facts: Mapping[str, Any] = MappingProxyType({}),
) -> Newest:
    """Add up those with these facts of the orders that have ended, but for rehearsals."""
    ended = orders.filter(is_test=False).exclude(state__in=Generation.LIVE)
    newest, most = ended.order_by("-created_at"), MOST_SIFTED if facts else MOST
    try:
        source, parameters = query_of(newest[:most], facts)
    except EmptyResultSet:  # Django knows already that nothing fits
        return Newest([], EMPTY, None)
    kinds = "start, model, key_id, state, error_code"
    having = " AND ".join([f'"{column_of(name)}" = %s' for name in facts]) or "true"
    # The orders are found once, for what they were and for how long they took.
    rows = asked(
        f"WITH every AS MATERIALIZED ({source}), found AS MATERIALIZED"
        f" (SELECT {start_of(step)} AS start, {milliseconds()} AS ms, every.*"
        f" FROM every WHERE {having})"
        f" SELECT {kinds}, count(*), sum(delivered), sum(delivered * price), NULL"
        f" FROM found GROUP BY {kinds} UNION ALL"
        " SELECT NULL, NULL, NULL, NULL, NULL, count(*), NULL, NULL, ms"
        " FROM found WHERE delivered > 0 GROUP BY ms UNION ALL"
        " SELECT NULL, NULL, NULL, NULL, NULL, count(*), NULL, NULL, NULL FROM every",
        [*parameters, *facts.values()],
    )
    lines = [line_of(row) for row in rows if row[0] is not None]
    took, gone_through = [0] * len(EMPTY), 0
    for start, *_kind, count, _pictures, _spent, ms in rows:
        if ms is not None:
            took[bucket_of(int(ms))] += count
        elif start is None:
            gone_through = count
    is_cut = gone_through == most
    since = newest.values_list("created_at", flat=True)[most - 1] if is_cut else None
    return Newest(lines, tuple(took), since)


def line_of(row: tuple[Any, ...]) -> Line:
    """Read a row; PostgreSQL adds up big numbers to decimals."""
    start, model, key_id, state, error_code, requests, pictures, spent, _ms = row
    began, money = datetime.fromtimestamp(start, UTC), int(spent)
    return Line(began, model, key_id, state, error_code, requests, pictures, money)


def query_of(
    orders: QuerySet[Generation], facts: Mapping[str, Any]
) -> tuple[str, Sequence[Any]]:
    columns = dict.fromkeys((*COLUMNS, *map(column_of, facts)))
    rows = orders.values(*columns, price=F("unit_price_microcredits"))
    text, parameters = rows.query.sql_with_params()
    return text, parameters


def column_of(fact: str) -> str:
    return "group_id" if fact == "group" else fact


def asked(query: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connections[source()].cursor() as cursor:
        cursor.execute(query, parameters)
        return list(cursor.fetchall())


def start_of(step: Literal["hour", "day"]) -> str:
    """When an order's hour or day began, in seconds."""
    if connection.vendor == "postgresql":
        start = (
            f"date_trunc('{step}', created_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'"
        )
        return f"CAST(extract(epoch FROM {start}) AS bigint)"
    form = "%%Y-%%m-%%d %%H:00:00" if step == "hour" else "%%Y-%%m-%%d"
    return f"CAST(strftime('%%s', strftime('{form}', created_at)) AS integer)"


def milliseconds() -> str:
    """How long an order took."""
    if connection.vendor == "postgresql":
        took = "round(extract(epoch FROM finished_at - created_at) * 1000)"
        return f"CAST({took} AS bigint)"
    return "round((julianday(finished_at) - julianday(created_at)) * 86400000.0)"
