"""Digests of what callers wrote: the user an order was for, and each of its labels.

No rollup knows these. An account of which many orders of a day name a user, or have
labels, gets a digest of each of them for that day; where it is few, the orders are read
themselves. A digest knows a user or label by a hash: as long as the longest name is, no
index would hold it.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, QuerySet

from accounts.ids import first_id
from playground.generation import digests
from playground.generation.digests import Place, Usage, digest_of, hashed
from playground.generation.histogram import bucket_of
from playground.generation.models import DigestDay, Generation
from playground.generation.rollup_sql import ARRIVING, SKEW

DAY, MILLISECOND = timedelta(days=1), timedelta(milliseconds=1)
USER, LABEL = "user", "label"
COLUMNS = {USER: "user", LABEL: "metadata"}
ASKED = (
    *("account_id", "model", "key_id", "state", "error_code", "is_demo", "delivered"),
    *("unit_price_microcredits", "created_at", "finished_at", "user", "metadata"),
)


def place_of_user(user: str) -> Place:
    return USER, hashed(user)


def place_of_label(name: str, value: str) -> Place:
    return LABEL, hashed(f"{name}\0{value}")


def write_digests_of_callers(start: datetime) -> None:
    """Add the digests of a day whose orders have all ended."""
    for fact, column in COLUMNS.items():
        orders = ended_on(start).filter(**{f"{column}__isnull": False})
        counted = orders.values("account_id").annotate(count=Count("pk"))
        busy = [one["account_id"] for one in counted.filter(count__gte=digests.FEW)]
        rows = orders.filter(account_id__in=busy).values_list(*ASKED, named=True)
        found: dict[tuple[str, Place], Usage] = defaultdict(Usage)
        for order in rows.iterator():
            for place in ((fact, ""), *places_in(getattr(order, column))):
                add(found[order.account_id, place], order)
        DigestDay.objects.bulk_create(
            [
                digest_of(DigestDay, start, account_id, place, usage)
                for (account_id, place), usage in found.items()
            ]
        )


def ended_on(start: datetime) -> QuerySet[Generation]:
    """Find a day's orders by their ids, as adding up does."""
    first, after = (
        first_id("img", start - ARRIVING),
        first_id("img", start + DAY + SKEW),
    )
    orders = Generation.objects.filter(
        pk__gte=first, pk__lt=after, created_at__gte=start, created_at__lt=start + DAY
    )
    return orders.filter(is_test=False).exclude(state__in=Generation.LIVE)


def places_in(said: str | dict[str, Any]) -> Iterator[Place]:
    if isinstance(said, str):
        yield place_of_user(said)
        return
    for name, value in said.items():
        if isinstance(value, str):
            yield place_of_label(name, value)


def add(usage: Usage, order: Any) -> None:
    spent = order.delivered * order.unit_price_microcredits
    end = order.state, order.error_code
    usage.add(order.model, order.key_id or "", end, (1, order.delivered, spent))
    if order.delivered and order.finished_at:
        took_ms = round((order.finished_at - order.created_at) / MILLISECOND)
        usage.add_took([(bucket_of(took_ms), 1)])
    usage.is_demo = usage.is_demo or order.is_demo
