"""One POST to an address that a stranger wrote.

Only https, only the ports that are set, only public addresses, judged on the very
address the socket goes to. Redirects are not followed; of an answer, its status and
first words are kept, and the rest is never read.
"""

import asyncio
import ipaddress
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import (
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
)
from django.conf import settings
from django.utils.translation import gettext as _
from yarl import URL

from playground.generation.errors import BadRequest
from playground.generation.providers.internet import (
    any_socket,
    is_public,
    public_socket,
    web_address,
)
from playground.webhooks.models import LONGEST_URL

CONNECT_SECONDS, READ_SECONDS = 5, 2
KEPT_CHARACTERS = 500
HEADERS = {
    "Content-Type": "application/json",
    "User-Agent": "Easel",
    "Accept-Encoding": "identity",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a POST: a status, or why there is none."""

    duration_ms: int
    status: int | None = None
    text: str = ""
    error: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def checked_address(address: str, param: str) -> str:
    """Read an address that may be sent to, as far as that is known before it is resolved."""
    try:
        url = web_address(address.strip())
    except ValueError as error:
        message = _("%(param)s: this is no web address. Write it as https://….")
        raise BadRequest(message % {"param": param}, param=param) from error
    if wrong := what_is_wrong(url):
        raise BadRequest(f"{param}: {wrong}", param=param)
    return str(url.with_fragment(None))


def what_is_wrong(url: URL) -> str:
    if len(str(url)) > LONGEST_URL:
        return _("the address is too long.")
    if url.user or url.password:
        return _("leave user name and password out.")
    if settings.PRIVATE_WEBHOOKS:
        return ""
    if url.scheme != "https":
        return _("webhooks are sent to https addresses only.")
    if url.port not in settings.WEBHOOK_PORTS:
        return _("webhooks are sent to the usual ports only.")
    return "" if may_be_public(url.host or "") else _("this address is not public.")


def may_be_public(host: str) -> bool:
    """A name is judged when it is resolved; an address at once."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return True
    return is_public(host)


async def post(address: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send it once; whatever happens, say what came of it."""
    start = time.perf_counter()

    def answer(**facts: Any) -> Answer:
        return Answer(round((time.perf_counter() - start) * 1000), **facts)

    try:
        url = URL(checked_address(address, "url"), encoded=True)
        async with session() as line, asyncio.timeout(settings.WEBHOOK_SECONDS):
            request = line.post(
                url, data=body, headers={**HEADERS, **headers}, allow_redirects=False
            )
            async with request as response:
                text = await first_words(response)
                return answer(
                    status=response.status, text=text, headers=response.headers
                )
    except BadRequest as error:
        return answer(error=error.message)
    except TimeoutError:
        return answer(error=_("No answer came in time."))
    except (ClientError, OSError, ValueError):
        return answer(error=_("This address cannot be reached."))


async def first_words(response: ClientResponse) -> str:
    """Read no more than is kept. An answer that breaks off has been given all the same."""
    data, most = b"", 4 * KEPT_CHARACTERS
    with suppress(ClientError, OSError):
        async with asyncio.timeout(READ_SECONDS):
            while len(data) < most and not response.content.at_eof():
                data += await response.content.read(most - len(data))
    text = data.decode(errors="replace").replace("\x00", "\ufffd")
    return text[:KEPT_CHARACTERS]


def session() -> ClientSession:
    connector = TCPConnector(
        limit=1, force_close=True, use_dns_cache=False, socket_factory=socket_to
    )
    return ClientSession(
        connector=connector,
        cookie_jar=DummyCookieJar(),
        trust_env=False,
        auto_decompress=False,
        timeout=ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
    )


def socket_to(address: tuple[Any, ...]) -> socket.socket:
    """Judge an address that has been resolved, and is about to be connected to."""
    return any_socket(address) if settings.PRIVATE_WEBHOOKS else public_socket(address)
