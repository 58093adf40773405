"""What is counted of orders and tries for whoever watches the house.

Every label is a word of ours or of the catalogue's. Money is counted here as it moves;
what the books hold in all is asked of the books.
"""

from playground.generation.books import Close
from playground.generation.entries import AttemptRow
from playground.generation.models import Generation
from playground.generation.providers.sketch import SketchProvider
from playground.generation.studio import Studio, studios
from playground.telemetry import instruments as counted

MICROCREDITS = 1_000_000


def held(generation: Generation, *, is_held: bool) -> None:
    """Count an order whose money was set aside, or could not be."""
    counted.HOLDS.add("held" if is_held else "refused")
    if is_held and generation.quoted_microcredits:
        counted.HELD.add(by=generation.quoted_microcredits / MICROCREDITS)


def tried(row: AttemptRow) -> None:
    counted.ATTEMPTS.add(row.model, row.provider, row.outcome)
    seconds = row.duration_ms / 1000
    counted.ATTEMPT_SECONDS.observe(row.provider, row.outcome, seconds=seconds)


def ended(generation: Generation, closing: Close, *, delivered: int) -> None:
    """Count an order's end, its pictures and what became of its hold."""
    model, provider = generation.model, closing.provider or generation.provider
    is_part = delivered and closing.state == Generation.State.FAILED
    outcome = Generation.State.PARTIALLY_SUCCEEDED if is_part else closing.state
    counted.ORDERS.add(model, provider, str(outcome), closing.error_code)
    counted.SETTLES.add("paid" if delivered else closing.unpaid_state)
    if delivered:
        counted.PICTURES.add(model, provider, by=delivered)
        if paid := generation.unit_price_microcredits * delivered:
            counted.CHARGED.add(model, by=paid / MICROCREDITS)


def taken_back(closing: Close) -> None:
    """Count an order that was called off while it waited."""
    counted.ORDERS.add("", "", closing.state, closing.error_code)
    counted.SETTLES.add(closing.unpaid_state)


def sample(role: str) -> None:
    """Say what the studios of this process are at."""
    here = studios()
    counted.UNDER_WAY.put(role, to=sum(one.orders_under_way for one in here))
    calls: dict[str, int] = {}
    for desk in [desk for one in here for desk in one.desks.all()]:
        name = desk.channel.trade.name
        calls[name] = calls.get(name, 0) + desk.calls_under_way
    for name, number in calls.items():
        counted.CALLS.put(name, to=number)
    sample_painters(here)
    sample_pools(here)


def sample_painters(here: list[Studio]) -> None:
    desks = [desk for one in here for desk in one.desks.all()]
    painters = [d.provider for d in desks if isinstance(d.provider, SketchProvider)]
    counted.PAINTER.put("painting", to=sum(one.painting for one in painters))
    counted.PAINTER.put("waiting", to=sum(one.waiting for one in painters))


def sample_pools(here: list[Studio]) -> None:
    """Say how many connections the orders' pools have, lend, and are waited for."""
    found = [one.books.pool_stats() for one in here]
    for state, name in POOL_STATES.items():
        number = sum(stats.get(name, 0) for stats in found)
        counted.POOL.put("orders", state, to=number)


POOL_STATES = {
    "open": "pool_size",
    "idle": "pool_available",
    "waited_for": "requests_waiting",
    "most": "pool_max",
}
