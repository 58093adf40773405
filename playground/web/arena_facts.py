"""What a model costs and how long it takes, beside its rating; and the charts of both.

A price is that of one picture of the arena's size, before any group's discount. A time is
what is usual, measured here where enough was; else as the catalogue says, or else what
half of the arena's own pictures took.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from playground.arena.elo import frontier
from playground.arena.entering import TIER
from playground.arena.models import Standing
from playground.arena.standings import Board, is_preliminary, seconds_of_entries
from playground.generation.catalogue import Model, catalogue
from playground.generation.price import MICROCREDITS, listed
from playground.generation.usual import known_seconds
from playground.web.scatter import Chart, Spot, chart
from playground.web.templatetags.easel import credits, seconds


@dataclass(frozen=True, slots=True)
class Row:
    """A model of a board, with what else is known of it."""

    standing: Standing
    name: str
    is_known: bool
    price_microcredits: int | None
    seconds: float | None
    place: "Interval"

    @property
    def is_preliminary(self) -> bool:
        return is_preliminary(self.standing)

    @property
    def half_width(self) -> float:
        high, rating = self.standing.high or 0.0, self.standing.rating or 0.0
        return high - rating

    @property
    def score(self) -> float:
        """The share of the score: a tie is a half."""
        return (self.standing.wins + self.standing.ties / 2) / self.standing.votes


@dataclass(frozen=True, slots=True)
class Interval:
    """Where an interval is drawn, in per cent of the board's own."""

    low: str
    middle: str
    high: str


@dataclass(frozen=True, slots=True)
class Charted:
    """A chart, and which models it leaves out because nobody knows their number."""

    chart: Chart
    missing: tuple[str, ...]


def rows_of(board: Board) -> list[Row]:
    """Return the rows of a leaderboard."""
    took = seconds_of_entries(is_demo=board.is_demo)
    return [row_of(one, board, took.get(one.model)) for one in board.lines]


def row_of(one: Standing, board: Board, took: float | None) -> Row:
    model = catalogue().known(one.model)
    return Row(
        standing=one,
        name=model.name if model else one.model,
        is_known=model is not None,
        price_microcredits=price_of(model) if model else None,
        seconds=(known_seconds(model, TIER) if model else None) or took,
        place=interval_of(one, board),
    )


def interval_of(one: Standing, board: Board) -> Interval:
    width = max(1.0, board.high - board.low)

    def place(value: float | None) -> str:
        return f"{4 + 92 * ((value or 0.0) - board.low) / width:.2f}%"

    return Interval(place(one.low), place(one.rating), place(one.high))


def name_of(model_id: str) -> str:
    model = catalogue().known(model_id)
    return model.name if model else model_id


def price_of(model: Model) -> int | None:
    """Return what a picture costs in the arena's tier, at the model's usual quality."""
    prices = listed(model, Decimal(1))
    near = [one for one in prices if one[0].tier == TIER] or prices
    usual = [one for one in near if one[0].quality == model.qualities.default] or near
    return usual[0][1] if usual else None


def by_price(rows: Sequence[Row]) -> Charted:
    """Draw ratings against what a picture costs."""
    known = [(row, row.price_microcredits) for row in rows]
    there = [(row, price) for row, price in known if price is not None]
    drawn = spots([(row, price / MICROCREDITS) for row, price in there])
    words = [credits(price) for _row, price in there]
    return Charted(chart(drawn, words), missing(rows, [row for row, _ in there]))


def by_time(rows: Sequence[Row]) -> Charted:
    """Draw ratings against how long a picture usually takes."""
    there = [(row, row.seconds) for row in rows if row.seconds is not None]
    drawn = spots(there)
    words = [seconds(took) for _row, took in there]
    return Charted(chart(drawn, words), missing(rows, [row for row, _ in there]))


def spots(there: Sequence[tuple[Row, float]]) -> list[Spot]:
    best = frontier((cost, row.standing.rating or 0.0) for row, cost in there)
    return [
        Spot(
            name=row.name,
            cost=cost,
            rating=row.standing.rating or 0.0,
            low=row.standing.low or 0.0,
            high=row.standing.high or 0.0,
            is_best=is_best,
        )
        for (row, cost), is_best in zip(there, best, strict=True)
    ]


def missing(rows: Sequence[Row], there: Sequence[Row]) -> tuple[str, ...]:
    return tuple(row.name for row in rows if row not in there)
