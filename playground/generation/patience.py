"""How far an order goes before it gives up: its time, and its share of further tries.

Ways that are well are asked one after the other. One that was set back is asked when
it is this caller's turn to try it, or when nobody else is left. Then one such try is
free; more of them are paid from a small purse that orders fill, so that an outage of
everything is not answered with a storm.
"""

import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from playground.generation.health import Standing, board
from playground.generation.providers.base import ProviderFailure
from playground.generation.route import Candidate
from playground.generation.tries import Failure

EARNED = 0.2  # what each order puts in, in tries
MOST_SAVED = 10.0
LEAST_SECONDS = 1.0  # less is no time for a try
WORST_SECONDS = 20.0  # what a try of a way that is not well may take, at the least
TIMES_USUAL = 3


class Purse:
    """Tries that this process may still spend on ways that are set back."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin anew, as a new process does."""
        self._tries = MOST_SAVED

    def earn(self) -> None:
        self._tries = min(MOST_SAVED, self._tries + EARNED)

    def spend(self) -> bool:
        if self._tries < 1:
            return False
        self._tries -= 1
        return True


purse = Purse()


@dataclass(frozen=True, slots=True)
class Chance:
    """A candidate's turn, and how long it may take, if it is not known to be well."""

    candidate: Candidate
    most_seconds: float | None = None


async def chances(
    candidates: Sequence[Candidate], usual_seconds: float
) -> AsyncIterator[Chance]:
    """Yield who is asked, in turn, for as long as the asker goes on."""
    purse.earn()
    worst = max(WORST_SECONDS, TIMES_USUAL * usual_seconds)
    later = []
    for candidate in candidates:
        standing, _until = board.standing(candidate.way)
        if standing is Standing.WELL:
            yield Chance(candidate)
        elif standing is Standing.DUE and await board.may_try(candidate.way):
            yield Chance(candidate, worst)
        else:
            later.append(candidate)
    for place, candidate in enumerate(later):
        if place and not purse.spend():
            return
        yield Chance(candidate, worst if len(candidates) > 1 else None)


@dataclass(slots=True)
class Patience:
    """What one order still bears."""

    seconds: float | None = None
    started: float = field(default_factory=time.monotonic)
    unknown: int = 0

    @property
    def left(self) -> float | None:
        """Return how much time the caller still gives."""
        if self.seconds is None:
            return None
        return self.started + self.seconds - time.monotonic()

    def is_over(self) -> bool:
        """After two tries that may have been billed for nothing, a third is too many."""
        is_late = self.left is not None and self.left < LEAST_SECONDS
        return is_late or self.unknown > 1

    def note(self, failures: Sequence[Failure]) -> None:
        """Count a round whose end nobody knows, however many calls it had."""
        self.unknown += any(
            isinstance(one, ProviderFailure) and one.ran == "unknown"
            for one in failures
        )
