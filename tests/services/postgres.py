"""A PostgreSQL of the tests' own: made in a temporary folder, gone afterwards.

    python -m tests.services.postgres pytest -n 2 tests/billing

runs any command with `DATABASE_URL` pointing at it. PostgreSQL refuses to run
as root, so root hands it to the `postgres` user (or `nobody`). Nothing here must
survive a power cut, so it does not wait for the disk.
"""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

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


@contextmanager
def throwaway_postgres(manner: Mapping[str, str] = IN_A_HURRY) -> Iterator[str]:
    """Start a fresh cluster and yield the `DATABASE_URL` of its one database."""
    folder = programs()
    if folder is None:
        raise FileNotFoundError(MISSING)
    home = Path(tempfile.mkdtemp(prefix="easel-postgres-"))
    owner = unprivileged_user()
    if owner:
        shutil.chown(home, owner.pw_name, owner.pw_gid)
    identity = (
        {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
        if owner
        else {}
    )
    make = [
        folder / "initdb",
        "-D",
        home / "data",
        "-A",
        "trust",
        "-U",
        "easel",
        "-E",
        "UTF8",
    ]
    subprocess.run(
        [*make, "--locale=C", "--no-sync"],
        check=True,
        cwd=home,
        stdout=subprocess.DEVNULL,
        **identity,
    )
    port = free_port()
    settings = {**manner, "port": str(port), "unix_socket_directories": str(home)}
    options = [part for item in settings.items() for part in ("-c", "=".join(item))]
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(
            [folder / "postgres", "-D", home / "data", *options],
            cwd=home,
            stdout=log,
            stderr=log,
            start_new_session=True,
            **identity,
        )
    try:
        wait_until(lambda: answers(port), "PostgreSQL")
        yield f"postgres://easel@127.0.0.1:{port}/postgres"
    finally:
        server.send_signal(
            2
        )  # SIGINT: a fast shutdown, which does not wait for clients
        server.wait(timeout=30)
        shutil.rmtree(home, ignore_errors=True)


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
