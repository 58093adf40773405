"""The few statements of an order's life: opened, taken up, kept alive, closed.

Each joins the order's own rows with its money in one step, so that an order
without its hold, or a charge without its pictures, cannot exist. The order's
state and claim are the fence: whoever lost them changes nothing.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Self

import orjson

from billing import ledger
from billing.ledger import SQLITE_LATER, SQLITE_NOW
from playground.generation.entries import (
    ATTEMPT_COLUMNS,
    CLAIM_COLUMNS,
    CLOSING_COLUMNS,
    MONEY_COLUMNS,
    ORDER_COLUMNS,
    ORDER_VALUES,
    PICTURE_COLUMNS,
    AttemptRow,
    PictureRow,
    listed,
    places,
    records,
)
from playground.generation.models import Generation
from playground.generation.months import of_their_months
from playground.generation.request import KEY_HOURS


@dataclass(frozen=True, slots=True)
class Open:
    """Write the order and hold its money: both or neither. Answers whether it stands.

    With an idempotency key, the order takes the key's row too, or does not stand.
    """

    order: Generation
    seconds: float
    member: str = ""
    idempotency_key: str = ""
    fingerprint: str = ""

    @property
    def subject(self) -> str:
        return self.order.id

    @classmethod
    def postgres(cls, batch: Sequence[Self]) -> tuple[str, list[Any]]:
        return OPEN, [as_json([one.record() for one in batch])]

    @classmethod
    def answers(cls, batch: Sequence[Self], rows: list[Any]) -> list[Any]:
        """Orders of one wallet that do not fit together are asked again one by one."""
        opened = {row[0] for row in rows}
        unfit = None if len(batch) > 1 else False
        return [True if one.order.id in opened else unfit for one in batch]

    def sqlite(self, cursor: sqlite3.Cursor) -> bool:
        record = self.record()
        if self.idempotency_key and not takes_key(cursor, record):
            return False
        if record["amount"] and not ledger.hold_on_sqlite(cursor, self.asked()):
            return False
        started = SQLITE_NOW if record["state"] == Generation.State.RUNNING else "NULL"
        cursor.execute(
            f"INSERT INTO generation_generation"
            f" ({listed(ORDER_COLUMNS)}, created_at, started_at, deadline)"
            f" VALUES ({places(ORDER_COLUMNS)}, {SQLITE_NOW}, {started}, {SQLITE_LATER})",
            {**record, **{name: as_text(record[name]) for name in JSON_COLUMNS}},
        )
        return True

    def asked(self) -> ledger.Asked:
        order = self.order
        return ledger.Asked(
            job_id=order.id,
            wallet_id=order.account_id,
            amount=order.quoted_microcredits,
            seconds=self.seconds,
            key_id=order.key_id,
            member=self.member,
        )

    def record(self) -> dict[str, Any]:
        own = dict(zip(ORDER_COLUMNS, ORDER_VALUES(self.order), strict=True))
        own |= self.asked().record()
        own |= {"idempotency_key": self.idempotency_key}
        return own | {"fingerprint": self.fingerprint}


def takes_key(cursor: sqlite3.Cursor, record: dict[str, Any]) -> bool:
    """Give the key's row to this order, if no other order has it."""
    cursor.execute(
        "INSERT INTO generation_idempotencykey AS k"
        " (account_id, key, fingerprint, generation_id, created_at, expires_at)"
        " VALUES (:account_id, :idempotency_key, :fingerprint, :id,"
        f" {SQLITE_NOW}, strftime('%Y-%m-%d %H:%M:%f', 'now', '+{KEY_HOURS} hours'))"
        " ON CONFLICT (account_id, key) DO UPDATE SET fingerprint = excluded.fingerprint,"
        " generation_id = excluded.generation_id, created_at = excluded.created_at,"
        " expires_at = excluded.expires_at"
        f" WHERE k.expires_at < {SQLITE_NOW} OR {HOLDER} IN ('failed', 'cancelled') OR ("
        f"k.created_at < strftime('%Y-%m-%d %H:%M:%f', 'now', '-60 seconds') AND {HOLDER} IS NULL)",
        record,
    )
    return cursor.rowcount > 0


