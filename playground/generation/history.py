"""An account's orders, as lists show them: newest first, filtered, a page at a time.

Pages are cut by an order's own place, so that one that arrives meanwhile moves
nothing. Rehearsals with test keys are listed, and never added up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.fields.json import KeyTransform

from playground.generation.models import Generation
from playground.generation.months import bound_of, month_of
from playground.generation.quoting import is_text

State = Generation.State
A_DAY = timedelta(days=1)
Columns = Sequence[str]
NOT_PAINTED = (State.FAILED, State.REFUSED)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which orders are asked for. What is empty does not matter."""

    key: str = ""
    model: str = ""
    status: str = ""
    user: str = ""
    person_id: int | None = None
    lane: str = ""
    provider: str = ""
    group: str = ""
    endpoint: str = ""
    since: datetime | None = None
    before: datetime | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Totals:
    """Orders added up."""

    requests: int
    pictures: int
    failed: int
    charged_microcredits: int


def order_named(account_id: str, name: str) -> Generation | None:
    """Find one order of the account; another's looks like none."""
    if not is_text(name):
        return None
    orders = Generation.objects.filter(account_id=account_id).select_related("key")
    return orders.filter(pk=name).first()


def orders_like(account_id: str, wanted: Wanted) -> QuerySet[Generation]:
    """Return the account's orders that fit."""
    orders = Generation.objects.filter(account_id=account_id)
    exactly = {
        "key_id": wanted.key,
        "model": wanted.model,
        "state": wanted.status,
        "user": wanted.user,
        "person_id": wanted.person_id,
        "lane": wanted.lane,
        "provider": wanted.provider,
        "group_id": wanted.group,
        "endpoint": wanted.endpoint,
        "created_at__gte": wanted.since,
        "created_at__lt": wanted.before,
        # An id is a little older than its order. This skips months, where there are
        # parts; said to the minute, PostgreSQL would take it for a way to find orders.
        "pk__gte": wanted.since and bound_of(month_of(wanted.since - A_DAY)),
    }
    orders = orders.filter(**{name: value for name, value in exactly.items() if value})
    for place, (name, value) in enumerate(wanted.metadata.items()):
        label = {f"label_{place}": KeyTransform(name, "metadata")}
        orders = orders.filter(metadata__isnull=False).alias(**label)
        orders = orders.filter(**{f"label_{place}": value})
    return orders


def page_of(
    orders: QuerySet[Generation],
    count: int,
    after: Generation | None = None,
    columns: Columns = (),
) -> tuple[list[Generation], bool]:
    """Return the orders older than one, or the newest, and whether there are more."""
    found = list(newest_first(orders, after, columns)[: count + 1])
    return found[:count], len(found) > count


def newest_first(
    orders: QuerySet[Generation], after: Generation | None = None, columns: Columns = ()
) -> QuerySet[Generation]:
    """Put orders as lists show them, from one on if it is given.

    Whoever shows a few columns names them, and knows the keys' names: to read forty of an
    order, and of its key, is most of a list's work.
    """
    if after:
        same_moment = Q(created_at=after.created_at, pk__lt=after.pk)
        # The first half alone is what an index can look up; the second makes it exact.
        orders = orders.filter(created_at__lte=after.created_at)
        orders = orders.filter(Q(created_at__lt=after.created_at) | same_moment)
    shown = orders.order_by("-created_at", "-pk")
    if columns:
        return shown.only(*columns)
    return shown.select_related("key").only(*all_short(), "key__name")


@cache
def all_short() -> tuple[str, ...]:
    """Return all columns but what was asked, which may be long."""
    every = {column.attname for column in Generation._meta.concrete_fields}
    return tuple(every - {"prompt", "request"})


def totals(orders: QuerySet[Generation]) -> Totals:
    """Add orders up, without rehearsals; what is still painted has cost nothing yet."""
    real = orders.filter(is_test=False)
    ended = ~Q(state__in=Generation.LIVE)
    found = real.aggregate(
        requests=Count("pk"),
        pictures=Sum("delivered"),
        failed=Count("pk", filter=Q(state__in=NOT_PAINTED)),
        charged=Sum(F("unit_price_microcredits") * F("delivered"), filter=ended),
    )
    return Totals(
        found["requests"],
        found["pictures"] or 0,
        found["failed"],
        found["charged"] or 0,
    )
