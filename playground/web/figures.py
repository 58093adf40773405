"""An account's orders of some time, added up for the charts and numbers of the console.

What is over an hour old is read from the rollups, the hour that runs from the orders
themselves, so that a picture is counted as soon as it is there. What callers wrote is
in no rollup: a filter by it reads the orders alone.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Account
from playground.generation.histogram import ENOUGH, histogram, merged, percentile
from playground.generation.models import Generation
from playground.generation.rolling import day_of, hour_of
from playground.generation.summing import Window
from playground.generation.usage import NOTHING, usage_series, used, used_by
from playground.web.sifted import Sieve

State = Generation.State
DONE = (State.SUCCEEDED, State.PARTIALLY_SUCCEEDED)
FAILED = (State.FAILED, State.REFUSED)


@dataclass(slots=True)
class Sums:
    """Orders that have ended, added up."""

    requests: int = 0
    pictures: int = 0
    spent_microcredits: int = 0

    def add(self, requests: int, pictures: int, spent_microcredits: int) -> None:
        self.requests += requests
        self.pictures += pictures
        self.spent_microcredits += spent_microcredits


@dataclass(slots=True)
class Figures:
    """Everything the page says of a stretch of time."""

    whole: Sums = field(default_factory=Sums)
    took: tuple[int, ...] = NOTHING.took
    spent: dict[tuple[date, str], int] = field(default_factory=dict)
    models: dict[str, Sums] = field(default_factory=lambda: defaultdict(Sums))
    keys: dict[str, Sums] = field(default_factory=lambda: defaultdict(Sums))
    steps: dict[datetime, Sums] = field(default_factory=lambda: defaultdict(Sums))
    failed_in: Counter[datetime] = field(default_factory=Counter)
    ends: Counter[tuple[str, str]] = field(default_factory=Counter)
    is_demo: bool = False

    @property
    def failed(self) -> int:
        return sum(count for (state, _), count in self.ends.items() if state in FAILED)

    @property
    def success(self) -> float | None:
        """The share of requests that brought pictures, of those nobody called off."""
        done = sum(count for (state, _), count in self.ends.items() if state in DONE)
        return done / (done + self.failed) if done + self.failed else None

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """Why requests failed: codes, the most frequent first."""
        codes: Counter[str] = Counter()
        for (state, code), count in self.ends.items():
            if state in FAILED:
                codes[code] += count
        return codes.most_common()

    def seconds(self, part: float) -> float | None:
        return percentile(self.took, part) if sum(self.took) >= ENOUGH else None


def figures_of(account: Account, sieve: Sieve, window: Window) -> Figures:
    """Add up what fits."""
    figures = Figures()
    if sieve.is_by_caller:
        count_in(figures, sieve.orders(account, window), window)
        return figures
    running = hour_of(timezone.now())
    if window.since < running:
        early = Window(window.since, min(window.until, running), window.step)
        read_in(figures, account, sieve, early)
    if window.until > running:
        late = Window(max(window.since, running), window.until, window.step)
        count_in(figures, sieve.orders(account, late), window)
    return figures


def spent_in(account: Account, sieve: Sieve, window: Window) -> int:
    """Return what was spent in an earlier time."""
    if not sieve.is_by_caller:
        return used(sieve.filter(account), window).spent_microcredits
    figures = Figures()
    count_in(figures, sieve.orders(account, window), window)
    return figures.whole.spent_microcredits


def read_in(figures: Figures, account: Account, sieve: Sieve, window: Window) -> None:
    """Take what the rollups know."""
    which = sieve.filter(account)
    whole = used(which, window)
    figures.whole.add(whole.requests, whole.pictures, whole.spent_microcredits)
    figures.took, figures.is_demo = merged(figures.took, whole.took), whole.is_demo
    for (model,), line in usage_series(which, window, "model").items():
        for start, one in line.items():
            sums = (one.requests, one.pictures, one.spent_microcredits)
            figures.models[model].add(*sums)
            if one.requests:
                figures.steps[start].add(*sums)
            if one.spent_microcredits:
                figures.spent[start, model] = one.spent_microcredits
    for (key_id,), one in used_by(which, window, "key_id").items():
        figures.keys[key_id].add(one.requests, one.pictures, one.spent_microcredits)
    for (state, code), line in usage_series(
        which, window, "state", "error_code"
    ).items():
        for start, one in line.items():
            figures.ends[state, code] += one.requests
            if state in FAILED:
                figures.failed_in[start] += one.requests


def count_in(figures: Figures, orders: QuerySet[Generation], window: Window) -> None:
    """Take what the orders themselves say."""
    ended = orders.filter(is_test=False).exclude(state__in=Generation.LIVE)
    step = hour_of if window.step == "hour" else day_of
    took_ms: list[int] = []
    for row in rows_of(ended):
        start = step(row.created_at)
        sums = (1, row.delivered, row.unit_microcredits * row.delivered)
        figures.whole.add(*sums)
        figures.models[row.model].add(*sums)
        figures.keys[row.key_id or ""].add(*sums)
        figures.steps[start].add(*sums)
        figures.ends[row.state, row.error_code] += 1
        if sums[2]:
            place = start, row.model
            figures.spent[place] = figures.spent.get(place, 0) + sums[2]
        if row.state in FAILED:
            figures.failed_in[start] += 1
        if row.delivered and row.finished_at:
            took = row.finished_at - row.created_at
            took_ms.append(round(took.total_seconds() * 1000))
    figures.took = merged(figures.took, histogram(took_ms))


@dataclass(frozen=True, slots=True)
class Row:
    """What counts of an order."""

    created_at: datetime
    finished_at: datetime | None
    model: str
    key_id: str | None
    state: str
    error_code: str
    delivered: int
    unit_microcredits: int


def rows_of(orders: QuerySet[Generation]) -> Iterable[Row]:
    columns = ("created_at", "finished_at", "model", "key_id", "state", "error_code")
    rows = orders.values_list(*columns, "delivered", "unit_price_microcredits")
    return (Row(*row) for row in rows.iterator(chunk_size=2000))


def most_of(sums: Mapping[str, Sums], count: int) -> list[tuple[str, Sums]]:
    """Return those that cost most, then those that were asked for most."""

    def weight(item: tuple[str, Sums]) -> tuple[int, int]:
        return -item[1].spent_microcredits, -item[1].requests

    return sorted(sums.items(), key=weight)[:count]
