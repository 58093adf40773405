"""How orders and attempts become lines of the rollups, said once for both databases.

Orders are found by their ids, which begin with the time they were made at, so the busy
tables need no index of time. An id is a little older than its order: it was given when
the request began to arrive.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models

from accounts.ids import first_id
from playground.generation.histogram import BOUNDS
from playground.generation.rollups import (
    FIRST_BYTE,
    TOOK,
    AttemptHour,
    UsageHour,
    dimensions_of,
    measures_of,
)

ARRIVING, SKEW = timedelta(hours=1), timedelta(minutes=5)
OURS = "('misconfigured', 'lost', 'crowded', 'hindered')"
PROVIDERS = "('busy', 'broken', 'empty')"
SUCCEEDED = "outcome = 'succeeded'"

# Said of an attempt `a` and its order `g`.
OF_ATTEMPTS = {
    "is_demo": "g.is_demo",
    "model": "CASE WHEN a.model = '' THEN g.model ELSE a.model END",
    "provider": "a.provider",
    "channel": "CASE WHEN a.channel = '' THEN a.provider ELSE a.channel END",
    "group": "g.group_id",
    "endpoint": "g.endpoint",
}
# Said of an order `g`.
OF_ORDERS = {
    "is_demo": "g.is_demo",
    "model": "g.model",
    "account_id": "g.account_id",
    "key_id": "coalesce(g.key_id, '')",
    "person_id": "g.person_id",
    "lane": "g.lane",
    "endpoint": "g.endpoint",
    "provider": "g.provider",
    "group": "g.group_id",
    "state": "g.state",
    "error_code": "g.error_code",
}
COUNTED = {
    "tries": "count(*)",
    "succeeded": f"count(*) FILTER (WHERE {SUCCEEDED})",
    "ours": f"count(*) FILTER (WHERE outcome IN {OURS})",
    "providers": f"count(*) FILTER (WHERE outcome IN {PROVIDERS})",
    "callers": "count(*) FILTER (WHERE outcome = 'cancelled')",
    "refused": "count(*) FILTER (WHERE outcome = 'refused')",
    "pictures": f"coalesce(sum(pictures) FILTER (WHERE {SUCCEEDED}), 0)",
    "charged_microcredits": f"coalesce(sum(pictures * price) FILTER (WHERE {SUCCEEDED}), 0)",
    "cost_microusd": "sum(cost)",
    "refused_microusd": "coalesce(sum(cost) FILTER (WHERE outcome = 'refused'), 0)",
    "lost_microusd": "coalesce(sum(cost) FILTER"
    " (WHERE outcome NOT IN ('refused', 'succeeded')), 0)",
    "tokens": f"coalesce(sum(tokens) FILTER (WHERE {SUCCEEDED}), 0)",
    "tokens_ms": f"coalesce(sum(ms) FILTER (WHERE {SUCCEEDED} AND tokens > 0), 0)",
}
ORDERED = {
    "requests": "count(*)",
    "pictures": "sum(pictures)",
    "spent_microcredits": "sum(pictures * price)",
}


def listed(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def counted(columns: tuple[str, ...], value: str, which: str) -> dict[str, str]:
    """Count rows into buckets; a bucket with nothing in it is null."""
    lows, highs = (None, *BOUNDS), (*BOUNDS, None)
    found = {}
    for name, low, high in zip(columns, lows, highs, strict=True):
        fits = [f"{value} >= {low}"] if low is not None else []
        fits += [f"{value} < {high}"] if high is not None else []
        condition = " AND ".join([which, *fits])
        found[name] = f"nullif(count(*) FILTER (WHERE {condition}), 0)"
    return found


def tier() -> str:
    if connection.vendor == "postgresql":
        return "coalesce(g.request ->> 'tier', '')"
    return "coalesce(json_extract(g.request, '$.tier'), '')"


def lasted_ms() -> str:
    """How long an order took, in whole milliseconds."""
    if connection.vendor == "postgresql":
        seconds = "extract(epoch FROM g.finished_at - g.created_at)"
        return f"CAST(round({seconds} * 1000) AS bigint)"
    days = "julianday(g.finished_at) - julianday(g.created_at)"
    return f"CAST(round(({days}) * 86400000.0) AS integer)"


ASKED_THEN = """g.id >= %s AND g.id < %s AND g.created_at >= %s AND g.created_at < %s
    AND NOT g.is_test"""


def asked_in(start: datetime) -> list[Any]:
    """Return the parameters that find an hour's orders."""
    end = start + timedelta(hours=1)
    ids = [first_id("img", start - ARRIVING), first_id("img", end + SKEW)]
    adapt = connection.ops.adapt_datetimefield_value
    return [*ids, adapt(start), adapt(end)]


