"""Wait for orders to end, however many wait, with one question for all of them.

An order may be painted by any process, so its row is watched. A process asks a few
times a second which of the awaited orders are still alive, and only while somebody
waits: a thousand callers cost the database no more than one.
"""

import asyncio
from functools import partial
from weakref import WeakKeyDictionary

import structlog

from playground.generation.database import AWAY, in_thread
from playground.generation.models import Generation
from playground.generation.studio import studio

log = structlog.get_logger()
LOOK_SECONDS = 0.25
AT_ONCE = 500


class Lookout:
    """One per event loop; `until_ended` finds it."""

    def __init__(self) -> None:
        self._ends: dict[str, list[asyncio.Future[None]]] = {}
        self._watch: asyncio.Task[None] | None = None

    async def wait(self, generation_id: str, seconds: float) -> None:
        end: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._ends.setdefault(generation_id, []).append(end)
        if self._watch is None:
            self._watch = asyncio.create_task(self._look())
        try:
            await asyncio.wait([end], timeout=seconds)
        finally:
            self._leave(generation_id, end)

    def _leave(self, generation_id: str, end: asyncio.Future[None]) -> None:
        waiting = self._ends.get(generation_id, [])
        if end in waiting:
            waiting.remove(end)
        if not waiting:
            self._ends.pop(generation_id, None)

    async def _look(self) -> None:
        """Let go of those whose order has ended; of all when the process ends."""
        while self._ends:
            awaited = list(self._ends)
            try:
                alive = await in_thread(partial(still_alive, awaited))
            except AWAY as error:
                log.warning("lookout.blind", reason=str(error))
                alive = set(awaited)
            for generation_id in awaited:
                if generation_id not in alive or studio().is_closing:
                    self._release(generation_id)
            await asyncio.sleep(LOOK_SECONDS)
        self._watch = None

    def _release(self, generation_id: str) -> None:
        for end in self._ends.pop(generation_id, []):
            if not end.done():
                end.set_result(None)


def still_alive(generation_ids: list[str]) -> set[str]:
    live = Generation.objects.filter(state__in=Generation.LIVE)
    found: set[str] = set()
    for start in range(0, len(generation_ids), AT_ONCE):
        some = generation_ids[start : start + AT_ONCE]
        found.update(live.filter(pk__in=some).values_list("pk", flat=True))
    return found


_lookouts: WeakKeyDictionary[asyncio.AbstractEventLoop, Lookout] = WeakKeyDictionary()


async def until_ended(generation_id: str, seconds: float) -> None:
    """Return when the order has ended, or the time is over."""
    loop = asyncio.get_running_loop()
    await _lookouts.setdefault(loop, Lookout()).wait(generation_id, seconds)
