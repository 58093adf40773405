"""The painter as test keys meet it: what can go wrong can be rehearsed.

A prompt that begins with one of the words below ends the way that word says, through
the same failures that a real provider raises, so whatever a program has to handle can
be met on purpose. Anything else is painted.
"""

import asyncio
import re
from dataclasses import replace

from playground.generation.providers.base import (
    Answer,
    Broken,
    Busy,
    Commission,
    Late,
    Provider,
    Refused,
)

CUE = re.compile(
    r"\s*easel:(?P<word>refuse|rate_limit|slow|partial|fail|timeout)\b"
    r"(?:(?<=slow)\s+(?P<seconds>\d{1,3})\b)?\s*",
)
SLOW_SECONDS, SLOWEST_SECONDS = 10, 120
LATE_SECONDS = 2  # a real one takes minutes; a test should not
RETRY_AFTER_SECONDS = 2
REASON = "rehearsed"


class RehearsalProvider:
    """Acts what a prompt asks for, and has everything else painted."""

    def __init__(self, painter: Provider) -> None:
        self._painter = painter

    async def paint(self, commission: Commission) -> Answer:
        cue = CUE.match(commission.prompt)
        if cue is None:
            return await self._painter.paint(commission)
        word = cue["word"]
        await fail_if_told(word)
        if word == "slow":
            seconds = int(cue["seconds"] or SLOW_SECONDS)
            await asyncio.sleep(min(seconds, SLOWEST_SECONDS))
        rest = commission.prompt[cue.end() :] or commission.prompt
        asked = replace(commission, prompt=rest)
        if word == "partial":
            asked = all_but_one(asked)
        return await self._painter.paint(asked)

    async def close(self) -> None:
        await self._painter.close()


async def fail_if_told(word: str) -> None:
    """Raise what a provider would."""
    if word == "refuse":
        raise Refused(REASON, status=400)
    if word == "rate_limit":
        raise Busy(REASON, status=429, retry_after_seconds=RETRY_AFTER_SECONDS)
    if word == "fail":
        raise Broken(REASON, status=500)
    if word == "timeout":
        await asyncio.sleep(LATE_SECONDS)
        raise Late(REASON, ran="unknown")


def all_but_one(commission: Commission) -> Commission:
    """Leave one picture out; of a single one there is nothing left to paint."""
    if commission.n == 1:
        raise Broken(REASON, status=500)
    return replace(commission, n=commission.n - 1)