def attempts_of_an_hour() -> str:
    """Add up the tries of orders asked for within an hour."""
    of = {**OF_ATTEMPTS, "tier": tier()}
    took = counted(TOOK, "ms", SUCCEEDED)
    began = counted(FIRST_BYTE, "first_ms", f"{SUCCEEDED} AND first_ms IS NOT NULL")
    source = f"""SELECT {said(of)}, a.outcome, a.pictures, a.duration_ms AS ms,
        a.first_byte_ms AS first_ms, a.cost_microusd AS cost,
        g.unit_price_microcredits AS price, coalesce(a.tokens_out, 0) AS tokens
    FROM generation_generation g JOIN generation_attempt a ON a.generation_id = g.id
    WHERE {ASKED_THEN}"""
    return inserted(AttemptHour, {**COUNTED, **took, **began}, source)


def usage_of_an_hour() -> str:
    """Add up the orders asked for within an hour that have ended."""
    took = counted(TOOK, "ms", "pictures > 0")
    source = f"""SELECT {said(OF_ORDERS)}, g.delivered AS pictures,
        g.unit_price_microcredits AS price, {lasted_ms()} AS ms
    FROM generation_generation g
    WHERE {ASKED_THEN} AND g.state NOT IN ('queued', 'running')"""
    return inserted(UsageHour, {**ORDERED, **took}, source)


def said(of: dict[str, str]) -> str:
    return ", ".join(f'{expression} AS "{name}"' for name, expression in of.items())


def inserted(target: type[models.Model], measures: dict[str, str], source: str) -> str:
    """Group rows of a source into lines of a rollup; their start is the first parameter."""
    kinds, names = dimensions_of(target), measures_of(target)
    sums = ", ".join(measures[name] for name in names)
    return (
        f"INSERT INTO {target._meta.db_table} (start, {listed(kinds + names)})"
        f" SELECT {moment()}, {listed(kinds)}, {sums} FROM ({source}) AS found"
        f" GROUP BY {listed(kinds)} ORDER BY {owner(kinds)}"
    )


def owner(kinds: list[str]) -> str:
    """By what lines are looked for: written side by side, they are read in one go."""
    return "account_id" if "account_id" in kinds else "model"


def added_up(target: type[models.Model], finer: type[models.Model]) -> str:
    """Add up lines of a finer rollup between two moments into a coarser one."""
    kinds, names = dimensions_of(target), measures_of(target)
    sums = ", ".join(f'sum("{name}")' for name in names)
    return (
        f"INSERT INTO {target._meta.db_table} (start, {listed(kinds + names)})"
        f" SELECT {moment()}, {listed(kinds)}, {sums} FROM {finer._meta.db_table}"
        f" WHERE start >= %s AND start < %s GROUP BY {listed(kinds)}"
        f" ORDER BY {owner(kinds)}"
    )


def moment() -> str:
    return "%s::timestamptz" if connection.vendor == "postgresql" else "%s"


def removed(target: type[models.Model]) -> str:
    return f"DELETE FROM {target._meta.db_table} WHERE start >= %s AND start < %s"
