"""Watching an order being painted: each picture as it is kept, and previews before it.

Whoever stops watching changes nothing: the order is seen through all the same.
"""

import asyncio
from collections.abc import AsyncIterator

from playground.generation.deliver import Delivered
from playground.generation.models import Generation
from playground.generation.paint import Watch, Work
from playground.generation.providers.base import Preview
from playground.generation.service import see_through

News = Delivered | Preview
Line = asyncio.Queue[News | None]
Ending = asyncio.Task[list[Delivered]]


def painting(generation: Generation, previews: int = 0) -> AsyncIterator[News]:
    """Begin to carry an order out, and return what arrives; at its end, why some does not.

    The last picture comes when the order has ended and is paid for, so that whoever
    has them all also finds in `generation` what became of it.
    """
    line: Line = asyncio.Queue()
    work = Work(Watch(line.put_nowait, previews))
    ending = asyncio.create_task(see_through(generation, work))
    ending.add_done_callback(lambda ended: end(line, ended))
    return arriving(generation, line, ending, work)


async def arriving(
    generation: Generation, line: Line, ending: Ending, work: Work
) -> AsyncIterator[News]:
    told: set[int] = set()
    while (one := await line.get()) is not None:
        if isinstance(one, Delivered):
            if len(told) + 1 == generation.n:
                continue  # it waits for the end
            told.add(one.row.position)
        yield one
    for picture in await ending:
        if picture.row.position not in told:
            yield picture
    if work.failure:
        raise work.failure


def end(line: Line, ended: Ending) -> None:
    """Say that nothing more comes. A failure counts as heard, though nobody may listen."""
    if not ended.cancelled():
        ended.exception()
    line.put_nowait(None)