@dataclass(frozen=True, slots=True)
class Move:
    """Change whose hands an order is in, and until when. Answers whether that was possible."""

    generation_id: str
    claim: str
    seconds: float

    changes: ClassVar[str]
    unless: ClassVar[str]

    @property
    def subject(self) -> str:
        return self.generation_id

    @classmethod
    def postgres(cls, batch: Sequence[Self]) -> tuple[str, list[Any]]:
        statement = MOVE.replace("{changes}", cls.changes)
        statement = statement.replace("{unless}", cls.unless)
        for ours, theirs in ((":claim", "c.claim"), ("{now}", "now()")):
            statement = statement.replace(ours, theirs)
        told = [as_json([one.record() for one in batch])]
        return of_their_months(statement, batch), told

    @classmethod
    def answers(cls, batch: Sequence[Self], rows: list[Any]) -> list[Any]:
        moved = {tuple(row) for row in rows}
        return [(one.generation_id, one.claim) in moved for one in batch]

    def sqlite(self, cursor: sqlite3.Cursor) -> bool:
        changes = self.changes.replace("{now}", SQLITE_NOW)
        cursor.execute(
            f"UPDATE generation_generation SET {changes}, deadline = {SQLITE_LATER}"
            f" WHERE id = :generation_id AND {self.unless.replace('g.', '')}",
            self.record(),
        )
        if cursor.rowcount == 0:
            return False
        cursor.execute(
            f"UPDATE billing_hold SET expires_at = {SQLITE_LATER}"
            " WHERE job_id = :generation_id AND state = 'pending'",
            self.record(),
        )
        return True

    def record(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in CLAIM_COLUMNS}


class Claim(Move):
    """Take a queued order up: a message delivered twice finds it taken."""

    __slots__ = ()
    changes = "state = 'running', claim = :claim, started_at = {now}"
    unless = "g.state = 'queued'"


class Extend(Move):
    """Say that an order is still being worked on. Refused: it was given up, so stop."""

    __slots__ = ()
    changes = "state = 'running'"
    unless = "g.state = 'running' AND g.claim = :claim"


class Release(Move):
    """Put an order back in the queue, hold and all, for another process to paint."""

    __slots__ = ()
    changes = "state = 'queued', claim = '', started_at = NULL"
    unless = "g.state = 'running' AND g.claim = :claim"


@dataclass(frozen=True, slots=True)
class Close:
    """End an order: its state, its pictures, its tries and its money, all at once.

    It answers `False`, and changes nothing, when the order is no longer in the
    hands it is said to be in. The cost is the frozen price times the pictures: these
    and those kept before. What they are decides the state; `state` is for none.
    """

    generation_id: str
    from_state: str
    claim: str
    state: str
    provider: str = ""
    error_code: str = ""
    error_message: str = ""
    unpaid_state: str = "voided"
    overdue_only: bool = False
    pictures: tuple[PictureRow, ...] = ()
    attempts: tuple[AttemptRow, ...] = ()

    @property
    def subject(self) -> str:
        return self.generation_id

    @classmethod
    def postgres(cls, batch: Sequence[Self]) -> tuple[str, list[Any]]:
        closings, pictures, attempts = [], [], []
        for one in batch:
            closings.append(one.record())
            of = {"generation_id": one.generation_id}
            pictures += [of | picture.record() for picture in one.pictures]
            attempts += [of | attempt.record() for attempt in one.attempts]
        told = [as_json(rows) for rows in (closings, pictures, attempts)]
        return of_their_months(CLOSE, batch), told

    @classmethod
    def answers(cls, batch: Sequence[Self], rows: list[Any]) -> list[Any]:
        closed = {row[0] for row in rows}
        return [one.generation_id in closed for one in batch]

    def sqlite(self, cursor: sqlite3.Cursor) -> bool:
        overdue = f" AND deadline < {SQLITE_NOW}" if self.overdue_only else ""
        cursor.execute(
            f"UPDATE generation_generation AS g SET {ending('', ':')},"
            " provider = coalesce(nullif(:provider, ''), provider),"
            f" finished_at = {SQLITE_NOW}"
            f" WHERE id = :generation_id AND state = :from_state AND claim = :claim{overdue}"
            f" AND {PAYABLE} RETURNING account_id, unit_price_microcredits, delivered",
            self.record(),
        )
        row = cursor.fetchone()
        if row is None:
            return False
        account, price, delivered = row
        if price:
            ledger.settle_on_sqlite(
                cursor,
                job=self.generation_id,
                cost=price * delivered,
                unpaid_state=self.unpaid_state,
                reason=self.error_code,
            )
        of = {"generation_id": self.generation_id, "account_id": account}
        cursor.executemany(
            PICTURE_ON_SQLITE, [{**of, **on_sqlite(one)} for one in self.pictures]
        )
        cursor.executemany(
            ATTEMPT_ON_SQLITE, [{**of, **on_sqlite(one)} for one in self.attempts]
        )
        return True

    def record(self) -> dict[str, Any]:
        own = {
            name: getattr(self, name) for name in CLOSING_COLUMNS if name != "delivered"
        }
        return {**own, "delivered": len(self.pictures)}


