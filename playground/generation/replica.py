"""What may be a moment old is read from a copy of the database, when there is one.

`DATABASE_REPLICA_URL` names it. Dashboards and public figures say `@may_lag`; money,
orders and whatever is changed afterwards are always read where they are written. A copy
that is away costs nothing but a line in the log: the original answers instead.
"""

from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar

import structlog
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, OperationalError

log = structlog.get_logger()
P = ParamSpec("P")
Found = TypeVar("Found")
REPLICA = "replica"
_lags: ContextVar[bool] = ContextVar("lags", default=False)


def may_lag(read: Callable[P, Found]) -> Callable[P, Found]:
    """Let a view, or whatever only reads, see the database as it was a moment ago."""

    @wraps(read)
    def lagging(*args: P.args, **kwargs: P.kwargs) -> Found:
        if REPLICA not in settings.DATABASES or _lags.get():
            return read(*args, **kwargs)
        token = _lags.set(True)
        try:
            return read(*args, **kwargs)
        except OperationalError as error:
            log.warning("replica.away", reason=str(error))
        finally:
            _lags.reset(token)
        return read(*args, **kwargs)

    return lagging


def source() -> str:
    """Return the name of the database to read from now."""
    return REPLICA if _lags.get() else DEFAULT_DB_ALIAS


class Router:
    """Tells Django where to read. Everything is written, and migrated, in one place."""

    def db_for_read(self, model: object, **hints: object) -> str:
        return source()

    def db_for_write(self, model: object, **hints: object) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: object, other: object, **hints: object) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: object) -> bool:
        return db == DEFAULT_DB_ALIAS
