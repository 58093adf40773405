"""What is on the public internet, and what only says so.

A name is resolved once, and what it resolved to is judged when the socket for it
is made: between the judgement and the connection nothing can change its mind.
"""

import ipaddress
import re
import socket
from typing import Any

from yarl import URL

PLAIN_URL = re.compile(r"[\w\-.~:/?#\[\]@!$&'()*+,;=%]+", re.ASCII)
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# IANA's special-purpose registries, spelled out: Python's own table grows by release.
NOT_PUBLIC_4 = tuple(
    map(
        ipaddress.IPv4Network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "168.63.129.16/32",  # a cloud's own service, on a public-looking address
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "192.175.48.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
        ),
    )
)
PUBLIC_6 = ipaddress.IPv6Network("2000::/3")
NOT_PUBLIC_6 = tuple(
    map(
        ipaddress.IPv6Network,
        (
            "2001::/23",  # Teredo, benchmarking, ORCHID and other protocol matters
            "2001:db8::/32",
            "2002::/16",
            "2620:4f:8000::/48",
            "3fff::/20",
        ),
    )
)
TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")


class PrivateAddress(OSError):
    """A stranger's URL led to a private network."""

    def __init__(self) -> None:
        super().__init__("the address is on a private network")


def is_public(text: str) -> bool:
    """Tell whether an address is a public one. Tunnels and mappings are not."""
    address = _parsed(text)
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in NOT_PUBLIC_4)
    return address in PUBLIC_6 and not any(
        address in network for network in NOT_PUBLIC_6
    )


def is_private(text: str) -> bool:
    """Tell whether an address is anything but a public one, however it is wrapped.

    Kinder than `is_public`: where a network reaches IPv4 through a translator,
    the address behind it counts.
    """
    address = _parsed(text)
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in TRANSLATED:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        address = inner or address
    return not is_public(str(address))


def _parsed(text: str) -> Address:
    return ipaddress.ip_address(text.partition("%")[0])


def reachable_socket(address: tuple[Any, ...]) -> socket.socket:
    """Make a socket to an address that is not private, as `is_private` sees it."""
    if is_private(address[4][0]):
        raise PrivateAddress
    return any_socket(address)


def public_socket(address: tuple[Any, ...]) -> socket.socket:
    """Make a socket to an address that is public by itself."""
    if not is_public(address[4][0]):
        raise PrivateAddress
    return any_socket(address)


def any_socket(address: tuple[Any, ...]) -> socket.socket:
    """Make a socket to an address already resolved."""
    family, kind, protocol, _, _ = address
    return socket.socket(family, kind, protocol)


def web_address(text: str, base: URL | None = None) -> URL:
    """Read a URL as it was signed: only an unclean one is quoted anew.

    Raises `ValueError` for what is no web address.
    """
    try:
        url = URL(text, encoded=PLAIN_URL.fullmatch(text) is not None)
        url = url if base is None else base.join(url)
    except ValueError as error:
        raise ValueError("not a URL") from error
    host = url.host or ""
    if url.scheme not in ("http", "https") or not host or not host.isprintable():
        raise ValueError("not a web address")
    return url
