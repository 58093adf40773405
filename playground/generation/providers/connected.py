"""Which providers this instance can reach, by name."""

from collections.abc import Collection
from typing import Any

from playground.generation.providers.base import Provider
from playground.generation.providers.compatible import CompatibleProvider, servers_from
from playground.generation.providers.sketch import SketchProvider

EDITORS = frozenset({"sketch"})  # whose adapters pass pictures on


def connect(*, painters: int, servers: Any) -> dict[str, Provider]:
    """Make an adapter for each provider that is configured; the painter always is."""
    connected: dict[str, Provider] = {"sketch": SketchProvider(processes=painters)}
    for name, server in servers_from(servers).items():
        connected[name] = CompatibleProvider(server)
    return connected


def connected_names(servers: Any) -> frozenset[str]:
    """Say which providers could be called, without opening anything."""
    return frozenset({"sketch", *servers})


def those_that_edit(names: Collection[str]) -> frozenset[str]:
    """Return those of the providers that an edit may go to."""
    return EDITORS.intersection(names)
