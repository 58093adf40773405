"""Prove the books: each invariant is a query that returns whoever breaks it.

The queries are plain SQL that both databases understand. An empty answer to all
of them means that no credit was lost, made up, or charged without a picture.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.backends.utils import CursorWrapper


@dataclass(frozen=True, slots=True)
class Invariant:
    """A promise, and the query for rows that break it."""

    name: str
    promise: str
    offenders: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One row that breaks a promise."""

    invariant: str
    row: tuple[Any, ...]


SUMS = """
SELECT w.account_id, w.{total}, coalesce(sum(t.amount), 0) AS journal
FROM billing_wallet w
LEFT JOIN billing_transfer t ON t.wallet_id = w.account_id AND t.direction = {direction}
GROUP BY w.account_id, w.{total} HAVING w.{total} <> coalesce(sum(t.amount), 0)"""

# What the database does not check itself, because that would cost every order.
PARENTS = (
    ("generation_generation", "account_id", "accounts_account", "id"),
    ("generation_generation", "key_id", "accounts_apikey", "id"),
    ("generation_generation", "group_id", "accounts_accessgroup", "slug"),
    ("generation_picture", "generation_id", "generation_generation", "id"),
    ("generation_picture", "account_id", "accounts_account", "id"),
    ("generation_attempt", "generation_id", "generation_generation", "id"),
    ("billing_hold", "wallet_id", "billing_wallet", "account_id"),
    ("billing_transfer", "wallet_id", "billing_wallet", "account_id"),
    ("billing_transfer", "hold_id", "billing_hold", "id"),
)
ORPHANS = " UNION ALL ".join(
    f"SELECT '{table}', CAST(t.id AS text), '{column}' FROM {table} t WHERE t.{column}"
    f" IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {parent} p WHERE p.{name} = t.{column})"
    for table, column, parent, name in PARENTS
)

# A payment's share is counted for each credit, so that no number outgrows the database.
PAYMENTS = """
SELECT id, status, credits, credited, back, taken_back FROM (
    SELECT p.id, p.status, p.credits,
        coalesce((SELECT sum(l.amount) FROM billing_lot l JOIN billing_transfer t
            ON t.id = l.transfer_id AND t.kind = 'topup'
            WHERE l.payment_id = p.id), 0) AS credited,
        p.credits * (1000000 * CASE WHEN p.gone < p.paid THEN p.gone ELSE p.paid END / p.paid)
            AS back,
        coalesce((SELECT sum(c.amount) FROM billing_clawback c WHERE c.payment_id = p.id), 0)
        - coalesce((SELECT sum(l.amount) FROM billing_lot l JOIN billing_transfer t
            ON t.id = l.transfer_id AND t.kind = 'adjust'
            WHERE l.payment_id = p.id), 0) AS taken_back
    FROM (SELECT id, status, credits, refunded_minor + disputed_minor AS gone,
            coalesce(paid_minor, amount_minor) AS paid FROM billing_stripepayment) AS p
) AS payments
WHERE credited <> CASE WHEN status = 'paid' THEN credits * 1000000 ELSE 0 END
   OR taken_back <> CASE WHEN status = 'paid' THEN back ELSE 0 END"""

