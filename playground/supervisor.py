"""Keep a few processes running until told to stop, and leave none behind.

Each child leads a process group of its own: Ctrl-C reaches only the supervisor,
which asks every child to end and, when the grace is over, ends whole groups. A
child that dies is started again, later each time while it keeps dying. Should the
supervisor itself be killed, Linux tells its children to end.
"""

import asyncio
import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

log = structlog.get_logger()

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 30.0
SETTLED_SECONDS = 20.0  # one that lived this long did not crash at start
LAST_MOMENT_SECONDS = 0.7  # of the grace, kept for ending groups and reporting
ENDING = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class Program:
    """What to run, and what it should find in its environment besides ours."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


async def supervise(
    programs: Sequence[Program],
    *,
    grace_seconds: float,
    when_started: Coroutine[Any, Any, None],
) -> None:
    """Run the programs until SIGINT or SIGTERM, then end them within the grace."""
    stopping = asyncio.Event()
    for number in ENDING:
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    keepers = [Keeper(program) for program in programs]
    watches = [asyncio.create_task(keeper.keep()) for keeper in keepers]
    greeting = asyncio.create_task(when_started)
    await stopping.wait()
    for task in (greeting, *watches):
        task.cancel()
    await asyncio.gather(greeting, *watches, return_exceptions=True)
    patience = max(0.5, grace_seconds - LAST_MOMENT_SECONDS)
    await asyncio.gather(*[keeper.end(patience) for keeper in keepers])


class Keeper:
    """Keeps one program running."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._process: asyncio.subprocess.Process | None = None

    async def keep(self) -> None:
        """Start it, and start it again whenever it ends."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            started = time.monotonic()
            process = await self._start()
            code = await process.wait()
            end_group(process.pid)  # what it started must not outlive it
            lived = time.monotonic() - started
            pause = FIRST_PAUSE_SECONDS if lived > SETTLED_SECONDS else pause * 2
            pause = min(pause, LONGEST_PAUSE_SECONDS)
            name = self._program.name
            log.warning("process.ended", name=name, code=code, again_in_seconds=pause)
            await asyncio.sleep(pause)

    async def _start(self) -> asyncio.subprocess.Process:
        # Shielded, so that a stop in this very moment still knows the new process.
        starting = asyncio.ensure_future(self._spawn())
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            await starting
            raise

    async def _spawn(self) -> asyncio.subprocess.Process:
        self._process = await asyncio.create_subprocess_exec(
            *self._program.command,
            env={**os.environ, **self._program.environment},
            stdin=asyncio.subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=end_with_parent(os.getpid()),
        )
        return self._process

    async def end(self, patience_seconds: float) -> None:
        """Ask it to end; when it does not in time, end it and all it started."""
        process = self._process
        if process is None:
            return
        if process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), patience_seconds)
            except TimeoutError:
                log.warning("process.killed", name=self._program.name)
        end_group(process.pid)
        await process.wait()


def end_group(leader: int) -> None:
    """End every process of a group at once; a group that is gone is fine."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        pass


def end_with_parent(parent: int) -> Callable[[], None] | None:
    """Return what a child does first, so that it ends when its parent is killed."""
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)

    def ask_the_kernel() -> None:
        set_parent_death_signal = 1  # PR_SET_PDEATHSIG
        library.prctl(set_parent_death_signal, signal.SIGTERM)
        if os.getppid() != parent:  # killed before we could ask
            os.kill(os.getpid(), signal.SIGTERM)

    return ask_the_kernel
