"""The real web server as a process that kills itself at one chosen step.

    python -m tests.proof.doomed "inside settle" 8123

The executors, the storage and nothing else are wrapped here, on the outside: what
runs between the start and the step is what always runs. A death is SIGKILL, so
nothing is cleaned up, flushed or said.
"""

import asyncio
import os
import signal
import sys
from dataclasses import dataclass

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")
django.setup(set_prefix=False)

import psycopg  # noqa: E402  (what follows needs Django set up)
import uvicorn  # noqa: E402
from django.db import connections  # noqa: E402

from playground.generation import database, deliver  # noqa: E402
from playground.generation.books import Close, Open  # noqa: E402
from playground.generation.keeping import Keep  # noqa: E402


@dataclass(frozen=True)
class Step:
    """Where in an operation the process ends."""

    kind: type
    moment: str


STEPS = {
    "request parsed": Step(Open, "before"),
    "inside hold": Step(Open, "amid"),
    "inside hold, before its commit": Step(Open, "commit"),
    "hold committed": Step(Open, "after"),
    "inside keep": Step(Keep, "amid"),
    "inside keep, before its commit": Step(Keep, "commit"),
    "keep committed": Step(Keep, "after"),
    "files written": Step(Close, "before"),
    "inside settle": Step(Close, "amid"),
    "inside settle, before its commit": Step(Close, "commit"),
    "settle committed": Step(Close, "after"),
}
AMID = (
    "INSERT INTO billing_hold",
    "UPDATE billing_hold",
    "INSERT INTO generation_picture",
)
QUEUES = {
    Open: "billing_wallet",
    Close: "billing_wallet",
    Keep: "generation_generation",
}


def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)


class DoomedSqlite(database.SqliteExecutor):
    """Dies between two statements of a transaction, or around it."""

    step: Step

    async def run(self, batch):
        is_it = isinstance(batch[0], self.step.kind)
        if is_it and self.step.moment == "before":
            die()
        answers = await super().run(batch)
        if is_it and self.step.moment == "after":
            die()
        return answers

    def _transact(self, link, batch):
        if isinstance(batch[0], self.step.kind):
            link.set_trace_callback(self._watch)
        return super()._transact(link, batch)

    def _watch(self, statement):
        """SQLite says each statement before it runs."""
        if self.step.moment == "amid" and statement.lstrip().startswith(AMID):
            die()
        if self.step.moment == "commit" and statement == "COMMIT":
            die()


class DoomedPostgres(database.PostgresExecutor):
    """Dies around its one statement, or while the server is carrying it out."""

    step: Step

    async def run(self, batch):
        if not isinstance(batch[0], self.step.kind):
            return await super().run(batch)
        if self.step.moment == "before":
            die()
        if self.step.moment == "amid":
            await self._die_in_a_queue(batch)
        if self.step.moment == "commit":
            await self._die_uncommitted(batch)
        await super().run(batch)
        die()

    async def _die_uncommitted(self, batch):
        """The statement is done, its session ends without a commit."""
        pool = self._pool or await self._open()
        async with pool.connection() as link:
            await link.execute("BEGIN")
            await link.execute(*type(batch[0]).postgres(batch))
            die()

    async def _die_in_a_queue(self, batch):
        """The statement waits for a row; the server is left to finish it alone."""
        known = connections["default"].get_connection_params()
        wanted = {name: known[name] for name in ("dbname", "user", "host", "port")}
        rival = await psycopg.AsyncConnection.connect(**wanted)
        await rival.execute(f"SELECT * FROM {QUEUES[type(batch[0])]} FOR UPDATE")
        asyncio.ensure_future(super().run(batch))
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        while (await (await rival.execute(waiting)).fetchone())[0] == 0:
            await asyncio.sleep(0.02)
        die()


def doom(name: str) -> None:
    """Arrange for the end; a name without an arrangement is killed from outside."""
    if name == "images received":
        deliver.store = die
    if name in STEPS:
        DoomedSqlite.step = DoomedPostgres.step = STEPS[name]
        database.SqliteExecutor = DoomedSqlite
        database.PostgresExecutor = DoomedPostgres


if __name__ == "__main__":
    doom(sys.argv[1])
    uvicorn.run(
        "playground.asgi:application",
        port=int(sys.argv[2]),
        log_level="warning",
        proxy_headers=False,
    )
