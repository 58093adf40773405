"""Try the offers in turn until the pictures are there; each try leaves a note.

A picture counts when it has been opened and stored, so an offer that sends
rubbish is followed by the next. A refusal is the model's answer and ends it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from math import ceil

import structlog
from django.conf import settings
from django.utils.translation import gettext as _

from playground.generation import tallied
from playground.generation.deliver import Delivered
from playground.generation.desks import Desk, Desks
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
from playground.generation.offered import UNKNOWN_SECONDS
from playground.generation.patience import Chance, Patience, chances
from playground.generation.providers.base import (
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
from playground.generation.route import Candidate
from playground.generation.tries import Failure, Try
from playground.generation.wording import picture_fields, worded
from playground.telemetry import tracing

log = structlog.get_logger()
WORDS_KEPT = 200  # of what a provider says
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
    candidates: Sequence[Candidate]
    keep: Keep
    in_background: bool
    sources: Sources = NO_SOURCES
    watch: Watch | None = None
    usual_seconds: float = UNKNOWN_SECONDS
    patience: Patience = field(default_factory=Patience)

    @property
    def goes_on_after_refusal(self) -> bool:
        return self.request.wishes.fallback_on_refusal


async def paint(order: Order, desks: Desks, work: Work) -> None:
    """Fill `work` with pictures and tries; raise why some are missing, if any are."""
    seen: list[Failure] = []
    async for chance in chances(order.candidates, order.usual_seconds):
        asking = Asking(order, chance, desks.at(chance.candidate.channel))
        seen += await ask_for_all(asking, work)
        if order.patience.is_over() or not spots_left(order, work):
            break
    if spots_left(order, work):
        raise why_unpainted(seen)


async def ask_for_all(asking: "Asking", work: Work) -> list[Failure]:
    """Ask one candidate for what is missing, again while it brings some without failing."""
    order = asking.order
    while missing := spots_left(order, work):
        failures = await one_round(asking, work)
        stop_if_no_other_can_help(failures, order)
        order.patience.note(failures)
        if failures or spots_left(order, work) == missing:
            return failures
    return []


def why_unpainted(failures: Sequence[Failure]) -> Unpainted:
    """When all were busy, or none answered in time, say just that: it helps who asks."""
    refused = [failure for failure in failures if isinstance(failure, Refused)]
    if refused:
        return refusal(refused[0])
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


def stop_if_no_other_can_help(failures: Sequence[Failure], order: Order) -> None:
    """A refusal is the model's answer, and trouble of our own stays with us."""
    for failure in failures:
        if isinstance(failure, EaselError):
            raise failure
        if isinstance(failure, Refused) and not order.goes_on_after_refusal:
            raise refusal(failure)


def refusal(refused: Refused) -> RefusedByModel:
    """Say that the model declined, and why, in its provider's words if there are any."""
    message = _(
        "The model declined to paint this. Nothing was charged for it;"
        " change the prompt and try again."
    )
    words = " ".join(refused.words.split())[:WORDS_KEPT]
    if words and words[0] not in "{[<":  # a body that holds no sentence
        said = _("The provider says: “%(words)s”") % {"words": words}
        message = f"{message} {said}"
    return RefusedByModel(message)


@dataclass(frozen=True, slots=True)
class Asking:
    """Whom an order asks now, and how long that may take."""

    order: Order
    chance: Chance
    desk: Desk

    @property
    def candidate(self) -> Candidate:
        return self.chance.candidate

    @property
    def deadline_seconds(self) -> float:
        limits = (
            settings.PROVIDER_TIMEOUT_SECONDS,
            self.chance.most_seconds,
            self.order.patience.left,
        )
        return min(limit for limit in limits if limit is not None)


async def one_round(asking: Asking, work: Work) -> list[Failure]:
    """Ask one offer for all that is missing, in as many calls as it needs, at once."""
    order = asking.order
    missing = spots_left(order, work)
    # A preview does not say whose it is: where they are wanted, each picture is asked alone.
    is_shown = order.watch and order.watch.previews
    most = 1 if is_shown else asking.candidate.offer.n_per_call
    calls = [missing[start : start + most] for start in range(0, len(missing), most)]
    tries = [attempt(asking, spots=call, work=work) for call in calls]
    ends = [await tries[0]] if len(tries) == 1 else await asyncio.gather(*tries)
    return [failure for failure in ends if failure]


def spots_left(order: Order, work: Work) -> list[int]:
    if len(work.pictures) == order.request.n:
        return []
    painted = {picture.row.position for picture in work.pictures}
    return [spot for spot in range(order.request.n) if spot not in painted]


async def attempt(asking: Asking, *, spots: list[int], work: Work) -> Failure | None:
    """Ask one provider once, keep what it sends, and note how it went."""
    where = asking.candidate
    with tracing.span(
        "attempt",
        model=where.model,
        provider=where.offer.provider,
        channel=where.channel.name,
    ):
        return await attempted(asking, spots=spots, work=work)


async def attempted(asking: Asking, *, spots: list[int], work: Work) -> Failure | None:
    one, offer = Try(asking.candidate, len(spots)), asking.candidate.offer
    try:
        async with asking.desk as provider:
            await ask_and_keep(Call(asking, provider, one, spots), work)
    except (ProviderFailure, EaselError) as known:
        one.failure = known
        log.info("attempt.failed", provider=offer.provider, reason=str(known))
    finally:
        row = one.row(asking.order.request)
        tracing.note(outcome=row.outcome, pictures=row.pictures)
        work.attempts.append(row)
        tallied.tried(row)
    await one.tell()
    if one.kept:
        work.provider = offer.provider
    return one.failure


@dataclass(frozen=True, slots=True)
class Call:
    """One call: whom it asks, by what, and for which places of the order."""

    asking: Asking
    provider: Provider
    one: Try
    spots: list[int]


async def ask_and_keep(call: Call, work: Work) -> None:
    """Call the provider within its time and deliver each picture it sends.

    What nobody foresaw, in the call or in the bytes, is a broken provider.
    """
    order, one, spots = call.asking.order, call.one, call.spots
    commission = commissioned(call.asking, spots)
    try:
        async with asyncio.timeout(commission.deadline_seconds):
            one.answer = await call.provider.paint(commission)
        for spot, painted in zip(spots, one.answer.pictures, strict=False):
            is_last = spots_left(order, work) == [spot]
            fresh = Fresh(painted, one.candidate.offer.provider, spot, is_last)
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


def commissioned(asking: Asking, spots: list[int]) -> Commission:
    """Put the request in the offer's words. Each spot of a seeded order has its own seed."""
    order, offer = asking.order, asking.candidate.offer
    request = order.request
    return Commission(
        upstream=offer.upstream_for(editing=bool(request.references)),
        prompt=request.prompt,
        n=len(spots),
        shape=request.shape,
        tier=request.tier,
        width=request.width,
        height=request.height,
        deadline_seconds=asking.deadline_seconds,
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
