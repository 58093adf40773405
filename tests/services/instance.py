"""A whole instance, started as `make run` starts it, and processes to look at."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.services.commands import ROOT, surroundings
from tests.services.ports import wait_until


class Running:
    """A process, everything it has said, and everything it started."""

    def __init__(self, *command: str, **settings: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env=surroundings(PYTHONUNBUFFERED="1", **settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said = ""
        self._reader = threading.Thread(target=self._listen, daemon=True)
        self._reader.start()

    def _listen(self) -> None:
        for line in self.process.stdout:
            self.said += line

    def wait_for(self, pattern: str, *, seconds: float = 60) -> re.Match[str]:
        """Wait until it has said this."""

        def is_over() -> bool:
            return (
                bool(re.search(pattern, self.said)) or self.process.poll() is not None
            )

        wait_until(is_over, pattern, seconds=seconds)
        found = re.search(pattern, self.said)
        assert found, f"It never said {pattern}, but:\n{self.said}"
        return found

    def children(self, part: str = "") -> list[int]:
        """Return its descendants whose command line holds this."""
        return [pid for pid in descendants(self.process.pid) if part in command_of(pid)]

    def send(self, number: signal.Signals) -> float:
        """Send a signal, wait for the end, and say how many seconds that took."""
        started = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(timeout=30)
        return time.monotonic() - started


@contextmanager
def running(*command: str, **settings: str) -> Iterator[Running]:
    """Run a command; whatever is left of it when the block ends is ended."""
    one = Running(*command, **settings)
    try:
        yield one
    finally:
        left = descendants(one.process.pid) if one.process.poll() is None else []
        one.process.kill()
        one.process.wait()
        for pid in left:
            end(pid)


def instance(data_dir: Path, port: int, **settings: str) -> Iterator[Running]:
    """Run Easel as `make run` does."""
    return running(
        "manage.py",
        "easel_up",
        EASEL_DATA_DIR=str(data_dir),
        PORT=str(port),
        **settings,
    )


def descendants(pid: int) -> list[int]:
    """Return the processes that this one started, and those they started."""
    listing = Path(f"/proc/{pid}/task/{pid}/children")
    children = (
        [int(one) for one in listing.read_text().split()] if listing.exists() else []
    )
    return children + [below for child in children for below in descendants(child)]


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def is_alive(pid: int) -> bool:
    """Say whether it still runs; one that only waits to be collected does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state not in ("Z", "X")


def end(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
