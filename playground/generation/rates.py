"""Counting what a key asks for in a minute, over any number of processes.

A window of a minute slides: what the last one counted weighs as much as of it still
lies within the past minute. What is refused is not counted. Redis counts where the
cache is one; otherwise the database does, one statement a count. Both by their own
clock, and only for keys that have such limits.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Protocol, Self

from django.conf import settings
from django.utils.translation import gettext as _
from limits.aio.storage import RedisStorage
from redis.asyncio import ConnectionPool
from redis.exceptions import RedisError

from playground.generation.books import as_json
from playground.generation.database import Books
from playground.generation.entries import records
from playground.generation.errors import OutOfService

MINUTE = 60
PREFIX = "easel:rates"
REDIS = ("redis://", "rediss://", "unix://")


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of something a key may ask for in a minute."""

    key_id: str
    what: str
    most: int


@dataclass(frozen=True, slots=True)
class Window:
    """What was counted: in the minute before, and in this one, which ends so soon."""

    previous: int = 0
    current: int = 0
    seconds_left: float = 0

    @property
    def used(self) -> int:
        return int(self.previous * self.seconds_left / MINUTE) + self.current

    @property
    def forgotten_in(self) -> int:
        """Return in how many seconds nothing of it counts any more."""
        if self.current:
            return ceil(self.seconds_left + MINUTE)
        return ceil(self.seconds_left) if self.previous else 0

    def room_in(self, amount: int, most: int) -> int:
        """Return in how many seconds so much more will have room."""
        room = most - amount
        if self.current <= room:
            early = fades_to(room - self.current, self.previous)
            return max(1, ceil(self.seconds_left - early))
        return max(1, ceil(self.seconds_left + MINUTE - fades_to(room, self.current)))


def fades_to(room: int, counted: int) -> float:
    """Return how many seconds a minute must still have for its count to weigh so little."""
    return MINUTE if counted <= room else MINUTE * (room + 1) / counted - 0.001


@dataclass(frozen=True, slots=True)
class Reading:
    """A rate as it stands after a call was counted, or was not."""

    rate: Rate
    window: Window
    is_admitted: bool = True

    @property
    def left(self) -> int:
        return max(0, self.rate.most - self.window.used)


class Meter(Protocol):
    """Counts so much against a rate, if it has room; says how the rate stands."""

    async def count(self, rate: Rate, amount: int) -> Reading: ...

    async def read(self, rate: Rate) -> Reading: ...

    async def close(self) -> None: ...


def meter(books: Books) -> Meter:
    """Return what counts here: Redis where it is the cache, else the database."""
    if settings.CACHE_URL.startswith(REDIS):
        return RedisMeter(settings.CACHE_URL)
    return DatabaseMeter(books)


class RedisMeter:
    """Redis counts, by a script that nothing comes between."""

    def __init__(self, url: str) -> None:
        self._pool: ConnectionPool = ConnectionPool.from_url(url)
        self._storage = RedisStorage(
            url,
            implementation="redispy",
            key_prefix=PREFIX,
            connection_pool=self._pool,  # type: ignore[arg-type]
        )

    async def count(self, rate: Rate, amount: int) -> Reading:
        name = f"{rate.key_id}/{rate.what}"
        try:
            admitted = await self._storage.acquire_sliding_window_entry(
                name, rate.most, MINUTE, amount
            )
        except RedisError as error:
            raise uncounted() from error
        reading = await self.read(rate)
        return Reading(rate, reading.window, admitted)

    async def read(self, rate: Rate) -> Reading:
        name = f"{rate.key_id}/{rate.what}"
        try:
            found = await self._storage.get_sliding_window(name, MINUTE)
        except RedisError as error:
            raise uncounted() from error
        previous, previous_left, current, current_left = found
        left = previous_left if previous else current_left - MINUTE
        return Reading(rate, Window(previous, current, min(max(left, 0), MINUTE)))

    async def close(self) -> None:
        await self._pool.aclose()


