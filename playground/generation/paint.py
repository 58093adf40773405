"""Try the offers in turn until the pictures are there; each try leaves a note.

A picture counts when it has been opened and stored, so an offer that sends
rubbish is followed by the next. A refusal is the model's answer and ends it.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import structlog
from django.conf import settings
from django.utils.translation import gettext as _

from playground.generation.catalogue import Offer
from playground.generation.deliver import Delivered
from playground.generation.entries import AttemptRow
from playground.generation.errors import (
    AllProvidersFailed,
    EaselError,
    RefusedByModel,
)
from playground.generation.models import Attempt
from playground.generation.providers.base import (
    Answer,
    Broken,
    Commission,
    PaintedPicture,
    Provider,
    ProviderFailure,
    Refused,
)
from playground.generation.request import ImageRequest

log = structlog.get_logger()
Keep = Callable[[PaintedPicture, int], Awaitable[Delivered]]


@dataclass(slots=True)
class Work:
    """What has come of an order so far."""

    pictures: list[Delivered] = field(default_factory=list)
    attempts: list[AttemptRow] = field(default_factory=list)
    failure: EaselError | None = None
    provider: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be painted, and how whoever paints it hands a picture over."""

    request: ImageRequest
    offers: Sequence[Offer]
    keep: Keep
    in_background: bool


async def paint(order: Order, providers: dict[str, Provider], work: Work) -> None:
    """Fill `work` with pictures, tries, and the reason when some are missing."""
    for offer in order.offers:
        while missing := spots_left(order, work):
            failures = await one_round(order, offer, providers[offer.provider], work)
            if any(isinstance(failure, Refused) for failure in failures):
                work.failure = RefusedByModel(
                    _(
                        "The model declined to paint this. Nothing was charged for it;"
                        " change the prompt and try again."
                    )
                )
                return
            if failures or spots_left(order, work) == missing:
                break
    if spots_left(order, work):
        work.failure = AllProvidersFailed(
            _(
                "No provider could paint this just now. Nothing was charged for what is"
                " missing; try again."
            )
        )


async def one_round(
    order: Order, offer: Offer, provider: Provider, work: Work
) -> list[ProviderFailure]:
    """Ask one offer for all that is missing, in as many calls as it needs, at once."""
    missing = spots_left(order, work)
    calls = [
        missing[start : start + offer.n_per_call]
        for start in range(0, len(missing), offer.n_per_call)
    ]
    tries = [attempt(order, offer, provider, spots=call, work=work) for call in calls]
    ends = [await tries[0]] if len(tries) == 1 else await all_of(tries)
    return [failure for failure in ends if failure]


async def all_of(
    tries: list[Coroutine[Any, Any, ProviderFailure | None]],
) -> list[ProviderFailure | None]:
    """Wait for all of them; an error of our own ends the others and is raised as itself."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one) for one in tries]
    except BaseExceptionGroup as errors:
        ours = errors.subgroup(EaselError)
        raise (ours.exceptions[0] if ours else errors) from None
    return [task.result() for task in tasks]


def spots_left(order: Order, work: Work) -> list[int]:
    painted = {picture.row.position for picture in work.pictures}
    return [spot for spot in range(order.request.n) if spot not in painted]


async def attempt(
    order: Order, offer: Offer, provider: Provider, *, spots: list[int], work: Work
) -> ProviderFailure | None:
    """Ask one provider once, keep what it sends, and note how it went."""
    commission = commissioned(order, offer, spots)
    started, clock = datetime.now(UTC), time.perf_counter()
    answer, kept = Answer(()), 0
    failure: ProviderFailure | None = None
    try:
        answer = await called(provider, commission)
        for spot, painted in zip(spots, answer.pictures, strict=False):
            work.pictures.append(await order.keep(painted, spot))
            kept += 1
        if not answer.pictures:
            failure = Broken("the answer held no picture", ran="yes")
    except ProviderFailure as known:
        failure = known
    finally:
        work.attempts.append(
            AttemptRow(
                provider=offer.provider,
                upstream=offer.upstream,
                upstream_request_id=answer.upstream_request_id[:120],
                outcome=outcome(failure, kept),
                status=failure.status if failure else None,
                reason=failure.reason[:300] if failure else "",
                pictures=kept,
                first_byte_ms=in_ms(answer.first_byte_seconds),
                duration_ms=round((time.perf_counter() - clock) * 1000),
                cost_microusd=provider_cost(order.request, offer, answer, kept),
                started_at=started,
            )
        )
    if kept:
        work.provider = offer.provider
    if failure:
        log.info(
            "attempt.failed",
            provider=offer.provider,
            outcome=failure.outcome,
            status=failure.status,
            reason=failure.reason,
        )
    return failure


async def called(provider: Provider, commission: Commission) -> Answer:
    """Call the provider within its time; what nobody foresaw is a broken provider."""
    try:
        async with asyncio.timeout(commission.deadline_seconds):
            return await provider.paint(commission)
    except ProviderFailure:
        raise
    except TimeoutError as error:
        raise Broken("no answer in time", ran="unknown") from error
    except Exception as error:
        log.exception("provider.unforeseen")
        raise Broken(f"unforeseen: {error!r}", ran="unknown") from error


def commissioned(order: Order, offer: Offer, spots: list[int]) -> Commission:
    """Put the request in the offer's words. Each spot of a seeded order has its own seed."""
    request = order.request
    return Commission(
        upstream=offer.upstream,
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
        parameters=passed_on(request, offer),
        in_background=order.in_background,
    )


def passed_on(request: ImageRequest, offer: Offer) -> dict[str, Any]:
    """The caller's own fields that this offer takes, under the names it knows."""
    taken = {name: value for name, value in request.extras if offer.passes_on(name)}
    known = offer.parameters
    return {
        known[name].upstream if name in known else name: value
        for name, value in taken.items()
    }


def outcome(failure: ProviderFailure | None, kept: int) -> str:
    """Name the try's end; `empty` is work done, and maybe billed, without a picture."""
    if failure is None or kept:
        return Attempt.Outcome.SUCCEEDED
    if isinstance(failure, Broken) and failure.ran == "yes":
        return Attempt.Outcome.EMPTY
    return failure.outcome


def in_ms(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)


def provider_cost(
    request: ImageRequest, offer: Offer, answer: Answer, kept: int
) -> int:
    """What the provider will bill us for this try, as far as it is known."""
    if answer.cost_microusd is not None:
        return answer.cost_microusd
    return offer.cost_microusd(request) * kept
