"""How much memory Easel takes while many clients upload large pictures at once.

    .venv/bin/python -m tests.bench.uploads                  # 64 clients, 40 MB each
    .venv/bin/python -m tests.bench.uploads --clients 16 --megabytes 10

Each sends an edit as a form, in chunks, all at the same time, to one web process with a
PostgreSQL of its own; the painter that comes with Easel makes a small picture of it.
"""

import argparse
import io
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from PIL import Image

from tests.bench import prepared
from tests.bench.loadgen import pct, pss_mb
from tests.services.commands import PRODUCTION, surroundings
from tests.services.ports import answers, free_port, wait_until
from tests.services.postgres import DURABLE, throwaway_postgres

LINE = "a-line-between"
PIECE = 256 * 1024
LONGEST_SECONDS = 300


def main() -> int:
    options = arguments()
    form = form_with(picture_of(options.megabytes * 1024 * 1024))
    with throwaway_postgres(DURABLE) as url, tempfile.TemporaryDirectory() as folder:
        own = PRODUCTION | prepared.ours(Path(folder), url)
        os.environ.update(surroundings(**own))
        key = prepared.customers()[0]
        with easel_with(url) as (port, pid), watched(pid) as memory:
            idle = memory.now
            with ThreadPoolExecutor(options.clients) as clients:
                sent = [
                    clients.submit(upload, port, key, form)
                    for _ in range(options.clients)
                ]
                results = [one.result() for one in sent]
    print(table(options, results, idle, memory))
    return 0 if all(status == 200 for status, _ in results) else 1


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--megabytes", type=int, default=40)
    return parser.parse_args()


def picture_of(size: int) -> bytes:
    """A PNG of about this many bytes: noise, which nothing makes smaller."""
    side = round((size / 3) ** 0.5)
    noise = random.Random(7).randbytes(side * side * 3)
    file = io.BytesIO()
    Image.frombytes("RGB", (side, side), noise).save(file, "PNG", compress_level=0)
    return file.getvalue()


def form_with(picture: bytes) -> bytes:
    words = {"prompt": "black and white", "model": "sketch-1-512"}
    said = "".join(
        f'--{LINE}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
        for name, text in words.items()
    )
    said += f'--{LINE}\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n'
    return said.encode() + picture + f"\r\n--{LINE}--\r\n".encode()


def upload(port: int, key: str, form: bytes) -> tuple[int, float]:
    """Send the form as a client does, and say what came of it and how long it took."""
    started = time.perf_counter()
    connection = HTTPConnection("127.0.0.1", port, timeout=LONGEST_SECONDS)
    pieces = (form[at : at + PIECE] for at in range(0, len(form), PIECE))
    headers = {
        "Authorization": f"Bearer {key}",
        "Content-Type": f"multipart/form-data; boundary={LINE}",
    }
    try:
        connection.request("POST", "/v1/images/edits", pieces, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status, time.perf_counter() - started
    finally:
        connection.close()


@contextmanager
def easel_with(database: str):
    """Run one web process as production does, and yield its port and process id."""
    port = free_port()
    own = {"PORT": str(port), "WORKERS": "1", "BENCH_DATABASE_URL": database}
    own["UPSTREAM_BASE_URL"] = "http://127.0.0.1:1/v1"
    process = subprocess.Popen([os.environ["EASEL_CMD"]], env=os.environ | own)
    try:
        wait_until(lambda: answers(port), "Easel")
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(timeout=60)


class Memory:
    """The process's memory, its children's included, as it was at most."""

    def __init__(self, pid: int) -> None:
        self.pid, self.now = pid, pss_mb(pid)
        self.most = self.now

    def look(self) -> None:
        self.now = pss_mb(self.pid)
        self.most = max(self.most, self.now)


@contextmanager
def watched(pid: int):
    """Look at the memory a few times a second, until the block ends."""
    memory, is_over = Memory(pid), threading.Event()

    def watch() -> None:
        while not is_over.wait(0.2):
            memory.look()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield memory
    finally:
        is_over.set()
        watcher.join()


def table(options, results, idle: float, memory: Memory) -> str:
    times = sorted(seconds for _, seconds in results)
    good = sum(status == 200 for status, _ in results)
    rows = {
        "clients at once": options.clients,
        "MB each": options.megabytes,
        "answered 200": good,
        "memory idle, MB": f"{idle:.0f}",
        "memory at most, MB": f"{memory.most:.0f}",
        "seconds, p50 and p99": f"{pct(times, 50):.1f} and {pct(times, 99):.1f}",
    }
    return "\n".join(f"| {name} | {value} |" for name, value in rows.items())


if __name__ == "__main__":
    sys.exit(main())
