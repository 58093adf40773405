"""`make run`: prepare what is missing, then run web server, worker and clock.

The second start finds everything prepared and only starts. In production the same
command runs on the parts that the settings name, without a demo account.
"""

import asyncio
import socket
import sys
import urllib.error
import urllib.request
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import OperationalError

from playground.doctor.parts import reach_database, reason_of, way_out_of
from playground.supervisor import Program, supervise
from playground.web.demo import Demo, open_demo


class Command(BaseCommand):
    help = "Prepare Easel and run it: web server, Celery worker and Celery beat."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=settings.HOST)
        parser.add_argument("--port", type=int, default=settings.PORT)

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        check_port(host, port)
        make_folders()
        migrate_when_needed()
        if not settings.DEBUG:
            call_command("collectstatic", interactive=False, verbosity=0)
        demo = open_demo() if settings.DEBUG else None
        connection.close()
        running = supervise(
            programs(host, port),
            grace_seconds=settings.GRACE_SECONDS,
            when_started=self.greet(host, port, demo),
        )
        asyncio.run(running)

    async def greet(self, host: str, port: int, demo: Demo | None) -> None:
        """Say where everything is, once the site answers."""
        here = f"http://{visible(host)}:{port}"
        pause = 0.1
        while not await asyncio.to_thread(is_healthy, f"{here}/healthz"):
            await asyncio.sleep(pause)
            pause = min(pause * 1.1, 2.0)
        self.stdout.write(greeting(settings.SITE_URL or here, demo))
        self.stdout.flush()


def check_port(host: str, port: int) -> None:
    """Say plainly when somebody else has the port."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM
    )[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            raise CommandError(
                f"Port {port} on {host} cannot be used ({error.strerror}). "
                f"Stop what uses it, or choose another: PORT={port + 1} make run"
            ) from error


def make_folders() -> None:
    for name in ("pictures", "mail", "tmp"):
        (settings.DATA_DIR / name).mkdir(parents=True, exist_ok=True)


def migrate_when_needed() -> None:
    try:
        reach_database()
        executor = MigrationExecutor(connection)
    except OperationalError as error:
        reason = reason_of(error)
        said = f"The database does not answer: {reason}. {way_out_of(reason)}"
        raise CommandError(said) from error
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)


def programs(host: str, port: int) -> list[Program]:
    """Return the three processes of an instance."""
    python = (sys.executable, "-m")
    # Temporary files go where all others go: on one disk, and not shared.
    environment = {"TMPDIR": str(settings.DATA_DIR / "tmp")}
    web = (
        *python, "uvicorn", "playground.asgi:application",
        "--host", host, "--port", str(port), "--workers", str(settings.WEB_WORKERS),
        # Who is believed about forwarded addresses is ours to decide, in `addresses`.
        "--no-proxy-headers", "--no-server-header", "--http", "playground.http1:Http1",
        "--log-level", "warning",
        "--timeout-graceful-shutdown", str(max(1, int(settings.GRACE_SECONDS * 0.5))),
    )  # fmt: skip
    worker = (
        *python, "celery", "--quiet", "-A", "playground", "worker",
        "--pool=threads", f"--concurrency={settings.WORKER_JOBS}",
        "--without-gossip", "--without-mingle", "--without-heartbeat",
        f"--loglevel={settings.LOG_LEVEL}",
    )  # fmt: skip
    beat = (
        *python, "celery", "--quiet", "-A", "playground", "beat", "--pidfile=",
        f"--schedule={settings.DATA_DIR / 'beat'}", f"--loglevel={settings.LOG_LEVEL}",
    )  # fmt: skip
    return [
        Program("web", web, environment | roomy()),
        Program("worker", worker, environment | quiet_for_root()),
        Program("beat", beat, environment),
    ]


def roomy() -> dict[str, str]:
    """Keep the room that pictures were in for the next ones.

    The C library gives blocks of 30 MB back at once, and the kernel clears every
    page of the next: a quarter of what a 4K picture costs.
    """
    return {
        "MALLOC_MMAP_THRESHOLD_": str(64 * 1024 * 1024),
        "MALLOC_TRIM_THRESHOLD_": str(128 * 1024 * 1024),
    }


def quiet_for_root() -> dict[str, str]:
    """In development, Celery need not explain at every start that root is not wise."""
    reminder = "ignore:You're running the worker with superuser privileges"
    return {"PYTHONWARNINGS": reminder} if settings.DEBUG else {}


def visible(host: str) -> str:
    """Return an address that a browser on this machine can open."""
    if host in ("0.0.0.0", "::"):
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def is_healthy(address: str) -> bool:
    name = settings.ALLOWED_HOSTS[0].removeprefix(".")
    host = "localhost" if name == "*" else name
    try:
        asked = urllib.request.Request(address, headers={"Host": host})
        with urllib.request.urlopen(asked, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def greeting(address: str, demo: Demo | None) -> str:
    """Return what is printed when everything is up."""
    if demo is None:
        return f"\nEasel is ready at {address}\n"
    curl = (
        f"curl -s {address}/v1/images/generations"
        f" -H 'Authorization: Bearer {demo.key}' -H 'Content-Type: application/json'"
        ' -d \'{"prompt": "a red fox in the snow, watercolour"}\''
    )
    return f"""
Easel is ready at {address}

  Sign in      {address}/accounts/login/
  E-mail       {demo.email}
  Password     {demo.password}
  API key      {demo.key}
  Mail         {address}/dev/mail

  A first picture, from a terminal:
  {curl}

  Ctrl-C ends it. Everything is kept in {Path(settings.DATA_DIR)}
"""
