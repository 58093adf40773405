"""An account's usage, read from the rollups: what the console's charts and tables show.

A window is in hours or in days, as `metrics.Window` has it. What a test key rehearsed is
in none of it.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from playground.generation.histogram import EMPTY, ENOUGH, Histogram, percentile
from playground.generation.models import AccountDay, UsageDay, UsageHour
from playground.generation.rollups import TOOK
from playground.generation.summing import Key, Sums, Wanted, Window, lines, totals

By = Literal[
    "model",
    "provider",
    "key_id",
    "person_id",
    "lane",
    "endpoint",
    "group",
    "state",
    "error_code",
]
COARSE = {"account_id", "model", "key_id", "state", "error_code"}
SUMS = ("requests", "pictures", "spent_microcredits")


@dataclass(frozen=True, slots=True)
class Filter:
    """Which of an account's orders. What is empty does not matter.

    What was asked by hand, in the playground, has a lane and no key.
    """

    account_id: str
    model: str = ""
    provider: str = ""
    key_id: str = ""
    person_id: int | None = None
    lane: str = ""
    endpoint: str = ""
    group: str = ""
    state: str = ""
    error_code: str = ""

    @property
    def said(self) -> dict[str, Any]:
        named = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True, slots=True)
class Used:
    """Orders added up. How long they took is told of those that brought pictures."""

    requests: int
    pictures: int
    spent_microcredits: int
    took: Histogram
    is_demo: bool

    def seconds(self, part: float) -> float | None:
        """Return a percentile; None when there are too few to say."""
        return percentile(self.took, part) if sum(self.took) >= ENOUGH else None

    @property
    def p50_seconds(self) -> float | None:
        return self.seconds(0.5)

    @property
    def p95_seconds(self) -> float | None:
        return self.seconds(0.95)


NOTHING = Used(0, 0, 0, EMPTY, False)


def used(which: Filter, window: Window) -> Used:
    """Return an account's orders, all together, and how long they took."""
    counts = totals(wanted(which, window, latency=False))
    if not counts:
        return NOTHING
    return replace(used_in(counts[()]), took=times_of(which, window))


def times_of(which: Filter, window: Window) -> Histogram:
    """Return how long those that brought pictures took."""
    times = wanted(which, window, latency=True)
    took = totals(replace(times, sums=TOOK, is_of_pictures=True))
    return took[()].numbers if took else EMPTY


def used_by(
    which: Filter, window: Window, *by: By, latency: bool = False
) -> dict[Key, Used]:
    """Return the same for each model, say; what cost most comes first."""
    found = totals(wanted(which, window, by, latency=latency))
    known = {key: used_in(sums) for key, sums in found.items()}

    def most(item: tuple[Key, Used]) -> tuple[int, int]:
        return -item[1].spent_microcredits, -item[1].requests

    return dict(sorted(known.items(), key=most))


def usage_series(
    which: Filter, window: Window, *by: By, latency: bool = False
) -> dict[Key, dict[datetime, Used]]:
    """Return every hour or day of the window for each model, say."""
    found = lines(wanted(which, window, by, latency=latency))
    return {
        key: {start: used_in(sums) if sums else NOTHING for start, sums in line.items()}
        for key, line in found.items()
    }


def wanted(
    which: Filter, window: Window, by: tuple[By, ...] = (), *, latency: bool
) -> Wanted:
    """Say what is to be added up, in the smallest rollups that know it."""
    sums = (*SUMS, *TOOK) if latency else SUMS
    days = AccountDay if {*which.said, *by} <= COARSE else UsageDay
    return Wanted(UsageHour, days, window, sums, which.said, by)


def used_in(sums: Sums) -> Used:
    """Read an account's usage from a row of sums."""
    requests, pictures, spent, *took = sums.numbers
    return Used(requests, pictures, spent, tuple(took) or EMPTY, sums.is_demo)
