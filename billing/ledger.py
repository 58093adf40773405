"""The only door to money: setting aside, charging, giving back, crediting.

Every amount is a whole number of microcredits. What happens to an order's money
is joined by `generation.books` with its own rows (see `holding`). What comes in
or goes back stands alone here, and runs on Django's connection: one transaction,
and a unique key, so that a second try changes nothing.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from django.db import IntegrityError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Q, Sum
from django.utils import timezone

from billing.holding import (
    HOLD,
    PENDING,
    SETTLE,
    SQLITE_LATER,
    SQLITE_NOW,
    Asked,
    hold_on_sqlite,
    settle_on_sqlite,
)
from billing.models import Clawback, Hold, KeyBudget, Transfer, Wallet

__all__ = [
    "HOLD",
    "MICRO",
    "PENDING",
    "SETTLE",
    "SQLITE_LATER",
    "SQLITE_NOW",
    "Asked",
    "Budget",
    "budgets_of",
    "claw_back",
    "credit",
    "file_turn",
    "hold_on_sqlite",
    "limit_account",
    "limit_key",
    "limit_member",
    "member_name",
    "one_writer",
    "refund",
    "settle_on_sqlite",
    "wallet_of",
]

MICRO = 1_000_000

# Where credited money comes from. These are names in the journal, not rows with a balance.
COUNTERS = {
    "topup": "stripe",
    "grant": "grants",
    "promo": "promo",
    "refund_in": "refunds",
    "adjust": "adjust",
    "clawback": "clawback",
    "debt_payment": "receivable",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the journal to be written."""

    wallet_id: str
    amount: int
    kind: str
    key: str
    ref: tuple[str, str] = ("", "")
    memo: str = ""
    reverses_id: int | None = None


def wallet_of(account_id: str) -> Wallet:
    """Return the account's wallet, opening it when there is none yet."""
    return Wallet.objects.get_or_create(account_id=account_id)[0]


def credit(
    wallet_id: str,
    amount: int,
    *,
    kind: str,
    key: str,
    ref: tuple[str, str] = ("", ""),
    memo: str = "",
) -> bool:
    """Add money once: a key that was used before changes nothing and returns `False`."""
    wallet_of(wallet_id)
    return add(Line(wallet_id, amount, kind, key, ref, memo))


def refund(charge: Transfer, amount: int, *, number: int, memo: str = "") -> bool:
    """Give a charge back, whole or in part, and never more than was charged."""
    key = f"refund_in:{charge.pk}:{number}"
    with one_writer(), transaction.atomic():
        Wallet.objects.select_for_update().get(pk=charge.wallet_id)
        before = Transfer.objects.filter(reverses=charge).exclude(key=key)
        given = before.aggregate(given=Sum("amount"))["given"] or 0
        if charge.kind != Transfer.Kind.CHARGE or given + amount > charge.amount:
            raise ValueError("A refund is at most what is left of its charge.")
        ref = ("transfer", str(charge.pk))
        line = Line(charge.wallet_id, amount, "refund_in", key, ref, memo, charge.pk)
        return add(line)


def claw_back(wallet_id: str, amount: int, *, key: str) -> bool:
    """Take money back that was paid with money taken back from us; owe what is gone."""
    if amount <= 0:
        raise ValueError("A clawback is more than nothing.")
    with one_writer(), transaction.atomic(), connection.cursor() as cursor:
        wallet = Wallet.objects.select_for_update().get(pk=wallet_id)
        taken = min(amount, wallet.available)
        _, is_new = Clawback.objects.get_or_create(
            key=key,
            defaults={"wallet": wallet, "amount": amount, "taken": taken},
        )
        if not is_new:
            return False
        if taken:
            take(cursor, Line(wallet_id, taken, "clawback", key))
        cursor.execute(
            "UPDATE billing_wallet SET debt = debt + %s WHERE account_id = %s",
            [amount - taken, wallet_id],
        )
    return True


def add(line: Line) -> bool:
    """Write a credit and move the wallet with it; then pay what the wallet owes."""
    if line.amount <= 0:
        raise ValueError("A credit is more than nothing.")
    try:
        with one_writer(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE billing_wallet SET credits_posted = credits_posted + %s, seq = seq + 1"
                " WHERE account_id = %s"
                " RETURNING seq, credits_posted - debits_posted, held, debt",
                [line.amount, line.wallet_id],
            )
            seq, balance, held, debt = cursor.fetchone()
            write(cursor, line, seq=seq, direction=1, balance=balance)
            if owed := min(debt, balance - held):
                take(
                    cursor,
                    Line(line.wallet_id, owed, "debt_payment", f"debt:{line.key}"),
                )
                cursor.execute(
                    "UPDATE billing_wallet SET debt = debt - %s WHERE account_id = %s",
                    [owed, line.wallet_id],
                )
    except IntegrityError:
        if Transfer.objects.filter(key=line.key).exists():
            return False
        raise
    return True


def take(cursor: CursorWrapper, line: Line) -> None:
    """Write a debit and move the wallet with it."""
    cursor.execute(
        "UPDATE billing_wallet SET debits_posted = debits_posted + %s, seq = seq + 1"
        " WHERE account_id = %s RETURNING seq, credits_posted - debits_posted",
        [line.amount, line.wallet_id],
    )
    seq, balance = cursor.fetchone()
    write(cursor, line, seq=seq, direction=-1, balance=balance)


