"""How fast and how reliable each way was lately, as this process saw it.

Each try moves the numbers a little; older ones fade. Refusals and our own troubles say
nothing about a way. A process begins with what all of them measured in the last day.
"""

from dataclasses import dataclass, replace

from playground.generation.health import Way
from playground.generation.usual import lately

SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds of a try that brought pictures, and the part of tries that did."""

    seconds: float | None = None
    reliability: float = 1.0


UNSEEN = Measured()


class Measures:
    """The numbers of every way that was tried."""

    def __init__(self) -> None:
        self._seen: dict[Way, Measured] = {}

    def forget(self) -> None:
        self._seen.clear()

    def of(self, way: Way) -> Measured:
        seen = self._seen.get(way)
        if seen is None:
            before = lately().of_ways.get(way)
            return Measured(*before) if before else UNSEEN
        return seen

    def succeeded(self, way: Way, seconds: float) -> None:
        known = self.of(way)
        before = seconds if known.seconds is None else known.seconds
        self._seen[way] = Measured(
            before + SHARE * (seconds - before),
            known.reliability + SHARE * (1 - known.reliability),
        )

    def failed(self, way: Way) -> None:
        known = self.of(way)
        faded = known.reliability * (1 - SHARE)
        self._seen[way] = replace(known, reliability=faded)


measures = Measures()
