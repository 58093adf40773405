"""What has to be asked: the database, the cache, the queue, the storage, the worker."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerAway

from accounts.ids import new_id
from playground.celery import app
from playground.doctor.finding import Finding, good, look, wrong
from playground.generation.models import Rolled
from playground.generation.parted import ORDERS, is_parted, parts_of, strays
from playground.trust.looking import keep_and_forget
from playground.trust.models import Echo
from playground.trust.tasks import remove_if_seen

OLDEST_POSTGRESQL = 13
SKEW_SECONDS, MOST_SKEW_SECONDS = 2, 30
ANSWER_SECONDS = 15.0


def database() -> Iterator[Finding]:
    try:
        reach_database()
    except DatabaseError as error:
        reason = reason_of(error)
        yield wrong("database", f"It does not answer: {reason}", way_out_of(reason))
        return
    yield kind_of_database()
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        yield wrong(
            "migrations",
            f"{len(plan)} are not applied, first {plan[0][0]}.",
            "Run manage.py migrate.",
        )
        return
    yield good("migrations", "All are applied.")
    yield from clock()
    yield from months()
    yield from worker()


def reason_of(error: DatabaseError) -> str:
    return str(error).strip().splitlines()[0]


def way_out_of(reason: str) -> str:
    """Say what to do about a database that does not let us in."""
    if "startup parameter" in reason:  # as PgBouncer says it
        return "A pooler stands before it: set EASEL_PGBOUNCER=true."
    return "Look whether it runs, and whether DATABASE_URL names it."


def reach_database() -> None:
    """Knock beside the pool, which would only say that it waited in vain."""
    if connection.vendor == "postgresql":
        told = {**connection.get_connection_params(), "connect_timeout": 5}
        with connection.wrap_database_errors:
            connection.Database.connect(**told).close()  # type: ignore[attr-defined]
    connection.ensure_connection()


def kind_of_database() -> Finding:
    if connection.vendor == "sqlite":
        return look(
            "database",
            "SQLite: well for one machine and a few pictures a second.",
            "Set DATABASE_URL=postgres://… before there is more to do.",
        )
    version: int = connection.pg_version // 10000  # type: ignore[attr-defined]
    if version < OLDEST_POSTGRESQL:
        return wrong(
            "database",
            f"PostgreSQL {version} is no longer looked after.",
            f"Upgrade to {OLDEST_POSTGRESQL} or newer.",
        )
    return good("database", f"PostgreSQL {version} answers.")


def clock() -> Iterator[Finding]:
    """Compare this machine's clock with the database's, which sets every deadline."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT CURRENT_TIMESTAMP")
        (told,) = cursor.fetchone()
    moment = datetime.fromisoformat(told) if isinstance(told, str) else told
    skew = abs((timezone.now() - moment.replace(tzinfo=UTC)).total_seconds())
    if skew > SKEW_SECONDS:
        finding = wrong if skew > MOST_SKEW_SECONDS else look
        yield finding(
            "clock",
            f"This machine's clock and the database's are {skew:.0f} s apart.",
            "Let both follow a time server.",
        )
    else:
        yield good("clock", "It agrees with the database's.")


def months() -> Iterator[Finding]:
    """Where orders lie in parts by month, see that each has its month."""
    if not is_parted():
        return
    astray, newest = sum(strays().values()), parts_of(ORDERS)[-2]
    if astray or newest.ends_at < timezone.now() + timedelta(days=7):
        yield wrong(
            "months",
            f"Orders have parts until {newest.ends_at:%Y-%m-%d}; {astray} rows lie in none.",
            "Start the clock and a worker: they make the months that come, and move into"
            " them what lies in none. Their log says when the tables could not be locked.",
        )
    else:
        yield good("months", f"Orders have parts until {newest.ends_at:%Y-%m-%d}.")


def worker() -> Iterator[Finding]:
    """See when a worker answered last, and when the clock's last round was done."""
    echo, rolled = Echo.objects.first(), Rolled.objects.first()
    patience = timedelta(seconds=settings.STATUS_SECONDS * 3 + 30)
    if echo is None or timezone.now() - echo.answered_at > patience:
        yield wrong(
            "worker",
            f"None has answered{since(echo.answered_at if echo else None)}.",
            "Start one: celery -A playground worker --pool=threads. It is asked by the"
            " web processes, so they have to run too.",
        )
    else:
        yield good("worker", f"One answered{since(echo.answered_at)}.")
    patience = timedelta(seconds=settings.METRICS_SECONDS * 3 + 60)
    done = rolled.looked_at if rolled else None
    if done is None or timezone.now() - done > patience:
        yield wrong(
            "beat",
            f"Its last round was done{since(done)}.",
            "Start one, and only one: celery -A playground beat.",
        )
    else:
        yield good("beat", f"Its last round was done{since(done)}.")


def since(moment: datetime | None) -> str:
    if moment is None:
        return " never"
    return f" {(timezone.now() - moment).total_seconds():.0f} s ago"


def shared_cache() -> Iterator[Finding]:
    if settings.CACHE_URL.startswith("locmem"):
        return
    name = new_id("doc")
    try:
        cache.set(name, 1, 10)
        is_kept = cache.get(name) == 1
        reason = "it forgets what it is given"
    except Exception as error:  # every cache has errors of its own
        is_kept, reason = False, str(error)
    if is_kept:
        yield good("cache", "It answers.")
    else:
        yield wrong(
            "cache",
            f"It does not answer: {reason}",
            "Look whether Redis runs, and whether CACHE_URL names it.",
        )


def broker() -> Iterator[Finding]:
    if settings.CELERY_BROKER_URL == "filesystem://":
        yield look(
            "broker",
            "Messages are files: well for one machine.",
            "Set CELERY_BROKER_URL=redis://host:6379/0 before there is a second.",
        )
        return
    try:
        with app.connection_for_write(connect_timeout=3) as line:
            line.ensure_connection(max_retries=1)
    except (BrokerAway, OSError) as error:
        yield wrong(
            "broker",
            f"It does not answer: {error}",
            "Look whether it runs, and whether CELERY_BROKER_URL names it.",
        )
    else:
        yield good("broker", "It answers.")


def storage() -> Iterator[Finding]:
    """Store a file, and see whether a worker finds it where it looks."""
    try:
        keep_and_forget()
    except Exception as error:  # every storage has errors of its own
        yield wrong(
            "storage",
            f"Nothing can be stored: {error!r}",
            "Let this user write to EASEL_DATA_DIR/pictures, or mend the EASEL_S3_…"
            " settings.",
        )
        return
    yield good("storage", "Files are kept and read back.")
    name = default_storage.save(f"status/{new_id('doc')}", ContentFile(b"seen?"))
    try:
        remove_if_seen.apply_async((name,), expires=60, retry=False)
        yield seen(name)
    except (BrokerAway, OSError):
        return  # the broker's own check says it
    finally:
        default_storage.delete(name)


def seen(name: str) -> Finding:
    until = time.monotonic() + ANSWER_SECONDS
    while default_storage.exists(name):
        if time.monotonic() > until:
            return wrong(
                "storage of workers",
                "No worker has seen a file that was stored here.",
                "Start a worker, or give both the same EASEL_DATA_DIR or bucket.",
            )
        time.sleep(0.1)
    return good("storage of workers", "A worker sees the same files.")


CHECKS = (database, shared_cache, broker, storage)
