"""How the books' statements reach the database from async code.

An `Operation` carries its own form for PostgreSQL and for SQLite. Operations of
one kind that wait at the same time go in one statement; a lone one goes at once.
Each still gets an answer of its own, and a batch that fails is done again singly.
"""

import asyncio
import queue
import select
import sqlite3
import threading
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import cache
from typing import Any, Protocol, Self, TypeVar

from django.conf import settings
from django.db import DatabaseError, OperationalError, connection, connections
from psycopg import AsyncConnection, AsyncRawCursor, BaseConnection
from psycopg import errors as postgres_errors
from psycopg.sql import SQL
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from billing.ledger import file_turn

CLASHES = (postgres_errors.UniqueViolation, sqlite3.IntegrityError)
PASSING = (
    postgres_errors.DeadlockDetected,
    postgres_errors.SerializationFailure,
    sqlite3.OperationalError,
)
AWAY = (postgres_errors.OperationalError, PoolTimeout, OperationalError)
TRIES = 3
READERS = 4  # each keeps a connection
Found = TypeVar("Found")


class Operation(Protocol):
    """One change to the books. Its answer is whatever its forms return for it."""

    @property
    def subject(self) -> str:
        """Return the order it changes: a batch holds one operation on each."""

    @classmethod
    def postgres(cls, batch: Sequence[Self]) -> tuple[str, list[Any]]:
        """Return one statement for the whole batch, and its parameters."""

    @classmethod
    def answers(cls, batch: Sequence[Self], rows: list[Any]) -> list[Any]:
        """Read each operation's answer from the rows; `None` asks for another try, alone."""

    def sqlite(self, cursor: sqlite3.Cursor) -> Any:
        """Do it with plain statements, inside a transaction somebody else opened."""


class Executor(Protocol):
    """Runs one batch of operations of one kind, all or none."""

    async def run(self, batch: Sequence[Operation]) -> list[Any]: ...

    async def close(self) -> None: ...

    def pool_stats(self) -> dict[str, int]: ...


class Books:
    """The way to the books for one event loop."""

    def __init__(self) -> None:
        postgres = connections["default"].vendor == "postgresql"
        self._executor: Executor = PostgresExecutor() if postgres else SqliteExecutor()
        self._lines: dict[type, Line] = {}

    async def do(self, operation: Operation) -> Any:
        """Carry out one operation, together with others of its kind that wait."""
        kind = type(operation)
        line = self._lines.get(kind)
        if line is None:
            line = self._lines[kind] = Line(self._executor.run)
        return await line.join(operation)

    async def close(self) -> None:
        await self._executor.close()

    def pool_stats(self) -> dict[str, int]:
        """Return what the pool of connections says of itself; SQLite has none."""
        return self._executor.pool_stats()


class Line:
    """Those who wait for one kind of operation: at most one batch is under way."""

    def __init__(
        self, run: Callable[[Sequence[Operation]], Awaitable[list[Any]]]
    ) -> None:
        self._run = run
        self._waiting: list[tuple[Operation, asyncio.Future[Any]]] = []
        self._worker: asyncio.Task[None] | None = None

    async def join(self, operation: Operation) -> Any:
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append((operation, answer))
        if self._worker is None:
            self._worker = asyncio.create_task(self._serve())
        return await answer

    async def _serve(self) -> None:
        while self._waiting:
            batch, self._waiting = one_on_each(self._waiting)
            try:
                await self._serve_batch(batch)
            except asyncio.CancelledError:
                for _, answer in batch + self._waiting:
                    answer.cancel()
                raise
        self._worker = None

    async def _serve_batch(
        self, batch: list[tuple[Operation, asyncio.Future[Any]]]
    ) -> None:
        try:
            answers = await patiently(self._run, [operation for operation, _ in batch])
        except Exception as error:
            if len(batch) > 1:
                for one in batch:
                    await self._serve_batch([one])
            elif not batch[0][1].done():
                batch[0][1].set_exception(error)
            return
        for one, answer in zip(batch, answers, strict=True):
            if answer is None:
                await self._serve_batch([one])
            elif not one[1].done():
                one[1].set_result(answer)


Waiting = list[tuple[Operation, asyncio.Future[Any]]]


def one_on_each(waiting: Waiting) -> tuple[Waiting, Waiting]:
    """Part the first operation on each order from those that come after it.

    Two changes of one row in one statement would be mixed up: PostgreSQL applies
    either of them, and tells both that they were done.
    """
    first: Waiting = []
    later: Waiting = []
    subjects: set[str] = set()
    for one in waiting:
        subject = one[0].subject
        (later if subject in subjects else first).append(one)
        subjects.add(subject)
    return first, later


async def patiently(
    run: Callable[[Sequence[Operation]], Awaitable[list[Any]]],
    batch: Sequence[Operation],
) -> list[Any]:
    """Try again when the database says the trouble is a passing one."""
    for pause in range(1, TRIES):
        try:
            return await run(batch)
        except PASSING:
            await asyncio.sleep(0.02 * pause)
    return await run(batch)


