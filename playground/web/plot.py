"""A chart of days as plain rectangles: sizes are worked out here, drawn by a template.

No script and no style is needed, so it is there for every reader; the numbers are
in the legend and in a table beside it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

SERIES_AT_MOST = 5
OTHER = ""
ROWS = 4
STEPS = (1, 2, 5)
LABELS = 5

Amounts = Mapping[date, Mapping[str, int]]


class Part(NamedTuple):
    """One model's share of one day, in per cent of the chart's height."""

    colour: int
    name: str
    amount: int
    y: float
    height: float


class Bar(NamedTuple):
    day: date
    x: int
    amount: int
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Series:
    colour: int
    name: str
    amount: int


@dataclass(frozen=True, slots=True)
class Plot:
    """Everything a template needs to draw it; a bar is ten units wide."""

    width: int
    bars: tuple[Bar, ...]
    series: tuple[Series, ...]
    scale: tuple[int, ...]
    days: tuple[date, ...]
    peak: Bar | None


def stacked(days: Sequence[date], amounts: Amounts, unit: int) -> Plot:
    """Stack each day's amounts; `unit` is the smallest step of the scale."""
    series = biggest(amounts)
    whole = {day: sum(amounts.get(day, {}).values()) for day in days}
    top = top_of_scale(max(whole.values(), default=0), unit)
    bars = tuple(
        Bar(
            day,
            10 * place,
            whole[day],
            parts_of(series, amounts.get(day, {}), whole[day], top),
        )
        for place, day in enumerate(days)
    )
    peak = max(bars, key=lambda bar: bar.amount, default=None)
    return Plot(
        width=10 * len(days),
        bars=bars,
        series=series,
        scale=tuple(top * row // ROWS for row in range(ROWS, -1, -1)),
        days=spread(days),
        peak=peak if peak and peak.amount else None,
    )


def biggest(amounts: Amounts) -> tuple[Series, ...]:
    """Give the biggest series a colour each; the rest is one series, "other"."""
    sums: Counter[str] = Counter()
    for of_day in amounts.values():
        sums.update(of_day)
    ranked = [(name, amount) for name, amount in sums.most_common() if amount]
    known = [
        Series(place, name, amount)
        for place, (name, amount) in enumerate(ranked[:SERIES_AT_MOST], start=1)
    ]
    rest = sum(amount for _name, amount in ranked[SERIES_AT_MOST:])
    return (*known, Series(SERIES_AT_MOST + 1, OTHER, rest)) if rest else tuple(known)


def top_of_scale(highest: int, unit: int) -> int:
    """Return the round number, four equal steps up, that the highest bar fits."""
    tens = unit
    while True:
        steps = [tens * factor for factor in STEPS]
        if tens > unit:  # below, 25 of it would want another decimal
            steps.append(tens * 5 // 2)
        for step in sorted(steps):
            if ROWS * step >= highest:
                return ROWS * step
        tens *= 10


def parts_of(
    series: Sequence[Series], amounts: Mapping[str, int], whole: int, top: int
) -> tuple[Part, ...]:
    """Stack one day's parts, the biggest series at the bottom."""
    parts: list[Part] = []
    below, rest = 0.0, whole
    for one in series:
        amount = rest if one.name == OTHER else amounts.get(one.name, 0)
        rest -= amount
        height = round(100 * amount / top, 3)
        if amount:
            y = round(100 - below - height, 3)
            parts.append(Part(one.colour, one.name, amount, y, height))
        below += height
    return tuple(parts)


def spread(days: Sequence[date]) -> tuple[date, ...]:
    """Pick a few days to be written under the chart, the first and last among them."""
    if len(days) <= LABELS:
        return tuple(days)
    last = len(days) - 1
    return tuple(days[last * place // (LABELS - 1)] for place in range(LABELS))
