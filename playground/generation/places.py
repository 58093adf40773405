"""How many orders of one key may be under way at once.

The live orders themselves are counted, so nothing has to be given back when one ends,
however it ends. Rivals are let in one after the other: PostgreSQL would show each of
them the orders as they stood before it waited, so there a function takes the key's
turn first and looks afterwards.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Self

from accounts.limits import Limits
from playground.generation.books import OPENING, Open, as_json
from playground.generation.entries import MONEY_COLUMNS, ORDER_COLUMNS, records
from playground.generation.models import Generation


def within(order: Open, limits: Limits | None) -> Open:
    """Have the order wait for a place, when its key may have only so many."""
    if limits is None or limits.concurrency is None:
        return order
    facts = {one.name: getattr(order, one.name) for one in fields(order)}
    return OpenLimited(**facts, most_live=limits.concurrency)


@dataclass(frozen=True, slots=True)
class OpenLimited(Open):
    """Write an order with its hold, if its key may have one more under way."""

    most_live: int = 0

    @classmethod
    def postgres(cls, batch: Sequence[Self]) -> tuple[str, list[Any]]:
        return OPEN_LIMITED, [as_json([one.record() for one in batch])]

    def sqlite(self, cursor: sqlite3.Cursor) -> bool:
        cursor.execute(LIVE_ON_SQLITE, {"key_id": self.order.key_id})
        (live,) = cursor.fetchone()
        # A slotted class is not the one that `super()` without arguments names.
        return live < self.most_live and Open.sqlite(self, cursor)

    def record(self) -> dict[str, Any]:
        return {**Open.record(self), "most_live": self.most_live}


def live_orders(key_id: str) -> int:
    return Generation.objects.filter(key=key_id, state__in=Generation.LIVE).count()


LIVE_ON_SQLITE = (
    "SELECT count(*) FROM generation_generation"
    " WHERE state IN ('queued', 'running') AND key_id = :key_id"
)
# Orders of one key that come together take the places that are left in turn.
OPEN_LIMITED = f"""
WITH called AS MATERIALIZED (
    SELECT o.*, row_number() OVER (PARTITION BY key_id ORDER BY id) AS turn
    FROM {records(ORDER_COLUMNS | MONEY_COLUMNS | {"most_live": "integer"}, "o")}
),
placed AS MATERIALIZED (
    SELECT key_id, easel_live_orders(key_id) AS live
    FROM (SELECT DISTINCT key_id FROM called ORDER BY key_id) AS keys
),
wanted AS MATERIALIZED (
    SELECT called.* FROM called JOIN placed USING (key_id)
    WHERE placed.live + called.turn <= called.most_live
),
{OPENING}"""
