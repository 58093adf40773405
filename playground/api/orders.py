"""From a read request for pictures to the pictures, whichever door it came in by.

The doors differ in how they read and how they answer. What lies between is here, once:
an order asked for twice is painted once, and is seen through when its caller leaves.
"""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

import orjson
from django.utils.translation import gettext as _

from playground.api.addresses import being_answered
from playground.api.callers import Caller
from playground.generation.deliver import Delivered
from playground.generation.errors import (
    BadRequest,
    EaselError,
    RefusedByModel,
    TwinAhead,
)
from playground.generation.models import Generation
from playground.generation.request import Ask, Call, Once
from playground.generation.retries import Again, rejoin
from playground.generation.service import accept, see_through
from playground.generation.twins import answer_again, twin_of
from playground.generation.watching import News, painting

LONGEST_KEY = 255
ORDER = "easel.order"
REPLAYED = "easel.replayed"


@dataclass(frozen=True, slots=True)
class Painted:
    """An order that was painted, now or when it was first asked for."""

    generation: Generation
    pictures: list[Delivered]


async def painted(ask: Ask, caller: Caller) -> Painted:
    """Take an order and carry it out; one that was asked for before is answered again."""
    generation, is_replayed = await taken(ask, caller, Generation.State.RUNNING)
    if is_replayed:
        return Painted(generation, await answered_again(generation))
    return Painted(generation, await see_through(generation))


@dataclass(frozen=True, slots=True)
class Watched:
    """An order whose pictures come one by one, now or once more."""

    generation: Generation
    news: AsyncIterator[News]


async def watched(ask: Ask, caller: Caller, previews: int = 0) -> Watched:
    """Take an order and begin with it; its pictures and its failure come as news."""
    generation, is_replayed = await taken(ask, caller, Generation.State.RUNNING)
    if is_replayed:
        pictures = await answered_again(generation)
        return Watched(generation, seen_again(generation, pictures))
    return Watched(generation, painting(generation, previews))


async def answered_again(generation: Generation) -> list[Delivered]:
    """Return what an order delivered, or raise its refusal, and have either called a replay."""
    try:
        pictures = await answer_again(generation)
    except RefusedByModel:
        call_it_a_replay()
        raise
    call_it_a_replay()
    return pictures


async def seen_again(
    generation: Generation, pictures: list[Delivered]
) -> AsyncIterator[News]:
    """Yield what an order delivered, and raise why some was missing, as it was then."""
    for picture in pictures:
        yield picture
    if generation.error_code:
        raise EaselError(generation.error_message, code=generation.error_code)


async def taken(ask: Ask, caller: Caller, state: str) -> tuple[Generation, bool]:
    """Take an order, or find its twin; say which of the two it is.

    Whoever wants pictures waits for the twin's end. One who queues sees it as it is.
    """
    if state == Generation.State.RUNNING and caller.terms.webhook_url:
        raise BadRequest(
            _("webhook_url is for calls that do not wait: send this to /v1/async/…."),
            param="webhook_url",
        )
    digest = digest_of(ask, caller)
    once = named_once(caller.idempotency_key, digest)
    call = Call(caller.endpoint, state, caller.request_id, once, caller.terms, digest)
    twin = await twin_ahead(caller, call)
    while twin is None:
        try:
            generation = await accept(ask, caller.buyer, call)
        except TwinAhead:
            twin = await twin_ahead(caller, call)
        else:
            remember(generation)
            return generation, False
    remember(twin)
    return twin, True


async def twin_ahead(caller: Caller, call: Call) -> Generation | None:
    """Find the order that this one repeats: by its key, or as its client says."""
    ended = call.state == Generation.State.RUNNING
    if call.once:
        return await twin_of(caller.buyer.account_id, call.once, ended=ended)
    if not caller.repetition:
        return None
    buyer, count = caller.buyer, caller.repetition
    again = Again(buyer.account_id, buyer.key_id, call.body_digest, count)
    return await rejoin(again, ended=ended)


def remember(generation: Generation) -> None:
    """Let whoever sends the answer know whose it is."""
    scope = being_answered.get()
    if scope is not None:
        scope[ORDER] = generation.id


def call_it_a_replay() -> None:
    """Let whoever sends the answer say that it was given before."""
    scope = being_answered.get()
    if scope is not None:
        scope[REPLAYED] = True


def digest_of(ask: Ask, caller: Caller) -> str:
    """Return what tells this request from any other; equal requests have the same.

    What is rehearsed and what is paid for are never the same. One that is nested too
    deep to be written has none: it is refused a moment later.
    """
    facts = [caller.endpoint, caller.buyer.is_test, ask, caller.terms]
    try:
        asked = orjson.dumps(facts, default=str)
    except orjson.JSONEncodeError:
        return ""
    return hashlib.blake2b(asked, digest_size=16).hexdigest()


def named_once(key: str, digest: str) -> Once | None:
    """Read the caller's Idempotency-Key, and what it stands for."""
    if not key:
        return None
    if len(key) > LONGEST_KEY or not key.isprintable():
        raise BadRequest(
            _("An Idempotency-Key is at most %(longest)s printable characters.")
            % {"longest": LONGEST_KEY},
            param="Idempotency-Key",
        )
    return Once(key, digest)
