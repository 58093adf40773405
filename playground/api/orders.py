"""From a read request for pictures to the pictures, whichever door it came in by.

The doors differ in how they read and how they answer. What lies between is here, once:
an order asked for twice is painted once, and is seen through when its caller leaves.
"""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

import orjson
from django.utils.translation import gettext as _

from playground.api.callers import Caller
from playground.generation.deliver import Delivered
from playground.generation.errors import BadRequest, EaselError, TwinAhead
from playground.generation.models import Generation
from playground.generation.request import Ask, Call, Once
from playground.generation.service import accept, see_through
from playground.generation.twins import answer_again, twin_of
from playground.generation.watching import News, painting

LONGEST_KEY = 255


@dataclass(frozen=True, slots=True)
class Painted:
    """An order that was painted, now or when it was first asked for."""

    generation: Generation
    pictures: list[Delivered]
    is_replayed: bool = False


async def painted(ask: Ask, caller: Caller) -> Painted:
    """Take an order and carry it out; one that was asked for before is answered again."""
    generation, is_replayed = await taken(ask, caller, Generation.State.RUNNING)
    if is_replayed:
        return Painted(generation, await answer_again(generation), is_replayed=True)
    return Painted(generation, await see_through(generation))


@dataclass(frozen=True, slots=True)
class Watched:
    """An order whose pictures come one by one, now or once more."""

    generation: Generation
    news: AsyncIterator[News]
    is_replayed: bool = False


async def watched(ask: Ask, caller: Caller, previews: int = 0) -> Watched:
    """Take an order and begin with it; its pictures and its failure come as news."""
    generation, is_replayed = await taken(ask, caller, Generation.State.RUNNING)
    if is_replayed:
        pictures = await answer_again(generation)
        return Watched(generation, seen_again(generation, pictures), is_replayed=True)
    return Watched(generation, painting(generation, previews))


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
    account_id = caller.buyer.account_id
    once = named_once(caller, ask)
    call = Call(caller.endpoint, state, caller.request_id, once, caller.terms)
    ended = state == Generation.State.RUNNING
    if ended and caller.terms.webhook_url:
        raise BadRequest(
            _("webhook_url is for calls that do not wait: send this to /v1/async/…."),
            param="webhook_url",
        )
    twin = await twin_of(account_id, once, ended=ended)
    while twin is None:
        try:
            return await accept(ask, caller.buyer, call), False
        except TwinAhead:
            twin = await twin_of(account_id, once, ended=ended)
    return twin, True


def named_once(caller: Caller, ask: Ask) -> Once | None:
    """Read the caller's Idempotency-Key, and what it stands for."""
    key = caller.idempotency_key
    if not key:
        return None
    if len(key) > LONGEST_KEY or not key.isprintable():
        raise BadRequest(
            _("An Idempotency-Key is at most %(longest)s printable characters.")
            % {"longest": LONGEST_KEY},
            param="Idempotency-Key",
        )
    asked = orjson.dumps([caller.endpoint, ask, caller.terms], default=str)
    return Once(key, hashlib.sha256(asked).hexdigest())
