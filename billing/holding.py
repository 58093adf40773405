"""Setting money aside for an order, and settling it: once for each database.

On PostgreSQL these are fragments that `generation.books` joins with its own rows
in one statement. SQLite has no such statements, so there each operation is a few
plain ones inside one transaction. Both forms pass the same tests.
"""

from dataclasses import dataclass
from sqlite3 import Cursor
from typing import Any

# PostgreSQL. `asked(job_id, wallet_id, amount, seconds, key_id, member)` comes before;
# orders of one wallet are held together or not at all. Everybody locks wallets first, then
# budgets, each in the order of their ids.
HOLD = """
asked_of AS (
    SELECT wallet_id, sum(amount)::bigint AS amount FROM asked WHERE amount > 0 GROUP BY wallet_id
),
turn AS (
    SELECT account_id, is_capped FROM billing_wallet
    WHERE account_id IN (SELECT wallet_id FROM asked_of) ORDER BY account_id FOR UPDATE
),
capped AS (
    SELECT a.wallet_id, o.owner, a.amount
    FROM asked a JOIN turn ON turn.account_id = a.wallet_id AND turn.is_capped,
    LATERAL (VALUES (a.wallet_id), (a.key_id), (a.member)) AS o(owner) WHERE a.amount > 0
),
limits AS (
    SELECT b.id, b.owner, b.cap, w.starts,
           CASE WHEN b.window_start < w.starts THEN 0 ELSE b.spent END AS spent,
           CASE WHEN b.window_start < w.starts THEN 0 ELSE b.held END AS held
    FROM billing_keybudget b, LATERAL (
        SELECT CASE WHEN b.period = 'total' THEN b.window_start
               ELSE date_trunc(b.period, now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' END AS starts
    ) AS w
    WHERE b.owner IN (SELECT owner FROM capped) ORDER BY b.id FOR UPDATE OF b
),
asked_by AS (
    SELECT owner, sum(amount)::bigint AS amount FROM capped GROUP BY owner
),
beyond AS (
    SELECT c.wallet_id FROM capped c JOIN asked_by USING (owner) JOIN limits USING (owner)
    WHERE limits.spent + limits.held + asked_by.amount > limits.cap
),
able AS (
    UPDATE billing_wallet w SET held = w.held + a.amount
    FROM asked_of a JOIN turn ON turn.account_id = a.wallet_id
    WHERE w.account_id = a.wallet_id AND w.account_id = ANY (ARRAY(SELECT account_id FROM turn))
      AND NOT w.frozen AND w.debt = 0
      AND w.credits_posted - w.debits_posted - w.held >= a.amount
      AND w.account_id NOT IN (SELECT wallet_id FROM beyond)
    RETURNING w.account_id
),
held AS (
    INSERT INTO billing_hold
        (wallet_id, job_id, key_id, member, amount, posted, state, created_at, expires_at, reason)
    SELECT wallet_id, job_id, coalesce(key_id, ''), member, amount, 0, 'pending', now(),
           now() + make_interval(secs => seconds), ''
    FROM asked WHERE amount > 0 AND wallet_id IN (SELECT account_id FROM able)
),
counted AS (
    UPDATE billing_keybudget b
    SET window_start = l.starts, spent = l.spent, held = l.held + asked_by.amount
    FROM limits l JOIN asked_by USING (owner)
    WHERE b.id = l.id AND l.owner IN (
        SELECT c.owner FROM capped c JOIN able ON able.account_id = c.wallet_id)
)"""

# Said so that PostgreSQL finds a hold by its order: told that its state is pending, it
# walks through the index of all the pending ones, for each order again.
PENDING = "h.resolved_at IS NULL"

# PostgreSQL. `closing(job_id, cost, unpaid_state, reason)` comes before, and orders that are
# free have no row in it. Charges of one wallet get their numbers in the order of their holds.
SETTLE = f"""
resolved AS (
    UPDATE billing_hold h
    SET state = CASE WHEN c.cost > 0 THEN 'posted' ELSE c.unpaid_state END,
        posted = c.cost, resolved_at = now(), reason = c.reason
    FROM closing c WHERE h.job_id = c.job_id AND {PENDING}
    RETURNING h.id, h.wallet_id, h.amount, h.posted, h.job_id, h.key_id, h.member,
              h.created_at
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
    RETURNING w.account_id, w.is_capped, w.seq - m.charges AS seq_before,
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
),
capped AS (
    SELECT o.owner, r.amount, r.posted, r.created_at
    FROM resolved r JOIN wallet ON wallet.account_id = r.wallet_id AND wallet.is_capped,
    LATERAL (VALUES (r.wallet_id), (r.key_id), (r.member)) AS o(owner)
),
limits AS (
    SELECT b.id, b.owner, b.window_start FROM billing_keybudget b
    WHERE b.owner IN (SELECT owner FROM capped) ORDER BY b.id FOR UPDATE
),
counted AS (
    UPDATE billing_keybudget b SET held = b.held - m.amount, spent = b.spent + m.posted
    FROM (SELECT l.id, sum(c.amount)::bigint AS amount, sum(c.posted)::bigint AS posted
          FROM limits l JOIN capped c ON c.owner = l.owner AND c.created_at >= l.window_start
          GROUP BY l.id) AS m
    WHERE b.id = m.id
)"""

