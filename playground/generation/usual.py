"""What was usual lately, for whoever draws a progress bar or a route: never a query away.

It is worked out from the rollups every few minutes, kept in a small table, and known to
each process from its start. Where fewer than 20 tries were measured the catalogue's word
stands. Demo data was not measured.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.db import transaction

from billing.ledger import one_writer
from playground.generation import offered
from playground.generation.health import Way
from playground.generation.histogram import ENOUGH, percentile
from playground.generation.mirror import Mirror
from playground.generation.models import AttemptDay, AttemptHour, Usual
from playground.generation.offered import Model
from playground.generation.rollups import TOOK
from playground.generation.summing import Wanted, Window, totals

RENEWED_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Lately:
    """Seconds of a picture by model and tier; seconds and reliability by way."""

    of_tiers: Mapping[tuple[str, str], float] = field(default_factory=dict)
    of_ways: Mapping[Way, tuple[float, float]] = field(default_factory=dict)


def typical_seconds(model: Model, tier: str) -> float:
    """How long a picture of this tier usually takes, measured or as the catalogue says."""
    return measured_seconds(model, tier) or offered.typical_seconds(model, tier)


def known_seconds(model: Model, tier: str) -> float | None:
    """The same, and None where nobody knows."""
    return measured_seconds(model, tier) or model.typical_seconds.get(tier)


def measured_seconds(model: Model, tier: str) -> float | None:
    return lately().of_tiers.get((model.id, tier))


def read() -> Lately:
    rows = list(Usual.objects.all())
    return Lately(
        of_tiers={
            (row.model, row.tier): row.seconds for row in rows if not row.channel
        },
        of_ways={
            (row.channel, row.model): (row.seconds, row.reliability)
            for row in rows
            if row.channel
        },
    )


lately: Mirror[Lately] = Mirror(read, Lately, seconds=RENEWED_SECONDS)


def renew() -> None:
    """Work out anew what is usual."""
    rows = [
        *rows_of(Window.last("7d"), "tier"),
        *rows_of(Window.last("24h"), "channel"),
    ]
    with one_writer(), transaction.atomic():
        Usual.objects.all().delete()
        Usual.objects.bulk_create(rows)


def rows_of(window: Window, by: str) -> Iterator[Usual]:
    """Work out what was usual of each model and tier, or each way to it."""
    sums = ("succeeded", "providers", *TOOK)
    measured = {"is_demo": False}
    wanted = Wanted(AttemptHour, AttemptDay, window, sums, measured, ("model", by))
    for (model, name), found in totals(wanted).items():
        succeeded, failed, *took = found.numbers
        seconds = percentile(took, 0.5)
        if succeeded >= ENOUGH and seconds:
            reliability = succeeded / (succeeded + failed)
            numbers = {"reliability": reliability, "samples": succeeded}
            yield Usual(model=model, seconds=seconds, **{by: name}, **numbers)
