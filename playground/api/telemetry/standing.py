"""How the whole site stands, by its books: queue, money, parts.

Every instance says the same, so a board takes the greatest and not the sum. The books
are asked at most every few seconds, however many look.
"""

import time
from collections.abc import Callable, Iterator
from datetime import datetime

from django.db.models import Count, Min, Sum
from django.utils import timezone
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from billing.models import StripePayment, Transfer, Wallet
from playground.generation.models import Generation, Rolled
from playground.trust.models import Echo, Health, Look

MICROCREDITS = 1_000_000
BELIEVED_SECONDS = 5.0
HEALTHS = {Health.GOOD: 1.0, Health.SLOW: 0.5, Health.DOWN: 0.0}
NEVER = -1.0


class Standing:
    """What the books said last."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._asked_at = clock, -BELIEVED_SECONDS
        self._known: list[Metric] = []

    def forget(self) -> None:
        self._asked_at = -BELIEVED_SECONDS

    def metrics(self) -> list[Metric]:
        if self._clock() - self._asked_at >= BELIEVED_SECONDS:
            self._known = [*queue(), *money(), *parts()]
            self._asked_at = self._clock()
        return self._known


standing = Standing()


def gauge(name: str, told: str, number: float) -> Metric:
    return GaugeMetricFamily(f"easel_site_{name}", told, value=number)


def queue() -> Iterator[Metric]:
    """Say how many orders wait, where, and since when."""
    state = Generation.State
    waiting = Generation.objects.filter(state=state.QUEUED)
    lanes = GaugeMetricFamily(
        "easel_site_queued_orders", "Orders that wait.", labels=("lane",)
    )
    found = dict(waiting.values_list("lane").annotate(number=Count("pk")))
    for lane in Generation.Lane.values:
        lanes.add_metric([lane], found.get(lane, 0))
    yield lanes
    since = waiting.aggregate(since=Min("created_at"))["since"]
    yield gauge(
        "queue_age_seconds", "How long the oldest waits.", age(since) if since else 0
    )
    running = Generation.objects.filter(state=state.RUNNING).count()
    yield gauge("running_orders", "Orders being painted.", running)


def money() -> Iterator[Metric]:
    """Say what was sold, given, charged and is still owed, in credits."""
    sold = StripePayment.objects.filter(status="paid").aggregate(all=Sum("credits"))
    yield CounterMetricFamily(
        "easel_site_credits_sold", "Credits paid for.", value=float(sold["all"] or 0)
    )
    moved = CounterMetricFamily(
        "easel_site_credits_moved", "Credits by the journal's lines.", labels=("kind",)
    )
    lines = Transfer.objects.exclude(kind=Transfer.Kind.CHARGE)
    sums = dict(lines.values_list("kind").annotate(all=Sum("amount")))
    wallets = Wallet.objects.aggregate(
        credited=Sum("credits_posted"), debited=Sum("debits_posted"), held=Sum("held")
    )
    credited, debited, held = (wallets[name] or 0 for name in wallets)
    others = [kind for kind in DEBITS if kind in sums]
    sums[Transfer.Kind.CHARGE] = debited - sum(sums[kind] for kind in others)
    for kind in Transfer.Kind.values:
        moved.add_metric([kind], sums.get(kind, 0) / MICROCREDITS)
    yield moved
    outstanding = (credited - debited) / MICROCREDITS
    yield gauge("credits_outstanding", "Credits that customers have.", outstanding)
    yield gauge("credits_held", "Credits set aside.", held / MICROCREDITS)


DEBITS = (
    Transfer.Kind.CLAWBACK,
    Transfer.Kind.EXPIRE,
    Transfer.Kind.DEBT_PAYMENT,
)


def parts() -> Iterator[Metric]:
    """Say how Easel's own parts were when somebody looked last."""
    health = GaugeMetricFamily(
        "easel_site_component_health",
        "1 is operational, 0.5 slow, 0 down.",
        labels=("component",),
    )
    looked = GaugeMetricFamily(
        "easel_site_component_look_age_seconds",
        "How long ago somebody looked.",
        labels=("component",),
    )
    for look in Look.objects.all():
        health.add_metric([look.component], HEALTHS[Health(look.health)])
        looked.add_metric([look.component], age(look.looked_at))
    yield health
    yield looked
    echo, rolled = Echo.objects.first(), Rolled.objects.first()
    answered = age(echo.answered_at) if echo else NEVER
    yield gauge("worker_age_seconds", "Since a worker answered; -1 is never.", answered)
    ticked = age(rolled.looked_at) if rolled and rolled.looked_at else NEVER
    yield gauge("clock_age_seconds", "Since the clock's last round was done.", ticked)


def age(moment: datetime) -> float:
    return (timezone.now() - moment).total_seconds()
