"""One call to one provider: how it went, what it cost us, and what it says of the way.

A provider may have done its work although nothing came of it. What that may cost is
noted as ours: the customer pays for pictures, never for trying.
"""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

from playground.generation.desks import Crowded
from playground.generation.entries import AttemptRow
from playground.generation.errors import EaselError
from playground.generation.health import board
from playground.generation.measures import measures
from playground.generation.models import Attempt
from playground.generation.providers.base import (
    Answer,
    Broken,
    ProviderFailure,
    Refused,
)
from playground.generation.request import ImageRequest
from playground.generation.route import Candidate

Failure = ProviderFailure | EaselError


@dataclass(slots=True)
class Try:
    """One call to one provider, as it goes, for so many pictures."""

    candidate: Candidate
    asked: int
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    clock: float = field(default_factory=time.perf_counter)
    answer: Answer = Answer(())
    kept: int = 0
    failure: Failure | None = None

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.clock

    def row(self, request: ImageRequest) -> AttemptRow:
        """Note it down as it stands."""
        tokens, offer = self.answer.tokens, self.candidate.offer
        known = self.failure if isinstance(self.failure, ProviderFailure) else None
        return AttemptRow(
            provider=offer.provider,
            model=self.candidate.model,
            channel=self.candidate.channel.name,
            upstream=offer.upstream_for(editing=bool(request.references)),
            upstream_request_id=self.answer.upstream_request_id[:120],
            outcome=outcome(self.failure, self.kept),
            status=known.status if known else None,
            reason=str(self.failure or "")[:300],
            pictures=self.kept,
            first_byte_ms=in_ms(self.answer.first_byte_seconds),
            duration_ms=round(self.seconds * 1000),
            cost_microusd=self.cost(request),
            started_at=self.started_at,
            text_tokens_in=tokens.text_in if tokens else None,
            picture_tokens_in=tokens.pictures_in if tokens else None,
            tokens_out=tokens.out if tokens else None,
        )

    def cost(self, request: ImageRequest) -> int:
        """What the provider bills us for this try, or may bill, as far as it is known."""
        if self.answer.cost_microusd is not None:
            return self.answer.cost_microusd
        each = self.candidate.offer.cost_microusd(request)
        return each * (len(self.answer.pictures) or self.billed_for_nothing())

    def billed_for_nothing(self) -> int:
        """For how many pictures that never came we may be billed."""
        charges_on = self.candidate.offer.charges_on
        if charges_on == "nothing" or isinstance(self.failure, EaselError):
            return 0
        if self.failure is None or self.failure.ran == "unknown":
            return self.asked  # called off, or nobody knows how far it came
        did_its_work = isinstance(self.failure, Refused) or self.failure.ran == "yes"
        return self.asked if charges_on == "call" and did_its_work else 0

    async def tell(self) -> None:
        """Tell how the way is: what it brought counts, and so do its failures."""
        way = self.candidate.way
        began_at = self.started_at.timestamp()
        if self.kept:
            measures.succeeded(way, self.seconds)
            await board.succeeded(way, began_at)
        elif isinstance(self.failure, ProviderFailure) and says_something(self.failure):
            measures.failed(way)
            await board.failed(way, self.failure, began_at)


def says_something(failure: ProviderFailure) -> bool:
    """A refusal is an answer, and a limit of our own is nobody's failure."""
    return not isinstance(failure, Refused | Crowded)


def outcome(failure: Failure | None, kept: int) -> str:
    """Name the try's end; `empty` is work done, and maybe billed, without a picture.

    What hindered a try on our side is not the provider's failure.
    """
    if kept:
        return Attempt.Outcome.SUCCEEDED
    if failure is None:
        return Attempt.Outcome.CANCELLED
    if isinstance(failure, Broken) and failure.ran == "yes":
        return Attempt.Outcome.EMPTY
    return getattr(failure, "outcome", Attempt.Outcome.HINDERED)


def in_ms(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)
