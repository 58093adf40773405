"""Try the offers in turn until the pictures are there; each try leaves a note.

A picture counts when it has been opened and stored, so an offer that sends
rubbish is followed by the next. A refusal is the model's answer and ends it.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from math import ceil

import structlog
from django.conf import settings
from django.utils.translation import gettext as _

from playground.generation.catalogue import Offer
from playground.generation.deliver import Delivered
from playground.generation.entries import AttemptRow
from playground.generation.errors import (
    AllProvidersBusy,
    AllProvidersFailed,
    EaselError,
    RefusedByModel,
    TimedOut,
    Unpainted,
)
from playground.generation.inbox import NO_SOURCES, Sources
from playground.generation.models import Attempt
from playground.generation.providers.base import (
    Answer,
    Broken,
    Busy,
    Commission,
    Late,
    PaintedPicture,
    Preview,
    Provider,
    ProviderFailure,
    Refused,
    Show,
)
from playground.generation.request import ImageRequest
from playground.generation.wording import picture_fields, worded

log = structlog.get_logger()
Failure = ProviderFailure | EaselError
BUSY_SECONDS = 5  # when no provider says how long it is busy
Keep = Callable[["Fresh"], Awaitable[Delivered]]


@dataclass(frozen=True, slots=True)
class Watch:
    """Somebody who watches: told of each picture that is kept, and of previews if wanted."""

    tell: Callable[[Delivered | Preview], None]
    previews: int = 0


@dataclass(slots=True)
class Work:
    """What has come of an order so far. `kept` says which positions are in the books."""

    watch: Watch | None = None
    pictures: list[Delivered] = field(default_factory=list)
    kept: set[int] = field(default_factory=set)
    attempts: list[AttemptRow] = field(default_factory=list)
    failure: EaselError | None = None
    provider: str = ""


@dataclass(frozen=True, slots=True)
class Fresh:
    """A picture as it came, whose it is, and its place in the order."""

    painted: PaintedPicture
    provider: str
    position: int
    is_last: bool


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be painted, and how whoever paints it hands a picture over."""

    request: ImageRequest
    offers: Sequence[Offer]
    keep: Keep
    in_background: bool
    sources: Sources = NO_SOURCES
    watch: Watch | None = None


async def paint(order: Order, providers: dict[str, Provider], work: Work) -> None:
    """Fill `work` with pictures and tries; raise why some are missing, if any are."""
    seen: list[Failure] = []
    for offer in order.offers:
        while missing := spots_left(order, work):
            failures = await one_round(order, offer, providers[offer.provider], work)
            stop_if_no_other_can_help(failures)
            seen += failures
            if failures or spots_left(order, work) == missing:
                break
    if spots_left(order, work):
        raise why_unpainted(seen)


def why_unpainted(failures: Sequence[Failure]) -> Unpainted:
    """When all were busy, or none answered in time, say just that: it helps who asks."""
    if failures and all(isinstance(failure, Busy) for failure in failures):
        return AllProvidersBusy(
            _(
                "Every provider of this is busy just now. Nothing was charged for what"
                " is missing."
            ),
            retry_after_seconds=soonest(failures),
        )
    if failures and all(isinstance(failure, Late) for failure in failures):
        return TimedOut(
            _(
                "No provider answered in time. Nothing was charged for what is missing;"
                " try again."
            )
        )
    return AllProvidersFailed(
        _(
            "No provider could paint this just now. Nothing was charged for what is"
            " missing; try again."
        )
    )


def soonest(failures: Sequence[Failure]) -> int:
    """Return when the first provider may be asked again, in whole seconds."""
    named = [getattr(one, "retry_after_seconds", None) for one in failures]
    return ceil(min((wait for wait in named if wait), default=BUSY_SECONDS))


def stop_if_no_other_can_help(failures: Sequence[Failure]) -> None:
    """A refusal is the model's answer, and trouble of our own stays with us."""
    for failure in failures:
        if isinstance(failure, EaselError):
            raise failure
        if isinstance(failure, Refused):
            raise RefusedByModel(
                _(
                    "The model declined to paint this. Nothing was charged for it;"
                    " change the prompt and try again."
                )
            )


async def one_round(
    order: Order, offer: Offer, provider: Provider, work: Work
) -> list[Failure]:
    """Ask one offer for all that is missing, in as many calls as it needs, at once."""
    missing = spots_left(order, work)
    # A preview does not say whose it is: where they are wanted, each picture is asked alone.
    most = 1 if order.watch and order.watch.previews else offer.n_per_call
    calls = [missing[start : start + most] for start in range(0, len(missing), most)]
    tries = [attempt(order, offer, provider, spots=call, work=work) for call in calls]
    ends = [await tries[0]] if len(tries) == 1 else await asyncio.gather(*tries)
    return [failure for failure in ends if failure]


def spots_left(order: Order, work: Work) -> list[int]:
    painted = {picture.row.position for picture in work.pictures}
    return [spot for spot in range(order.request.n) if spot not in painted]


