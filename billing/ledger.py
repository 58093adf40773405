"""The only door to money: setting aside, charging, giving back, crediting.

Every amount is a whole number of microcredits. What happens to an order's money
is joined by `generation.books` with its own rows (see `holding`). What comes in
or goes back stands alone here, and runs on Django's connection: one transaction,
and a unique key, so that a second try changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, connection, connections, router, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Sum

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
from billing.limiting import (
    Budget,
    budgets_of,
    limit_account,
    limit_key,
    limit_member,
    member_name,
)
from billing.models import Clawback, Lot, Transfer, Wallet
from billing.turns import file_turn, one_writer

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
    "charge_of",
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
    "refunds_between",
    "refunds_of",
    "settle_on_sqlite",
    "wallet_of",
    "withdraw",
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
    "expire": "expired",
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
    expires_at: datetime | None = None

    @property
    def payment_id(self) -> int | None:
        return int(self.ref[1]) if self.ref[0] == "payment" else None


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
    expires_at: datetime | None = None,
) -> bool:
    """Add money once: a key that was used before changes nothing and returns `False`."""
    wallet_of(wallet_id)
    return add(Line(wallet_id, amount, kind, key, ref, memo, expires_at=expires_at))


@dataclass(frozen=True, slots=True)
class Refund:
    """So much was given back of an order's charge, and when."""

    at: datetime
    job_id: str
    amount: int


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


def charge_of(job_id: str) -> Transfer | None:
    """Return what an order was charged, when it was."""
    charges = Transfer.objects.filter(kind=Transfer.Kind.CHARGE)
    return charges.filter(hold__job_id=job_id).first()


def refunds_of(charge: Transfer) -> list[Transfer]:
    """Return what was given back of a charge, in order."""
    return list(Transfer.objects.filter(reverses=charge).order_by("seq"))


GIVEN_BACK = """
    SELECT held.job_id, sum(line.amount) FROM billing_transfer line
    JOIN billing_transfer charge ON charge.id = line.reverses_id
    JOIN billing_hold held ON held.id = charge.hold_id
    WHERE line.wallet_id = %s AND NOT (line.kind = 'charge')
    GROUP BY held.job_id
"""  # charges are left out for the index of the others


def given_back_of(wallet_id: str) -> dict[str, int]:
    """Return what was given back of a wallet's orders; most orders are not among them."""
    with connections[router.db_for_read(Transfer)].cursor() as cursor:
        cursor.execute(GIVEN_BACK, [wallet_id])
        return {job_id: int(amount) for job_id, amount in cursor.fetchall()}


def refunds_between(since: datetime, until: datetime) -> list[Refund]:
    """Return what was given back of orders between two moments."""
    found = Transfer.objects.filter(reverses__isnull=False, at__gte=since, at__lt=until)
    rows = found.values_list("at", "reverses__hold__job_id", "amount")
    return [Refund(at, job_id or "", amount) for at, job_id, amount in rows]


def claw_back(
    wallet_id: str, amount: int, *, key: str, payment_id: int | None = None
) -> bool:
    """Take money back that was paid with money taken back from us; owe what is gone."""
    if amount <= 0:
        raise ValueError("A clawback is more than nothing.")
    with one_writer(), transaction.atomic(), connection.cursor() as cursor:
        wallet = Wallet.objects.select_for_update().get(pk=wallet_id)
        taken = min(amount, wallet.available)
        _, is_new = Clawback.objects.get_or_create(
            key=key,
            defaults={
                "wallet": wallet,
                "amount": amount,
                "taken": taken,
                "payment_id": payment_id,
            },
        )
        if not is_new:
            return False
        if taken:
            ref = ("payment", str(payment_id)) if payment_id else ("", "")
            take(cursor, Line(wallet_id, taken, "clawback", key, ref))
        cursor.execute(
            "UPDATE billing_wallet SET debt = debt + %s WHERE account_id = %s",
            [amount - taken, wallet_id],
        )
    return True


def withdraw(
    wallet_id: str, amount: int, *, kind: str, key: str, ref: tuple[str, str], memo: str
) -> int:
    """Take so much, or whatever less is available, and return what was taken."""
    with one_writer(), transaction.atomic(), connection.cursor() as cursor:
        wallet = Wallet.objects.select_for_update().get(pk=wallet_id)
        taken = min(amount, wallet.available)
        if taken:
            take(cursor, Line(wallet_id, taken, kind, key, ref, memo))
    return taken


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
            number = write(cursor, line, seq=seq, direction=1, balance=balance)
            lay_in(line, number, seq)
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


def lay_in(line: Line, number: int, seq: int) -> None:
    """Keep a credit as a lot, so that it can be known later whose credits were spent."""
    Lot.objects.create(
        transfer_id=number,
        wallet_id=line.wallet_id,
        payment_id=line.payment_id,
        seq=seq,
        amount=line.amount,
        unspent=line.amount,
        expires_at=line.expires_at,
    )


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
) -> int:
    """Put one line in the journal, at the database's own time; return its number."""
    is_sqlite = connection.vendor == "sqlite"
    now = SQLITE_NOW.replace("%", "%%") if is_sqlite else "CURRENT_TIMESTAMP"
    cursor.execute(
        "INSERT INTO billing_transfer (wallet_id, seq, direction, amount, balance_after, kind,"
        " counter, key, ref_type, ref_id, memo, reverses_id, at)"
        f" VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, {now})"
        " RETURNING id",
        [
            *(line.wallet_id, seq, direction, line.amount, balance, line.kind),
            *(COUNTERS[line.kind], line.key, *line.ref, line.memo, line.reverses_id),
        ],
    )
    number: int = cursor.fetchone()[0]
    return number
