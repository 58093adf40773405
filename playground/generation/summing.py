"""Add lines of the rollups up over a window: one small query, on either database.

A window in days is read from the days as far as they are closed, and from the hours
after that, so that what happened a minute ago is in it too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Self

from django.db import connection, connections, models
from django.utils import timezone

from playground.generation import replica
from playground.generation.models import Rolled
from playground.generation.rolling import DAY, HOUR, day_of, hour_of

Key = tuple[Any, ...]
WINDOWS = ("24h", "7d", "30d", "90d")


@dataclass(frozen=True, slots=True)
class Window:
    """From when until when, and whether in hours or days."""

    since: datetime
    until: datetime
    step: Literal["hour", "day"]

    @classmethod
    def last(cls, name: str, now: datetime | None = None) -> Self:
        """Return 24h, which is in hours, or 7d, 30d, 90d, which are in whole days."""
        now = now or timezone.now()
        count = int(name[:-1])
        if name.endswith("h"):
            return cls(hour_of(now) - (count - 1) * HOUR, now, "hour")
        return cls(day_of(now) - (count - 1) * DAY, now, "day")

    @property
    def minutes(self) -> float:
        return max(1.0, (self.until - self.since).total_seconds() / 60)

    @property
    def step_minutes(self) -> float:
        return 60.0 if self.step == "hour" else 24 * 60.0

    def steps(self) -> Iterator[datetime]:
        """Return when each hour or day of it begins."""
        start, length = self.since, HOUR if self.step == "hour" else DAY
        while start < self.until:
            yield start
            start += length


@dataclass(frozen=True, slots=True)
class Part:
    """Some of a window, and the rollup that it is read from."""

    table: type[models.Model]
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which columns to add up, of which lines, and by what; `fits` has no null in it.

    Lines without a picture hold no time either: where only times are wanted, most of the
    lines may be passed over. Without `parts` it is the whole window.
    """

    hours: type[models.Model]
    days: type[models.Model]
    window: Window
    sums: tuple[str, ...]
    fits: Mapping[str, Any] = field(default_factory=dict)
    by: tuple[str, ...] = ()
    is_of_pictures: bool = False
    parts: Sequence[Part] = ()


@dataclass(frozen=True, slots=True)
class Sums:
    """The columns added up, in the order they were asked for."""

    numbers: tuple[int, ...]
    is_demo: bool


def totals(wanted: Wanted) -> dict[Key, Sums]:
    """Return the sums for each key; with nothing to add up there is none."""
    return {key: sums for _, key, sums in found(wanted, in_steps=False)}


def lines(wanted: Wanted) -> dict[Key, dict[datetime, Sums | None]]:
    """Return the sums of each hour or day of the window, for each key, in order."""
    empty = dict.fromkeys(wanted.window.steps())
    every: dict[Key, dict[datetime, Sums | None]] = {}
    for start, key, sums in found(wanted, in_steps=True):
        line = every.get(key)
        if line is None:
            line = every[key] = dict(empty)
        line[start] = sums
    return every


def found(wanted: Wanted, *, in_steps: bool) -> Iterator[tuple[datetime, Key, Sums]]:
    """Ask for the sums of each key, and of each step if they are wanted apart."""
    names = [f'"{name}"' for name in wanted.by]
    groups = [*(("start",) if in_steps else ()), *names]
    sums = [f'sum("{name}")' for name in wanted.sums]
    demo = "max(CASE WHEN is_demo THEN 1 ELSE 0 END)"
    chosen = [seconds_of_start() if in_steps else "0", *names, *sums, demo]
    source, parameters = lines_of(wanted)
    grouped = f"GROUP BY {', '.join(groups)}" if groups else "HAVING count(*) > 0"
    with connections[replica.source()].cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(chosen)} FROM ({source}) AS lines {grouped}", parameters
        )
        rows = cursor.fetchall()
    starts = {int(start.timestamp()): start for start in wanted.window.steps()}
    count = 1 + len(names)
    for row in rows:
        start = starts[row[0]] if in_steps else wanted.window.since
        *numbers, is_demo = [int(value or 0) for value in row[count:]]
        yield start, tuple(row[1:count]), Sums(tuple(numbers), bool(is_demo))


def lines_of(wanted: Wanted) -> tuple[str, Sequence[Any]]:
    """Return a window's lines as a query, and its parameters."""
    texts: list[str] = []
    parameters: list[Any] = []
    for part in wanted.parts or parts_of(wanted):
        text, its = some(wanted, part)
        texts.append(text)
        parameters += its
    return " UNION ALL ".join(texts), parameters


def parts_of(wanted: Wanted) -> list[Part]:
    """Read days as far as they are closed, and hours after that."""
    window = wanted.window
    if window.step == "hour":
        return [Part(wanted.hours, window.since, window.until)]
    closed = max(window.since, min(days_closed(), window.until))
    early = Part(wanted.days, window.since, closed)
    return [early, Part(wanted.hours, closed, window.until)]


def some(wanted: Wanted, part: Part) -> tuple[str, list[Any]]:
    is_finer = wanted.window.step == "day" and part.table is wanted.hours
    start = day_start() if is_finer else "start"
    names = ", ".join(f'"{name}"' for name in (*wanted.by, *wanted.sums))
    fits = "".join(f' AND "{name}" = %s' for name in wanted.fits)
    fits += " AND pictures > 0" if wanted.is_of_pictures else ""
    adapt = connection.ops.adapt_datetimefield_value
    return (
        f"SELECT {start} AS start, is_demo, {names} FROM {part.table._meta.db_table}"
        f" WHERE start >= %s AND start < %s{fits}",
        [adapt(part.since), adapt(part.until), *wanted.fits.values()],
    )


def days_closed() -> datetime:
    """Return until when days are added up."""
    mark = Rolled.objects.first()
    return mark.days_until if mark else timezone.now()


def day_start() -> str:
    """The day in which an hour lies."""
    if connection.vendor == "postgresql":
        return "date_trunc('day', start AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'"
    return "strftime('%%Y-%%m-%%d 00:00:00', start)"


def seconds_of_start() -> str:
    """When a step begins, as a number: a year's days are read much faster so."""
    if connection.vendor == "postgresql":
        return "CAST(extract(epoch FROM start) AS bigint)"
    return "CAST(strftime('%%s', start) AS integer)"
