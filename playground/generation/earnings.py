"""Two ledgers side by side: what customers paid, and what providers charged us.

By day and model. What customers paid is the orders' own price times their pictures, so
it is what the credit ledger charged; what providers charge is as they told it or as the
catalogue knows their prices. A part of that buys no picture: it is paid for refusals, and
for other tries that came to nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from playground.generation.models import OfferDay, OfferHour, SalesDay, SalesHour
from playground.generation.summing import Wanted, Window, lines

COSTS = ("cost_microusd", "refused_microusd", "lost_microusd")


@dataclass(frozen=True, slots=True)
class Earned:
    """A model on a day, or several of them added up."""

    paid_microcredits: int = 0
    pictures: int = 0
    cost_microusd: int = 0
    refused_microusd: int = 0
    lost_microusd: int = 0
    is_demo: bool = False

    def __add__(self, other: "Earned") -> "Earned":
        return Earned(
            self.paid_microcredits + other.paid_microcredits,
            self.pictures + other.pictures,
            self.cost_microusd + other.cost_microusd,
            self.refused_microusd + other.refused_microusd,
            self.lost_microusd + other.lost_microusd,
            self.is_demo or other.is_demo,
        )


@dataclass(frozen=True, slots=True)
class Line:
    """What a model earned and cost on one day."""

    day: date
    model: str
    earned: Earned = field(default_factory=Earned)


def earnings(window: Window) -> list[Line]:
    """Return a line for each day and model, the latest day first."""
    sold = ("spent_microcredits", "pictures")
    sales = Wanted(SalesHour, SalesDay, window, sold, by=("model",))
    costs = Wanted(OfferHour, OfferDay, window, COSTS, by=("model",))
    found: dict[tuple[datetime, str], Earned] = {}
    for wanted, names in (
        (sales, ("paid_microcredits", "pictures")),
        (costs, COSTS),
    ):
        for (model,), line in lines(wanted).items():
            for start, sums in line.items():
                if sums is not None:
                    named = dict(zip(names, sums.numbers, strict=True))
                    more = Earned(**named, is_demo=sums.is_demo)
                    known = found.get((start, model), Earned())
                    found[start, model] = known + more
    latest_first = sorted(found.items(), key=lambda item: item[0][1])
    latest_first.sort(key=lambda item: item[0][0], reverse=True)
    return [
        Line(start.date(), model, earned) for (start, model), earned in latest_first
    ]


def put_together(some: Iterable[Line]) -> Earned:
    return sum((line.earned for line in some), Earned())
