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


async def painting(generation: Generation, previews: int = 0) -> AsyncIterator[News]:
    """Carry an order out, and yield what arrives; at its end, raise why some is missing.

    The last picture comes when the order has ended and is paid for, so that whoever
    has them all also finds in `generation` what became of it.
    """
    news: asyncio.Queue[News | None] = asyncio.Queue()
    work = Work(Watch(news.put_nowait, previews))
    ending = asyncio.create_task(see_through(generation, work))
    ending.add_done_callback(lambda ended: over(ended, news))
    told: set[int] = set()
    while (one := await news.get()) is not None:
        if isinstance(one, Delivered):
            if len(told) + 1 == generation.n:
                continue
            told.add(one.row.position)
        yield one
    for picture in await ending:
        if picture.row.position not in told:
            yield picture
    if work.failure:
        raise work.failure


def over(
    ended: asyncio.Task[list[Delivered]], news: asyncio.Queue[News | None]
) -> None:
    """Say that nothing more comes. A failure counts as heard, though nobody may listen."""
    if not ended.cancelled():
        ended.exception()
    news.put_nowait(None)
