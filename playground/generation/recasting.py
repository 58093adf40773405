"""An order goes over to another model before anything of it was painted.

Its price becomes that model's, which the hold covers already.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from billing.ledger import PENDING
from playground.generation.books import as_json, as_text
from playground.generation.entries import records
from playground.generation.months import of_their_months

COLUMNS = {
    "generation_id": "text",
    "claim": "text",
    "model": "text",
    "request": "jsonb",
    "unit_price_microcredits": "bigint",
}


@dataclass(frozen=True, slots=True)
class Recast:
    """Change an order's model and price. Refused: it was given up, or holds too little."""

    generation_id: str
    claim: str
    model: str
    request: dict[str, Any]
    unit_price_microcredits: int

    @property
    def subject(self) -> str:
        return self.generation_id

    @classmethod
    def postgres(cls, batch: Sequence[Self]) -> tuple[str, list[Any]]:
        statement = of_their_months(RECAST, batch)
        return statement, [as_json([one.record() for one in batch])]

    @classmethod
    def answers(cls, batch: Sequence[Self], rows: list[Any]) -> list[Any]:
        done = {row[0] for row in rows}
        return [one.generation_id in done for one in batch]

    def sqlite(self, cursor: sqlite3.Cursor) -> bool:
        cursor.execute(
            "UPDATE generation_generation AS g SET model = :model, request = :request,"
            " unit_price_microcredits = :unit_price_microcredits"
            f" WHERE id = :generation_id AND {free_to_change(':')}",
            {**self.record(), "request": as_text(self.request)},
        )
        return cursor.rowcount > 0

    def record(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


def free_to_change(asked: str) -> str:
    """It is in these hands, has kept nothing, and its hold is large enough."""
    price = f"{asked}unit_price_microcredits"
    return f"""g.state = 'running' AND g.claim = {asked}claim AND g.delivered = 0
    AND (g.unit_price_microcredits + {price} = 0 OR {price} > 0 AND EXISTS (
        SELECT 1 FROM billing_hold h WHERE h.job_id = g.id AND {PENDING}
        AND h.amount >= {price} * g.n))"""


RECAST = f"""
WITH asked AS MATERIALIZED (SELECT * FROM {records(COLUMNS, "c")})
UPDATE generation_generation g SET model = c.model, request = c.request,
    unit_price_microcredits = c.unit_price_microcredits
FROM asked c WHERE g.id = c.generation_id AND {{within}} AND {free_to_change("c.")}
RETURNING g.id"""
