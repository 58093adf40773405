"""One request over connections that are kept: what a gateway does all day.

A general HTTP client took 70 microseconds a call, a fifth of a small request, and moved
a 27 MB answer twice. Here the head is parsed by httptools and a body whose length is
known is received in the place where it stays. Nothing is sent twice, no redirect is
followed, and a connection is used again only after a whole answer.
"""

import asyncio
import ssl
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from socket import SOCK_STREAM
from time import monotonic
from typing import Any, cast

from aiohappyeyeballs import start_connection
from httptools import HttpParserError, HttpResponseParser
from yarl import URL

CONNECT_SECONDS = 10.0
NEXT_ADDRESS_SECONDS = 0.25
NAME_SECONDS = 10.0
# Most servers drop an idle connection after five seconds. A POST that meets the closing
# door cannot be sent again safely, so ours closes first.
IDLE_SECONDS = 4.0
SCRATCH_BYTES = 256 * 1024
READ_AT_ONCE = 1024 * 1024
MOST_HEAD_BYTES = 64 * 1024
COMPLAINT_BYTES = 64 * 1024
ZLIB_OR_GZIP = 32 + zlib.MAX_WBITS
Origin = tuple[str, str, int]
Addresses = Sequence[Any]
Hear = Callable[[bytes], None]


class Unsent(Exception):
    """No connection was made: nothing has been asked."""


class TooMuch(Exception):
    """The answer is larger than it may be."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request: where, what, how long to wait and how much to read.

    `hear` is told each piece of a good answer as it arrives.
    """

    url: URL
    headers: Mapping[str, str]
    body: bytes
    timeout_seconds: float
    most_bytes: int
    hear: Hear | None = None
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, whatever its status. Headers have small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytearray
    first_byte_seconds: float


class Posts:
    """The connections of one event loop."""

    def __init__(self) -> None:
        self._idle: dict[Origin, list[Connection]] = {}
        self._all: set[Connection] = set()
        self._scratch = memoryview(bytearray(SCRATCH_BYTES))
        self._tidying: asyncio.TimerHandle | None = None
        self._tls: ssl.SSLContext | None = None
        self._found: dict[Origin, tuple[float, asyncio.Future[Addresses]]] = {}

    async def send(self, call: Call) -> Reply:
        """Send once and read the answer. Raises `Unsent`, `TooMuch`, `OSError` (which a
        `TimeoutError` is) or `HttpParserError`."""
        loop, started = asyncio.get_running_loop(), monotonic()
        origin = origin_of(call.url)
        connection = self._kept(origin) or await self._opened(origin, call)
        left = call.timeout_seconds - (monotonic() - started)
        timer = loop.call_later(left, connection.fail, TimeoutError())
        try:
            incoming = await connection.ask(call, started)
        finally:
            timer.cancel()
            self._put_back(origin, connection)
        return Reply(
            incoming.status,
            incoming.headers,
            unpacked(incoming, call.most_bytes),
            incoming.first_byte_seconds,
        )

    def close(self) -> None:
        """Let go of every connection; the next call opens another."""
        for connection in list(self._all):
            connection.let_go()
        self._idle.clear()

    def _kept(self, origin: Origin) -> "Connection | None":
        idle = self._idle.get(origin)
        while idle:
            connection = idle.pop()
            if connection.is_fresh():
                return connection
            connection.let_go()
        return None

    async def _opened(self, origin: Origin, call: Call) -> "Connection":
        """Connect. Half of the time at most, so that a server never reached is told
        from one too slow."""
        patience = min(CONNECT_SECONDS, call.timeout_seconds / 2)
        try:
            async with asyncio.timeout(patience):
                connection = await self._connected(origin)
        except OSError as error:
            raise Unsent(str(error) or "it took too long") from error
        self._all.add(connection)
        return connection

    async def _connected(self, origin: Origin) -> "Connection":
        found, loop = await self._addresses(origin), asyncio.get_running_loop()
        socket = await start_connection(
            found, happy_eyeballs_delay=NEXT_ADDRESS_SECONDS, loop=loop
        )
        try:
            _, connection = await loop.create_connection(
                lambda: Connection(self._scratch, self._all),
                sock=socket,
                **self._security(origin),
            )
        except BaseException:
            socket.close()
            raise
        return connection

    async def _addresses(self, origin: Origin) -> Addresses:
        """Look a name up once for all who ask at the same time, and soon after."""
        until, looking = self._found.get(origin, (0.0, None))
        if looking is None or until < monotonic():
            _, host, port = origin
            loop = asyncio.get_running_loop()
            looking = asyncio.ensure_future(
                loop.getaddrinfo(host, port, type=SOCK_STREAM)
            )
            self._found[origin] = monotonic() + NAME_SECONDS, looking
        try:
            return await asyncio.shield(looking)
        except OSError:
            self._found.pop(origin, None)
            raise

    def _security(self, origin: Origin) -> dict[str, Any]:
        scheme, host, _ = origin
        if scheme != "https":
            return {}
        if self._tls is None:
            self._tls = ssl.create_default_context()
            self._tls.set_alpn_protocols(["http/1.1"])
        return {"ssl": self._tls, "server_hostname": host}

    def _put_back(self, origin: Origin, connection: "Connection") -> None:
        if not connection.can_be_kept():
            connection.let_go()
            return
        self._idle.setdefault(origin, []).append(connection)
        if self._tidying is None:
            loop = asyncio.get_running_loop()
            self._tidying = loop.call_later(IDLE_SECONDS, self._tidy)

    def _tidy(self) -> None:
        """Close what has been idle for too long."""
        self._tidying = None
        for origin, idle in list(self._idle.items()):
            for connection in idle:
                if not connection.is_fresh():
                    connection.let_go()
            self._idle[origin] = [one for one in idle if one.is_fresh()]
            if not self._idle[origin]:
                del self._idle[origin]
        if self._idle:
            loop = asyncio.get_running_loop()
            self._tidying = loop.call_later(IDLE_SECONDS, self._tidy)


