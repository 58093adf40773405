"""The channels that the settings name: there from the start, as long as we run."""

from functools import cache

from django.conf import settings

from playground.generation.providers.base import Channel
from playground.generation.providers.connected import channels, known_trades


@cache
def named_channels() -> dict[str, Channel]:
    """Name every channel of the settings, without opening any."""
    return channels(
        known_trades(settings.PROVIDERS_DIR),
        painters=settings.PAINTER_PROCESSES,
        servers=settings.COMPATIBLE_SERVERS,
        accesses=settings.PROVIDERS,
    )
