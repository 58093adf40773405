"""The ways to providers that this instance has: from its settings, and from rows.

Those of the settings are always there, under their provider's name. Rows are an
operator's: they come and go while we run. A row that cannot be used is left out, and
said in the log.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from cryptography.fernet import InvalidToken
from django.conf import settings

from playground.generation.environment import named_channels
from playground.generation.mirror import Mirror
from playground.generation.providers.base import Access, Channel
from playground.generation.providers.connected import known_trades, trade_of
from playground.generation.sealing import opened
from playground.generation.ways import ChannelRow

log = structlog.get_logger()
SERVERS_SETTING = "EASEL_COMPATIBLE_SERVERS"


@dataclass(frozen=True, slots=True)
class Ways:
    """Every channel that is on, by its name and by its provider."""

    by_name: Mapping[str, Channel]
    by_provider: Mapping[str, tuple[Channel, ...]]
    rows: tuple[tuple[Any, ...], ...] = ()

    def __contains__(self, provider: object) -> bool:
        return provider in self.by_provider

    @classmethod
    def of(
        cls, found: Iterable[Channel], rows: tuple[tuple[Any, ...], ...] = ()
    ) -> "Ways":
        by_provider: dict[str, tuple[Channel, ...]] = defaultdict(tuple)
        by_name = {channel.name: channel for channel in found}
        for channel in by_name.values():
            by_provider[channel.trade.name] += (channel,)
        return cls(by_name, dict(by_provider), rows)


def from_settings() -> Ways:
    """The channels that are there although no row could be read."""
    return Ways.of(named_channels().values())


class Reader:
    """Reads the rows; while they stay the same, so does what was made of them."""

    def __init__(self) -> None:
        self._last: Ways | None = None

    def __call__(self) -> Ways:
        on = ChannelRow.objects.filter(is_on=True).order_by("name")
        rows = tuple(on.values_list(*COLUMNS))
        if self._last is None or self._last.rows != rows:
            fixed = from_settings()
            added = [one for row in on if (one := channel_in(row))]
            self._last = Ways.of([*added, *fixed.by_name.values()], rows)
        return self._last

    def forget(self) -> None:
        self._last = None


COLUMNS = [field.attname for field in ChannelRow._meta.concrete_fields]
read_ways = Reader()
connected = Mirror(read_ways, from_settings)


def read_again() -> None:
    """Know what was changed just now; other processes will in some seconds."""
    connected.forget()
    connected()


def forget() -> None:
    """Connect anew."""
    named_channels.cache_clear()
    read_ways.forget()
    connected.forget()


def channel_in(row: ChannelRow) -> Channel | None:
    """Return the channel that a row means, if it means one."""
    try:
        return made_of(row)
    except (ValueError, InvalidToken) as error:
        log.error("channel.unusable", channel=row.name, reason=repr(error))
        return None


def made_of(row: ChannelRow) -> Channel:
    """Make a channel of a row. Raises `ValueError` that says what is wrong."""
    access = Access(
        secret=opened(row.secret) if row.secret else secret_from_settings(row),
        base_url=row.base_url,
        is_local=row.is_local,
        options=row.options,
    )
    trade = trade_of(
        row.provider,
        access,
        trades=known_trades(settings.PROVIDERS_DIR),
        servers=settings.COMPATIBLE_SERVERS,
    )
    return Channel(
        name=row.name,
        trade=trade,
        access=access,
        priority=row.priority,
        weight=row.weight,
        concurrency=row.concurrency,
        per_minute=row.per_minute,
        groups=frozenset(row.groups),
    )


def secret_from_settings(row: ChannelRow) -> str:
    """Return the provider's own credential, for a row that has none and is at home.

    It never goes to another address.
    """
    if row.base_url:
        return ""
    named = named_channels().get(row.provider)
    return named.access.secret if named else ""


def setting_of(provider: str) -> str:
    """Name the setting that connects a provider."""
    known: str = settings.PROVIDER_KEYS.get(provider, SERVERS_SETTING)
    return known
