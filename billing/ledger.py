"""The only door to money: setting aside, charging, giving back, crediting.

Every amount is a whole number of microcredits. What happens to an order's money
is written here once for each database, to be joined by `generation.books` with
its own rows in one statement (PostgreSQL) or one transaction (SQLite). A credit
stands alone and runs on Django's connection.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Cursor

from django.db import IntegrityError, connection, transaction

from billing.models import Transfer, Wallet

MICRO = 1_000_000

# Where credited money comes from. These are names in the journal, not rows with a balance.
COUNTERS = {
    "topup": "stripe",
    "grant": "grants",
    "promo": "promo",
    "refund_in": "refunds",
    "adjust": "adjust",
}

# PostgreSQL. `asked(job_id, wallet_id, amount, seconds)` comes before; orders of one wallet
# are held together or not at all, and wallets are locked in one order by everybody.
HOLD = """
asked_of AS (
    SELECT wallet_id, sum(amount)::bigint AS amount FROM asked WHERE amount > 0 GROUP BY wallet_id
),
turn AS (
    SELECT account_id FROM billing_wallet
    WHERE account_id IN (SELECT wallet_id FROM asked_of) ORDER BY account_id FOR UPDATE
),
able AS (
    UPDATE billing_wallet w SET held = w.held + a.amount
    FROM asked_of a JOIN turn ON turn.account_id = a.wallet_id
    WHERE w.account_id = a.wallet_id AND NOT w.frozen AND w.debt = 0
      AND w.credits_posted - w.debits_posted - w.held >= a.amount
    RETURNING w.account_id
),
held AS (
    INSERT INTO billing_hold
        (wallet_id, job_id, amount, posted, state, created_at, expires_at, reason)
    SELECT wallet_id, job_id, amount, 0, 'pending', now(),
           now() + make_interval(secs => seconds), ''
    FROM asked WHERE amount > 0 AND wallet_id IN (SELECT account_id FROM able)
)"""

# PostgreSQL. `closing(job_id, cost, unpaid_state, reason)` comes before, and orders that are
# free have no row in it. Charges of one wallet get their numbers in the order of their holds.
SETTLE = """
resolved AS (
    UPDATE billing_hold h
    SET state = CASE WHEN c.cost > 0 THEN 'posted' ELSE c.unpaid_state END,
        posted = c.cost, resolved_at = now(), reason = c.reason
    FROM closing c WHERE h.job_id = c.job_id AND h.state = 'pending'
    RETURNING h.id, h.wallet_id, h.amount, h.posted, h.job_id
),
moved AS (
    SELECT wallet_id, sum(amount)::bigint AS amount, sum(posted)::bigint AS posted,
           count(*) FILTER (WHERE posted > 0) AS charges
    FROM resolved GROUP BY wallet_id
),
turn AS (
    SELECT account_id FROM billing_wallet
    WHERE account_id IN (SELECT wallet_id FROM moved) ORDER BY account_id FOR UPDATE
),
wallet AS (
    UPDATE billing_wallet w
    SET held = w.held - m.amount, debits_posted = w.debits_posted + m.posted,
        seq = w.seq + m.charges
    FROM moved m JOIN turn ON turn.account_id = m.wallet_id WHERE w.account_id = m.wallet_id
    RETURNING w.account_id, w.seq - m.charges AS seq_before,
              w.credits_posted - w.debits_posted + m.posted AS balance_before
),
charged AS (
    INSERT INTO billing_transfer (wallet_id, seq, direction, amount, balance_after, kind, counter,
                                  hold_id, key, ref_type, ref_id, memo, at)
    SELECT r.wallet_id, wallet.seq_before + row_number() OVER each_wallet, -1, r.posted,
           wallet.balance_before - sum(r.posted) OVER each_wallet, 'charge', 'revenue',
           r.id, 'charge:' || r.id, 'generation', r.job_id, '', now()
    FROM resolved r JOIN wallet ON wallet.account_id = r.wallet_id WHERE r.posted > 0
    WINDOW each_wallet AS (PARTITION BY r.wallet_id ORDER BY r.id)
)"""

SQLITE_NOW = "strftime('%Y-%m-%d %H:%M:%f', 'now')"
SQLITE_LATER = "strftime('%Y-%m-%d %H:%M:%f', 'now', :seconds || ' seconds')"


def hold_on_sqlite(
    cursor: Cursor, *, wallet: str, job: str, amount: int, seconds: float
) -> bool:
    """Set money aside for one order; `False` when the wallet cannot."""
    order = {"wallet": wallet, "job": job, "amount": amount, "seconds": seconds}
    cursor.execute(
        "UPDATE billing_wallet SET held = held + :amount WHERE account_id = :wallet"
        " AND NOT frozen AND debt = 0 AND credits_posted - debits_posted - held >= :amount",
        order,
    )
    if cursor.rowcount == 0:
        return False
    cursor.execute(
        "INSERT INTO billing_hold"
        " (wallet_id, job_id, amount, posted, state, created_at, expires_at, reason)"
        f" VALUES (:wallet, :job, :amount, 0, 'pending', {SQLITE_NOW}, {SQLITE_LATER}, '')",
        order,
    )
    return True


def settle_on_sqlite(
    cursor: Cursor, *, job: str, cost: int, unpaid_state: str, reason: str
) -> None:
    """Resolve the order's hold: take the cost, give the rest back."""
    state = "posted" if cost else unpaid_state
    cursor.execute(
        f"UPDATE billing_hold SET state = :state, posted = :cost, resolved_at = {SQLITE_NOW},"
        " reason = :reason WHERE job_id = :job AND state = 'pending'"
        " RETURNING id, wallet_id, amount",
        {"state": state, "cost": cost, "reason": reason, "job": job},
    )
    hold, wallet, amount = cursor.fetchone()
    line = {"hold": hold, "wallet": wallet, "amount": amount, "cost": cost, "job": job}
    cursor.execute(
        "UPDATE billing_wallet SET held = held - :amount, debits_posted = debits_posted + :cost,"
        " seq = seq + (:cost > 0) WHERE account_id = :wallet"
        " RETURNING seq, credits_posted - debits_posted",
        line,
    )
    line["seq"], line["balance"] = cursor.fetchone()
    if cost:
        cursor.execute(
            "INSERT INTO billing_transfer (wallet_id, seq, direction, amount, balance_after, kind,"
            " counter, hold_id, key, ref_type, ref_id, memo, at) VALUES (:wallet, :seq, -1, :cost,"
            " :balance, 'charge', 'revenue', :hold, 'charge:' || :hold, 'generation', :job, '',"
            f" {SQLITE_NOW})",
            line,
        )


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
    if amount <= 0:
        raise ValueError("A credit is more than nothing.")
    wallet_of(wallet_id)
    try:
        with one_writer(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE billing_wallet SET credits_posted = credits_posted + %s, seq = seq + 1"
                " WHERE account_id = %s RETURNING seq, credits_posted - debits_posted, held, debt",
                [amount, wallet_id],
            )
            seq, balance, held, debt = cursor.fetchone()
            line = (
                wallet_id,
                seq,
                1,
                amount,
                balance,
                kind,
                COUNTERS[kind],
                key,
                *ref,
                memo,
            )
            cursor.execute(JOURNAL_LINE, line)
            if owed := min(debt, balance - held):
                pay_debt(wallet_id, owed, key=f"debt:{key}")
    except IntegrityError:
        if Transfer.objects.filter(key=key).exists():
            return False
        raise
    return True


JOURNAL_LINE = (
    "INSERT INTO billing_transfer (wallet_id, seq, direction, amount, balance_after, kind, counter,"
    " key, ref_type, ref_id, memo, at)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, CURRENT_TIMESTAMP)"
)


def pay_debt(wallet_id: str, amount: int, *, key: str) -> None:
    """Use fresh credit for what an earlier clawback could not take."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE billing_wallet SET debits_posted = debits_posted + %s, debt = debt - %s,"
            " seq = seq + 1 WHERE account_id = %s RETURNING seq, credits_posted - debits_posted",
            [amount, amount, wallet_id],
        )
        seq, balance = cursor.fetchone()
        line = (
            wallet_id,
            seq,
            -1,
            amount,
            balance,
            "debt_payment",
            "receivable",
            key,
            "",
            "",
            "",
        )
        cursor.execute(JOURNAL_LINE, line)


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
