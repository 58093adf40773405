"""How Easel is just now, for its operators: who lives, what ran, what waits, what failed."""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Count

from accounts.ids import first_id
from playground.generation.metrics import EVERYTHING, Figures, figures_by
from playground.generation.models import Attempt, Generation
from playground.generation.summing import Window
from playground.trust.models import Look, Process, Run
from playground.trust.pulse import ALIVE

LATELY = timedelta(minutes=15)
MOST_CAUSES = 12
LATE = 3  # times its pause: so late a clock has stopped
GRACE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Failed:
    """Tries that came to nothing in the last minutes, for one reason at one provider."""

    provider: str
    outcome: str
    status: int | None
    tries: int
    part: float


def failed_lately(now: datetime) -> tuple[int, list[Failed]]:
    """Return how many tries there were lately, and what became of those that failed."""
    tries = Attempt.objects.filter(
        generation_id__gte=first_id("img", now - LATELY), generation__is_test=False
    )
    counted = tries.values("provider", "outcome", "status").annotate(tries=Count("pk"))
    rows = list(counted.order_by("-tries", "provider", "outcome"))
    whole = sum(row["tries"] for row in rows)
    bad = [row for row in rows if row["outcome"] != Attempt.Outcome.SUCCEEDED]
    return whole, [
        Failed(**row, part=row["tries"] / whole) for row in bad[:MOST_CAUSES]
    ]


def by_provider(now: datetime) -> dict[str, Figures]:
    """Return the last day's tries by provider: whose failures there were."""
    window = Window.last("24h", now)
    found = figures_by(EVERYTHING, window, "provider", depth="counts")
    return {provider: figures for (provider,), figures in found.items()}


def refused_orders(now: datetime) -> list[tuple[str, int]]:
    """Return why orders of the last minutes came to nothing, the commonest first."""
    orders = Generation.objects.filter(
        pk__gte=first_id("img", now - LATELY), is_test=False
    )
    counted = orders.exclude(error_code="").values("error_code")
    rows = counted.annotate(orders=Count("pk")).order_by("-orders", "error_code")
    return [(row["error_code"], row["orders"]) for row in rows[:MOST_CAUSES]]


@dataclass(frozen=True, slots=True)
class Clockwork:
    """Something that is done by the clock: how often, when last, and how it went."""

    name: str
    every_seconds: float | None
    run: Run | None
    is_late: bool


def clockwork(now: datetime) -> list[Clockwork]:
    """Return everything that the beat sends, the latest first."""
    runs = {run.task: run for run in Run.objects.all()}
    lines = [line_of(name, one, runs, now) for name, one in SCHEDULE.items()]
    return sorted(lines, key=lambda line: (not line.is_late, line.name))


SCHEDULE = settings.CELERY_BEAT_SCHEDULE


def line_of(
    name: str, entry: dict[str, object], runs: dict[str, Run], now: datetime
) -> Clockwork:
    pause, run = entry["schedule"], runs.get(str(entry["task"]))
    if not isinstance(pause, int | float):  # at hours of the day, say
        return Clockwork(name, None, run, is_late=False)
    patience = timedelta(seconds=LATE * pause) + GRACE
    return Clockwork(
        name, pause, run, is_late=run is not None and now - run.ended_at > patience
    )


def beats(lines: Iterable[Clockwork]) -> bool:
    """Say whether anything was done by the clock when it should have been."""
    known = [line for line in lines if line.run]
    return bool(known) and not all(line.is_late for line in known)


def alive(now: datetime) -> list[tuple[Process, bool]]:
    """Return every process that lived within a day, and whether it does now."""
    found = Process.objects.order_by("kind", "host", "pid")
    return [(one, now - one.seen_at <= ALIVE) for one in found]


def looks() -> list[Look]:
    return list(Look.objects.order_by("component"))


@dataclass(frozen=True, slots=True)
class Disk:
    """How much room there is where Easel keeps its files."""

    free_bytes: int
    whole_bytes: int

    @property
    def used_part(self) -> float:
        return 1 - self.free_bytes / self.whole_bytes


def disk() -> Disk:
    usage = shutil.disk_usage(settings.DATA_DIR)
    return Disk(usage.free, usage.total)


def database_bytes() -> int | None:
    """Return how large the database is, as far as it says."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_database_size(current_database())")
        else:
            cursor.execute(
                "SELECT page_count * page_size"
                " FROM pragma_page_count(), pragma_page_size()"
            )
        found = cursor.fetchone()
    return int(found[0]) if found else None