INVARIANTS = (
    Invariant(
        "I1",
        "What was credited is the sum of the journal's credits",
        SUMS.format(total="credits_posted", direction=1),
    ),
    Invariant(
        "I2",
        "What was debited is the sum of the journal's debits",
        SUMS.format(total="debits_posted", direction=-1),
    ),
    Invariant(
        "I3",
        "What is held is the sum of the pending holds",
        """
        SELECT w.account_id, w.held, coalesce(sum(h.amount), 0) AS pending
        FROM billing_wallet w
        LEFT JOIN billing_hold h ON h.wallet_id = w.account_id AND h.state = 'pending'
        GROUP BY w.account_id, w.held HAVING w.held <> coalesce(sum(h.amount), 0)""",
    ),
    Invariant(
        "I4",
        "No wallet is overdrawn",
        """
        SELECT account_id, credits_posted, debits_posted, held FROM billing_wallet
        WHERE credits_posted < debits_posted + held
           OR credits_posted < 0 OR debits_posted < 0 OR held < 0 OR debt < 0""",
    ),
    Invariant(
        "I5",
        "A hold posted what its one charge says",
        """
        SELECT h.id, h.posted, coalesce(sum(t.amount), 0), count(t.id)
        FROM billing_hold h
        LEFT JOIN billing_transfer t ON t.hold_id = h.id AND t.kind = 'charge'
        GROUP BY h.id, h.posted, h.amount
        HAVING h.posted <> coalesce(sum(t.amount), 0) OR h.posted > h.amount
            OR count(t.id) > 1""",
    ),
    Invariant(
        "I6",
        "The journal of a wallet has no gap, and every balance follows from the last",
        """
        SELECT wallet_id, seq, balance_after FROM (
            SELECT t.wallet_id, t.seq, t.balance_after, t.direction * t.amount AS moved,
                lag(t.balance_after, 1, 0) OVER line AS before,
                lag(t.seq, 1, 0) OVER line AS seq_before
            FROM billing_transfer t
            WINDOW line AS (PARTITION BY t.wallet_id ORDER BY t.seq)
        ) AS lines
        WHERE balance_after <> before + moved OR seq <> seq_before + 1
        UNION ALL
        SELECT w.account_id, w.seq, coalesce(max(t.seq), 0) FROM billing_wallet w
        LEFT JOIN billing_transfer t ON t.wallet_id = w.account_id
        GROUP BY w.account_id, w.seq HAVING w.seq <> coalesce(max(t.seq), 0)""",
    ),
    Invariant(
        "I7",
        "The books close: what wallets hold is what the counters gave",
        """
        SELECT wallets.balance, journal.given FROM
            (SELECT coalesce(sum(credits_posted - debits_posted), 0) AS balance
             FROM billing_wallet) AS wallets,
            (SELECT coalesce(sum(direction * amount), 0) AS given
             FROM billing_transfer) AS journal
        WHERE wallets.balance <> journal.given""",
    ),
    Invariant(
        "I8",
        "An order costs its price times its pictures once it ends, and a failed one nothing",
        """
        SELECT g.id, g.state, g.delivered, count(DISTINCT p.id), coalesce(h.posted, 0)
        FROM generation_generation g
        LEFT JOIN generation_picture p ON p.generation_id = g.id
        LEFT JOIN billing_hold h ON h.job_id = g.id
        GROUP BY g.id, g.state, g.n, g.delivered, g.unit_price_microcredits, g.is_demo,
            h.posted, h.id
        HAVING coalesce(h.posted, 0) <> CASE
                WHEN g.is_demo OR g.state IN ('queued', 'running') THEN 0
                ELSE g.unit_price_microcredits * g.delivered END
            OR count(DISTINCT p.id) > g.delivered OR g.delivered > g.n
            OR (g.state IN ('succeeded', 'partially_succeeded'))
                <> (g.delivered > 0 AND g.state NOT IN ('queued', 'running'))
            OR ((g.unit_price_microcredits = 0 OR g.is_demo) AND h.id IS NOT NULL)
            OR (g.unit_price_microcredits > 0 AND NOT g.is_demo AND h.id IS NULL)""",
    ),
    Invariant(
        "I9",
        "A paid payment was credited once, what came back of it was taken back, and no other"
        " was credited",
        PAYMENTS,
    ),
    Invariant(
        "I10",
        "No hold outlives its order or its time",
        """
        SELECT h.id, h.job_id, g.state FROM billing_hold h
        LEFT JOIN generation_generation g ON g.id = h.job_id
        WHERE h.state = 'pending'
          AND (h.expires_at < %s OR g.id IS NULL OR g.state NOT IN ('queued', 'running'))""",
    ),
    Invariant(
        "I11",
        "A code was used as often as it says, once an account, and each use gave its credits",
        """
        SELECT p.code, p.uses, count(u.id), count(t.id) FROM billing_promocode p
        LEFT JOIN billing_promouse u ON u.promo_id = p.id
        LEFT JOIN billing_transfer t ON t.id = u.transfer_id AND t.kind = 'promo'
            AND t.wallet_id = u.account_id AND t.amount = p.credits * 1000000
        GROUP BY p.id, p.code, p.uses, p.max_uses
        HAVING p.uses <> count(u.id) OR count(u.id) <> count(t.id) OR p.uses > p.max_uses
        UNION ALL
        SELECT t.key, 0, 0, 1 FROM billing_transfer t WHERE t.kind = 'promo'
          AND NOT EXISTS (SELECT 1 FROM billing_promouse u WHERE u.transfer_id = t.id)""",
    ),
    Invariant(
        "I12",
        "A debt is what clawbacks could not take, less what was paid back",
        """
        SELECT w.account_id, w.debt FROM billing_wallet w WHERE w.debt <>
            (SELECT coalesce(sum(c.amount - c.taken), 0) FROM billing_clawback c
             WHERE c.wallet_id = w.account_id)
            - (SELECT coalesce(sum(t.amount), 0) FROM billing_transfer t
               WHERE t.wallet_id = w.account_id AND t.kind = 'debt_payment')""",
    ),
    Invariant(
        "I13",
        "A budget counts the orders of its window, no more and no less",
        """
        SELECT b.id, b.spent, coalesce(sum(h.posted), 0), b.held,
            coalesce(sum(CASE WHEN h.state = 'pending' THEN h.amount ELSE 0 END), 0)
        FROM billing_keybudget b
        LEFT JOIN billing_hold h ON b.owner IN (h.key_id, h.wallet_id, h.member)
            AND h.created_at >= b.window_start
        GROUP BY b.id, b.spent, b.held
        HAVING b.spent <> coalesce(sum(h.posted), 0)
            OR b.held <> coalesce(
                sum(CASE WHEN h.state = 'pending' THEN h.amount ELSE 0 END), 0)""",
    ),
    Invariant(
        "I14",
        "Nothing in the books belongs to what is not there",
        ORPHANS,
    ),
    Invariant(
        "I15",
        "Each credit is a lot, and a lot holds what was not drawn from it",
        """
        SELECT t.key, t.amount, l.amount, l.unspent FROM billing_transfer t
        LEFT JOIN billing_lot l ON l.transfer_id = t.id
        LEFT JOIN billing_draw d ON d.lot_id = l.transfer_id
        WHERE t.direction = 1
        GROUP BY t.id, t.key, t.amount, t.wallet_id, t.seq,
            l.amount, l.unspent, l.wallet_id, l.seq
        HAVING l.amount IS NULL OR l.amount <> t.amount OR l.seq <> t.seq
            OR l.wallet_id <> t.wallet_id
            OR l.unspent <> l.amount - coalesce(sum(d.amount), 0)""",
    ),
    Invariant(
        "I16",
        "As far as a journal was drawn from its lots, they hold its balance",
        """
        SELECT r.wallet_id, r.seq, t.balance_after, coalesce(sum(l.unspent), 0)
        FROM billing_reckoning r
        LEFT JOIN billing_transfer t ON t.wallet_id = r.wallet_id AND t.seq = r.seq
        LEFT JOIN billing_lot l ON l.wallet_id = r.wallet_id AND l.seq <= r.seq
        GROUP BY r.wallet_id, r.seq, t.balance_after
        HAVING coalesce(t.balance_after, 0) <> coalesce(sum(l.unspent), 0)""",
    ),
    Invariant(
        "I17",
        "Each hold has its order, or its month was dropped and knows what was charged",
        """
        SELECT h.id, h.job_id, h.posted, 0 FROM billing_hold h
        WHERE NOT EXISTS (SELECT 1 FROM generation_generation g WHERE g.id = h.job_id)
          AND NOT EXISTS (SELECT 1 FROM generation_droppedmonth d
            WHERE h.job_id >= d.since AND h.job_id < d.until)
        UNION ALL
        SELECT 0, d.until, d.charged_microcredits, coalesce(sum(h.posted), 0)
        FROM generation_droppedmonth d
        LEFT JOIN billing_hold h ON h.job_id >= d.since AND h.job_id < d.until
            AND NOT EXISTS (SELECT 1 FROM generation_generation g WHERE g.id = h.job_id)
        GROUP BY d.until, d.charged_microcredits
        HAVING d.charged_microcredits <> coalesce(sum(h.posted), 0)""",
    ),
)


def audit() -> list[Finding]:
    """Run every invariant and return whoever breaks one."""
    findings = []
    with connection.cursor() as cursor:
        for invariant in INVARIANTS:
            cursor.execute(
                invariant.offenders,
                [too_old(cursor)] if "%s" in invariant.offenders else None,
            )
            findings += [Finding(invariant.name, row) for row in cursor.fetchall()]
    return findings


def too_old(cursor: CursorWrapper) -> str:
    """A hold that expired before this, by the database's clock, was missed by two sweeps."""
    cursor.execute("SELECT CURRENT_TIMESTAMP")
    now = cursor.fetchone()[0]
    moment = datetime.fromisoformat(now) if isinstance(now, str) else now
    moment -= timedelta(seconds=2 * settings.SWEEP_SECONDS)
    return moment.isoformat(sep=" ", timespec="seconds")
