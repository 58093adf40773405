"""A line from one machine to a server, that can be cut and mended.

Cut, it is as a cable that was pulled: what is under way stands still, nothing arrives
and nobody is told. Mended, lines begin anew: the old ones end.
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

PIECE = 65536


class Cable:
    """One listening port, and where it leads. It has a thread and a loop of its own."""

    def __init__(self, to_port: int) -> None:
        self.port = 0
        self._to = to_port
        self._whole = asyncio.Event()
        self._lines: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._is_up = threading.Event()
        threading.Thread(target=self._run, name="cable", daemon=True).start()
        self._is_up.wait(10)

    def cut(self) -> None:
        self._loop.call_soon_threadsafe(self._whole.clear)

    def mend(self) -> None:
        self._loop.call_soon_threadsafe(self._begin_anew)

    def end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._whole.set()
        listening = asyncio.start_server(self._lead, "127.0.0.1", 0)
        server = self._loop.run_until_complete(listening)
        self.port = server.sockets[0].getsockname()[1]
        self._is_up.set()
        self._loop.run_forever()

    def _begin_anew(self) -> None:
        for line in self._lines:
            line.transport.abort()
        self._whole.set()

    async def _lead(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await self._whole.wait()
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._to)
        except OSError:
            writer.transport.abort()
            return
        ends = {writer, back}
        self._lines |= ends
        await asyncio.gather(self._carry(reader, back), self._carry(there, writer))
        self._lines -= ends

    async def _carry(
        self, source: asyncio.StreamReader, to: asyncio.StreamWriter
    ) -> None:
        try:
            while piece := await source.read(PIECE):
                await self._whole.wait()
                to.write(piece)
                await to.drain()
        except OSError:
            pass
        to.transport.abort() if to.transport.is_closing() else to.close()


@contextmanager
def cables(*ports: int) -> Iterator[list[Cable]]:
    """Lay a cable to each of these ports."""
    laid = [Cable(port) for port in ports]
    try:
        yield laid
    finally:
        for cable in laid:
            cable.end()
