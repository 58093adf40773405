"""A real Celery worker beside the tests: same database, broker and data folder."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

from tests.services.ports import wait_until

ROOT = Path(__file__).resolve().parent.parent.parent


def database_url() -> str:
    """Say where the test database is, in the words of `DATABASE_URL`."""
    parts = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{parts['NAME']}"
    return f"postgres://{parts['USER']}@{parts['HOST']}:{parts['PORT']}/{parts['NAME']}"


def surroundings(**changes: str) -> dict[str, str]:
    """Return the environment of a process that shares this test's world."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "playground.settings",
        "EASEL_DATA_DIR": str(settings.DATA_DIR),
        "DATABASE_URL": database_url(),
        **changes,
    }


@contextmanager
def running_worker(**changes: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a worker until the block ends; keywords change its environment."""
    log = (
        settings.DATA_DIR
        / f"worker-{len(list(settings.DATA_DIR.glob('worker-*')))}.log"
    )
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "playground",
        "worker",
        "--pool=threads",
    ]
    command += [
        "--concurrency=8",
        "--without-gossip",
        "--without-mingle",
        "--without-heartbeat",
        "--loglevel=INFO",
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=surroundings(**changes),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until(
            lambda: b"ready." in log.read_bytes() or process.poll() is not None,
            "a worker",
        )
        assert process.poll() is None, log.read_text()
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
