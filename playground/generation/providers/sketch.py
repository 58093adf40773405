"""The embedded painter as a provider: child processes that paint one picture each.

Painting is a second of pure computing, so it happens outside this process, where
it cannot stall the event loop. Orders in the background have a painter of their
own at the lowest priority. A child whose parent is gone reads the end of its
input and ends too.
"""

import asyncio
import json
import secrets
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from pathlib import Path

from playground.generation.providers.base import (
    Answer,
    Broken,
    Bytes,
    Commission,
    PaintedPicture,
)

PAINTING = "playground.generation.providers.painting"
HOUSE = Path(__file__).parents[3]
SEEDS = 2**31
BACKGROUND_NICENESS = 15


class SketchProvider:
    """Keeps a few painters, started when they are first needed."""

    def __init__(self, *, processes: int) -> None:
        self._painters = Painters(processes, niceness=0)
        self._background = Painters(1, niceness=BACKGROUND_NICENESS)

    async def paint(self, commission: Commission) -> Answer:
        painters = self._background if commission.in_background else self._painters
        first = secrets.randbelow(SEEDS) if commission.seed is None else commission.seed
        seeds = [(first + number) % 2**63 for number in range(commission.n)]
        painted = await asyncio.gather(
            *[painters.paint(commission, seed) for seed in seeds]
        )
        return Answer(
            tuple(
                PaintedPicture(data, seed=seed)
                for data, seed in zip(painted, seeds, strict=True)
            ),
            cost_microusd=0,
        )

    @property
    def painting(self) -> int:
        return self._painters.painting + self._background.painting

    @property
    def waiting(self) -> int:
        return self._painters.waiting + self._background.waiting

    async def close(self) -> None:
        await self._painters.close()
        await self._background.close()


class Painters:
    """A few child processes that take turns."""

    def __init__(self, count: int, *, niceness: int) -> None:
        self._places = asyncio.Semaphore(count)
        self._idle: list[Process] = []
        self._niceness = niceness
        self.painting = self.waiting = 0

    async def paint(self, commission: Commission, seed: int) -> bytes:
        """Have one picture painted; a painter that fails or is stopped is replaced."""
        order = {
            "prompt": commission.prompt,
            "width": commission.width,
            "height": commission.height,
            "seed": seed,
            "format": commission.output_format or "png",
            "pictures": [len(picture) for picture in commission.pictures],
            "mask": len(commission.mask or b""),
        }
        sources = (*commission.pictures, commission.mask or b"")
        self.waiting += 1
        try:
            await self._places.acquire()
        finally:
            self.waiting -= 1
        self.painting += 1
        try:
            return await self._painted(order, sources)
        finally:
            self.painting -= 1
            self._places.release()

    async def _painted(
        self, order: dict[str, object], sources: Sequence[Bytes]
    ) -> bytes:
        painter = self._idle.pop() if self._idle else await self._hire()
        try:
            picture = await ask(painter, order, sources)
        except (OSError, asyncio.IncompleteReadError) as error:
            await dismiss(painter)
            raise Broken(f"the painter stopped: {error!r}", ran="yes") from error
        except BaseException:
            await dismiss(painter)
            raise
        self._idle.append(painter)
        return picture

    async def _hire(self) -> Process:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", PAINTING, str(self._niceness)),
            cwd=HOUSE,
            stdin=PIPE,
            stdout=PIPE,
        )

    async def close(self) -> None:
        while self._idle:
            await dismiss(self._idle.pop())


async def ask(
    painter: Process, order: dict[str, object], sources: Sequence[Bytes]
) -> bytes:
    """Send one order and read one picture: a line each way, then the bytes."""
    assert painter.stdin and painter.stdout
    painter.stdin.write(json.dumps(order).encode() + b"\n")
    for source in sources:
        painter.stdin.write(memoryview(source))
        await painter.stdin.drain()
    header = await painter.stdout.readuntil(b"\n")
    return await painter.stdout.readexactly(int(header))


async def dismiss(painter: Process) -> None:
    if painter.returncode is None:
        painter.kill()
    await painter.wait()
