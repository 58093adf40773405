"""Months as ranges of ids: an order's id begins with the time it was made at.

Months are UTC's.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Protocol

from accounts.ids import ALPHABET, MOMENT, first_id, moment_of

PREFIX = "img"
LONGEST_LIFE = timedelta(days=31)
COARSE = len(PREFIX) + 1 + MOMENT - 4  # 17 minutes


def month_of(moment: datetime) -> datetime:
    """Return when a moment's month begins."""
    return moment.astimezone(UTC).replace(
        day=1, hour=0, minute=0, second=0, microsecond=0
    )


def next_month(month: datetime) -> datetime:
    return month_of(month + timedelta(days=31))


def bound_of(month: datetime) -> str:
    """Return what sorts before every order of a month, and after all earlier ones."""
    return first_id(PREFIX, month)


def moment_in(name: str) -> datetime:
    """Return when an id was made."""
    return datetime.fromtimestamp(moment_of(name) / 1000, UTC)


def alive_now() -> tuple[str, str]:
    """Return between which ids every order lies that still waits to be painted.

    None waits for weeks: the sweep, which looks everywhere, has ended it long before.
    """
    now = datetime.now(UTC)
    return bound_of(month_of(now - LONGEST_LIFE)), bound_of(next_month(month_of(now)))


class OfOrder(Protocol):
    """Something that is done to one order."""

    @property
    def generation_id(self) -> str: ...


def of_their_months(statement: str, batch: Sequence[OfOrder]) -> str:
    """Say in a statement, where `{within}` stands, that its orders `g` are of the months
    of these.

    Where orders lie in parts, a statement then plans and locks those of its months and
    no others: without it, each cost twice as much with two years of parts. It is said
    with constants, for a plan that is kept is made before parameters are known; and the
    text is the same for a month.
    """
    names = [one.generation_id for one in batch]
    since, until = bounds_around(min(names)[:COARSE], max(names)[:COARSE])
    return statement.replace("{within}", f"g.id >= '{since}' AND g.id < '{until}'")


@lru_cache(maxsize=64)
def bounds_around(first: str, last: str) -> tuple[str, str]:
    """Return the bounds of these ids' months; of an id only its quarter of an hour is told."""
    whole = len(PREFIX) + 1 + MOMENT
    since = month_of(moment_in(first.ljust(whole, ALPHABET[0])))
    until = next_month(month_of(moment_in(last.ljust(whole, ALPHABET[-1]))))
    return bound_of(since), bound_of(until)
