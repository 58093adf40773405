"""What was counted, as Prometheus's library wants it.

A worker that is alone on its machine shows its own numbers at an address of its own;
elsewhere the web processes show those of all.
"""

import platform
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache

import django
import structlog
from django.conf import settings
from django.db import connection
from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from playground.telemetry.instruments import KEPT, MOMENTARY, SUM, Counter, Histogram
from playground.telemetry.tally import Series, everything, tally

log = structlog.get_logger()


def show_at(address: str) -> None:
    """Answer Prometheus from a thread of this process."""
    host, _, port = address.rpartition(":")
    try:
        start_http_server(int(port), host.strip("[]"), Own())
    except (OSError, ValueError) as error:
        log.error("telemetry.not_shown", address=address, reason=str(error))


class Own:
    """This machine's numbers as they are whenever somebody looks."""

    def collect(self) -> Iterator[Metric]:
        yield from counted()
        yield from of_the_house()


class Found:
    """Metrics as Prometheus's library wants them."""

    def __init__(self, found: list[Metric]) -> None:
        self._found = found

    def collect(self) -> list[Metric]:
        return self._found


def registry_of(found: list[Metric]) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(Found(found))
    return registry


def counted() -> Iterator[Metric]:
    """Put together what the processes wrote: all of it ever, and what is now."""
    ever, now = everything()
    by_name = apart(ever)
    for one in KEPT:
        if isinstance(one, Histogram):
            yield histogram(one, by_name[one.name])
        else:
            yield counter(one, by_name[one.name])
    now_by_name = apart(now)
    for gauge in MOMENTARY:
        family = GaugeMetricFamily(gauge.name, gauge.told, labels=gauge.labels)
        for (labels, _), number in now_by_name[gauge.name].items():
            family.add_metric(labels, number)
        yield family


Parts = Mapping[tuple[tuple[str, ...], str], float]


def apart(numbers: Mapping[Series, float]) -> Mapping[str, Parts]:
    found: dict[str, dict[tuple[tuple[str, ...], str], float]] = defaultdict(dict)
    for (name, labels, part), number in numbers.items():
        found[name][labels, part] = number
    return found


def counter(one: Counter, parts: Parts) -> Metric:
    family = CounterMetricFamily(one.name, one.told, labels=one.labels)
    for (labels, _), number in parts.items():
        family.add_metric(labels, number)
    return family


def histogram(one: Histogram, parts: Parts) -> Metric:
    family = HistogramMetricFamily(one.name, one.told, labels=one.labels)
    for labels in dict.fromkeys(labels for labels, _ in parts):
        so_far, buckets = 0.0, []
        for bound in (part for part in one.parts if part != SUM):
            so_far += parts.get((labels, bound), 0.0)
            buckets.append((bound, so_far))
        family.add_metric(labels, buckets, parts.get((labels, SUM), 0.0))
    return family


def of_the_house() -> Iterator[Metric]:
    """Say what is running, and whether its counting has room."""
    build = GaugeMetricFamily(
        "easel_build_info", "What runs here.", labels=tuple(build_facts())
    )
    build.add_metric(tuple(build_facts().values()), 1)
    yield build
    yield GaugeMetricFamily(
        "easel_series_left_out",
        "Series this process had no room for.",
        value=tally.dropped,
    )


@cache
def build_facts() -> dict[str, str]:
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())
    return {
        "version": project["project"]["version"],
        "python": platform.python_version(),
        "django": django.get_version(),
        "database": connection.vendor,
    }
