"""Drop months of orders that are no longer kept, one at a time, the oldest first.

Pictures go first, file before row, and what stands beside an order; each in small steps,
so that whoever is stopped goes on where they were. Then the month's part is dropped as a
whole, and what is still needed of it moves into the part for what is kept. Money is not
touched: journal and holds stay, and the month's line says what they add up to.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from time import monotonic
from typing import Any

import structlog
from django.db import connection, models
from django.db.backends.utils import CursorWrapper
from django.db.models import Sum

from billing.models import Hold
from playground.generation.ahead import add_own_indexes
from playground.generation.horizon import kept_since
from playground.generation.models import Attempt, DroppedMonth, Generation, Picture
from playground.generation.parted import (
    KEPT,
    LIKE,
    ORDERS,
    REST,
    TABLES,
    Part,
    in_a_moment,
    is_parted,
    parts_of,
)
from playground.generation.thumbnails import remove_files
from playground.retention.needed import Range, needed, pictures_of, waits_for

log = structlog.get_logger()
AT_ONCE = 500
Model = type[models.Model]
RELATED: Any = Generation._meta.related_objects


def overdue(now: datetime) -> list[Part]:
    """Return the parts that are all older than what is kept, the oldest first."""
    since = kept_since(now)
    if since is None or not is_parted():
        return []
    months = [one for one in parts_of(ORDERS) if not one.holds_rest]
    return [
        one for one in months if one.ends_at <= since and one.name != f"{ORDERS}_{KEPT}"
    ]


def drop_overdue(now: datetime, seconds: float | None = None) -> list[str]:
    """Drop what is no longer kept, as far as the time allows; return the parts' names."""
    ends, dropped = monotonic() + seconds if seconds else None, []
    for part in overdue(now):
        months = Range.of(part)
        if reason := waits_for(months):
            log.info("month.waits", part=part.name, reason=reason)
            break
        if not (emptied(months, ends) and drop(part)):
            break
        dropped.append(part.name)
    return dropped


def emptied(months: Range, ends: float | None) -> bool:
    """Remove what hangs on orders that nothing needs; say whether all of it is gone."""
    stays = needed(months)
    for model, column, names in hanging(months):
        rows = model._default_manager.filter(**{f"{column}__in": names - stays})
        remove_all(rows.values_list("file", flat=True) if model is Picture else ())
        rows.delete()
        if ends and monotonic() > ends:
            return False
    return True


def remove_all(files: Iterable[str]) -> None:
    for file in files:
        remove_files(file)


def hanging(months: Range) -> Iterator[tuple[Model, str, set[str]]]:
    """Yield tables whose rows go with an order, by which column, and a few such orders.

    Pictures come first. Tries have parts of their own, and go with those.
    """
    found = [(one.related_model, one.field.attname) for one in RELATED]
    for model, column in sorted(found, key=lambda one: one[0] is not Picture):
        if model is not Attempt:
            for names in orders_in(model, column, months):
                yield model, column, set(names)


def orders_in(model: Model, column: str, months: Range) -> Iterator[list[str]]:
    """Yield the orders that have rows in a table, a few at a time."""
    rows = model._default_manager.filter(**months.of_column(column))
    names = rows.order_by(column).values_list(column, flat=True).distinct()
    few = list(names[:AT_ONCE])
    while few:
        yield few
        few = list(names.filter(**{f"{column}__gt": few[-1]})[:AT_ONCE])


def drop(part: Part) -> bool:
    """Drop a month's parts; what is still needed of it moves to where such is kept."""
    months = Range.of(part)
    stays = needed(months) | with_pictures(months)
    line = summed_up(part, months, stays)

    def work(cursor: CursorWrapper) -> bool:
        is_there = part.name in {one.name for one in parts_of(ORDERS)}
        if not is_there or with_pictures(months) - stays:
            return False  # somebody else was first, or it is looked at again
        line.save(force_insert=True)
        for table in TABLES:
            replace(cursor, table, months, sorted(stays))
        return True

    is_dropped = in_a_moment(work)
    if is_dropped:
        log.info("month.dropped", part=part.name, orders=line.orders, kept=line.kept)
    return is_dropped


def with_pictures(months: Range) -> set[str]:
    return set(pictures_of(months).values_list("generation_id", flat=True))


def summed_up(part: Part, months: Range, stays: Collection[str]) -> DroppedMonth:
    """Return what will be known of a month: how many orders, and what they were charged."""
    holds = Hold.objects.filter(**months.of_column("job_id"))
    of_kept = holds.filter(job_id__in=stays)
    posted = [
        which.aggregate(all=Sum("posted"))["all"] or 0 for which in (holds, of_kept)
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {part.name}")
        (orders,) = cursor.fetchone()
    return DroppedMonth(
        since=months.since,
        until=months.until,
        orders=orders - len(stays),
        charged_microcredits=posted[0] - posted[1],
        kept=len(stays),
    )


def replace(cursor: CursorWrapper, table: str, months: Range, stays: list[str]) -> None:
    """Take a month out of a table and put what stays of it into the part that is kept."""
    column, _ = TABLES[table]
    parts = {one.name: one for one in parts_of(table)}
    (month,) = (one.name for one in parts.values() if one.until == months.until)
    kept = f"{table}_{KEPT}"
    cursor.execute(f"ALTER TABLE {table} DETACH PARTITION {month}")
    if kept in parts:
        cursor.execute(f"ALTER TABLE {table} DETACH PARTITION {kept}")
    else:
        cursor.execute(f"CREATE TABLE {kept} (LIKE {table} {LIKE})")
        add_own_indexes(cursor, f"{table}_{REST}", kept)
    names = columns_of(cursor, table)
    cursor.execute(
        f"INSERT INTO {kept} ({names}) SELECT {names} FROM {month}"
        f" WHERE {column} = ANY (%s)",
        [stays],
    )
    cursor.execute(
        f"ALTER TABLE {table} ATTACH PARTITION {kept}"
        f" FOR VALUES FROM (MINVALUE) TO ('{months.until}')"
    )
    cursor.execute(f"DROP TABLE {month}")


def columns_of(cursor: CursorWrapper, table: str) -> str:
    cursor.execute(
        "SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute"
        " WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped",
        [table],
    )
    names: str = cursor.fetchone()[0]
    return names
