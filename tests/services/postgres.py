"""A PostgreSQL of the tests' own: made in a temporary folder, gone afterwards.

    python -m tests.services.postgres pytest -n 2 tests/billing

runs any command with `DATABASE_URL` pointing at it. PostgreSQL refuses to run
as root, so root hands it to the `postgres` user (or `nobody`). Nothing here must
survive a power cut, so it does not wait for the disk.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.services.ports import answers, free_port, wait_until

MISSING = "PostgreSQL is not installed (Debian package: postgresql)."
DURABLE = {"max_connections": "200", "listen_addresses": "127.0.0.1"}
IN_A_HURRY = DURABLE | {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


def programs() -> Path | None:
    """Return the folder of PostgreSQL's server programs, if it is installed."""
    homes = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda at: int(at.parent.name)
    )
    for folder in reversed(homes):
        if (folder / "initdb").exists():
            return folder
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


class Cluster:
    """A PostgreSQL that can be stopped and started again."""

    def __init__(
        self, programs: Path, home: Path, manner: Mapping[str, str] = IN_A_HURRY
    ) -> None:
        self._programs, self._home, self._manner = programs, home, manner
        self._port = free_port()
        owner = unprivileged_user()
        self._identity: dict[str, Any] = {}
        if owner:
            shutil.chown(home, owner.pw_name, owner.pw_gid)
            identity = {"user": owner.pw_uid, "group": owner.pw_gid}
            self._identity = {**identity, "extra_groups": []}
        make = [programs / "initdb", "-D", home / "data", "-A", "trust"]
        make += ["-U", "easel", "-E", "UTF8", "--locale=C", "--no-sync"]
        subprocess.run(
            make, check=True, cwd=home, stdout=subprocess.DEVNULL, **self._identity
        )

    @property
    def url(self) -> str:
        return f"postgres://easel@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        settings = {
            **self._manner,
            "port": str(self._port),
            "unix_socket_directories": str(self._home),
        }
        options = [part for item in settings.items() for part in ("-c", "=".join(item))]
        with (self._home / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [self._programs / "postgres", "-D", self._home / "data", *options],
                cwd=self._home,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **self._identity,
            )
        wait_until(lambda: answers(self._port), "PostgreSQL")

    def stop(self) -> None:
        """A fast shutdown, which does not wait for clients."""
        self._server.send_signal(signal.SIGINT)
        self._server.wait(timeout=30)


@contextmanager
def throwaway_cluster(manner: Mapping[str, str] = IN_A_HURRY) -> Iterator[Cluster]:
    """Start a fresh cluster, and leave nothing of it."""
    folder = programs()
    if folder is None:
        raise FileNotFoundError(MISSING)
    home = Path(tempfile.mkdtemp(prefix="easel-postgres-"))
    cluster = Cluster(folder, home, manner)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def throwaway_postgres(manner: Mapping[str, str] = IN_A_HURRY) -> Iterator[str]:
    """Start a fresh cluster and yield the `DATABASE_URL` of its one database."""
    with throwaway_cluster(manner) as cluster:
        yield cluster.url


def unprivileged_user() -> pwd.struct_passwd | None:
    """Return who the server should run as, or nobody special when we are not root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def main(command: list[str]) -> int:
    """Run a command with a database of its own."""
    if programs() is None:
        print(f"{MISSING} Not run: {' '.join(command)}")
        return 0
    with throwaway_postgres() as url:
        return subprocess.run(
            command, env={**os.environ, "DATABASE_URL": url}
        ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