def uncounted() -> OutOfService:
    return OutOfService(
        _("What this key asks for cannot be counted just now. Try again soon.")
    )


class DatabaseMeter:
    """The books count, where there is no Redis."""

    def __init__(self, books: Books) -> None:
        self._books = books

    async def count(self, rate: Rate, amount: int) -> Reading:
        window = await self._books.do(Count(rate, amount))
        if window:
            return Reading(rate, window)
        return Reading(rate, (await self.read(rate)).window, is_admitted=False)

    async def read(self, rate: Rate) -> Reading:
        """Ask for nothing: the window moves on, and its state comes back."""
        window = await self._books.do(Count(rate, 0))
        return Reading(rate, window)

    async def close(self) -> None:
        """The books are not its own."""


@dataclass(frozen=True, slots=True)
class Count:
    """Count so much, if it has room. Answers the window as it is then, or `False`."""

    rate: Rate
    amount: int

    @property
    def subject(self) -> str:
        return f"{self.rate.key_id}/{self.rate.what}"

    @classmethod
    def postgres(cls, batch: Sequence[Self]) -> tuple[str, list[Any]]:
        return COUNT_ON_POSTGRES, [as_json([one.record() for one in batch])]

    @classmethod
    def answers(cls, batch: Sequence[Self], rows: list[Any]) -> list[Any]:
        windows = {(row[0], row[1]): window_of(row) for row in rows}
        return [windows.get((one.rate.key_id, one.rate.what), False) for one in batch]

    def sqlite(self, cursor: sqlite3.Cursor) -> Window | bool:
        cursor.execute(COUNT_ON_SQLITE, self.record())
        row = cursor.fetchone()
        return window_of(row) if row else False

    def record(self) -> dict[str, Any]:
        rate = self.rate
        named = {"key_id": rate.key_id, "what": rate.what, "most": rate.most}
        return named | {"amount": self.amount}


def window_of(row: Sequence[Any]) -> Window:
    _key, _what, previous, current, left_ms = row
    return Window(previous, current, left_ms / 1000)


# All in whole milliseconds, so that both databases divide alike.
ELAPSED = "(excluded.started_ms - w.started_ms)"
COUNT = f"""
ON CONFLICT (key_id, what) DO UPDATE SET
    previous = CASE WHEN {ELAPSED} < 60000 THEN w.previous
                    WHEN {ELAPSED} < 120000 THEN w.current ELSE 0 END,
    current = CASE WHEN {ELAPSED} < 60000 THEN w.current ELSE 0 END + excluded.current,
    started_ms = CASE WHEN {ELAPSED} < 60000 THEN w.started_ms
                      WHEN {ELAPSED} < 120000 THEN w.started_ms + 60000
                      ELSE excluded.started_ms END,
    most = excluded.most
WHERE excluded.current = 0 OR excluded.current + CASE
    WHEN {ELAPSED} < 60000 THEN w.previous * (60000 - {ELAPSED}) / 60000 + w.current
    WHEN {ELAPSED} < 120000 THEN w.current * (120000 - {ELAPSED}) / 60000
    ELSE 0 END <= excluded.most
RETURNING key_id, what, previous, current, started_ms + 60000 - {{now}}"""
INTO = (
    "INSERT INTO generation_ratewindow AS w"
    " (key_id, what, started_ms, previous, current, most)"
)
POSTGRES_NOW = "(extract(epoch FROM now()) * 1000)::bigint"
SQLITE_NOW = "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"
COLUMNS = {"key_id": "text", "what": "text", "most": "integer", "amount": "integer"}
COUNT_ON_POSTGRES = f"""{INTO}
SELECT key_id, what, {POSTGRES_NOW}, 0, amount, most FROM {records(COLUMNS, "a")}
WHERE amount <= most ORDER BY key_id, what {COUNT.format(now=POSTGRES_NOW)}"""
COUNT_ON_SQLITE = f"""{INTO}
SELECT :key_id, :what, {SQLITE_NOW}, 0, :amount, :most WHERE :amount <= :most
{COUNT.format(now=SQLITE_NOW)}"""
