"""Look at Easel's own parts, about once a minute, and write down how they are.

Every web process has a round of its own; whoever comes first in a minute looks, the
others pass. Nothing is asked of a process that is away: that a part is down is told by
those that are up. The minutes in which no web process ran are written down when one
runs again.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta

import structlog
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import F, Min
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerAway

from playground.generation.database import AWAY
from playground.generation.models import Generation
from playground.trust.models import Component, ComponentDay, Echo, Health, Look
from playground.trust.tasks import answer

log = structlog.get_logger()
Found = dict[Component, Health]
FIRST_PAUSE_SECONDS = 5
DATABASE_SLOW_SECONDS, STORAGE_SLOW_SECONDS = 0.5, 3.0
QUEUE_SLOW_SECONDS, WORKER_SLOW_SECONDS = 120, 30
MOST_MISSED = 100_000
PROBE = "status/probe"
CONTENT = b"Easel looks whether its storage keeps what it is given."


class Rounds:
    """The looks of one process; it remembers when it could not write them down."""

    def __init__(self) -> None:
        self._unwritten: list[date] = []

    async def go_on(self) -> None:
        """Look until the process ends."""
        await asyncio.sleep(min(FIRST_PAUSE_SECONDS, settings.STATUS_SECONDS))
        while True:
            await asyncio.to_thread(self.once)
            await asyncio.sleep(settings.STATUS_SECONDS)

    def once(self) -> None:
        try:
            if look_around(timezone.now(), self._unwritten):
                self._unwritten = []
        except AWAY as error:
            self._unwritten.append(timezone.now().date())
            log.error("database.away", reason=str(error))
        finally:
            connection.close()


def look_around(now: datetime, unwritten: list[date]) -> bool:
    """Look at everything, unless another process just has.

    `unwritten` are the days of looks that found no database to be written to.
    """
    before = turn_after(now)
    if before is None:
        return False
    missed = missed_between(before, now, len(unwritten))
    found: Found = {
        Component.WEB: Health.GOOD,
        Component.DATABASE: database(),
        Component.STORAGE: storage(),
    }
    # The last message is judged before the next is sent, if this site sent it lately.
    if before != now and not missed:
        found |= worker(now)
    found[Component.QUEUE] = queue(now)
    write_down(found, now)
    count(Component.WEB, Health.DOWN, missed)
    count(Component.DATABASE, Health.DOWN, Counter(unwritten))
    return True


def turn_after(now: datetime) -> datetime | None:
    """Take this minute's turn and return when the last one was; `None`: it is taken."""
    lately = now - timedelta(seconds=settings.STATUS_SECONDS * 0.8)
    mine, is_first = Look.objects.get_or_create(
        component=Component.WEB, defaults={"looked_at": now}
    )
    if is_first:
        return now
    before = mine.looked_at
    if before > lately:
        return None
    taken = Look.objects.filter(component=Component.WEB, looked_at=before)
    return before if taken.update(looked_at=now) else None


def missed_between(before: datetime, now: datetime, unwritten: int) -> Counter[date]:
    """Return, by day, how many looks nobody was there to make."""
    step = timedelta(seconds=settings.STATUS_SECONDS)
    missed = min(int((now - before) / step) - 1 - unwritten, MOST_MISSED)
    if missed <= 1:  # a restart, or a slow minute
        return Counter()
    return Counter((now - step * place).date() for place in range(1, missed + 1))


def timed(work: Callable[[], object], slow_seconds: float) -> Health:
    started = time.monotonic()
    work()
    took = time.monotonic() - started
    return Health.SLOW if took > slow_seconds else Health.GOOD


def database() -> Health:
    """Say how it answers; whether it does, whoever writes this down finds out."""
    return timed(lambda: Look.objects.first(), DATABASE_SLOW_SECONDS)


def storage() -> Health:
    """Store something, read it back and remove it, as every picture is."""
    try:
        return timed(keep_and_forget, STORAGE_SLOW_SECONDS)
    except Exception as error:  # every storage has errors of its own
        log.error("storage.away", reason=repr(error))
        return Health.DOWN


def keep_and_forget() -> None:
    name = default_storage.save(PROBE, ContentFile(CONTENT))
    try:
        with default_storage.open(name) as file:
            if file.read() != CONTENT:
                raise OSError("The storage returned something else than it was given.")
    finally:
        default_storage.delete(name)


def queue(now: datetime) -> Health:
    """Send a message for a worker to answer, and see how long orders wait."""
    try:
        answer.apply_async((now.isoformat(),), expires=300, retry=False)
    except (BrokerAway, OSError) as error:
        log.error("broker.away", reason=str(error))
        return Health.DOWN
    waiting = Generation.objects.filter(state=Generation.State.QUEUED)
    since = waiting.aggregate(since=Min("created_at"))["since"]
    waits = since and (now - since).total_seconds() > QUEUE_SLOW_SECONDS
    return Health.SLOW if waits else Health.GOOD


def worker(now: datetime) -> Found:
    """Say whether the last messages were answered, and how soon."""
    echo = Echo.objects.first()
    patience = timedelta(seconds=settings.STATUS_SECONDS * 2.5)
    if echo is None or now - echo.sent_at > patience:
        return {Component.WORKER: Health.DOWN}
    took = (echo.answered_at - echo.sent_at).total_seconds()
    is_slow = took > WORKER_SLOW_SECONDS
    return {Component.WORKER: Health.SLOW if is_slow else Health.GOOD}


def write_down(found: Found, now: datetime) -> None:
    """Keep what was found: how each part is now, and one more look in its day."""
    for component, health in found.items():
        look, _ = Look.objects.get_or_create(
            component=component, defaults={"looked_at": now, "health": health}
        )
        changed = {"since": now} if look.health != health else {}
        same = Look.objects.filter(component=component)
        same.update(looked_at=now, health=health, **changed)
        count(component, health, Counter([now.date()]))


def count(component: Component, health: Health, days: Counter[date]) -> None:
    """Add looks to days."""
    for day, times in days.items():
        with transaction.atomic():
            line, _ = ComponentDay.objects.get_or_create(component=component, day=day)
            more = {health.value: F(health.value) + times}
            ComponentDay.objects.filter(pk=line.pk).update(**more)
