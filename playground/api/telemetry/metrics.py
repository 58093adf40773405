"""GET /metrics, for Prometheus: what all processes of this machine counted, as text.

Nobody reads it who brings no token and comes from no network that may. An address that
somebody else forwarded is no proof unless the proxy is ours.
"""

import asyncio
from hmac import compare_digest

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import choose_encoder

from playground.addresses import client_address, is_trusted, networks, parse
from playground.api.telemetry.standing import standing
from playground.generation.database import AWAY, in_thread
from playground.telemetry.exposition import counted, of_the_house, registry_of

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
