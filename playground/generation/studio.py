"""What the orders of one event loop share: the books, the providers, the live work.

The web server's loop has a studio, and so has the loop that a process keeps in a
background thread for pages and Celery tasks, which are not async themselves. A
studio tells the books every few seconds which orders are alive, and when its
process ends it puts unfinished ones back in the queue.
"""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import structlog
from django.conf import settings

from accounts.ids import new_id
from playground.generation.books import Extend
from playground.generation.database import AWAY, PASSING, Books, in_thread
from playground.generation.desks import Desks
from playground.generation.hands import Hands
from playground.generation.models import Generation
from playground.generation.providers.wire import Wire
from playground.generation.rates import meter
from playground.generation.unwanted import unwanted

log = structlog.get_logger()
Result = TypeVar("Result")
LISTEN_SECONDS = 1.5


class Studio:
    """One per event loop; `studio()` finds it."""

    def __init__(self) -> None:
        self.name = new_id("std")
        self.books = Books()
        self.desks = Desks()
        self.hands = Hands()
        self.wire = Wire()
        self.meter = meter(self.books)
        self.is_closing = False
        self.drawing = asyncio.Lock()  # of the order that is next in a queue
        self._live: dict[str, asyncio.Task[Any]] = {}
        self._closing: dict[str, asyncio.Task[Any]] = {}
        self._called_off: set[str] = set()
        self._pulse: asyncio.Task[None] | None = None
        self._ear: asyncio.Task[None] | None = None

    def begin(
        self, generation: Generation, work: Coroutine[Any, Any, Result]
    ) -> asyncio.Task[Result]:
        """Start work on an order; it goes on when whoever asked for it goes away."""
        task = asyncio.create_task(work)
        self._live[generation.id] = task
        task.add_done_callback(lambda _: self._forget(generation.id))
        if self._pulse is None:
            self._pulse = asyncio.create_task(self._beat())
            self._ear = asyncio.create_task(self._listen())
        return task

    @property
    def orders_under_way(self) -> int:
        return len(self._live) + len(self._closing)

    def closes(self, generation_id: str) -> None:
        """Let an order be closed: from here on the books decide, and nobody stops it.

        They may know its end a moment before the one who closes it does. Whoever sees in
        that moment that it runs no more must not take it for one that was given up.
        """
        if task := self._live.pop(generation_id, None):
            self._closing[generation_id] = task

    def _forget(self, generation_id: str) -> None:
        self._live.pop(generation_id, None)
        self._closing.pop(generation_id, None)
        self._called_off.discard(generation_id)

    def is_called_off(self, generation_id: str) -> bool:
        """Tell whether an order's work was stopped because nobody wants it any more."""
        return generation_id in self._called_off

    async def _listen(self) -> None:
        """Stop what is called off, wherever that was said."""
        while True:
            await asyncio.sleep(LISTEN_SECONDS)
            try:
                stopped = await in_thread(self._unwanted) if self._live else []
            except AWAY as error:
                log.warning("studio.deaf", reason=str(error))
                continue
            for generation_id in {*stopped} - self._called_off:
                if task := self._live.get(generation_id):
                    self._called_off.add(generation_id)
                    task.cancel()

    def _unwanted(self) -> list[str]:
        return unwanted(self.name)

    async def _beat(self) -> None:
        """Extend every live order's lease; one that was given up is dropped."""
        while True:
            await asyncio.sleep(settings.LEASE_SECONDS / 8)
            alive = list(self._live)
            try:
                kept = await asyncio.gather(*[self._extend(one) for one in alive])
            except (OSError, *AWAY, *PASSING) as error:
                log.warning("lease.not_extended", reason=str(error))
                continue
            for generation_id, is_ours in zip(alive, kept, strict=True):
                if not is_ours and (task := self._live.get(generation_id)):
                    task.cancel()

    async def _extend(self, generation_id: str) -> bool:
        lease = Extend(generation_id, self.name, settings.LEASE_SECONDS)
        return bool(await self.books.do(lease))

    async def finish(self, grace_seconds: float) -> None:
        """Let live work end within the grace, then put the rest back in the queue."""
        self.is_closing = True
        if tasks := [*self._live.values(), *self._closing.values()]:
            _, unfinished = await asyncio.wait(tasks, timeout=grace_seconds)
            for task in unfinished & {*self._live.values()}:
                task.cancel()
            await asyncio.gather(*unfinished, return_exceptions=True)

    async def close(self) -> None:
        for watch in (self._pulse, self._ear):
            if watch is not None:
                watch.cancel()
        await self.desks.close()
        await self.wire.close()
        await self.meter.close()
        await self.books.close()


_studios: WeakKeyDictionary[asyncio.AbstractEventLoop, Studio] = WeakKeyDictionary()


def studio() -> Studio:
    """Return the studio of the running loop, opening it when it is first needed."""
    loop = asyncio.get_running_loop()
    here = _studios.get(loop)
    if here is None:
        here = _studios[loop] = Studio()
    return here


def studios() -> list[Studio]:
    """Return every studio of this process."""
    return list(_studios.values())


class BackgroundLoop:
    """The process's own event loop, in a thread, for those who are not async."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._starting = threading.Lock()

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run a coroutine there and wait for what it returns or raises."""
        return asyncio.run_coroutine_threadsafe(work, self._ready()).result()

    def _ready(self) -> asyncio.AbstractEventLoop:
        with self._starting:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(
                    target=self._loop.run_forever, name="studio", daemon=True
                ).start()
            return self._loop

    def stop(self, grace_seconds: float) -> None:
        """Finish the studio's work and let its parts go."""
        if self._loop is not None:
            self.run(close_studio(grace_seconds))
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._loop = None

    def finish_soon(self, grace_seconds: float) -> None:
        """Begin to finish, without waiting: from a signal, say."""
        if self._loop is not None:
            asyncio.run_coroutine_threadsafe(finish_studio(grace_seconds), self._loop)


async def close_studio(grace_seconds: float) -> None:
    """Finish and close the running loop's studio, when it has one."""
    here = _studios.pop(asyncio.get_running_loop(), None)
    if here is not None:
        await here.finish(grace_seconds)
        await here.close()


async def finish_studio(grace_seconds: float) -> None:
    """Let the running loop's live work end, or go back to the queue."""
    if here := _studios.get(asyncio.get_running_loop()):
        await here.finish(grace_seconds)


background = BackgroundLoop()
in_studio = background.run
