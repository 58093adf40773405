"""The ways to providers that this instance has, as its settings say."""

from functools import cache

from django.conf import settings

from playground.generation.providers.base import Channel
from playground.generation.providers.connected import channels


@cache
def connected() -> dict[str, Channel]:
    """Name every channel, without opening it."""
    return channels(
        painters=settings.PAINTER_PROCESSES,
        servers=settings.COMPATIBLE_SERVERS,
        accesses=settings.PROVIDERS,
    )
