"""Where a request came from, when proxies stand between.

Anyone can write a forwarded address into a header. Only what a proxy of ours
added counts, so the list is read from its right end for as long as the hop that
added the entry is trusted.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Any

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


def client_address(
    scope_or_meta: Mapping[str, Any], trusted_proxies: Iterable[str]
) -> str:
    """Return the caller's address, from an ASGI scope or from Django's `META`.

    Empty when there is none, as behind a Unix socket nobody vouches for.
    """
    peer, forwarded = hops(scope_or_meta)
    trusted = networks(tuple(trusted_proxies))
    address = parse(peer)
    while forwarded and is_trusted(address, trusted):
        before = parse(forwarded.pop())
        if before is None:
            break
        address = before
    return str(address) if address else ""


def hops(scope_or_meta: Mapping[str, Any]) -> tuple[str, list[str]]:
    """Return who is at the other end of the line, and whom they say they speak for."""
    if "headers" in scope_or_meta:
        peer = (scope_or_meta.get("client") or ("",))[0]
        lines = [
            value.decode("latin-1")
            for name, value in scope_or_meta["headers"]
            if name.lower() == b"x-forwarded-for"
        ]
    else:
        peer = scope_or_meta.get("REMOTE_ADDR", "")
        lines = [scope_or_meta.get("HTTP_X_FORWARDED_FOR", "")]
    return peer, [entry for line in lines for entry in line.split(",") if entry.strip()]


def parse(text: str) -> Address | None:
    """Read an address as proxies write it: maybe with a port, maybe in brackets."""
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


def is_trusted(address: Address | None, trusted: tuple[Network, ...]) -> bool:
    return address is not None and any(address in network for network in trusted)


@lru_cache(maxsize=8)
def networks(trusted_proxies: tuple[str, ...]) -> tuple[Network, ...]:
    """Read the setting once; a wrong entry is an error, not a hole."""
    return tuple(ip_network(entry.strip(), strict=False) for entry in trusted_proxies)
