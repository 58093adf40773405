"""How a model did here lately, for its page and the catalogue: looked up once a minute.

Only numbers and names are kept; the page finds the words. What rests on too few tries
is None there, and what was made up for a demonstration says so.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from django.core.cache import cache

from playground.generation.metrics import (
    EVERYTHING,
    Figures,
    Point,
    Scope,
    Stability,
    Uptime,
    figures_by,
    put_together,
    series,
    stability,
)
from playground.generation.replica import may_lag
from playground.generation.summing import Window
from playground.web.lines import Chart, chart_of, colours_of

FRESH_SECONDS = 60  # the rollups are added up once a minute
MILLE = 1000
Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Ranked:
    """One provider of the ranking; `uptime` has a share for each of 30 days."""

    name: str
    figures: Figures
    uptime: Uptime | None


@dataclass(frozen=True, slots=True)
class Measured:
    """What is known of one model: 30 days by provider, a day by group, 90 days of uptime."""

    whole: Figures
    providers: tuple[Ranked, ...]
    groups: Mapping[str, Figures]
    uptime: Stability
    first_byte: Chart
    whole_time: Chart
    errors: Chart

    @property
    def is_demo(self) -> bool:
        return self.whole.is_demo or self.uptime.is_demo


@dataclass(frozen=True, slots=True)
class Standing:
    """What the catalogue shows of each model."""

    figures: Mapping[str, Figures] = field(default_factory=dict)

    @property
    def is_demo(self) -> bool:
        return any(one.is_demo for one in self.figures.values())


def kept(name: str, read: Callable[[], Read]) -> Read:
    """Return what was read less than a minute ago, or read it."""
    found: Read | None = cache.get(name)
    if found is None:
        found = read()
        cache.set(name, found, FRESH_SECONDS)
    return found


@may_lag
def standing() -> Standing:
    def read() -> Standing:
        found = figures_by(EVERYTHING, Window.last("30d"), "model")
        return Standing({model: one for (model,), one in found.items()})

    return kept("easel.hub.standing", read)


def measured(model: str) -> Measured:
    return kept(f"easel.hub.measured.{model}", lambda: measure(model))


@may_lag
def measure(model: str) -> Measured:
    month, day = Window.last("30d"), Window.last("24h")
    lines = {
        name: line
        for (name,), line in series(
            Scope(model), month, "provider", depth="first_bytes"
        ).items()
    }
    of_each = {
        name: put_together([one.figures for one in line], month)
        for name, line in lines.items()
    }
    steady = stability(model, Window.last("90d"))
    by_group = figures_by(Scope(model), day, "group")
    days = tuple(month.steps())
    together = [
        put_together([line[place].figures for line in lines.values()], month)
        for place in range(len(days))
    ]
    ranked = ranking(of_each, steady, len(days))
    colours = colours_of([one.name for one in ranked])
    return Measured(
        whole=put_together(list(of_each.values()), month),
        providers=ranked,
        groups={group: one for (group,), one in by_group.items()},
        uptime=steady,
        first_byte=chart_of(days, firsts(lines), colours, unit=100),
        whole_time=chart_of(days, times(lines, together), colours, unit=100),
        errors=chart_of(days, failures(lines), colours, unit=10, most=MILLE),
    )


def ranking(
    of_each: Mapping[str, Figures], steady: Stability, days: int
) -> tuple[Ranked, ...]:
    """The most reliable first, then the quickest; too little known comes last."""

    def place(one: Ranked) -> tuple[bool, float, float]:
        success, seconds = one.figures.success, one.figures.p50_seconds
        part = round(success.part, 3) if success else 0.0
        return success is None, -part, seconds or float("inf")

    uptimes = {one.name: one for one in steady.providers}
    found = [
        Ranked(name, one, last_days(uptimes.get(name), days))
        for name, one in of_each.items()
    ]
    return tuple(sorted(found, key=place))


def last_days(uptime: Uptime | None, days: int) -> Uptime | None:
    return uptime and Uptime(uptime.whole, uptime.steps[-days:], uptime.name)


Lines = Mapping[str, Sequence[Point]]
Values = dict[str, list[int | None]]


def firsts(lines: Lines) -> Values:
    found = {
        name: [in_ms(one.figures.first_byte_seconds) for one in line]
        for name, line in lines.items()
    }
    return {name: line for name, line in found.items() if any(line)}


def times(lines: Lines, together: Sequence[Figures]) -> Values:
    """How long half of the pictures took at each provider, and nearly all at any."""
    found: Values = {
        name: [in_ms(one.figures.p50_seconds) for one in line]
        for name, line in lines.items()
    }
    return found | {"": [in_ms(one.p95_seconds) for one in together]}


def failures(lines: Lines) -> Values:
    return {
        name: [
            None if (rate := one.figures.error_rate) is None else round(rate * MILLE)
            for one in line
        ]
        for name, line in lines.items()
    }


def in_ms(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)
