"""GET /metrics, for Prometheus: what all processes of this machine counted, as text.

Nobody reads it who brings no token and comes from no network that may. An address that
somebody else forwarded is no proof unless the proxy is ours.
"""

import asyncio
import platform
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from hmac import compare_digest

import django
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import choose_encoder

from playground.addresses import client_address, is_trusted, networks, parse
from playground.api.telemetry.standing import standing
from playground.generation.database import AWAY, in_thread
from playground.telemetry.instruments import KEPT, MOMENTARY, SUM, Counter, Histogram
from playground.telemetry.tally import Series, everything, tally

REFUSED = (
    "Set EASEL_METRICS_TOKEN and send it as a bearer token, or name your network in"
    " EASEL_METRICS_NETWORKS.\n"
)


async def metrics(request: HttpRequest) -> HttpResponse:
    """Say what was counted, and how the site stands."""
    if not may_read(request):
        return HttpResponse(REFUSED, status=403, content_type="text/plain")
    found = await asyncio.to_thread(lambda: [*counted(), *of_the_house()])
    try:
        found += await in_thread(standing.metrics)
        is_there = 1.0
    except AWAY:
        is_there = 0.0
    found.append(GaugeMetricFamily("easel_database_up", "It answers.", value=is_there))
    encode, kind = choose_encoder(request.headers.get("Accept", ""))
    return HttpResponse(encode(registry_of(found)), content_type=kind)


def may_read(request: HttpRequest) -> bool:
    """By token from anywhere; without one, from a network that may."""
    token: str = settings.METRICS_TOKEN
    told = request.headers.get("Authorization", "")
    if token and compare_digest(told.encode(), f"Bearer {token}".encode()):
        return True
    trusted = networks(tuple(settings.TRUSTED_PROXIES))
    is_forwarded = any(name in request.META for name in FORWARDED)
    if is_forwarded and not is_trusted(parse(request.META["REMOTE_ADDR"]), trusted):
        return False
    address = client_address(request.META, settings.TRUSTED_PROXIES)
    return is_trusted(parse(address), networks(tuple(settings.METRICS_NETWORKS)))


FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")


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
    for one in MOMENTARY:
        family = GaugeMetricFamily(one.name, one.told, labels=one.labels)
        for (labels, _), number in now_by_name[one.name].items():
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
