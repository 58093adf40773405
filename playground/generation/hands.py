"""The threads that look after pictures: checking, storing and changing them.

A hop to a thread costs more than checking a small picture, so small ones that
wait at the same time go in one hop. A large one goes alone. Changing pixels takes
a core for a while, so few do that at once.
"""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

Result = TypeVar("Result")
Job = Callable[[], Any]
AT_ONCE = 2


class Hands:
    """One set for each event loop."""

    def __init__(self) -> None:
        self._changing = asyncio.Semaphore(AT_ONCE)
        self._aside = asyncio.Semaphore(1)
        self._waiting: list[tuple[Job, asyncio.Future[Any]]] = []
        self._are_busy = False

    async def together(self, job: Callable[[], Result]) -> Result:
        """Do something short, with all the others that wait."""
        answer: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((job, answer))
        if not self._are_busy:
            self._begin()
        return await answer

    async def alone(self, job: Callable[[], Result]) -> Result:
        """Do something that takes a while."""
        return await asyncio.to_thread(job)

    async def one_of_few(self, job: Callable[[], Result]) -> Result:
        """Do something that takes a core."""
        async with self._changing:
            return await asyncio.to_thread(job)

    async def aside(self, job: Callable[[], Result]) -> Result:
        """Do something that takes a core and that no order waits for: one at a time."""
        async with self._aside:
            return await asyncio.to_thread(job)

    def _begin(self) -> None:
        batch, self._waiting = self._waiting, []
        self._are_busy = True
        jobs = [job for job, _ in batch]
        hop = asyncio.get_running_loop().run_in_executor(None, all_done, jobs)
        hop.add_done_callback(lambda done: self._hand_over(batch, done))

    def _hand_over(
        self,
        batch: list[tuple[Job, asyncio.Future[Any]]],
        done: asyncio.Future[list[tuple[Any, Exception | None]]],
    ) -> None:
        self._are_busy = False
        if self._waiting:
            self._begin()
        for (_, answer), (result, error) in zip(batch, done.result(), strict=True):
            if answer.done():
                continue
            if error is None:
                answer.set_result(result)
            else:
                answer.set_exception(error)


def all_done(jobs: list[Job]) -> list[tuple[Any, Exception | None]]:
    """Do all of them; what one raises is its own."""
    return [done(job) for job in jobs]


def done(job: Job) -> tuple[Any, Exception | None]:
    try:
        return job(), None
    except Exception as error:
        return None, error
