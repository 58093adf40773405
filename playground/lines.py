"""Whether the whole of an answer left, as far as its line can tell.

A line that broke before the answer's end is certain. One that breaks right after it,
under a client that keeps lines open and repeats what it did not get, is taken for cut
too: what was in flight went nowhere. What a proxy between does with an answer it has
read whole, nobody here can see.
"""

import asyncio
from asyncio import WriteTransport
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from playground.api.callers import RETRY_COUNT
from playground.api.orders import ORDER
from playground.generation.database import AWAY
from playground.generation.retries import note_cut_off

log = structlog.get_logger()
Scope = dict[str, Any]
Send = Callable[[dict[str, Any]], Awaitable[None]]
REPEATS = RETRY_COUNT.lower().encode()
# Shorter than any client's pause before it repeats, so that it finds what is noted.
LOOK_SECONDS = 0.2
LONGEST_LOOK_SECONDS = 60.0


async def note_delivery(scope: Scope, status: int, send: Send) -> None:
    """Remember an order whose answer went missing, for the call that asks again."""
    order = scope.get(ORDER)
    if order is None or not (status >= 500 or await was_cut(scope, send)):
        return
    try:
        await note_cut_off(order)
    except AWAY as error:
        log.error("database.away", reason=str(error))


async def was_cut(scope: Scope, send: Send) -> bool:
    """Say whether the line broke; uvicorn's `send` knows its line, others tell nothing."""
    cycle = getattr(send, "__self__", None)
    if getattr(cycle, "disconnected", False):
        return True
    line: WriteTransport | None = getattr(cycle, "transport", None)
    stays_open = getattr(cycle, "keep_alive", False)
    if line is None or not stays_open or not repeats(scope):
        return False
    return await breaks_soon(line)


def repeats(scope: Scope) -> bool:
    """Say whether this client asks again by itself: OpenAI's say so with every request."""
    return any(name == REPEATS for name, _ in scope["headers"])


async def breaks_soon(line: WriteTransport) -> bool:
    """Look until what was written is on its way, and once more."""
    looked = 0.0
    while not line.is_closing() and looked < LONGEST_LOOK_SECONDS:
        is_written = not line.get_write_buffer_size()
        await asyncio.sleep(LOOK_SECONDS)
        looked += LOOK_SECONDS
        if is_written:
            break
    return line.is_closing()
