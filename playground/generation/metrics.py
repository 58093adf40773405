"""Latency, success and uptime, read from the rollups: small queries, plain facts out.

Success is told with whose failures the others were. Uptime leaves out what says nothing
about a provider: our own failures and what callers called off; a refusal is an answer.
Only tries that brought pictures say how long painting takes. A number that rests on fewer
than 20 tries is None.

Whole sites and long windows are read from lines of model and provider; what is asked by
channel, group, tier or endpoint needs a model. How much is read of each line is for the
caller to say: counts alone are the quickest, first bytes come last.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, get_args

from django.db import models

from playground.generation.histogram import (
    EMPTY,
    ENOUGH,
    Histogram,
    Share,
    merged,
    percentile,
    share,
)
from playground.generation.models import AttemptDay, AttemptHour, OfferDay, OfferHour
from playground.generation.rollups import FIRST_BYTE, TOOK
from playground.generation.summing import Key, Sums, Wanted, Window, lines, totals

By = Literal["model", "provider", "channel", "group", "tier", "endpoint"]
Depth = Literal["counts", "latency", "first_bytes"]
FINE = ("channel", "group", "tier", "endpoint")
STREAMED = 0.95  # a first byte that comes later than this part of it all says nothing
COUNTS = ("tries", "succeeded", "ours", "providers", "callers", "refused", "pictures")
SUMS = (*COUNTS, "tokens", "tokens_ms")
COLUMNS: dict[Depth, tuple[str, ...]] = {
    "counts": SUMS,
    "latency": (*SUMS, *TOOK),
    "first_bytes": (*SUMS, *TOOK, *FIRST_BYTE),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose tries. What is empty does not matter."""

    model: str = ""
    provider: str = ""
    channel: str = ""
    group: str = ""
    tier: str = ""
    endpoint: str = ""

    @property
    def said(self) -> dict[str, str]:
        named = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in named.items() if value}


EVERYTHING = Scope()


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known of some tries; `minutes` is how long the window was."""

    tries: int
    succeeded: int
    ours: int
    providers: int
    callers: int
    refused: int
    pictures: int
    tokens: int
    tokens_ms: int
    took: Histogram
    first_bytes: Histogram
    is_demo: bool
    minutes: float

    @property
    def samples(self) -> int:
        """How many tries the latency rests on."""
        return self.succeeded

    def seconds(self, part: float) -> float | None:
        if self.samples < ENOUGH:
            return None
        return percentile(self.took, part)

    @property
    def p50_seconds(self) -> float | None:
        return self.seconds(0.5)

    @property
    def p95_seconds(self) -> float | None:
        return self.seconds(0.95)

    @property
    def first_byte_seconds(self) -> float | None:
        """When half of the answers had begun; None where they begin when all is done."""
        whole = self.p50_seconds
        if not whole or sum(self.first_bytes) < ENOUGH:
            return None
        first = percentile(self.first_bytes, 0.5)
        return first if first is not None and first < STREAMED * whole else None

    @property
    def success(self) -> Share | None:
        return share(self.succeeded, self.tries)

    @property
    def answers(self) -> int:
        """Tries that say something about a provider."""
        return self.succeeded + self.refused + self.providers

    @property
    def uptime(self) -> Share | None:
        return share(self.succeeded + self.refused, self.answers)

    @property
    def error_rate(self) -> float | None:
        """The part of answers that were the provider's failures."""
        return self.providers / self.answers if self.answers >= ENOUGH else None

    @property
    def pictures_per_minute(self) -> float:
        return self.pictures / self.minutes

    @property
    def tokens_per_second(self) -> float | None:
        """How fast tokens came, where they were counted."""
        if self.samples < ENOUGH or not self.tokens_ms:
            return None
        return self.tokens * 1000 / self.tokens_ms


def figures(scope: Scope, window: Window, *, depth: Depth = "latency") -> Figures:
    """Return what is known of all these tries together."""
    found = totals(wanted(scope, window, depth=depth))
    return figures_in(found[()], window) if found else nothing(window)


def figures_by(
    scope: Scope, window: Window, *by: By, depth: Depth = "latency"
) -> dict[Key, Figures]:
    """Return the same for each provider, say; most tries first."""
    found = totals(wanted(scope, window, by, depth))
    known = {key: figures_in(sums, window) for key, sums in found.items()}
    return dict(sorted(known.items(), key=lambda item: -item[1].tries))


def figures_by_channel(window: Window) -> dict[str, Figures]:
    """Return what is known of each channel. It reads the whole window: keep it short."""
    asked = Wanted(AttemptHour, AttemptDay, window, COLUMNS["latency"], by=("channel",))
    return {key[0]: figures_in(sums, window) for key, sums in totals(asked).items()}


@dataclass(frozen=True, slots=True)
class Point:
    """One hour or day of a chart."""

    start: datetime
    figures: Figures


