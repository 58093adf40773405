"""An account's orders of some time, added up for the charts and numbers of the console.

What is over an hour old is read from the rollups, the hour that runs from the orders
themselves, so that a picture is counted as soon as it is there. A user or a label is
known of the days that are over; mixed with anything else it is in no rollup, and the
orders alone are counted, the newest of very many. What staff gave back of an order is taken off
here, where it was spent: rollups know what was charged.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Account
from playground.generation.digests import Usage
from playground.generation.histogram import EMPTY, ENOUGH, merged, percentile
from playground.generation.models import Generation
from playground.generation.newest import Newest, add_up_newest
from playground.generation.rolling import day_of, hour_of
from playground.generation.summing import Part, Window
from playground.generation.usage import sums_of, used, used_by_caller
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
    """Everything the page says of a stretch of time.

    `given` is how much was given back of which orders, at any time.
    """

    given: Mapping[str, int] = field(default_factory=dict)
    whole: Sums = field(default_factory=Sums)
    took: tuple[int, ...] = EMPTY
    spent: dict[date, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    models: dict[str, Sums] = field(default_factory=lambda: defaultdict(Sums))
    keys: dict[str, Sums] = field(default_factory=lambda: defaultdict(Sums))
    steps: dict[datetime, Sums] = field(default_factory=lambda: defaultdict(Sums))
    failed_in: Counter[datetime] = field(default_factory=Counter)
    ends: Counter[tuple[str, str]] = field(default_factory=Counter)
    is_demo: bool = False
    since: datetime | None = None  # from when on, where there is more than is counted

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

    def spend(self, start: datetime, model: str, microcredits: int) -> None:
        if microcredits:
            models = self.spent[start]
            models[model] = models.get(model, 0) + microcredits

    def give_back(
        self, start: datetime, model: str, key: str, microcredits: int
    ) -> None:
        """Take off what was given back, as far as it is in the sums already."""
        back = min(microcredits, self.spent[start].get(model, 0))
        if not back:
            return
        self.spent[start][model] -= back
        for sums in (self.whole, self.models[model], self.keys[key], self.steps[start]):
            sums.spent_microcredits -= back

    def end(self, start: datetime, end: tuple[str, str], count: int) -> None:
        self.ends[end] += count
        if end[0] in FAILED:
            self.failed_in[start] += count

    def seconds(self, part: float) -> float | None:
        return percentile(self.took, part) if sum(self.took) >= ENOUGH else None


def figures_of(
    account: Account, sieve: Sieve, window: Window, given: Mapping[str, int]
) -> Figures:
    """Add up what fits, less what was given back."""
    figures = Figures(given)
    if sieve.is_by_caller:
        count_what_callers_said(figures, account, sieve, window)
    else:
        count_everything(figures, account, sieve, window)
    begin = day_of if window.step == "day" else hour_of
    for order, amount in fitting(figures.given, sieve.orders(account, window)):
        if figures.since is None or order.created_at >= figures.since:
            start = begin(order.created_at)
            figures.give_back(start, order.model, order.key_id or "", amount)
    return figures


def count_everything(
    figures: Figures, account: Account, sieve: Sieve, window: Window
) -> None:
    """Take what the rollups know, and the hour that runs from the orders themselves."""
    running = hour_of(timezone.now())
    if window.since < running:
        early = Window(window.since, min(window.until, running), window.step)
        take(figures, used(sieve.filter(account), early))
    if window.until > running:
        late = Window(max(window.since, running), window.until, window.step)
        take_newest(figures, add_up_newest(sieve.orders(account, late), window.step))


def fitting(
    given: Mapping[str, int], orders: QuerySet[Generation]
) -> list[tuple[Generation, int]]:
    """Return those of the orders of which something was given back, and how much."""
    if not given:
        return []
    known = orders.filter(pk__in=given).only("model", "key_id", "created_at")
    return [(order, given[order.pk]) for order in known]


def spent_in(
    account: Account, sieve: Sieve, window: Window, given: Mapping[str, int]
) -> int:
    """Return what was spent in an earlier time, where that can be told."""
    if not sieve.is_by_caller:
        charged = sums_of(sieve.filter(account), window)[1]
        back = fitting(given, sieve.orders(account, window))
        return max(0, charged - sum(amount for _order, amount in back))
    figures = figures_of(account, sieve, window, given)
    return 0 if figures.since else figures.whole.spent_microcredits


def count_what_callers_said(
    figures: Figures, account: Account, sieve: Sieve, window: Window
) -> None:
    """Take what digests know of a user or label, and what else the orders say."""
    orders, place = sieve.orders_of_caller(account, window), sieve.place_by_caller
    if place and window.step == "day" and not sieve.is_nonsense:
        kept, rest = used_by_caller(account.pk, place, window)
        newest = add_up_newest(within(orders, rest), window.step)
        if newest.since is None:
            take(figures, kept)
            take_newest(figures, newest)
            return
    facts = sieve.filter(account).facts
    take_newest(figures, add_up_newest(orders, window.step, facts))


def within(orders: QuerySet[Generation], parts: list[Part]) -> QuerySet[Generation]:
    if not parts:
        return orders.none()
    # Said apart, for the index: most often there is but one part, which is today.
    orders = orders.filter(
        created_at__gte=parts[0].since, created_at__lt=parts[-1].until
    )
    every = [Q(created_at__gte=one.since, created_at__lt=one.until) for one in parts]
    return orders.filter(reduce(or_, every)) if len(parts) > 1 else orders


def take(figures: Figures, parts: Iterable[tuple[datetime, Usage]]) -> None:
    took = [0] * len(EMPTY)
    for start, usage in parts:
        figures.is_demo = figures.is_demo or usage.is_demo
        for model, sums in usage.models.items():
            figures.models[model].add(*sums)
            figures.spend(start, model, sums[2])
        every = usage.sums
        figures.steps[start].add(*every)
        figures.whole.add(*every)
        for key, sums in usage.keys.items():
            figures.keys[key].add(*sums)
        for end, count in usage.ends.items():
            figures.end(start, end, count)
        for place, count in usage.took.items():
            took[place] += count
    figures.took = merged(figures.took, took)


def take_newest(figures: Figures, newest: Newest) -> None:
    """Take what the orders themselves say, as far back as they are counted."""
    for one in newest.lines:
        sums = (one.requests, one.pictures, one.spent_microcredits)
        figures.whole.add(*sums)
        figures.models[one.model].add(*sums)
        figures.keys[one.key_id or ""].add(*sums)
        figures.steps[one.start].add(*sums)
        figures.spend(one.start, one.model, one.spent_microcredits)
        figures.end(one.start, (one.state, one.error_code), one.requests)
    figures.took = merged(figures.took, newest.took)
    figures.since = newest.since


def most_of(sums: Mapping[str, Sums], count: int) -> list[tuple[str, Sums]]:
    """Return those that cost most, then those that were asked for most."""

    def weight(item: tuple[str, Sums]) -> tuple[int, int]:
        return -item[1].spent_microcredits, -item[1].requests

    return sorted(sums.items(), key=weight)[:count]
