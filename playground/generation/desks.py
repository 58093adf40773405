"""The channels that a studio has open, and the calls under way at each.

A channel is opened when it is first used. One that was changed or taken away is closed
when its last call has ended.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping

from playground.generation.providers.base import Busy, Channel, Provider

MINUTE = 60.0
PATIENCE_SECONDS = 10.0  # for a place at a channel that takes few calls at once


class Crowded(Busy):
    """A limit of our own is reached; it says nothing about the provider."""

    outcome = "crowded"


class Desk:
    """One open channel. `async with` takes a place at it, for one call."""

    def __init__(
        self, channel: Channel, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.channel = channel
        self.provider: Provider = channel.opened()
        self._clock = clock
        self._under_way = 0
        self._begun: deque[float] = deque()
        most = channel.concurrency
        self._places = asyncio.Semaphore(most) if most else None
        self._is_closing = False

    @property
    def calls_under_way(self) -> int:
        return self._under_way

    @property
    def is_full(self) -> bool:
        """Say whether a call would have to wait."""
        has_no_place = self._places is not None and self._places.locked()
        return has_no_place or self._wait() > 0

    def _wait(self) -> float:
        """Return in how many seconds the minute has room for one more call."""
        most = self.channel.per_minute
        if not most:
            return 0.0
        before = self._clock() - MINUTE
        while self._begun and self._begun[0] <= before:
            self._begun.popleft()
        return self._begun[-most] - before if len(self._begun) >= most else 0.0

    async def __aenter__(self) -> Provider:
        """Take part in the channel's calls, or say that it is crowded."""
        if wait := self._wait():
            raise Crowded("our limit a minute", retry_after_seconds=wait)
        if self._places is not None:
            await self._take(self._places)
        if self.channel.per_minute:
            self._begun.append(self._clock())
        self._under_way += 1
        return self.provider

    async def __aexit__(self, *why: object) -> None:
        self._under_way -= 1
        if self._places is not None:
            self._places.release()
        if self._is_closing and not self._under_way:
            await self.provider.close()

    async def _take(self, places: asyncio.Semaphore) -> None:
        try:
            await asyncio.wait_for(places.acquire(), PATIENCE_SECONDS)
        except TimeoutError as error:
            raise Crowded("our limit of calls", retry_after_seconds=1) from error

    async def close(self) -> None:
        """Close once nobody is at it any more."""
        self._is_closing = True
        if not self._under_way:
            await self.provider.close()


class Desks:
    """Every open channel of one event loop."""

    def __init__(self) -> None:
        self._open: dict[str, Desk] = {}
        self._seen: Mapping[str, Channel] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def at(self, channel: Channel) -> Desk:
        """Return the channel's desk, opened now if it was not, or was another."""
        desk = self._open.get(channel.name)
        if desk is not None and desk.channel is channel:
            return desk
        if desk is not None and desk.channel != channel:
            self._drop(desk)
            desk = None
        desk = self._open[channel.name] = desk or Desk(channel)
        desk.channel = channel
        return desk

    def all(self) -> list[Desk]:
        return list(self._open.values())

    def is_full(self, channel: Channel) -> bool:
        desk = self._open.get(channel.name)
        return desk is not None and desk.is_full

    def keep(self, channels: Mapping[str, Channel]) -> None:
        """Close what is no channel any more."""
        if channels is self._seen:
            return
        self._seen = channels
        for name in self._open.keys() - channels.keys():
            self._drop(self._open.pop(name))

    def _drop(self, desk: Desk) -> None:
        closing = asyncio.create_task(desk.close())
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)

    async def close(self) -> None:
        for desk in self._open.values():
            await desk.provider.close()
        await asyncio.gather(*self._closing, return_exceptions=True)
