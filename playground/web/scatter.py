"""A scatter of ratings against a cost, as places in per cent. Pure: worked out here, drawn
by a template.

Per cent of width and height need no script and no style, and text keeps its size however
wide the page is. What is cheaper or better for the same is joined by a line.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, floor, log10

from django.utils.formats import number_format

ROWS, COLUMNS = 4, 5
STEPS = (1, 2, 2.5, 5, 10)
LABEL_LEFT_AFTER = 70.0
CROWDED_X, CROWDED_Y = 22.0, 5.0
# Of a label and of a point, where the chart is as wide as a phone.
LETTER, LINE, DOT = 2.2, 7.0, 2.0


@dataclass(frozen=True, slots=True)
class Spot:
    """A model to draw: what it costs, its rating and interval, and whether none beats it."""

    name: str
    cost: float
    rating: float
    low: float
    high: float
    is_best: bool


@dataclass(frozen=True, slots=True)
class Point:
    """A model as drawn; places in per cent. Labels that would overlap give way."""

    name: str
    cost: str
    rating: float
    x: str
    y: str
    top: str
    bottom: str
    is_best: bool
    is_left: bool
    is_named: bool
    fits_a_phone: bool


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of the line that joins what nothing beats."""

    x1: str
    y1: str
    x2: str
    y2: str


@dataclass(frozen=True, slots=True)
class Tick:
    at: str
    label: str


@dataclass(frozen=True, slots=True)
class Label:
    """What a name takes up on a phone."""

    left: float
    right: float
    y: float

    @classmethod
    def of(cls, name: str, x: float, y: float) -> "Label":
        wide = LETTER * len(name)
        return cls(x - wide, x, y) if x > LABEL_LEFT_AFTER else cls(x, x + wide, y)

    def meets(self, other: "Label") -> bool:
        is_beside = self.right < other.left or self.left > other.right
        return not is_beside and abs(self.y - other.y) < LINE

    def hides(self, x: float, y: float) -> bool:
        """Say whether it lies upon a point that is not its own."""
        return self.left + DOT < x < self.right - DOT and abs(self.y - y) < LINE


@dataclass(frozen=True, slots=True)
class Chart:
    points: tuple[Point, ...] = ()
    line: tuple[Stretch, ...] = ()
    across: tuple[Tick, ...] = ()
    up: tuple[Tick, ...] = ()


def chart(spots: Sequence[Spot], costs: Sequence[str]) -> Chart:
    """Place everything; `costs` is how each cost is written."""
    if not spots:
        return Chart()
    width = scale(0, max(spot.cost for spot in spots), COLUMNS)
    height = scale(
        min(spot.low for spot in spots), max(spot.high for spot in spots), ROWS
    )
    written = dict(zip(spots, costs, strict=True))
    places = [(part(s.cost, width), 100 - part(s.rating, height)) for s in spots]
    taken: list[tuple[float, float]] = []
    labels: list[Label] = []
    points = []
    # The best are named first: where labels would lie upon each other, others give way.
    for spot in sorted(spots, key=lambda one: (not one.is_best, -one.rating)):
        x, y = part(spot.cost, width), 100 - part(spot.rating, height)
        is_named = all(
            abs(x - other) > CROWDED_X or abs(y - above) > CROWDED_Y
            for other, above in taken
        )
        label = Label.of(spot.name, x, y)
        fits_a_phone = (
            is_named
            and not any(map(label.meets, labels))
            and not any(label.hides(*place) for place in places)
        )
        if is_named:
            taken.append((x, y))
        if fits_a_phone:
            labels.append(label)
        points.append(
            Point(
                name=spot.name,
                cost=written[spot],
                rating=spot.rating,
                x=percent(x),
                y=percent(y),
                top=percent(100 - part(spot.high, height)),
                bottom=percent(100 - part(spot.low, height)),
                is_best=spot.is_best,
                is_left=x > LABEL_LEFT_AFTER,
                is_named=is_named,
                fits_a_phone=fits_a_phone,
            )
        )
    return Chart(
        tuple(points),
        joined(spots, width, height),
        tuple(Tick(percent(part(one, width)), written_as(one)) for one in width),
        tuple(
            Tick(percent(100 - part(one, height)), written_as(one)) for one in height
        ),
    )


def written_as(value: float) -> str:
    return number_format(Decimal(f"{value:g}"), force_grouping=True)


def joined(
    spots: Sequence[Spot], width: Sequence[float], height: Sequence[float]
) -> tuple[Stretch, ...]:
    """Join what nothing beats: what one may have for a given cost is a stair."""
    best = sorted((one.cost, one.rating) for one in spots if one.is_best)
    places = [(part(x, width), 100 - part(y, height)) for x, y in best]
    line = []
    for (x1, y1), (x2, y2) in zip(places, places[1:], strict=False):
        line.append(Stretch(*map(percent, (x1, y1, x2, y1))))
        line.append(Stretch(*map(percent, (x2, y1, x2, y2))))
    return tuple(line)


def scale(low: float, high: float, steps: int) -> list[float]:
    """Return round numbers, evenly apart, that hold everything from low to high."""
    rough = (high - low) / steps if high > low else 1.0
    power = 10.0 ** floor(log10(rough))
    step = next(one * power for one in STEPS if one * power >= rough * 0.9999)
    first = floor(low / step)
    last = max(first + 1, ceil(high / step - 1e-9))
    return [round(place * step, 6) for place in range(first, last + 1)]


def part(value: float, on: Sequence[float]) -> float:
    return 100 * (value - on[0]) / (on[-1] - on[0])


def percent(value: float) -> str:
    return f"{value:.2f}%"
