"""Two ledgers side by side: what customers paid, and what providers charged us.

By day and model. What customers paid is the orders' own price times their pictures, so
it is what the credit ledger charged, less what staff gave back, on the day they did; what
providers charge is as they told it or as the catalogue knows their prices. A part of that
buys no picture: it is paid for refusals, and for other tries that came to nothing.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date
from decimal import Decimal

from billing.ledger import MICRO, refunds_between
from playground.generation.models import (
    Generation,
    OfferDay,
    OfferHour,
    SalesDay,
    SalesHour,
)
from playground.generation.summing import Sums, Wanted, Window, lines

OFFERED = ("charged_microcredits", "pictures")
COSTS = ("cost_microusd", "refused_microusd", "lost_microusd")


@dataclass(frozen=True, slots=True)
class Dollars:
    """Both ledgers in dollars."""

    paid: Decimal
    cost: Decimal
    refused: Decimal
    lost: Decimal

    @property
    def margin(self) -> Decimal:
        return self.paid - self.cost

    @property
    def share(self) -> Decimal | None:
        """The part of what was paid that is left; of nothing there is none."""
        return self.margin / self.paid if self.paid else None


@dataclass(frozen=True, slots=True)
class Earned:
    """A model on a day, or several of them added up."""

    paid_microcredits: int = 0
    pictures: int = 0
    cost_microusd: int = 0
    refused_microusd: int = 0
    lost_microusd: int = 0
    is_demo: bool = False

    def in_dollars(self, usd_per_credit: Decimal) -> Dollars:
        """Say it by what a credit is worth."""
        return Dollars(
            paid=Decimal(self.paid_microcredits) / MICRO * usd_per_credit,
            cost=Decimal(self.cost_microusd) / MICRO,
            refused=Decimal(self.refused_microusd) / MICRO,
            lost=Decimal(self.lost_microusd) / MICRO,
        )

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
    provider: str = ""


def earnings(window: Window) -> list[Line]:
    """Return a line for each day and model, the latest day first."""
    sold = ("spent_microcredits", "pictures")
    sales = lines(
        Wanted(SalesHour, SalesDay, window, sold, by=("model",), is_of_pictures=True)
    )
    costs = lines(Wanted(OfferHour, OfferDay, window, COSTS, by=("model",)))
    found: list[Line] = []
    for key in sorted({*sales, *costs}):
        for start in window.steps():
            paid = sales.get(key, {}).get(start)
            cost = costs.get(key, {}).get(start)
            if paid or cost:
                found.append(Line(start.date(), key[0], earned(paid, cost)))
    returned = (replace(line, provider="") for line in given_back(window))
    return in_order(together([*found, *returned]))


def earnings_by_provider(window: Window) -> list[Line]:
    """Return a line for each day, model and provider, the latest day first.

    What was paid is the price of the pictures that the provider brought.
    """
    sums = (*OFFERED, *COSTS)
    wanted = Wanted(OfferHour, OfferDay, window, sums, by=("model", "provider"))
    found = [
        Line(start.date(), model, of_offer(one), provider)
        for (model, provider), days in lines(wanted).items()
        for start, one in days.items()
        if one
    ]
    return in_order(together([*found, *given_back(window)]))


def given_back(window: Window) -> list[Line]:
    """Return what staff gave back, as less that was paid, on the day they did."""
    found = refunds_between(window.since, window.until)
    orders = Generation.objects.in_bulk({one.job_id for one in found})
    lines = []
    for one in found:
        order = orders.get(one.job_id)
        model, provider = (order.model, order.provider) if order else ("", "")
        day = one.at.astimezone(UTC).date()
        lines.append(Line(day, model, Earned(-one.amount), provider))
    return lines


def together(lines: Iterable[Line]) -> list[Line]:
    """Make one line of all that are of the same day, model and provider."""
    sums: defaultdict[tuple[date, str, str], Earned] = defaultdict(Earned)
    for one in lines:
        sums[one.day, one.model, one.provider] += one.earned
    return [
        Line(day, model, one, provider) for (day, model, provider), one in sums.items()
    ]


def in_order(lines: list[Line]) -> list[Line]:
    """Put the latest day first."""
    return sorted(
        lines, key=lambda one: (-one.day.toordinal(), one.model, one.provider)
    )


def of_offer(sums: Sums) -> Earned:
    charged, pictures, cost, refused, lost = sums.numbers
    return Earned(charged, pictures, cost, refused, lost, sums.is_demo)


def earned(paid: Sums | None, cost: Sums | None) -> Earned:
    """Put what was paid and what it cost side by side."""
    microcredits, pictures = paid.numbers if paid else (0, 0)
    microusd, refused, lost = cost.numbers if cost else (0, 0, 0)
    is_demo = any(sums.is_demo for sums in (paid, cost) if sums)
    return Earned(microcredits, pictures, microusd, refused, lost, is_demo)


def put_together(some: Iterable[Line]) -> Earned:
    return sum((line.earned for line in some), Earned())