def write(
    cursor: CursorWrapper, line: Line, *, seq: int, direction: int, balance: int
) -> None:
    """Put one line in the journal, at the database's own time."""
    cursor.execute(
        "INSERT INTO billing_transfer (wallet_id, seq, direction, amount, balance_after, kind,"
        " counter, key, ref_type, ref_id, memo, reverses_id, at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, CURRENT_TIMESTAMP)",
        [
            *(line.wallet_id, seq, direction, line.amount, balance, line.kind),
            *(COUNTERS[line.kind], line.key, *line.ref, line.memo, line.reverses_id),
        ],
    )


def limit_key(wallet_id: str, key_id: str, period: str, cap: int | None) -> None:
    """Cap what a key may spend in a period; `None` lifts the limit."""
    limit(wallet_id, Q(key_id=key_id), period, cap, owner=key_id)


def limit_account(wallet_id: str, cap: int | None) -> None:
    """Cap what an account may spend in a month, whoever spends it."""
    limit(wallet_id, Q(), KeyBudget.Period.MONTH, cap, owner=wallet_id)


def limit_member(wallet_id: str, person_id: int, cap: int | None) -> None:
    """Cap what one person may spend from an account in a month, by hand or by keys."""
    member = member_name(wallet_id, person_id)
    limit(wallet_id, Q(member=member), KeyBudget.Period.MONTH, cap, owner=member)


def member_name(wallet_id: str, person_id: int | None) -> str:
    """Name a person as one who spends from this wallet."""
    return f"{wallet_id}/{person_id}" if person_id else ""


def limit(
    wallet_id: str, whose: Q, period: str, cap: int | None, *, owner: str
) -> None:
    """Write or lift a limit; what was spent in its present window so far counts.

    Orders that are just being opened or closed do not see a budget that is made
    meanwhile, so nobody may touch holds for these few milliseconds.
    """
    budgets = KeyBudget.objects.filter(owner=owner, period=period)
    if cap is None:
        budgets.delete()
        return
    wallet_of(wallet_id)
    with one_writer(), transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("LOCK TABLE billing_hold IN SHARE ROW EXCLUSIVE MODE")
        Wallet.objects.filter(pk=wallet_id).update(is_capped=True)
        starts = window_start(period)
        holds = Hold.objects.filter(whose, wallet_id=wallet_id, created_at__gte=starts)
        pending = holds.filter(state=Hold.State.PENDING)
        budgets.update_or_create(
            owner=owner,
            period=period,
            defaults={
                "cap": cap,
                "window_start": starts,
                "spent": holds.aggregate(all=Sum("posted"))["all"] or 0,
                "held": pending.aggregate(all=Sum("amount"))["all"] or 0,
            },
        )


@dataclass(frozen=True, slots=True)
class Budget:
    """A limit as it stands now: of a key, an account or a member."""

    owner: str
    period: str
    words: str
    cap: int
    spent: int
    held: int
    resets_at: datetime | None

    @property
    def kind(self) -> Literal["key", "account", "member"]:
        if "/" in self.owner:
            return "member"
        return "key" if self.owner.startswith("key_") else "account"

    @property
    def used(self) -> int:
        return self.spent + self.held

    @property
    def left(self) -> int:
        return max(0, self.cap - self.used)


def budgets_of(*owners: str) -> list[Budget]:
    """Return the limits of these owners; of windows that have ended, nothing is used."""
    found = []
    for row in KeyBudget.objects.filter(owner__in=owners).order_by("owner", "pk"):
        has_ended = row.window_start < window_start(row.period)
        spent, held = (0, 0) if has_ended else (row.spent, row.held)
        resets_at, words = window_end(row.period), str(row.get_period_display())
        found.append(
            Budget(row.owner, row.period, words, row.cap, spent, held, resets_at)
        )
    return found


def window_end(period: str) -> datetime | None:
    """Return when the present window of a period ends; one that never does has none."""
    starts = window_start(period)
    if period == KeyBudget.Period.MONTH:
        return (starts + timedelta(days=32)).replace(day=1)
    days = {"day": 1, "week": 7}.get(period)
    return starts + timedelta(days=days) if days else None


def window_start(period: str) -> datetime:
    """Return when the present window of a period began, in UTC."""
    today = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    if period == KeyBudget.Period.WEEK:
        return today - timedelta(days=today.weekday())
    if period == KeyBudget.Period.MONTH:
        return today.replace(day=1)
    return today if period == KeyBudget.Period.DAY else datetime(2000, 1, 1, tzinfo=UTC)


@contextmanager
def one_writer() -> Iterator[None]:
    """On SQLite, wait in line for the one writer's place; elsewhere, nothing.

    Inside a transaction the place is taken already.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with file_turn(str(connection.settings_dict["NAME"])):
        yield


@contextmanager
def file_turn(database: str) -> Iterator[None]:
    """Queue for an SQLite file: its own waiting polls and starves.

    The kernel lets waiters in one after the other, and frees the place when its
    holder dies. Each turn opens the file afresh, so that threads queue too.
    """
    with Path(f"{database}.lock").open("w") as place:
        fcntl.flock(place, fcntl.LOCK_EX)
        yield
