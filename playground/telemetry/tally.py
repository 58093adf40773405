"""Numbers of one process in a file of its own, where any other process can read them.

Counting is the busiest thing that is done besides painting, so a number is a place in
mapped memory and an addition. What is counted outlives the process, however it ends:
its file is locked for as long as it runs, and whoever begins next adds the files of
those who are gone to what is past.
"""

import fcntl
import mmap
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import orjson
import structlog
from django.conf import settings

log = structlog.get_logger()
Series = tuple[str, tuple[str, ...], str]  # a metric, its labels, and a part of it
PLACES = 8192
RECORD_BYTES, NUMBER_BYTES, LENGTH_BYTES = 256, 8, 2
KEY_BYTES = RECORD_BYTES - NUMBER_BYTES - LENGTH_BYTES
STEP = RECORD_BYTES // NUMBER_BYTES
PAST = "past.json"


class Parted(Protocol):
    """A metric whose series have several numbers."""

    @property
    def name(self) -> str: ...

    @property
    def parts(self) -> tuple[str, ...]: ...


class Tally:
    """The numbers of this process. Each series has a place for as long as it runs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._start()

    def _start(self) -> None:
        self._places: dict[tuple[str, tuple[str, ...]], int] = {}
        self._used = 0
        self._memory: mmap.mmap | None = None
        self._numbers: Any = None
        self.dropped = 0

    def begin_anew(self) -> None:
        """A forked child counts for itself."""
        self._lock = threading.Lock()
        self._start()

    def add(self, name: str, labels: tuple[str, ...], amount: float = 1.0) -> None:
        with self._lock:
            place = self._places.get((name, labels))
            if place is None:
                place = self._open(name, labels, ("",))
            self._numbers[place] += amount

    def put(self, name: str, labels: tuple[str, ...], number: float) -> None:
        with self._lock:
            place = self._places.get((name, labels))
            if place is None:
                place = self._open(name, labels, ("",))
            self._numbers[place] = number

    def observe(
        self, kind: "Parted", labels: tuple[str, ...], *, at: int, amount: float
    ) -> None:
        """Count one in one of several parts, and add an amount to the last."""
        with self._lock:
            place = self._places.get((kind.name, labels))
            if place is None:
                place = self._open(kind.name, labels, kind.parts)
            self._numbers[place + at * STEP] += 1
            self._numbers[place + (len(kind.parts) - 1) * STEP] += amount

    def _open(self, name: str, labels: tuple[str, ...], parts: tuple[str, ...]) -> int:
        """Give a series its places. When there are none left, all that is new is one."""
        if self._memory is None:
            self._memory = mapped()
            self._numbers = memoryview(self._memory).cast("d")
        keys = [orjson.dumps([name, labels, part]) for part in parts]
        fits = self._used + len(parts) <= PLACES
        if not fits or max(map(len, keys)) > KEY_BYTES:
            self.dropped += 1
            return PLACES * STEP  # behind the last, where nobody reads
        first = self._used
        for number, key in enumerate(keys, first):
            start = number * RECORD_BYTES + NUMBER_BYTES
            self._memory[start + LENGTH_BYTES : start + LENGTH_BYTES + len(key)] = key
            self._memory[start : start + LENGTH_BYTES] = len(key).to_bytes(2, "little")
        self._used += len(parts)
        self._places[name, labels] = first * STEP
        return first * STEP


tally = Tally()
os.register_at_fork(after_in_child=tally.begin_anew)
_own_file: list[int] = []


def mapped() -> mmap.mmap:
    """Map a new file of ours; where none can be made, memory nobody else sees."""
    size = (PLACES + 32) * RECORD_BYTES
    try:
        with one_at_a_time():
            path = folder() / f"{os.getpid()}-{secrets.token_hex(4)}.tally"
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o640)
            fcntl.flock(handle, fcntl.LOCK_EX)
            os.posix_fallocate(handle, 0, size)  # a full disk says so now, not later
            _own_file[:] = [handle]  # open for as long as we live, and so locked
            return mmap.mmap(handle, size)
    except OSError as error:
        log.error("telemetry.kept_in_memory", reason=str(error))
        return mmap.mmap(-1, size)


def folder() -> Path:
    return Path(settings.TELEMETRY_DIR)


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Files are read, made and put away by one process at a time."""
    folder().mkdir(parents=True, exist_ok=True)
    handle = os.open(folder() / "lock", os.O_RDWR | os.O_CREAT, 0o640)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def everything() -> tuple[dict[Series, float], dict[Series, float]]:
    """Return what all processes counted, ever, and what those that run say of now."""
    with one_at_a_time():
        ever, now = past(), dict[Series, float]()
        for path in folder().glob("*.tally"):
            numbers = numbers_in(path.read_bytes())
            add_up(ever, numbers)
            if not is_over(path):
                add_up(now, numbers)
    return ever, now


def put_away() -> None:
    """Add the files of processes that are gone to what is past."""
    with one_at_a_time():
        ever = past()
        for path in [one for one in folder().glob("*.tally") if is_over(one)]:
            add_up(ever, numbers_in(path.read_bytes()))
            draft = folder() / f"{PAST}.new"
            draft.write_bytes(orjson.dumps([[*key, n] for key, n in ever.items()]))
            draft.replace(folder() / PAST)
            path.unlink()


def past() -> dict[Series, float]:
    try:
        rows = orjson.loads((folder() / PAST).read_bytes())
    except FileNotFoundError:
        return {}
    return {(name, tuple(labels), part): number for name, labels, part, number in rows}


def is_over(path: Path) -> bool:
    """Say whether the process of this file has ended."""
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def numbers_in(data: bytes) -> dict[Series, float]:
    """Read a file: a number and a key in each record, up to the first without a key."""
    found: dict[Series, float] = {}
    numbers = memoryview(data).cast("d")
    for start in range(0, PLACES * RECORD_BYTES, RECORD_BYTES):
        at = start + NUMBER_BYTES
        length = int.from_bytes(data[at : at + LENGTH_BYTES], "little")
        if not length:
            break
        name, labels, part = orjson.loads(
            data[at + LENGTH_BYTES : at + LENGTH_BYTES + length]
        )
        found[name, tuple(labels), part] = numbers[start // NUMBER_BYTES]
    return found


def add_up(sums: dict[Series, float], more: dict[Series, float]) -> None:
    for key, number in more.items():
        sums[key] = sums.get(key, 0.0) + number
