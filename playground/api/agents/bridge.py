"""From an ASGI application's messages to one of our answers.

The slim way has read the body and dresses and sends the answer, as for every other
path; the SDK speaks ASGI on both sides. Between them stands a queue.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
# What the door adds to a call: who makes it, and how large it may be.
AGENT, MOST_BYTES = "easel.agent", "easel.most_bytes"
OURS = frozenset({b"content-length", b"connection", b"date", b"server"})


@dataclass(frozen=True, slots=True)
class Played:
    """An application at work: what it says comes through the queue."""

    said: asyncio.Queue[Message]
    work: asyncio.Task[None]

    async def next(self) -> Message:
        """Return what is said next; whatever broke the application breaks this."""
        coming = asyncio.ensure_future(self.said.get())
        await asyncio.wait({coming, self.work}, return_when=asyncio.FIRST_COMPLETED)
        if not coming.done():
            coming.cancel()
            await self.work
            raise RuntimeError("The application ended before its answer did.")
        return coming.result()


async def answer_of(
    application: Application, scope: Scope, body: bytes
) -> HttpResponseBase:
    """Let an application answer: whole if it says all at once, else as it comes."""
    said: asyncio.Queue[Message] = asyncio.Queue()
    unread = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        """Give the body, and then nothing: an order is seen through, heard or not."""
        if unread:
            return unread.pop()
        await asyncio.Event().wait()
        raise AssertionError("Nobody sets this event.")

    work = asyncio.ensure_future(application(scope, receive, said.put))
    played = Played(said, work)
    begun, first = await played.next(), await played.next()
    headers = {
        name.decode("latin-1"): value.decode("latin-1")
        for name, value in begun["headers"]
        if name.lower() not in OURS
    }
    status = begun["status"]
    if not first.get("more_body"):
        await work
        return HttpResponse(first.get("body", b""), status=status, headers=headers)
    return StreamingHttpResponse(rest(first, played), status=status, headers=headers)


async def rest(first: Message, played: Played) -> AsyncIterator[bytes]:
    """Yield a body from its first part on."""
    message = first
    while True:
        if body := message.get("body", b""):
            yield body
        if not message.get("more_body"):
            break
        message = await played.next()
    await played.work
