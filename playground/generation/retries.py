"""A client that asks again by itself gets the order it lost, and pays once.

OpenAI's clients repeat a request whose answer they did not get, and say only how
often they have tried. Such a repetition joins an order of the same key for the same
thing that is still alive, or whose answer was not sent whole, within ten minutes. An
order that failed cost nothing, so it is painted afresh. Each order is joined once by
a first repetition, once by a second, and so on: two equal calls that are both cut off
get an order each, and so do two repetitions that find none. An answer that was sent
whole is never given to another call.
"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from playground.generation.database import in_thread
from playground.generation.lookout import until_ended
from playground.generation.models import Generation
from playground.generation.twins import LONGEST_WAIT_SECONDS, still_painted

State = Generation.State
JOINED_WITHIN = timedelta(minutes=10)
JUST_NOW = timedelta(seconds=1.5)
LOOKS, BETWEEN_LOOKS_SECONDS = 16, 0.1
COST_NOTHING = (State.FAILED, State.CANCELLED)


@dataclass(frozen=True, slots=True)
class Again:
    """A request that was sent before: whose, for what, and the how-manieth time."""

    account_id: str
    key_id: str | None
    body_digest: str
    count: int


async def rejoin(again: Again, *, ended: bool) -> Generation | None:
    """Return the order that this repeats, `None` when there is none; wait for its end, or not."""
    while generation := await joined_soon(again):
        if ended:
            generation = await end_of(generation)
        if generation.state not in COST_NOTHING:
            return generation
    return None


async def joined_soon(again: Again) -> Generation | None:
    """Take an order. One that has just ended is looked at again for a moment: whoever sends
    its answer may be about to note that nobody got it."""
    for _look in range(LOOKS):
        if generation := await in_thread(lambda: joined(again)):
            return generation
        if not await in_thread(just_ended(again).exists):
            return None
        await asyncio.sleep(BETWEEN_LOOKS_SECONDS)
    return None


def joined(again: Again) -> Generation | None:
    """Take the oldest order that may be joined; of several rivals each takes another."""
    for generation in joinable(again).order_by("created_at"):
        free = joinable(again).filter(pk=generation.pk)
        if free.update(joins=again.count, cut_off_at=None):
            return generation
    return None


def joinable(again: Again) -> QuerySet[Generation]:
    since = timezone.now() - JOINED_WITHIN
    alive = Q(state__in=Generation.LIVE, created_at__gt=since)
    return like(again).filter(alive | Q(cut_off_at__gt=since))


def just_ended(again: Again) -> QuerySet[Generation]:
    return like(again).filter(finished_at__gt=timezone.now() - JUST_NOW)


def like(again: Again) -> QuerySet[Generation]:
    """The orders that this may repeat: of the same key, for the same thing, and not free."""
    orders = Generation.objects.filter(
        account_id=again.account_id,
        key_id=again.key_id,
        body_digest=again.body_digest,
        joins__lt=again.count,
    )
    return orders.exclude(state__in=COST_NOTHING)


async def end_of(generation: Generation) -> Generation:
    if generation.is_live:
        await until_ended(generation.id, LONGEST_WAIT_SECONDS)
        generation = await in_thread(lambda: Generation.objects.get(pk=generation.id))
    if generation.is_live:
        raise still_painted()
    return generation


async def note_cut_off(generation_id: str) -> None:
    """Remember that nobody got the whole of this order's answer."""
    orders = Generation.objects.filter(pk=generation_id)
    await in_thread(lambda: orders.update(cut_off_at=timezone.now()))