SQLITE_NOW = "strftime('%Y-%m-%d %H:%M:%f', 'now')"
SQLITE_LATER = "strftime('%Y-%m-%d %H:%M:%f', 'now', :seconds || ' seconds')"


SQLITE_WINDOW = """CASE period
    WHEN 'day' THEN strftime('%Y-%m-%d 00:00:00', 'now')
    WHEN 'week' THEN strftime('%Y-%m-%d 00:00:00', 'now', 'weekday 0', '-6 days')
    WHEN 'month' THEN strftime('%Y-%m-01 00:00:00', 'now')
    ELSE window_start END"""
BEYOND_ON_SQLITE = f"""
    SELECT 1 FROM billing_keybudget WHERE owner IN (:wallet_id, :key_id, :member)
    AND CASE WHEN window_start < {SQLITE_WINDOW} THEN 0 ELSE spent + held END + :amount > cap"""
COUNT_ON_SQLITE = f"""
    UPDATE billing_keybudget SET
        spent = CASE WHEN window_start < {SQLITE_WINDOW} THEN 0 ELSE spent END,
        held = CASE WHEN window_start < {SQLITE_WINDOW} THEN 0 ELSE held END + :amount,
        window_start = {SQLITE_WINDOW}
    WHERE owner IN (:wallet_id, :key_id, :member)"""


@dataclass(frozen=True, slots=True)
class Asked:
    """What one order wants set aside."""

    job_id: str
    wallet_id: str
    amount: int
    seconds: float
    key_id: str | None
    member: str

    def record(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


def hold_on_sqlite(cursor: Cursor, asked: Asked) -> bool:
    """Set money aside for one order; `False` when the wallet or a limit has no room."""
    order = {**asked.record(), "key_id": asked.key_id or ""}
    cursor.execute(
        "UPDATE billing_wallet SET held = held + :amount WHERE account_id = :wallet_id"
        " AND NOT frozen AND debt = 0 AND credits_posted - debits_posted - held >= :amount"
        f" AND NOT (is_capped AND EXISTS ({BEYOND_ON_SQLITE})) RETURNING is_capped",
        order,
    )
    row = cursor.fetchone()
    if row is None:
        return False
    cursor.execute(
        "INSERT INTO billing_hold"
        " (wallet_id, job_id, key_id, member, amount, posted, state, created_at, expires_at,"
        " reason)"
        " VALUES (:wallet_id, :job_id, :key_id, :member, :amount, 0, 'pending',"
        f" {SQLITE_NOW}, {SQLITE_LATER}, '')",
        order,
    )
    if row[0]:
        cursor.execute(COUNT_ON_SQLITE, order)
    return True


def settle_on_sqlite(
    cursor: Cursor, *, job: str, cost: int, unpaid_state: str, reason: str
) -> None:
    """Resolve the order's hold: take the cost, give the rest back."""
    line = {"job": job, "cost": cost, "reason": reason}
    cursor.execute(
        f"UPDATE billing_hold SET state = :state, posted = :cost, resolved_at = {SQLITE_NOW},"
        " reason = :reason WHERE job_id = :job AND state = 'pending'"
        " RETURNING id AS hold, wallet_id AS wallet, amount, key_id AS key, member,"
        " created_at AS at",
        {**line, "state": "posted" if cost else unpaid_state},
    )
    line |= named(cursor)
    cursor.execute(
        "UPDATE billing_wallet SET held = held - :amount, debits_posted = debits_posted + :cost,"
        " seq = seq + (:cost > 0) WHERE account_id = :wallet"
        " RETURNING seq, credits_posted - debits_posted AS balance, is_capped",
        line,
    )
    line |= named(cursor)
    if line["is_capped"]:
        cursor.execute(
            "UPDATE billing_keybudget SET held = held - :amount, spent = spent + :cost"
            " WHERE owner IN (:wallet, :key, :member) AND window_start <= :at",
            line,
        )
    if cost:
        cursor.execute(
            "INSERT INTO billing_transfer (wallet_id, seq, direction, amount, balance_after, kind,"
            " counter, hold_id, key, ref_type, ref_id, memo, at) VALUES (:wallet, :seq, -1, :cost,"
            " :balance, 'charge', 'revenue', :hold, 'charge:' || :hold, 'generation', :job, '',"
            f" {SQLITE_NOW})",
            line,
        )


def named(cursor: Cursor) -> dict[str, Any]:
    """Return the one row that came back, by its columns' names."""
    names = [column[0] for column in cursor.description]
    return dict(zip(names, cursor.fetchone(), strict=True))
