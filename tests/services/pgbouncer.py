"""A PgBouncer of the tests' own: it lends a connection for one transaction."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.services.ports import answers, free_port, wait_until
from tests.services.postgres import unprivileged_user

MISSING = "PgBouncer is not installed (Debian package: pgbouncer)."
TABLE = """[databases]
postgres = host={host} port={port} user=easel dbname=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {own_port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 12
max_client_conn = 400
server_reset_query =
"""


def program() -> str | None:
    return shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")


@contextmanager
def throwaway_pgbouncer(database_url: str) -> Iterator[int]:
    """Stand before a database, and yield the port of those who come."""
    behind, own_port = urlsplit(database_url), free_port()
    home = Path(tempfile.mkdtemp(prefix="easel-pgbouncer-"))
    home.chmod(0o755)
    table = home / "pgbouncer.ini"
    table.write_text(
        TABLE.format(host=behind.hostname, port=behind.port, own_port=own_port)
    )
    owner = unprivileged_user()
    as_owner = ["-u", owner.pw_name] if owner else []
    server = subprocess.Popen(
        [str(program()), "-q", *as_owner, str(table)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_until(lambda: answers(own_port), "PgBouncer")
        yield own_port
    finally:
        server.kill()
        server.wait()
        shutil.rmtree(home, ignore_errors=True)
