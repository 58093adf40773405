"""A chart of lines as plain paths: worked out here, drawn by a template without a script.

A day of which too little is known is a gap. The numbers stand in a table beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from playground.web.plot import ROWS, SERIES_AT_MOST, spread, top_of_scale

WIDTH = 300.0
DOT = 0.01  # a day between two gaps is drawn as a line too short to be one


@dataclass(frozen=True, slots=True)
class Line:
    """One series; the one without a name is of all together, and dashed."""

    colour: int
    name: str
    path: str
    values: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything a template needs to draw it."""

    lines: tuple[Line, ...]
    scale: tuple[int, ...]
    days: tuple[date, ...]
    labels: tuple[date, ...]

    @property
    def is_there(self) -> bool:
        return bool(self.lines)

    @property
    def rows(self) -> list[tuple[date, list[int | None]]]:
        """The days of which something is known, for the table."""
        columns = [line.values for line in self.lines]
        every = zip(self.days, zip(*columns, strict=True), strict=True)
        return [
            (day, list(row))
            for day, row in every
            if any(one is not None for one in row)
        ]


def chart_of(
    days: Sequence[date],
    values: Mapping[str, Sequence[int | None]],
    colours: Mapping[str, int],
    *,
    unit: int,
    most: int = 0,
) -> Chart:
    """Draw the series that have a colour, as far as anything is known of them.

    `unit` is the least step of the scale, and `most` its end, if it has one.
    """
    known = {
        name: line
        for name, line in values.items()
        if any(one is not None for one in line)
    }
    highest = max((one for line in known.values() for one in line if one), default=0)
    top = top_of_scale(highest, unit)
    top = min(top, most) if most else top
    return Chart(
        lines=tuple(
            Line(colour, name, path_of(known[name], top), tuple(known[name]))
            for name, colour in colours.items()
            if name in known
        ),
        scale=tuple(top * row // ROWS for row in range(ROWS, -1, -1)),
        days=tuple(days),
        labels=spread(days),
    )


def colours_of(names: Sequence[str]) -> dict[str, int]:
    """Give the first few a colour each, the same in all charts; all together is grey."""
    named = {name: place for place, name in enumerate(names[:SERIES_AT_MOST], start=1)}
    return named | {"": SERIES_AT_MOST + 1}


def path_of(values: Sequence[int | None], top: int) -> str:
    last, parts, is_on = max(1, len(values) - 1), [], False
    for place, value in enumerate(values):
        if value is None:
            is_on = False
            continue
        x, y = WIDTH * place / last, 100 - 100 * value / top
        parts.append(f"{'L' if is_on else 'M'}{x:.1f},{y:.1f}")
        is_alone = all(one is None for one in values[place + 1 : place + 2])
        parts += [f"h{DOT}"] if is_alone and not is_on else []
        is_on = True
    return " ".join(parts)
