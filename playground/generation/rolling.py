"""Add up what was tried and used, hour by hour, a little behind the orders themselves.

An hour is added up anew, as a whole, until it can change no more: when it is over and
none of its orders is alive. So it does not matter how late an order ends, how often this
is run, or by how many at once. The hour that is not over is added up like the others,
every minute. A day is added up from its hours once they all are done.

Whoever adds up holds the mark's row, or on SQLite the one writer's place, so two of them
take turns, and each believes what the other has finished.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import structlog
from django.conf import settings
from django.db import connection, models, transaction
from django.utils import timezone

from accounts.ids import first_id
from billing.ledger import one_writer
from playground.generation import rollup_sql as sql
from playground.generation.callers import write_digests_of_callers
from playground.generation.digests import write_digests
from playground.generation.horizon import dropped_until
from playground.generation.models import Generation
from playground.generation.rollups import (
    AccountDay,
    AttemptDay,
    AttemptHour,
    DigestDay,
    DigestHour,
    OfferDay,
    OfferHour,
    Rolled,
    SalesDay,
    SalesHour,
    UsageDay,
    UsageHour,
)

log = structlog.get_logger()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SETTLED_AFTER = timedelta(
    minutes=10
)  # what was being written when an hour ended is there
A_PASS_SECONDS = 20.0
RESTS = 20  # times as long as a pass took
DAYS: dict[type[models.Model], type[models.Model]] = {
    AttemptDay: AttemptHour,
    OfferDay: OfferHour,
    UsageDay: UsageHour,
    AccountDay: UsageHour,
    SalesDay: SalesHour,
}

HOURS = tuple(dict.fromkeys(DAYS.values()))


def hour_of(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def day_of(moment: datetime) -> datetime:
    return hour_of(moment).replace(hour=0)


def look_around() -> bool:
    """Add up what is new, and what is to be done again; say whether it was time to.

    Once all is done there is a rest, twenty times as long as it took.
    """
    mark = Rolled.objects.first()
    if mark and mark.looked_at:
        rest = timedelta(milliseconds=mark.took_ms * RESTS)
        if timezone.now() < mark.looked_at + min(rest, HOUR):
            return False
    started = time.monotonic()
    is_done = catch_up(A_PASS_SECONDS) and do_again(A_PASS_SECONDS)
    took_ms = round((time.monotonic() - started) * 1000) if is_done else 0
    Rolled.objects.update(looked_at=timezone.now(), took_ms=took_ms)
    return True


def catch_up(seconds: float | None = None) -> bool:
    """Add up from where it was left to now; say whether all of it was done in time."""
    ends = time.monotonic() + seconds if seconds else None
    start = opened_mark().hours_until
    while start <= timezone.now():
        if ends and time.monotonic() > ends:
            log.info("rollups.behind", at=start.isoformat())
            return False
        add_up_hour(start)
        start = next_hour(start)
    close_days()
    return True


def opened_mark() -> Rolled:
    """Return the mark; at first it stands before the oldest order."""
    mark = Rolled.objects.first()
    if mark is None:
        oldest = oldest_from(datetime(2000, 1, 1, tzinfo=UTC)) or timezone.now()
        begin = oldest - sql.ARRIVING
        begins = {"hours_until": hour_of(begin), "days_until": day_of(begin)}
        mark, _ = Rolled.objects.get_or_create(pk=1, defaults=begins)
    return mark


def oldest_from(moment: datetime) -> datetime | None:
    """Return when the first order from a moment on was asked for, or a little before."""
    orders = Generation.objects.filter(pk__gte=first_id("img", moment - sql.ARRIVING))
    found: datetime | None = (
        orders.order_by("pk").values_list("created_at", flat=True).first()
    )
    return found


def next_hour(start: datetime) -> datetime:
    """Return the next hour with anything in it: a site may have slept for months."""
    after = start + HOUR
    found = oldest_from(after)
    last = hour_of(timezone.now() - HOUR - SETTLED_AFTER)
    skipped = (
        max(after, min(hour_of(found - sql.ARRIVING), last))
        if found
        else max(after, last)
    )
    if skipped > after:
        Rolled.objects.filter(hours_until=after).update(hours_until=skipped)
    return skipped


@contextmanager
def one_builder() -> Iterator[Rolled]:
    """Let one at a time add up, each in a transaction of its own."""
    with one_writer(), transaction.atomic():
        yield Rolled.objects.select_for_update().get(pk=1)


def add_up_hour(start: datetime) -> None:
    """Replace an hour's lines; pass it for good when nothing in it can change any more."""
    with one_builder() as mark:
        if mark.hours_until > start:
            return
        is_done = is_settled(start)  # asked first: what ends meanwhile is counted
        fill_hour(start)
        if is_done and mark.hours_until == start:
            mark.hours_until = start + HOUR
            mark.save(update_fields=["hours_until"])


