"""Which queue an order waits in, and whose turn it is there.

A message is a turn in a queue and names no order. Whoever gets it draws one account by
lot from those that wait there, and paints that account's oldest order: ten thousand
orders of one account delay another's by a turn or two, and the machines have nothing
to agree upon. There are as many turns as orders; a turn for nothing costs one question.
"""

import random
from typing import Any

from django.db import connection

from playground.generation.models import Generation
from playground.generation.months import alive_now

Lane = Generation.Lane
LANES: dict[str, tuple[str, ...]] = {
    "browser": (Lane.BROWSER, Lane.GUEST),
    "api": (Lane.API,),
    "batch": (Lane.BATCH,),
}
# Walks along the index from account to account, however many orders each has waiting.
ACCOUNTS = """
WITH RECURSIVE waiting (account_id) AS (
    SELECT min(account_id) FROM generation_generation
    WHERE state = 'queued' AND lane = %(lane)s AND id >= %(since)s AND id < %(until)s
    UNION ALL
    SELECT (SELECT min(g.account_id) FROM generation_generation g
            WHERE g.state = 'queued' AND g.lane = %(lane)s
              AND g.id >= %(since)s AND g.id < %(until)s
              AND g.account_id > waiting.account_id)
    FROM waiting WHERE waiting.account_id IS NOT NULL
)
SELECT account_id FROM waiting WHERE account_id IS NOT NULL"""


def queue_of(lane: str) -> str:
    """Return the queue that orders of a lane wait in."""
    return next(queue for queue, lanes in LANES.items() if lane in lanes)


def drawn(queue: str) -> str | None:
    """Draw who is next, and return that account's oldest order; `None` when none waits."""
    accounts = [
        (lane, account) for lane in LANES[queue] for account in accounts_in(lane)
    ]
    if not accounts:
        return None
    lane, account_id = random.choice(accounts)
    orders = Generation.objects.filter(
        state=Generation.State.QUEUED,
        lane=lane,
        account_id=account_id,
        pk__range=alive_now(),
    )
    first: str | None = orders.order_by("pk").values_list("pk", flat=True).first()
    return first


def accounts_in(lane: str) -> list[Any]:
    with connection.cursor() as cursor:
        since, until = alive_now()
        cursor.execute(ACCOUNTS, {"lane": lane, "since": since, "until": until})
        return [account_id for (account_id,) in cursor.fetchall()]