def origin_of(url: URL) -> Origin:
    return url.scheme, url.raw_host or "", url.port or 0


class Connection(asyncio.BufferedProtocol):
    """One connection. Between answers anything that comes in ends it."""

    def __init__(self, scratch: memoryview, all_of_them: "set[Connection]") -> None:
        self._scratch = scratch  # shared: what is read into it is used up at once
        self._all = all_of_them
        self._transport: asyncio.Transport | None = None
        self._incoming: Incoming | None = None
        self._answer: asyncio.Future[Incoming] | None = None
        self._idle_since = 0.0

    def ask(self, call: Call, started: float) -> "asyncio.Future[Incoming]":
        self._incoming = Incoming(call, started)
        self._answer = asyncio.get_running_loop().create_future()
        if self._transport is None:
            self.fail(ConnectionResetError("it was closed"))
        else:
            self._transport.writelines([head_of(call), call.body])
        return self._answer

    def fail(self, error: Exception) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)

    def can_be_kept(self) -> bool:
        """Say whether the last answer came whole, and note the time."""
        incoming, self._incoming = self._incoming, None
        if incoming:
            incoming.let_go_of_parser()
        self._idle_since = monotonic()
        return bool(incoming and incoming.is_whole and incoming.may_go_on)

    def is_fresh(self) -> bool:
        is_open = self._transport is not None and not self._transport.is_closing()
        return is_open and monotonic() - self._idle_since < IDLE_SECONDS

    def let_go(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by name

    def get_buffer(self, sizehint: int) -> memoryview:
        if self._incoming is not None and self._incoming.rest:
            return self._incoming.rest[:READ_AT_ONCE]
        return self._scratch

    def buffer_updated(self, nbytes: int) -> None:
        incoming = self._incoming
        if incoming is None or incoming.is_whole:
            self.let_go()
            return
        try:
            if incoming.rest:
                incoming.received(nbytes)
            else:
                incoming.read(self._scratch[:nbytes])
        except HttpParserError as error:
            incoming.may_go_on = False
            if not incoming.is_whole:
                cause = error.__context__
                self.fail(cause if isinstance(cause, TooMuch) else error)
        if incoming.is_whole:
            self._finish(incoming)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._all.discard(self)
        if self._incoming is not None and exc is None and self._incoming.ends_by_end:
            self._finish(self._incoming)
        self.fail(exc or ConnectionResetError("it was closed before the answer's end"))

    def _finish(self, incoming: "Incoming") -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(incoming)


class Incoming:
    """An answer as it comes in."""

    def __init__(self, call: Call, started: float) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = bytearray()
        self.rest: memoryview | None = None  # of the body, still to be filled
        self.first_byte_seconds = 0.0
        self.is_whole = self.may_go_on = self.ends_by_end = False
        self._most_bytes, self._hear = call.most_bytes, call.hear
        self._started = started
        self._head_bytes = 0
        self._parser = HttpResponseParser(self)

    def let_go_of_parser(self) -> None:
        """They hold each other: until the collector comes, a body of 27 MB would stay."""
        del self._parser

    def read(self, data: memoryview) -> None:
        if not self.status:
            self._head_bytes += len(data)
            if self._head_bytes > MOST_HEAD_BYTES + SCRATCH_BYTES:
                raise HttpParserError("its head has no end")
        self._parser.feed_data(data)

    def received(self, count: int) -> None:
        """Note that this much of the body was put in its place."""
        if self.rest is not None:
            if self._hear:
                self._hear(bytes(self.rest[:count]))
            self.rest = self.rest[count:]
            self.is_whole = not self.rest

    def on_message_begin(self) -> None:
        if self.is_whole:
            raise HttpParserError("a second answer, to what nobody asked")

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if status < 200:  # on its way; the answer comes after it
            self.headers.clear()
            return
        self.status = status
        self.first_byte_seconds = monotonic() - self._started
        self.may_go_on = self._parser.should_keep_alive()
        is_chunked = "transfer-encoding" in self.headers
        length = self.headers.get("content-length")
        self.ends_by_end = length is None and not is_chunked
        if status >= 300 or is_chunked or length is None:
            return
        if int(length) > self._most_bytes:
            raise TooMuch
        self.body = bytearray(int(length))
        self.rest = memoryview(self.body)

    def on_body(self, part: bytes) -> None:
        if self._hear and self.status < 300:
            self._hear(part)
        if self.rest is not None:
            self.rest[: len(part)] = part
            self.rest = self.rest[len(part) :]
            return
        self.body += part
        if self.status >= 300:
            if len(self.body) > COMPLAINT_BYTES:  # enough is known
                self.is_whole, self.may_go_on = True, False
        elif len(self.body) > self._most_bytes:
            raise TooMuch

    def on_message_complete(self) -> None:
        self.is_whole = self.is_whole or self.status >= 200


def head_of(call: Call) -> bytes:
    """Write a request's head. Base64 hardly shrinks, and unpacking it costs more than
    the bytes saved, so a plain answer is asked for."""
    url = call.url
    lines = [
        f"{call.method} {url.raw_path_qs} HTTP/1.1",
        f"Host: {url.host_port_subcomponent}",
        "User-Agent: Easel",
        "Accept: */*",
        "Accept-Encoding: identity",
        *[f"{name}: {value}" for name, value in call.headers.items()],
        f"Content-Length: {len(call.body)}",
    ]
    if any("\r" in line or "\n" in line or "\0" in line for line in lines):
        raise ValueError("a header may not hold a line break")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def unpacked(incoming: Incoming, most_bytes: int) -> bytearray:
    """Return the body; unpack one that was packed although nobody asked for it."""
    packing = incoming.headers.get("content-encoding", "identity").lower()
    if packing == "identity" or not incoming.body:
        return incoming.body
    unpacker = zlib.decompressobj(ZLIB_OR_GZIP)
    try:
        body = unpacker.decompress(incoming.body, most_bytes + 1)
    except zlib.error as error:
        raise OSError(f"its answer is packed as {packing}") from error
    if len(body) > most_bytes:
        raise TooMuch
    if not unpacker.eof:
        raise OSError(f"its answer is packed as {packing}, and not whole")
    return bytearray(body)
