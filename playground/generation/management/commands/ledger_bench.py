"""Measure the books: real clients, each a process, holding and settling through them.

The journal only grows, so what this writes stays: it belongs to accounts of its own,
named for it, and no one else's money is touched.
"""

import asyncio
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from statistics import fmean, quantiles
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from accounts.ids import new_id
from accounts.models import Account
from billing.ledger import MICRO, credit
from playground.generation.audit import audit
from playground.generation.books import Close, Open
from playground.generation.database import Books
from playground.generation.entries import AttemptRow, PictureRow
from playground.generation.models import Attempt, Generation

NAME = "ledger_bench"
GRANT = 1_000_000 * MICRO
PRICE = 1_000
START_SECONDS = 2.0
Forked = multiprocessing.get_context("fork")


@dataclass(slots=True)
class Tally:
    """What one client saw: seconds for each operation, and what went wrong."""

    holds: list[float] = field(default_factory=list)
    settles: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)


class Command(BaseCommand):
    help = "Measure holding and settling with many clients, then audit the ledger."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--clients", type=int, default=32)
        parser.add_argument("--wallets", type=int, default=1)
        parser.add_argument("--seconds", type=float, default=10)
        parser.add_argument(
            "--yes", action="store_true", help="also on a production database"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG and not options["yes"]:
            raise CommandError(
                "This writes accounts, orders and charges that can never be removed."
                " Add --yes to do it on a production database."
            )
        clients, seconds = options["clients"], options["seconds"]
        wallets = [fresh_wallet() for _ in range(options["wallets"])]
        self.stdout.write(
            f"{len(wallets)} new accounts named “{NAME}” stay in the database for good."
        )
        tallies = measured(wallets, clients, seconds)
        self.stdout.write("\n".join(report(tallies, seconds)))
        findings = audit()
        for one in findings:
            self.stdout.write(f"{one.invariant}: {one.row}")
        self.stdout.write("audit             " + ("BROKEN" if findings else "green"))
        if findings or any(tally.errors for tally in tallies):
            sys.exit(1)


def fresh_wallet() -> Account:
    account = Account.objects.create(name=NAME)
    credit(account.pk, GRANT, kind="grant", key=f"{NAME}:{account.pk}", memo=NAME)
    return account


def measured(wallets: Sequence[Account], clients: int, seconds: float) -> list[Tally]:
    """Let all clients work at the same time, and collect what they saw."""
    for connection in connections.all(initialized_only=True):
        connection.close()  # a connection must not be shared with a fork
        if connection.vendor == "postgresql":
            connection.close_pool()  # type: ignore[attr-defined]
    begin = time.monotonic() + START_SECONDS + 0.02 * clients
    working = []
    for number in range(clients):
        ours, theirs = Forked.Pipe(duplex=False)
        mine = [*wallets[number % len(wallets) :], *wallets[: number % len(wallets)]]
        process = Forked.Process(target=client, args=(theirs, mine, begin, seconds))
        process.start()
        theirs.close()
        working.append((process, ours))
    tallies: list[Tally] = [ours.recv() for _, ours in working]
    for process, _ in working:
        process.join()
    return tallies


def client(
    out: Connection, wallets: Sequence[Account], begin: float, seconds: float
) -> None:
    out.send(asyncio.run(pairs(wallets, begin, begin + seconds)))


async def pairs(wallets: Sequence[Account], begin: float, end: float) -> Tally:
    """Hold and settle one order after the other, each time on the next wallet."""
    books, tally, turn = Books(), Tally(), 0
    try:
        await pair(books, wallets[0], Tally())  # opens the connection
        await asyncio.sleep(max(0.0, begin - time.monotonic()))
        while time.monotonic() < end:
            try:
                await pair(books, wallets[turn % len(wallets)], tally)
            except Exception as error:
                tally.errors[f"{type(error).__name__}: {error}"[:120]] += 1
            turn += 1
    finally:
        await books.close()
    return tally


async def pair(books: Books, account: Account, tally: Tally) -> None:
    order = an_order(account)
    started = time.perf_counter()
    is_held = await books.do(Open(order, settings.LEASE_SECONDS))
    held = time.perf_counter()
    is_settled = await books.do(its_end(order))
    tally.holds.append(held - started)
    tally.settles.append(time.perf_counter() - held)
    if not (is_held and is_settled):
        tally.errors["refused"] += 1


def an_order(account: Account) -> Generation:
    return Generation(
        id=new_id("img"),
        account_id=account.pk,
        group_id=str(account.group_id),
        lane=Generation.Lane.API,
        endpoint=NAME,
        model=NAME,
        prompt=NAME,
        request={},
        n=1,
        unit_price_microcredits=PRICE,
        state=Generation.State.RUNNING,
        claim=NAME,
    )


def its_end(order: Generation) -> Close:
    """Everything a real end writes, but no file: the picture has expired already."""
    now, picture_id = datetime.now(UTC), new_id("pic")
    picture = PictureRow(
        id=picture_id, position=0, file=f"{NAME}/{picture_id}.png", sha256="",
        format="png", width=1, height=1, bytes=0, seed=None, revised_prompt="",
        expires_at=now,
    )  # fmt: skip
    attempt = AttemptRow(
        provider=NAME, upstream=NAME, outcome=Attempt.Outcome.SUCCEEDED,
        duration_ms=0, started_at=now, pictures=1,
    )  # fmt: skip
    return Close(
        generation_id=order.id,
        from_state=Generation.State.RUNNING,
        claim=NAME,
        state=Generation.State.SUCCEEDED,
        provider=NAME,
        pictures=(picture,),
        attempts=(attempt,),
    )


def report(tallies: Sequence[Tally], seconds: float) -> list[str]:
    """Say how fast, how long at worst, and whether everybody got a turn."""
    counts = [len(tally.settles) for tally in tallies]
    holds = [second for tally in tallies for second in tally.holds]
    settles = [second for tally in tallies for second in tally.settles]
    errors = sum((tally.errors for tally in tallies), Counter[str]())
    lines = [
        f"pairs             {sum(counts)}, {sum(counts) / seconds:.0f} a second",
        f"hold p50 / p99    {percentiles(holds)}",
        f"settle p50 / p99  {percentiles(settles)}",
        f"worst wait        {max([*holds, *settles], default=0) * 1000:.1f} ms",
        f"least served      {min(counts)} pairs, {min(counts) / (fmean(counts) or 1):.2f}"
        " of the mean client",
        f"errors            {errors.total()}",
    ]
    return lines + [f"  {count} × {what}" for what, count in errors.most_common(5)]


def percentiles(values: Sequence[float]) -> str:
    if len(values) < 2:
        return "too few to say"
    parts = quantiles(values, n=100)
    return f"{parts[49] * 1000:.1f} / {parts[98] * 1000:.1f} ms"
