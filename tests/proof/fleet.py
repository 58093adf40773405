"""Two web machines and two worker machines, a clock, and the servers they share.

Nothing on disk is shared: each has a folder of its own, and reaches the database (by
way of PgBouncer), Redis and the pictures over cables of its own.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.proof.stage import connected
from tests.services.cable import Cable
from tests.services.commands import PRODUCTION, run
from tests.services.instance import Running, running
from tests.services.pgbouncer import throwaway_pgbouncer
from tests.services.ports import answers, free_port, wait_until
from tests.services.postgres import Cluster, throwaway_cluster
from tests.services.redis import throwaway_redis
from tests.services.s3 import Bucket, settings_of, throwaway_s3
from tests.services.site import Client
from tests.upstreams.next_door import StudioNextDoor, studio_next_door

SECRETS = ("SECRET_KEY", "EASEL_KEY_PEPPER", "EASEL_ENCRYPTION_KEY")
PATIENCE = {
    "EASEL_LEASE_SECONDS": "6",
    "EASEL_SWEEP_SECONDS": "2",
    "EASEL_RESEND_SECONDS": "4",
    "EASEL_PAINTER_PROCESSES": "1",
    "EASEL_LOG_LEVEL": "WARNING",
}
QUIET = ("--without-gossip", "--without-mingle", "--without-heartbeat")


@dataclass
class Machine:
    """One process on its own ground, and its cables by what they lead to."""

    name: str
    command: tuple[str, ...]
    settings: dict[str, str]
    cables: dict[str, Cable]
    port: int = 0
    process: Running | None = None
    said: str = ""
    _stage: ExitStack = field(default_factory=ExitStack)

    def start(self) -> None:
        self.process = self._stage.enter_context(
            running(*self.command, **self.settings)
        )
        if self.port:
            wait_until(lambda: answers(self.port), self.name, seconds=60)

    def kill(self) -> None:
        """SIGKILL, to it and whatever it started."""
        self._stage.close()
        self.said += self.process.said if self.process else ""

    def restart(self) -> None:
        self.kill()
        self.start()

    @property
    def client(self) -> Client:
        return Client(f"http://127.0.0.1:{self.port}")


@dataclass
class Fleet:
    """All of them."""

    cluster: Cluster
    bucket: Bucket
    upstream: StudioNextDoor
    shared: dict[str, str]
    redis_port: int
    redis: ExitStack
    machines: dict[str, Machine] = field(default_factory=dict)

    @property
    def webs(self) -> list[Machine]:
        return [one for one in self.machines.values() if one.port]

    @property
    def said(self) -> str:
        return "".join(
            one.said + (one.process.said if one.process else "")
            for one in self.machines.values()
        )

    def empty_redis(self) -> None:
        """End Redis and start it again: every message in it is gone."""
        self.redis.close()
        self.redis.enter_context(throwaway_redis(self.redis_port))


@contextmanager
def fleet(folder: Path) -> Iterator[Fleet]:
    with ExitStack() as stage:
        cluster = stage.enter_context(throwaway_cluster())
        upstream = stage.enter_context(studio_next_door())
        bucket = stage.enter_context(throwaway_s3())
        pooled = stage.enter_context(throwaway_pgbouncer(cluster.url))
        redis, redis_port = stage.enter_context(ExitStack()), free_port()
        redis.enter_context(throwaway_redis(redis_port))
        folder.joinpath("catalogue").mkdir()
        shared = {name: PRODUCTION[name] for name in SECRETS} | PATIENCE
        shared |= connected(upstream, folder / "catalogue")
        all_of_it = Fleet(cluster, bucket, upstream, shared, redis_port, redis)
        direct = {"DATABASE_URL": cluster.url, "EASEL_DATA_DIR": str(folder / "ground")}
        made = run("manage.py", "migrate", "-v", "0", **shared, **direct)
        assert made.returncode == 0, made.stderr
        ways = {"database": pooled, "redis": redis_port, "pictures": bucket.port}
        for name in ("web a", "web b", "worker 1", "worker 2", "clock"):
            machine = machine_of(name, all_of_it, ways, folder)
            all_of_it.machines[name] = machine
            stage.callback(machine.kill)
            machine.start()
        yield all_of_it


def machine_of(name: str, among: Fleet, ways: dict[str, int], folder: Path) -> Machine:
    cables = {what: Cable(port) for what, port in ways.items()}
    own = {
        "DATABASE_URL": f"postgres://easel@127.0.0.1:{cables['database'].port}/postgres",
        "EASEL_PGBOUNCER": "true",
        "CELERY_BROKER_URL": f"redis://127.0.0.1:{cables['redis'].port}/0",
        "CACHE_URL": f"redis://127.0.0.1:{cables['redis'].port}/1",
        "EASEL_DATA_DIR": str(folder / name.replace(" ", "-")),
        **settings_of(cables["pictures"].port),
    }
    port = free_port() if name.startswith("web") else 0
    return Machine(
        name,
        command_of(name, port, own["EASEL_DATA_DIR"]),
        among.shared | own,
        cables,
        port,
    )


def command_of(name: str, port: int, home: str) -> tuple[str, ...]:
    if port:
        web = ("-m", "uvicorn", "playground.asgi:application", "--port", str(port))
        return (*web, "--log-level", "warning")
    celery = ("-m", "celery", "--quiet", "-A", "playground")
    if name == "clock":
        return (*celery, "beat", "--pidfile=", f"--schedule={home}/beat")
    return (*celery, "worker", "--pool=threads", "--concurrency=16", *QUIET)
