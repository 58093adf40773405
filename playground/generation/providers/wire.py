"""What every adapter over HTTP needs: send once, read with a limit, fetch with care.

Promises: no cookies, no proxies from the environment, no redirect followed but
to a result, no body larger than asked for, no connection to a private network on a
stranger's word, and our key shown to nobody but the server it belongs to.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    DummyCookieJar,
    InvalidURL,
    TCPConnector,
)
from httptools import HttpParserError
from yarl import URL

from playground.generation.providers.base import (
    Broken,
    Late,
    Misconfigured,
    ProviderFailure,
)
from playground.generation.providers.internet import (
    PrivateAddress,
    reachable_socket,
    web_address,
)
from playground.generation.providers.posting import (
    CONNECT_SECONDS,
    IDLE_SECONDS,
    Call,
    Posts,
    Reply,
    TooMuch,
    Unsent,
)

__all__ = ["Call", "Errand", "Reply", "Wire"]

CONNECTIONS = 10_000
READ_BUFFER = 256 * 1024
REDIRECTS = 3
# Base64 hardly shrinks, and unpacking it costs more than the bytes saved.
PLAIN = {"User-Agent": "Easel", "Accept-Encoding": "identity"}


@dataclass(frozen=True, slots=True)
class Errand:
    """One result to fetch, by its URL. `headers` go to no origin but `home`."""

    url: str
    home: URL
    headers: Mapping[str, str]
    timeout_seconds: float
    most_bytes: int
    may_be_private: bool = False


class Wire:
    """What this process has open, for each event loop: made when it is first used.

    Posts go where the operator said. Of the pair of sessions that fetch, one does
    too; the other, for addresses that came out of an answer, refuses private networks.
    """

    def __init__(self) -> None:
        self._posts: WeakKeyDictionary[asyncio.AbstractEventLoop, Posts] = (
            WeakKeyDictionary()
        )
        self._sessions: WeakKeyDictionary[
            asyncio.AbstractEventLoop, dict[bool, ClientSession]
        ] = WeakKeyDictionary()

    async def send(self, call: Call) -> Reply:
        """Send a request once. Raises `Broken` when no whole answer comes back."""
        loop = asyncio.get_running_loop()
        posts = self._posts.get(loop)
        if posts is None:
            posts = self._posts[loop] = Posts()
        try:
            return await posts.send(call)
        except TooMuch as error:
            said = f"the answer is larger than {call.most_bytes} bytes"
            raise Broken(said, ran="yes") from error
        except Unsent as error:
            raise Broken(f"no connection: {error}", ran="no") from error
        except (OSError, HttpParserError) as error:
            kind = Late if isinstance(error, TimeoutError) else Broken
            raise kind(_said(error), ran="unknown") from error

    async def fetch(self, errand: Errand) -> bytes:
        """Fetch one result, following a few redirects, each under the same rules."""
        url = _result_url(errand.url, errand.home)
        for _ in range(1 + REDIRECTS):
            found = await self._get(url, errand)
            if isinstance(found, bytes):
                return found
            url = found
        raise Broken("the result's address redirects without end", ran="yes")

    async def close(self) -> None:
        """Let go of the running loop's connections. The next call would open new ones."""
        loop = asyncio.get_running_loop()
        if posts := self._posts.pop(loop, None):
            posts.close()
        for session in self._sessions.pop(loop, {}).values():
            await session.close()

    async def _get(self, url: URL, errand: Errand) -> bytes | URL:
        is_home = url.origin() == errand.home.origin()
        try:
            async with self._session(guarded=not errand.may_be_private).get(
                url,
                headers={**PLAIN, **(errand.headers if is_home else {})},
                timeout=_patience(errand.timeout_seconds),
                allow_redirects=False,
            ) as response:
                if response.status in (301, 302, 303, 307, 308):
                    return _result_url(response.headers.get("location", ""), url)
                if response.status != 200:
                    raise Broken(
                        f"the result's address answered {response.status}", ran="yes"
                    )
                return await _read(response, errand.most_bytes)
        except (ClientError, TimeoutError) as error:
            raise _lost(error, url) from error

    def _session(self, *, guarded: bool = False) -> ClientSession:
        pair = self._sessions.setdefault(asyncio.get_running_loop(), {})
        session = pair.get(guarded)
        if session is None:
            session = pair[guarded] = _opened(guarded)
        return session


def _opened(guarded: bool) -> ClientSession:
    connector = TCPConnector(
        limit=CONNECTIONS,
        keepalive_timeout=IDLE_SECONDS,
        socket_factory=reachable_socket if guarded else None,
    )
    return ClientSession(
        connector=connector,
        cookie_jar=DummyCookieJar(),
        trust_env=False,
        read_bufsize=READ_BUFFER,
    )


def _patience(seconds: float) -> ClientTimeout:
    # Half at most to connect: a server never reached is told from one too slow.
    return ClientTimeout(total=seconds, sock_connect=min(CONNECT_SECONDS, seconds / 2))


async def _read(response: ClientResponse, most_bytes: int) -> bytes:
    """Read a body up to a limit."""
    chunks, size = [], 0
    async for chunk in response.content.iter_any():
        chunks.append(chunk)
        size += len(chunk)
        if size > most_bytes:
            raise Broken(f"the answer is larger than {most_bytes} bytes", ran="yes")
    return b"".join(chunks)


def _result_url(text: str, base: URL) -> URL:
    """Read a URL as it was signed: only an unclean one is quoted anew."""
    try:
        return web_address(text, base).with_user(None)
    except ValueError as error:
        raise Broken(f"the result's address is {error}", ran="yes") from error


def _lost(error: Exception, url: URL) -> ProviderFailure:
    if isinstance(error, ClientConnectorError) and isinstance(
        error.os_error, PrivateAddress
    ):
        return Misconfigured(
            f"its result is at {url.host}, on a private network:"
            " if the server is yours, mark it as local",
            ran="yes",
        )
    return Broken(f"its result could not be fetched: {_said(error)}", ran="yes")


def _is_unsent(error: Exception) -> bool:
    return isinstance(error, ClientConnectorError | ConnectionTimeoutError | InvalidURL)


def _said(error: Exception) -> str:
    if _is_unsent(error):
        return f"no connection: {error}"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return f"the connection broke: {error or type(error).__name__}"