def is_settled(start: datetime) -> bool:
    """Say whether an hour is over, with all its orders."""
    if timezone.now() < start + HOUR + SETTLED_AFTER:
        return False
    live = Generation.objects.filter(state__in=Generation.LIVE)
    return not live.filter(created_at__gte=start, created_at__lt=start + HOUR).exists()


def fill_hour(start: datetime) -> None:
    """Add up one hour from the orders themselves."""
    adapt = connection.ops.adapt_datetimefield_value
    begins, within = adapt(start), [adapt(start), adapt(start + HOUR)]
    with connection.cursor() as cursor:
        for target in HOURS:
            cursor.execute(sql.removed(target), within)
        if has_orders(start):
            asked = [begins, *sql.asked_in(start)]
            cursor.execute(sql.attempts_of_an_hour(), asked)
            cursor.execute(sql.usage_of_an_hour(), asked)
            for target, finer in ((OfferHour, AttemptHour), (SalesHour, UsageHour)):
                cursor.execute(sql.added_up(target, finer), [begins, *within])
    # Pages count the hour that runs from the orders themselves.
    if start + HOUR <= timezone.now():
        write_digests(DigestHour, UsageHour, start)


def has_orders(start: datetime) -> bool:
    """Say whether anything may have been asked for within an hour."""
    first, after, *_ = sql.asked_in(start)
    return Generation.objects.filter(pk__gte=first, pk__lt=after).exists()


def fill_day(start: datetime) -> None:
    """Add up one day from its hours."""
    adapt = connection.ops.adapt_datetimefield_value
    within = [adapt(start), adapt(start + DAY)]
    with connection.cursor() as cursor:
        for target, finer in DAYS.items():
            cursor.execute(sql.removed(target), within)
            cursor.execute(sql.added_up(target, finer), [within[0], *within])
    write_digests(DigestDay, UsageDay, start)
    write_digests_of_callers(start)


def close_days() -> None:
    """Add up every day whose hours are all done."""
    while True:
        with one_builder() as mark:
            start = mark.days_until
            if start + DAY > mark.hours_until:
                return
            fill_day(start)
            mark.days_until = start + DAY
            mark.save(update_fields=["days_until"])


def ask_again(since: datetime, until: datetime) -> None:
    """Have whole days added up once more; whoever looks around next begins with it.

    Days whose orders were dropped keep the lines they have.
    """
    opened_mark()
    if dropped := dropped_until():
        since = max(since, dropped + DAY)
    with one_builder() as mark:
        mark.again_from = min(mark.again_from or since, day_of(since))
        mark.again_until = max(mark.again_until or until, until)
        mark.save(update_fields=["again_from", "again_until"])


def do_again(seconds: float | None = None) -> bool:
    """Go on with the days that are to be added up anew; say whether none is left."""
    ends = time.monotonic() + seconds if seconds else None
    while again_one_day():
        if ends and time.monotonic() > ends:
            return False
    return True


def again_one_day() -> bool:
    """Add up one more day, all of it or none; say whether there was one."""
    with one_builder() as mark:
        start, until = mark.again_from, mark.again_until
        if start is None or until is None:
            return False
        if start >= min(until, mark.hours_until):
            mark.again_from = mark.again_until = None
        else:
            fill_whole_day(start, mark)
            mark.again_from = start + DAY
        mark.save(update_fields=["again_from", "again_until"])
        return mark.again_from is not None


def fill_whole_day(start: datetime, mark: Rolled) -> None:
    """Add up a day from its orders, as far as it was added up before."""
    for hour in range(24):
        if start + hour * HOUR < mark.hours_until:
            fill_hour(start + hour * HOUR)
    if start < mark.days_until:
        fill_day(start)


def remove_old() -> int:
    """Remove lines that were kept for as long as the settings say; return how many."""
    mark = Rolled.objects.first()
    if mark is None:
        return 0
    kept_days: dict[type[models.Model], int] = {
        **dict.fromkeys((*HOURS, DigestHour), settings.METRICS_HOURS_KEPT_DAYS),
        **dict.fromkeys((*DAYS, DigestDay), settings.METRICS_DAYS_KEPT_DAYS),
    }
    removed = 0
    for model, days in kept_days.items():
        before = min(day_of(timezone.now()) - days * DAY, mark.days_until)
        old = model._default_manager.filter(start__lt=before)
        removed += old.delete()[0] if days else 0
    return removed