@dataclass(slots=True)
class Try:
    """One call to one provider, as it goes."""

    offer: Offer
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    clock: float = field(default_factory=time.perf_counter)
    answer: Answer = Answer(())
    kept: int = 0
    failure: Failure | None = None

    def row(self, request: ImageRequest) -> AttemptRow:
        """Note it down as it stands."""
        tokens = self.answer.tokens
        known = self.failure if isinstance(self.failure, ProviderFailure) else None
        return AttemptRow(
            provider=self.offer.provider,
            upstream=self.offer.upstream_for(editing=bool(request.references)),
            upstream_request_id=self.answer.upstream_request_id[:120],
            outcome=outcome(self.failure, self.kept),
            status=known.status if known else None,
            reason=str(self.failure or "")[:300],
            pictures=self.kept,
            first_byte_ms=in_ms(self.answer.first_byte_seconds),
            duration_ms=round((time.perf_counter() - self.clock) * 1000),
            cost_microusd=provider_cost(request, self.offer, self.answer),
            started_at=self.started_at,
            text_tokens_in=tokens.text_in if tokens else None,
            picture_tokens_in=tokens.pictures_in if tokens else None,
            tokens_out=tokens.out if tokens else None,
        )


async def attempt(
    order: Order, offer: Offer, provider: Provider, *, spots: list[int], work: Work
) -> Failure | None:
    """Ask one provider once, keep what it sends, and note how it went."""
    one = Try(offer)
    try:
        await ask_and_keep(order, provider, one, spots, work)
    except (ProviderFailure, EaselError) as known:
        one.failure = known
        log.info("attempt.failed", provider=offer.provider, reason=str(known))
    finally:
        work.attempts.append(one.row(order.request))
    if one.kept:
        work.provider = offer.provider
    return one.failure


async def ask_and_keep(
    order: Order, provider: Provider, one: Try, spots: list[int], work: Work
) -> None:
    """Call the provider within its time and deliver each picture it sends.

    What nobody foresaw, in the call or in the bytes, is a broken provider.
    """
    commission = commissioned(order, one.offer, spots)
    try:
        async with asyncio.timeout(commission.deadline_seconds):
            one.answer = await provider.paint(commission)
        for spot, painted in zip(spots, one.answer.pictures, strict=False):
            is_last = spots_left(order, work) == [spot]
            fresh = Fresh(painted, one.offer.provider, spot, is_last)
            work.pictures.append(await order.keep(fresh))
            one.kept += 1
    except (ProviderFailure, EaselError):
        raise
    except TimeoutError as error:
        raise Late("no answer in time", ran="unknown") from error
    except Exception as error:
        log.exception("provider.unforeseen")
        raise Broken(f"unforeseen: {error!r}", ran="unknown") from error
    if not one.kept:
        raise Broken("the answer held no picture", ran="yes")


def commissioned(order: Order, offer: Offer, spots: list[int]) -> Commission:
    """Put the request in the offer's words. Each spot of a seeded order has its own seed."""
    request = order.request
    return Commission(
        upstream=offer.upstream_for(editing=bool(request.references)),
        prompt=request.prompt,
        n=len(spots),
        shape=request.shape,
        tier=request.tier,
        width=request.width,
        height=request.height,
        deadline_seconds=settings.PROVIDER_TIMEOUT_SECONDS,
        seed=None if request.seed is None else request.seed + spots[0],
        negative_prompt=request.negative_prompt,
        quality=request.quality,
        output_format=request.output_format,
        parameters=worded(request, offer, spots),
        in_background=order.in_background,
        pictures=order.sources.pictures,
        mask=order.sources.mask,
        turns=request.turns,
        earlier=order.sources.earlier,
        fields=picture_fields(offer),
        previews=order.watch.previews if order.watch else 0,
        show=shown_to(order.watch, spots),
    )


def shown_to(watch: Watch | None, spots: list[int]) -> Show | None:
    """Pass a call's previews on, under the places their pictures have in the order."""
    if watch is None or not watch.previews:
        return None

    def show(preview: Preview) -> None:
        if preview.place < len(spots):
            watch.tell(replace(preview, place=spots[preview.place]))

    return show


def outcome(failure: Failure | None, kept: int) -> str:
    """Name the try's end; `empty` is work done, and maybe billed, without a picture."""
    if kept:
        return Attempt.Outcome.SUCCEEDED
    if failure is None:
        return Attempt.Outcome.CANCELLED
    if isinstance(failure, Broken) and failure.ran == "yes":
        return Attempt.Outcome.EMPTY
    return getattr(failure, "outcome", Attempt.Outcome.BROKEN)


def in_ms(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)


def provider_cost(request: ImageRequest, offer: Offer, answer: Answer) -> int:
    """What the provider will bill us for this try, kept or not, as far as it is known."""
    if answer.cost_microusd is not None:
        return answer.cost_microusd
    return offer.cost_microusd(request) * len(answer.pictures)
