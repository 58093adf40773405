"""Keeping one picture of an order that goes on: stored, counted, and as good as paid.

Whoever waits for several pictures sees each as it arrives, and what was kept stays
when the rest is lost: however the order ends, its end charges for what was kept.
An order of one picture has nothing to keep before its end.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from playground.generation.books import (
    NAMED,
    PAYABLE,
    PICTURE_ON_SQLITE,
    as_json,
    on_sqlite,
    picture_values,
)
from playground.generation.entries import (
    KEEPING_COLUMNS,
    PICTURE_COLUMNS,
    PictureRow,
    listed,
    records,
)
from playground.generation.months import of_their_months


@dataclass(frozen=True, slots=True)
class Keep:
    """Write one picture of a running order and count it. Refused: it was given up."""

    generation_id: str
    claim: str
    picture: PictureRow
    provider: str = ""

    @property
    def subject(self) -> str:
        return self.generation_id

    @classmethod
    def postgres(cls, batch: Sequence[Self]) -> tuple[str, list[Any]]:
        statement = of_their_months(KEEP, batch)
        return statement, [as_json([one.record() for one in batch])]

    @classmethod
    def answers(cls, batch: Sequence[Self], rows: list[Any]) -> list[Any]:
        kept = {row[0] for row in rows}
        return [one.generation_id in kept for one in batch]

    def sqlite(self, cursor: sqlite3.Cursor) -> bool:
        cursor.execute(
            "UPDATE generation_generation AS g SET delivered = delivered + 1,"
            " provider = coalesce(nullif(:provider, ''), provider)"
            " WHERE id = :generation_id AND state = 'running' AND claim = :claim"
            f" AND delivered < n AND {PAYABLE} RETURNING account_id",
            self.named(),
        )
        row = cursor.fetchone()
        if row is None:
            return False
        of = {"generation_id": self.generation_id, "account_id": row[0]}
        cursor.execute(PICTURE_ON_SQLITE, of | on_sqlite(self.picture))
        return True

    def named(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in KEEPING_COLUMNS}

    def record(self) -> dict[str, Any]:
        return self.picture.record() | self.named()


KEEP = f"""
WITH asked AS MATERIALIZED (SELECT * FROM {records(PICTURE_COLUMNS | KEEPING_COLUMNS, "p")}),
kept AS (
    UPDATE generation_generation g
    SET delivered = g.delivered + 1, provider = coalesce(nullif(p.provider, ''), g.provider)
    FROM asked p
    WHERE g.id = p.generation_id AND {NAMED} AND g.state = 'running' AND g.claim = p.claim
      AND g.delivered < g.n AND {PAYABLE}
    RETURNING g.id, g.account_id
),
pictured AS (
    INSERT INTO generation_picture ({listed(PICTURE_COLUMNS)}, created_at)
    SELECT {picture_values("kept")}, now() FROM asked p JOIN kept ON kept.id = p.generation_id
)
SELECT id FROM kept"""
