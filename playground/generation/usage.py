"""An account's usage, read from the rollups: what the console's charts and tables show.

A window is in hours or in days, as `metrics.Window` has it. Where there are digests they
are read, and elsewhere the rollups' lines; more than three facts at once are in no digest.
What a test key rehearsed is in none of it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection, connections

from playground.generation import replica
from playground.generation.digests import (
    AT_ONCE,
    EVERYTHING,
    FACTS,
    SUMS,
    Place,
    Usage,
    all_of,
    place_of_several,
)
from playground.generation.models import (
    AccountDay,
    DigestDay,
    DigestHour,
    Generation,
    UsageDay,
    UsageHour,
)
from playground.generation.rolling import DAY, HOUR, day_of
from playground.generation.rollups import TOOK, Digest
from playground.generation.summing import (
    Part,
    Wanted,
    Window,
    days_closed,
    found,
    seconds_of_start,
    totals,
)

COARSE = {"account_id", "model", "key_id", "state", "error_code"}


@dataclass(frozen=True, slots=True)
class Filter:
    """Which of an account's orders. What is empty does not matter.

    What was asked by hand, in the playground, has a lane and no key.
    """

    account_id: str
    model: str = ""
    provider: str = ""
    key_id: str = ""
    person_id: int | None = None
    lane: str = ""
    endpoint: str = ""
    group: str = ""
    state: str = ""

    @property
    def said(self) -> dict[str, Any]:
        named = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in named.items() if value}

    @property
    def facts(self) -> dict[str, Any]:
        return {name: value for name, value in self.said.items() if name in FACTS}


class Kept(NamedTuple):
    """What a digest says; its body is read only where it is wanted."""

    requests: int
    spent_microcredits: int
    body: str


ByStart = dict[datetime, Kept]


@dataclass(frozen=True, slots=True)
class Digested:
    """Some time, in the digests of its hours or days, and the lines they were made of."""

    digests: type[Digest]
    length: timedelta
    part: Part

    def known(
        self, account_id: str, place: Place | None, *, with_body: bool = False
    ) -> tuple[ByStart, ByStart]:
        """Return what digests say of a place, and of everything of its sort, in one go.

        What no digest can have is no place, and nothing is said of it.
        """
        if place is None:
            return {}, {}
        every = all_of(place)
        adapt = connection.ops.adapt_datetimefield_value
        asked = [*place, account_id, adapt(self.part.since), adapt(self.part.until)]
        with connections[replica.source()].cursor() as cursor:
            cursor.execute(self.question(with_body), [*asked, *place, *every])
            rows = cursor.fetchall()
        by_place: dict[Place, ByStart] = {place: {}, every: {}}
        for seconds, fact, value, *said in rows:
            start = datetime.fromtimestamp(seconds, UTC)
            by_place[fact, value][start] = Kept(*said)
        return by_place[place], by_place[every]

    def question(self, with_body: bool) -> str:
        """Ask in SQL: it is asked four times for a page, of which a year has many rows."""
        return (
            f"SELECT {seconds_of_start()}, fact, value, requests, spent_microcredits,"
            f" CASE WHEN fact = %s AND value = %s{'' if with_body else ' AND false'}"
            f" THEN body ELSE '' END FROM {self.digests._meta.db_table}"
            " WHERE account_id = %s AND start >= %s AND start < %s"
            " AND (fact = %s AND value = %s OR fact = %s AND value = %s)"
            " ORDER BY start"
        )

    def without(self, digests: Iterable[datetime]) -> list[Part]:
        """Return the time that has none of these digests, which are in order."""
        return left_of(self.part, self.length, digests)


def used(which: Filter, window: Window) -> Iterator[tuple[datetime, Usage]]:
    """Yield what was used, parted by the window's hours or days; some come twice."""
    place = place_of(which.facts)
    rest: list[Part] = []
    for half in halves_of(which, window):
        kept, every = half.known(which.account_id, place, with_body=True)
        for start, said in kept.items():
            begins = day_of(start) if window.step == "day" else start
            yield begins, Usage.of_text(said.body)
        rest += half.without(every)
    if rest:
        yield from read(which, window, rest)


def sums_of(which: Filter, window: Window) -> tuple[int, int]:
    """Return how many requests there were, and what was spent on them."""
    place = place_of(which.facts)
    rest: list[Part] = []
    found: list[tuple[int, ...]] = []
    for half in halves_of(which, window):
        kept, every = half.known(which.account_id, place)
        found += [(one.requests, one.spent_microcredits) for one in kept.values()]
        rest += half.without(every)
    asked = ("requests", "spent_microcredits")
    lines = totals(wanted(which, window, rest, sums=asked)) if rest else {}
    found += [sums.numbers for sums in lines.values()]
    return sum(one[0] for one in found), sum(one[1] for one in found)


def used_by_caller(
    account_id: str, place: Place, window: Window
) -> tuple[Iterator[tuple[datetime, Usage]], list[Part]]:
    """Return what digests know of a user or a label, and the time they do not know."""
    closed = max(window.since, min(days_closed(), window.until))
    half = Digested(DigestDay, DAY, Part(Generation, window.since, closed))
    kept, every = half.known(account_id, place, with_body=True)
    rest = half.without(every)
    if closed < window.until:
        rest.append(Part(Generation, closed, window.until))
    return ((start, Usage.of_text(said.body)) for start, said in kept.items()), rest


def place_of(facts: Mapping[str, Any]) -> Place | None:
    """Return where digests have orders with these facts, if they do."""
    places = [(name, str(value)) for name, value in facts.items()]
    if len(places) in AT_ONCE:
        return place_of_several(facts)
    if len(places) > 1:
        return None
    return places[0] if places else EVERYTHING


def halves_of(which: Filter, window: Window) -> Iterator[Digested]:
    """Return the window as days, as far as they are closed, and as hours after that."""
    closed = window.since
    if window.step == "day":
        closed = max(window.since, min(days_closed(), window.until))
        days = AccountDay if which.said.keys() <= COARSE else UsageDay
        yield Digested(DigestDay, DAY, Part(days, window.since, closed))
    if closed < window.until:
        yield Digested(DigestHour, HOUR, Part(UsageHour, closed, window.until))


def left_of(part: Part, length: timedelta, starts: Iterable[datetime]) -> list[Part]:
    """Return some time without the hours or days that begin then, which are in order."""
    left: list[Part] = []
    since = part.since
    for start in starts:
        if since < start:
            left.append(Part(part.table, since, start))
        since = start + length
    if since < part.until:
        left.append(Part(part.table, since, part.until))
    return left


def read(
    which: Filter, window: Window, parts: Sequence[Part]
) -> Iterator[tuple[datetime, Usage]]:
    """Read what was used from the rollups' lines."""
    every: dict[datetime, Usage] = defaultdict(Usage)
    by = ("model", "key_id", "state", "error_code")
    lines = wanted(which, window, parts, sums=SUMS, by=by)
    for start, (model, key, state, code), sums in found(lines, in_steps=True):
        usage = every[start]
        usage.add(model, key, (state, code), sums.numbers)
        usage.is_demo = usage.is_demo or sums.is_demo
    times = wanted(which, window, parts, sums=TOOK, is_of_pictures=True)
    for sums in totals(times).values() if every else ():
        every[window.since].add_took(enumerate(sums.numbers))
    yield from every.items()


def wanted(which: Filter, window: Window, parts: Sequence[Part], **what: Any) -> Wanted:
    return Wanted(UsageHour, UsageDay, window, fits=which.said, parts=parts, **what)