def as_text(value: Any) -> str | None:
    """Return a JSON column's value as SQLite keeps it."""
    return None if value is None else orjson.dumps(value).decode()


def ending(order: str, closing: str) -> str:
    """Set how an order ends from what it delivers, kept and new; names get these prefixes.

    The books know best what was kept. A failure that left nothing out is none.
    """
    done = f"{order}delivered + {closing}delivered"
    told = f"CASE WHEN {done} < {order}n THEN {closing}"
    return (
        f"delivered = {done}, state = CASE {done} WHEN 0 THEN {closing}state"
        f" WHEN {order}n THEN 'succeeded' ELSE 'partially_succeeded' END,"
        f" error_code = {told}error_code ELSE '' END,"
        f" error_message = {told}error_message ELSE '' END"
    )


def picture_values(order: str) -> str:
    """A picture `p` as it goes into the table: it belongs to whoever the order belongs to."""
    values = {name: f"p.{name}" for name in PICTURE_COLUMNS}
    return ", ".join({**values, "account_id": f"{order}.account_id"}.values())


def as_json(records: list[dict[str, Any]]) -> str:
    return orjson.dumps(records).decode()


def on_sqlite(row: PictureRow | AttemptRow) -> dict[str, Any]:
    """Return a row's values as SQLite keeps them: moments are text, in UTC."""
    return {
        name: str(value) if isinstance(value, datetime) else value
        for name, value in row.record().items()
    }


JSON_COLUMNS = [name for name, kind in ORDER_COLUMNS.items() if kind == "jsonb"]
# An order `g` is free, or its money is still held.
PAYABLE = f"""(g.unit_price_microcredits = 0 OR EXISTS (
    SELECT 1 FROM billing_hold h WHERE h.job_id = g.id AND {ledger.PENDING}))"""
# Said again, so that orders are found by their ids: joined only, PostgreSQL walks through
# all of them where its plan was made when there were few. Their months are filled in.
NAMED = "g.id = ANY (ARRAY(SELECT generation_id FROM asked)) AND {within}"
LATER = "now() + make_interval(secs => c.seconds)"

