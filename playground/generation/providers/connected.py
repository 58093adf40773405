"""Which providers this instance can reach: one row for each adapter we have.

A provider is connected when the settings hold a secret for it. The embedded painter
always is, and so is every compatible server an operator names. Operators bring adapters
of their own, too.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from playground.generation.providers import (
    ark,
    fal,
    gemini,
    openai,
    replicate,
    vertex,
)
from playground.generation.providers.base import Access, Channel, Provider, Trade
from playground.generation.providers.brought import trades_in
from playground.generation.providers.compatible import CompatibleProvider, servers_from
from playground.generation.providers.rehearsal import RehearsalProvider
from playground.generation.providers.servers import CompatibleServer
from playground.generation.providers.sketch import SketchProvider

TRADES: Mapping[str, Trade] = {
    trade.name: trade
    for trade in (
        gemini.TRADE,
        vertex.TRADE,
        openai.TRADE,
        fal.TRADE,
        replicate.TRADE,
        ark.ARK,
        ark.BYTEPLUS,
    )
}


def channels(
    trades: Mapping[str, Trade],
    *,
    painters: int,
    servers: Any,
    accesses: Mapping[str, Mapping[str, Any]],
) -> dict[str, Channel]:
    """Name every way to a provider, without opening anything."""
    found = {
        "sketch": Channel("sketch", sketch(painters)),
        "rehearsal": Channel("rehearsal", rehearsal(painters)),
    }
    for name, server in servers_from(servers).items():
        access = Access(server.api_key, str(server.base_url), server.is_local)
        found[name] = Channel(name, compatible(server), access)
    for name, trade in trades.items():
        access = Access(**accesses.get(name, {}))
        if access.secret:
            found[name] = Channel(name, trade, access)
    return found


def known_trades(folder: str) -> Mapping[str, Trade]:
    """Return our adapters, and those that an operator brought along in a folder."""
    return {**TRADES, **trades_in(folder)}


def trade_of(
    provider: str, access: Access, *, trades: Mapping[str, Trade], servers: Any
) -> Trade:
    """Find a provider's trade. One of no trade is a server that speaks OpenAI's API.

    Such a server has the habits that the setting tells of it, if it is named there; the
    setting's key never goes to another address. Raises `ValueError` that says what is
    missing or wrong.
    """
    if trade := trades.get(provider):
        return trade
    here = {"base_url": access.base_url, "api_key": access.secret}
    said = {**servers.get(provider, {}), **{k: v for k, v in here.items() if v}}
    if access.is_local:
        said["local"] = True
    if access.base_url and not access.secret:
        said.pop("api_key", None)
    return compatible(servers_from({provider: said})[provider])


@cache  # one and the same trade, so that its painters stay when channels are read anew
def sketch(painters: int) -> Trade:
    def opened(access: Access) -> Provider:
        return SketchProvider(processes=painters)

    return Trade("sketch", "Sketch", opened, edits=True, masks=True)


@cache
def rehearsal(painters: int) -> Trade:
    """Where test keys are sent, whatever model they ask for."""

    def opened(access: Access) -> Provider:
        return RehearsalProvider(SketchProvider(processes=painters))

    return Trade("rehearsal", "Rehearsal", opened, edits=True, masks=True)


def compatible(server: CompatibleServer) -> Trade:
    def opened(access: Access) -> Provider:
        return CompatibleProvider(server)

    takes_files = bool(server.edits)
    return Trade(server.name, server.name, opened, edits=takes_files, masks=takes_files)
