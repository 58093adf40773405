"""Which models are well at which channels, as all processes know it.

A way that fails is set back: a little at first, three times as long each further time,
with some chance in it, so that not everybody comes back at once. When its time is over
one caller tries it. Whoever has no other way tries it sooner. One success and it is
well again. Only changes are written, so nothing is while all is well.

What was under way when a way was set back is the same bad news, not more of it.
"""

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum

import structlog
from django.db import IntegrityError, transaction

from playground.generation.database import AWAY, in_thread
from playground.generation.mirror import Mirror
from playground.generation.providers.base import (
    Busy,
    Late,
    Misconfigured,
    ProviderFailure,
    Refused,
)
from playground.generation.ways import Health

log = structlog.get_logger()
Way = tuple[str, str]  # a channel's name and a model's id
FIRST_SECONDS = 2.0
SLOW_SECONDS = 30.0  # who does not answer costs every caller their time
WRONG_SECONDS = 15.0  # a wrong key is not mended by waiting a moment
LONGEST_SECONDS = 900.0
LONGEST_TOLD_SECONDS = 3600.0  # what a provider's own Retry-After may ask for
GROWTH = 3
EMPTIES = 3  # a prompt may be why there is no picture; so often in a row, it is not
FORGOTTEN_SECONDS = 3600.0
TRY_SECONDS = 60.0


class Standing(IntEnum):
    """How a way is: well, due for a try, or set back."""

    WELL = 0
    DUE = 1
    SET_BACK = 2


@dataclass(frozen=True, slots=True)
class Setback:
    """How often in a row a way failed, since when it is set back, and until when."""

    failures: int
    since: float
    until: float


@dataclass(frozen=True, slots=True)
class Blow:
    """One failed try: when it began, and for how long it would set a way back at first."""

    began_at: float
    seconds: float
    at_least: float = 0.0


def blow_of(failure: ProviderFailure, began_at: float) -> Blow | None:
    """Say how hard a failure is; a refusal is the model's answer, and no failure."""
    if isinstance(failure, Refused):
        return None
    if isinstance(failure, Busy):
        told = min(failure.retry_after_seconds or 0.0, LONGEST_TOLD_SECONDS)
        return Blow(began_at, FIRST_SECONDS, told)
    if isinstance(failure, Late):
        return Blow(began_at, SLOW_SECONDS)
    if isinstance(failure, Misconfigured):
        return Blow(began_at, WRONG_SECONDS)
    return Blow(began_at, FIRST_SECONDS)


def set_back(known: Setback | None, blow: Blow, now: float, luck: float) -> Setback:
    """Return how a way stands after a blow. `luck` is a number from 0 to 1."""
    if known and now > known.until + FORGOTTEN_SECONDS:
        known = None
    if known and blow.began_at < known.since:
        return known
    failures = known.failures + 1 if known else 1
    wait = blow.seconds * GROWTH ** min(failures - 1, 10)
    wait = min(LONGEST_SECONDS, wait) * (0.8 + 0.4 * luck)
    return Setback(failures, now, now + max(wait, blow.at_least))


class Board:
    """What this process knows of every way, and how it tells the others."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._known: Mirror[dict[Way, Setback]] = Mirror(read, dict)
        self._empties: Counter[Way] = Counter()

    def forget(self) -> None:
        """Begin anew, as a new process does."""
        self._known.forget()
        self._empties.clear()

    def standing(self, way: Way) -> tuple[Standing, float]:
        """Say how a way is, and until when it is set back."""
        known = self._known().get(way)
        if known is None:
            return Standing.WELL, 0.0
        due = known.until <= self._clock()
        return (Standing.DUE if due else Standing.SET_BACK), known.until

    async def may_try(self, way: Way) -> bool:
        """Say whether this caller is the one who tries a way that is due."""
        known, now = self._known().get(way), self._clock()
        if known is None or known.until > now:
            return known is None
        told = Setback(known.failures, known.since, now + TRY_SECONDS)
        return bool(await self._tell(way, told, lambda: take_turn(way, known, told)))

    async def succeeded(self, way: Way, began_at: float) -> None:
        """Note a picture: a way that was set back before it was asked for is well again."""
        if self._empties:
            self._empties.pop(way, None)
        known = self._known().get(way)
        if known is None or began_at < known.since:
            return
        log.info("way.well", channel=way[0], model=way[1])
        await self._tell(way, None, lambda: remove(way))

    async def failed(self, way: Way, failure: ProviderFailure, began_at: float) -> None:
        """Note a failure, if it says anything about the way."""
        blow = blow_of(failure, began_at)
        if blow is None or not self._counts(way, failure):
            return
        now, luck = self._clock(), random.random()
        told = set_back(self._known().get(way), blow, now, luck)
        seconds = round(told.until - now)
        log.warning("way.set_back", channel=way[0], model=way[1], seconds=seconds)
        reason = f"{failure.outcome}: {failure.reason}"[:300]
        write = WrittenBlow(way, blow, now, luck, reason)
        await self._tell(way, told, write)

    def _counts(self, way: Way, failure: ProviderFailure) -> bool:
        """An answer without a picture is held against a way when it is not the only one."""
        if failure.ran != "yes":
            return True
        self._empties[way] += 1
        return self._empties[way] >= EMPTIES

    async def _tell(
        self, way: Way, told: Setback | None, write: Callable[[], "bool | Setback"]
    ) -> "bool | Setback":
        """Change it here and for everybody; the database knows best, when it is there."""
        try:
            answer = await in_thread(write)
        except AWAY as error:
            log.warning("way.not_told", reason=str(error))
            answer = True
        if isinstance(answer, Setback):
            told = answer
        known = self._known()
        if told is None:
            known.pop(way, None)
        elif answer:
            known[way] = told
        self._known.changed_here()
        return answer


def read() -> dict[Way, Setback]:
    return {(row.channel, row.model): setback_in(row) for row in Health.objects.all()}


def setback_in(row: Health) -> Setback:
    return Setback(row.failures, row.since.timestamp(), row.until.timestamp())


def moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def take_turn(way: Way, known: Setback, told: Setback) -> bool:
    """Put off everybody else's turn; false when somebody else did that already."""
    rows = Health.objects.filter(
        channel=way[0], model=way[1], until__lte=moment(known.until)
    )
    return bool(rows.update(until=moment(told.until)))


def remove(way: Way) -> bool:
    Health.objects.filter(channel=way[0], model=way[1]).delete()
    return True


@dataclass(frozen=True, slots=True)
class WrittenBlow:
    """A blow as it is written: on top of what the others wrote meanwhile."""

    way: Way
    blow: Blow
    now: float
    luck: float
    reason: str

    def __call__(self) -> Setback:
        try:
            return self.write()
        except IntegrityError:  # somebody else wrote the first one
            return self.write()

    def write(self) -> Setback:
        channel, model = self.way
        with transaction.atomic():
            rows = Health.objects.select_for_update()
            row = rows.filter(channel=channel, model=model).first()
            known = setback_in(row) if row else None
            told = set_back(known, self.blow, self.now, self.luck)
            if told != known:
                self.put(row or Health(channel=channel, model=model), told)
        return told

    def put(self, row: Health, told: Setback) -> None:
        row.failures, row.reason = told.failures, self.reason
        row.since, row.until = moment(told.since), moment(told.until)
        row.save()


board = Board()