# A key is free again when its order ended without pictures and was not refused, or never
# came to be. The minute is for PostgreSQL, where a twin's newest order is not seen yet. An
# order that was refused with others, and is asked again alone, has its key's row already.
HOLDER = "(SELECT g.state FROM generation_generation g WHERE g.id = k.generation_id)"
HELD_BY = "easel_state_of(k.generation_id)"
OPENING = f"""
keyed AS (
    INSERT INTO generation_idempotencykey AS k
        (account_id, key, fingerprint, generation_id, created_at, expires_at)
    SELECT account_id, idempotency_key, fingerprint, id, now(), now() + interval '{KEY_HOURS} hours'
    FROM wanted WHERE idempotency_key <> ''
    ON CONFLICT (account_id, key) DO UPDATE
    SET fingerprint = excluded.fingerprint, generation_id = excluded.generation_id,
        created_at = excluded.created_at, expires_at = excluded.expires_at
    WHERE k.expires_at < now() OR k.generation_id = excluded.generation_id
       OR {HELD_BY} IN ('failed', 'cancelled')
       OR (k.created_at < now() - interval '60 seconds' AND {HELD_BY} IS NULL)
    RETURNING generation_id
),
asked AS (
    SELECT * FROM wanted
    WHERE idempotency_key = '' OR id IN (SELECT generation_id FROM keyed)
),
{ledger.HOLD},
opened AS (
    INSERT INTO generation_generation
        ({listed(ORDER_COLUMNS)}, created_at, started_at, deadline)
    SELECT {listed(ORDER_COLUMNS)}, now(), CASE WHEN state = 'running' THEN now() END,
           now() + make_interval(secs => seconds)
    FROM asked WHERE amount = 0 OR wallet_id IN (SELECT account_id FROM able)
    RETURNING id
)
SELECT id FROM opened"""
OPEN = f"""
WITH wanted AS MATERIALIZED (SELECT * FROM {records(ORDER_COLUMNS | MONEY_COLUMNS, "o")}),
{OPENING}"""

MOVE = f"""
WITH asked AS MATERIALIZED (SELECT * FROM {records(CLAIM_COLUMNS, "c")}),
moved AS (
    UPDATE generation_generation g SET {{changes}}, deadline = {LATER}
    FROM asked c WHERE g.id = c.generation_id AND {NAMED} AND {{unless}}
    RETURNING g.id, c.claim
),
kept AS (
    UPDATE billing_hold h SET expires_at = {LATER}
    FROM asked c JOIN moved ON moved.id = c.generation_id AND moved.claim = c.claim
    WHERE h.job_id = c.generation_id AND {ledger.PENDING}
)
SELECT id, claim FROM moved"""

CLOSE = f"""
WITH asked AS MATERIALIZED (SELECT * FROM {records(CLOSING_COLUMNS, "c")}),
closed AS (
    UPDATE generation_generation g
    SET {ending("g.", "c.")}, finished_at = now(),
        provider = coalesce(nullif(c.provider, ''), g.provider)
    FROM asked c
    WHERE g.id = c.generation_id AND {NAMED}
      AND g.state = c.from_state AND g.claim = c.claim
      AND (NOT c.overdue_only OR g.deadline < now()) AND {PAYABLE}
    RETURNING g.id, g.account_id, g.unit_price_microcredits * g.delivered AS cost,
              g.unit_price_microcredits > 0 AS is_paid, c.unpaid_state, c.error_code AS reason
),
closing AS (SELECT id AS job_id, cost, unpaid_state, reason FROM closed WHERE is_paid),
{ledger.SETTLE},
pictured AS (
    INSERT INTO generation_picture ({listed(PICTURE_COLUMNS)}, created_at)
    SELECT {picture_values("closed")}, now()
    FROM {records(PICTURE_COLUMNS, "p", 2)} JOIN closed ON closed.id = p.generation_id
),
tried AS (
    INSERT INTO generation_attempt ({listed(ATTEMPT_COLUMNS)})
    SELECT {", ".join(f"a.{name}" for name in ATTEMPT_COLUMNS)}
    FROM {records(ATTEMPT_COLUMNS, "a", 3)} JOIN closed ON closed.id = a.generation_id
)
SELECT id FROM closed"""

PICTURE_ON_SQLITE = (
    f"INSERT INTO generation_picture ({listed(PICTURE_COLUMNS)}, created_at)"
    f" VALUES ({places(PICTURE_COLUMNS)}, {SQLITE_NOW})"
)
ATTEMPT_ON_SQLITE = (
    f"INSERT INTO generation_attempt ({listed(ATTEMPT_COLUMNS)})"
    f" VALUES ({places(ATTEMPT_COLUMNS)})"
)