class PostgresExecutor:
    """A pool of its own, autocommitting: one statement, one round trip, one commit."""

    def __init__(self) -> None:
        self._pool: AsyncConnectionPool[Any] | None = None
        self._opening = asyncio.Lock()

    async def run(self, batch: Sequence[Operation]) -> list[Any]:
        kind = type(batch[0])
        statement, parameters = kind.postgres(batch)
        pool = self._pool or await self._open()
        async with pool.connection() as connection:
            cursor = await connection.execute(statement, parameters)
            return kind.answers(batch, await cursor.fetchall())

    async def _open(self) -> AsyncConnectionPool[Any]:
        async with self._opening:
            if self._pool is None:
                known = connections["default"].get_connection_params()
                wanted = {k: v for k, v in known.items() if k in POSTGRES_PARAMETERS}
                pool: AsyncConnectionPool[Any] = AsyncConnectionPool(
                    kwargs={
                        **wanted,
                        "autocommit": True,
                        "cursor_factory": AsyncRawCursor,
                        **lent(),
                    },
                    min_size=1,
                    max_size=settings.DATABASE_POOL_SIZE,
                    configure=None if settings.PGBOUNCER else goes_by_keys,
                    check=is_silent,
                    open=False,
                )
                await pool.open()
                self._pool = pool
            return self._pool

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.close()

    def pool_stats(self) -> dict[str, int]:
        return self._pool.get_stats() if self._pool else {}


def lent() -> dict[str, Any]:
    """Keep no plans on a connection that the next statement may not find again."""
    return {"prepare_threshold": None} if settings.PGBOUNCER else {}


async def goes_by_keys(link: AsyncConnection[Any]) -> None:
    """Find every row by its key. PostgreSQL keeps the plan it made when a table was new
    and short, and would read the whole of it for each order for as long as it runs.
    """
    for way in ("seqscan", "hashjoin", "mergejoin", "material"):
        await link.execute(SQL("SET enable_{} = off").format(SQL(way)))


async def is_silent(link: AsyncConnection[Any]) -> None:
    """Refuse a connection whose server has gone: an idle line that can be read was ended.

    It costs no round trip. What was under way when the server went stays unknown.
    """
    if has_gone(link):
        await link.close()
        raise postgres_errors.OperationalError("the server closed the connection")


def has_gone(link: BaseConnection[Any]) -> bool:
    line = select.poll()
    line.register(link.fileno(), select.POLLIN)
    return bool(line.poll(0))


POSTGRES_PARAMETERS = {
    "dbname",
    "user",
    "password",
    "host",
    "port",
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "service",
    "options",
}


class SqliteExecutor:
    """SQLite has one writer: a thread that takes its turn and does whole batches."""

    def __init__(self) -> None:
        self._inbox: queue.SimpleQueue[
            tuple[Sequence[Operation], asyncio.Future[Any]] | None
        ]
        self._inbox = queue.SimpleQueue()
        self._loop = asyncio.get_running_loop()
        self._database = str(connections["default"].settings_dict["NAME"])
        self._thread = threading.Thread(target=self._write, name="books", daemon=True)
        self._thread.start()

    async def run(self, batch: Sequence[Operation]) -> list[Any]:
        done: asyncio.Future[Any] = self._loop.create_future()
        self._inbox.put((batch, done))
        answers: list[Any] = await done
        return answers

    async def close(self) -> None:
        self._inbox.put(None)
        await asyncio.to_thread(self._thread.join)

    def pool_stats(self) -> dict[str, int]:
        return {}

    def _write(self) -> None:
        link = sqlite3.connect(self._database, timeout=20, isolation_level=None)
        link.execute("PRAGMA journal_mode=WAL")
        link.execute("PRAGMA foreign_keys=ON")
        link.execute(f"PRAGMA synchronous={settings.SQLITE_SYNCHRONOUS}")
        while order := self._inbox.get():
            batch, done = order
            try:
                answers = self._transact(link, batch)
            except Exception as error:
                self._tell(done, done.set_exception, error)
            else:
                self._tell(done, done.set_result, answers)
        link.close()

    def _transact(
        self, link: sqlite3.Connection, batch: Sequence[Operation]
    ) -> list[Any]:
        with file_turn(self._database):
            cursor = link.cursor()
            cursor.execute("BEGIN IMMEDIATE")
            try:
                answers = [operation.sqlite(cursor) for operation in batch]
                cursor.execute("COMMIT")
            except BaseException:
                cursor.execute("ROLLBACK")
                raise
            return answers

    def _tell(
        self, done: asyncio.Future[Any], how: Callable[[Any], None], what: object
    ) -> None:
        def tell() -> None:
            if not done.done():
                how(what)

        self._loop.call_soon_threadsafe(tell)


async def in_thread(read: Callable[[], Found]) -> Found:
    """Read through Django's own connection, in one of a few threads that keep theirs."""
    loop, context = asyncio.get_running_loop(), copy_context()
    return await loop.run_in_executor(
        readers(), lambda: context.run(with_kept_connection, read)
    )


@cache
def readers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(READERS, thread_name_prefix="reader")


def with_kept_connection(read: Callable[[], Found]) -> Found:
    """Read, and leave the connection to PostgreSQL open for the thread's next read.

    A new one took 6 ms of a core. One whose server has gone is not tried again.
    """
    is_kept = connection.vendor == "postgresql"
    if is_kept and connection.connection and has_gone(connection.connection):
        connection.close()
    try:
        return read()
    except DatabaseError:
        is_kept = False
        raise
    finally:
        if not is_kept:
            connection.close()