def series(
    scope: Scope, window: Window, *by: By, depth: Depth = "latency"
) -> dict[Key, list[Point]]:
    """Return a line of points for each provider, say, with none left out."""
    empty = replace(nothing(window), minutes=window.step_minutes)

    def point(start: datetime, sums: Sums | None) -> Point:
        known = figures_in(sums, window) if sums else empty
        return Point(start, replace(known, minutes=window.step_minutes))

    return {
        key: [point(start, sums) for start, sums in line.items()]
        for key, line in lines(wanted(scope, window, by, depth)).items()
    }


@dataclass(frozen=True, slots=True)
class Answers:
    """How many answers there were in each step of a window, and how many were good."""

    good: tuple[int, ...]
    all: tuple[int, ...]
    is_demo: bool

    @property
    def uptime(self) -> Share | None:
        return share(sum(self.good), sum(self.all))


ANSWERS = ("succeeded", "refused", "providers")


def answers_by(window: Window, *by: By) -> dict[Key, Answers]:
    """Return the same that uptimes are read from, for many at once: counts alone."""
    asked = Wanted(OfferHour, OfferDay, window, ANSWERS, by=by)
    return {key: answers_in([*line.values()]) for key, line in lines(asked).items()}


def answers_in(steps: Sequence[Sums | None]) -> Answers:
    counted = [step.numbers if step else (0, 0, 0) for step in steps]
    return Answers(
        good=tuple(succeeded + refused for succeeded, refused, _ in counted),
        all=tuple(map(sum, counted)),
        is_demo=any(step.is_demo for step in steps if step),
    )


@dataclass(frozen=True, slots=True)
class Uptime:
    """How available something was, in all and in each step; None is too little to say."""

    whole: Share | None
    steps: tuple[Share | None, ...]
    name: str = ""


@dataclass(frozen=True, slots=True)
class Stability:
    """A model's uptime over all its providers, each of them, and the least stable one."""

    starts: tuple[datetime, ...]
    together: Uptime
    providers: tuple[Uptime, ...]
    least_stable: Uptime | None
    is_demo: bool


def stability(model: str, window: Window) -> Stability:
    """Return how available a model was, by day or hour."""
    found = series(Scope(model), window, "provider", depth="counts")
    of_each = {
        name: [point.figures for point in line] for (name,), line in found.items()
    }
    providers = [uptime_of(steps, name) for name, steps in of_each.items()]
    columns = zip(*of_each.values(), strict=True)
    together = [put_together(step, window) for step in columns]
    known = [one for one in providers if one.whole]
    return Stability(
        starts=tuple(window.steps()),
        together=uptime_of(together),
        providers=tuple(providers),
        least_stable=min(known, key=lambda one: part_of(one.whole), default=None),
        is_demo=any(step.is_demo for step in together),
    )


def part_of(known: Share | None) -> float:
    return known.part if known else 1.0


def uptime_of(steps: Sequence[Figures], name: str = "") -> Uptime:
    answers = sum(step.answers for step in steps)
    good = sum(step.succeeded + step.refused for step in steps)
    return Uptime(share(good, answers), tuple(step.uptime for step in steps), name)


def put_together(some: Sequence[Figures], window: Window) -> Figures:
    """Merge figures of different tries."""
    whole = nothing(window)
    for one in some:
        sums = {name: getattr(whole, name) + getattr(one, name) for name in SUMS}
        whole = replace(
            whole,
            **sums,
            took=merged(whole.took, one.took),
            first_bytes=merged(whole.first_bytes, one.first_bytes),
            is_demo=whole.is_demo or one.is_demo,
        )
    return whole


def nothing(window: Window) -> Figures:
    return figures_in(Sums((0,) * len(SUMS), is_demo=False), window)


def figures_in(sums: Sums, window: Window) -> Figures:
    """Read figures from a row of sums, as deep as it goes."""
    counts = dict(zip(SUMS, sums.numbers, strict=False))
    first = len(SUMS) + len(TOOK)
    return Figures(
        **counts,
        took=sums.numbers[len(SUMS) : first] or EMPTY,
        first_bytes=sums.numbers[first:] or EMPTY,
        is_demo=sums.is_demo,
        minutes=window.minutes,
    )


def wanted(
    scope: Scope, window: Window, by: Sequence[By] = (), depth: Depth = "latency"
) -> Wanted:
    """Say what is to be added up, in the smallest rollups that know it."""
    hours, days = tables(scope, by)
    return Wanted(hours, days, window, COLUMNS[depth], scope.said, tuple(by))


def tables(
    scope: Scope, by: Sequence[By]
) -> tuple[type[models.Model], type[models.Model]]:
    asked = {*scope.said, *by}
    if not asked.issubset(get_args(By)):
        raise ValueError(f"There are no figures by {asked.difference(get_args(By))}.")
    if not asked.intersection(FINE):
        return OfferHour, OfferDay
    if not scope.model:
        raise ValueError("Figures by channel, group, tier or endpoint need a model.")
    return AttemptHour, AttemptDay
