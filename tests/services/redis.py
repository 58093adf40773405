"""A Redis of the tests' own: nothing is written to disk, and it ends with the tests."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.services.ports import answers, free_port, wait_until

MISSING = "Redis is not installed (Debian package: redis-server)."


def is_installed() -> bool:
    return shutil.which("redis-server") is not None


@contextmanager
def throwaway_redis(port: int = 0) -> Iterator[str]:
    """Start an empty Redis, on a free port or this one, and yield its URL."""
    port = port or free_port()
    server = subprocess.Popen(
        [
            "redis-server",
            "--port",
            str(port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--dir",
            "/tmp",
        ],
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_until(lambda: answers(port), "Redis")
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait(timeout=10)
