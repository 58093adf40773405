"""Work that is begun with one call and collected with others.

Promises: our key goes to the provider's own hosts and nowhere else, whatever an answer
says; a look that fails is taken again while there is time; and work that nobody waits
for any more is called off.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic

from yarl import URL

from playground.generation.providers.base import (
    Broken,
    Misconfigured,
    ProviderFailure,
)
from playground.generation.providers.complaints import Ran, retry_after
from playground.generation.providers.encoded import Document, NotReadable
from playground.generation.providers.internet import web_address
from playground.generation.providers.posting import Call, Reply
from playground.generation.providers.wire import Wire

OURS = 0.95  # of the deadline: we end first, so that what did arrive is kept
LOOK_SECONDS = 30.0
FAREWELL_SECONDS = 5.0
FAREWELL_BYTES = 64 * 1024
LOOKS_IN_VAIN = 10  # in a row: the provider is away


@dataclass(frozen=True, slots=True)
class Pace:
    """How long to wait before each look: briefly at first, then longer and longer."""

    first_seconds: float = 0.5
    growth: float = 1.4
    longest_seconds: float = 3.0

    def pauses(self) -> Iterator[float]:
        pause = self.first_seconds
        while True:
            yield pause
            pause = min(pause * self.growth, self.longest_seconds)


USUAL_PACE = Pace()


def may_pass(reply: Reply) -> bool:
    """Tell trouble of the moment from an answer."""
    return reply.status in (408, 425, 429) or reply.status >= 500


def told_in(reply: Reply, ran: Ran) -> Document:
    """Read an answer that has to be an object."""
    try:
        document = Document.read(reply.body)
    except NotReadable as error:
        raise Broken("the answer is no JSON", status=reply.status, ran=ran) from error
    if not isinstance(document.tree, dict):
        raise Broken("the answer is no object", status=reply.status, ran=ran)
    return document


@dataclass(frozen=True, slots=True)
class Counter:
    """Where a provider hands out finished work, and what lets us in there.

    `hosts` are its own besides `base`.
    """

    wire: Wire
    base: URL
    hosts: frozenset[str]
    headers: Mapping[str, str] = field(repr=False)
    pace: Pace = USUAL_PACE
    _farewells: set[asyncio.Task[None]] = field(default_factory=set)

    def own(self, address: object) -> URL:
        """Read an address that stood in an answer; it has to be the provider's own."""
        try:
            url = web_address(address if isinstance(address, str) else "")
        except ValueError as error:
            said = f"an address in its answer is {error}"
            raise Broken(said, ran="unknown") from error
        is_home = url.origin() == self.base.origin()
        is_its_own = url.scheme == "https" and url.is_default_port()
        if not is_home and not (is_its_own and url.host in self.hosts):
            said = f"its answer leads to {url.host}, where our key may not go"
            raise Misconfigured(said, ran="unknown")
        return url.with_user(None)

    async def looks(
        self,
        url: URL,
        ends: float,
        most_bytes: int,
        *,
        at_once: bool = False,
        passing: Callable[[Reply], bool] = may_pass,
    ) -> AsyncIterator[Reply]:
        """Yield what is found there, look after look, until it would be too late."""
        pauses, in_vain = self.pace.pauses(), 0
        pause = 0.0 if at_once else next(pauses)
        while (left := ends - monotonic()) > pause:
            await asyncio.sleep(pause)
            patience = min(LOOK_SECONDS, left - pause)
            reply = await self._looked(self._call("GET", url, patience, most_bytes))
            pause = next(pauses)
            if reply is not None and not passing(reply):
                in_vain = 0
                yield reply
                continue
            in_vain += 1
            if in_vain == LOOKS_IN_VAIN:
                said = reply.status if reply else "no answer"
                raise Broken(f"{in_vain} looks in vain, at last: {said}", ran="unknown")
            if reply is not None:
                pause = max(pause, retry_after(reply.headers) or 0.0)

    @contextmanager
    def calling_off(self, method: str, address: object) -> Iterator[None]:
        """Call the work off when we leave without it: too late, or no longer wanted."""
        url, is_done = self.own(address), False
        try:
            yield
            is_done = True
        finally:
            if not is_done:
                farewell = asyncio.create_task(self._farewell(method, url))
                self._farewells.add(farewell)
                farewell.add_done_callback(self._farewells.discard)

    async def close(self) -> None:
        """Let the farewells be heard."""
        await asyncio.gather(*self._farewells)

    async def _looked(self, call: Call) -> Reply | None:
        try:
            return await self.wire.send(call)
        except Broken as error:
            if error.ran == "yes":  # an answer, but one too large
                raise
            return None

    async def _farewell(self, method: str, url: URL) -> None:
        try:
            await self.wire.send(
                self._call(method, url, FAREWELL_SECONDS, FAREWELL_BYTES)
            )
        except ProviderFailure:
            return  # nobody waits for this; the deadline it was given ends the work too

    def _call(self, method: str, url: URL, seconds: float, most_bytes: int) -> Call:
        return Call(
            url=url,
            headers=self.headers,
            body=b"",
            timeout_seconds=seconds,
            most_bytes=most_bytes,
            method=method,
        )
