"""From a read request for pictures to the answer, whichever way the request came in."""

import hashlib
from dataclasses import asdict, dataclass

import orjson
from django.http import HttpResponse
from django.utils.translation import gettext as _

from playground.api.answers import answer_images
from playground.generation.errors import BadRequest, TwinAhead
from playground.generation.models import Generation
from playground.generation.request import Ask, Buyer, Once
from playground.generation.service import accept, see_through
from playground.generation.twins import answer_again, twin_of

LONGEST_KEY = 255


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, what they call their order, and how we name it and its pictures."""

    buyer: Buyer
    request_id: str
    idempotency_key: str
    site: str
    endpoint: str = "images.generations"


async def paint_images(ask: Ask, caller: Caller) -> HttpResponse:
    """Take an order, carry it out and answer; an order asked for twice is painted once."""
    buyer = caller.buyer
    once = named_once(caller, ask)
    twin = await twin_of(buyer.account_id, once)
    while twin is None:
        try:
            generation = await accept(
                ask,
                buyer,
                endpoint=caller.endpoint,
                state=Generation.State.RUNNING,
                generation_id=caller.request_id,
                once=once,
            )
        except TwinAhead:
            twin = await twin_of(buyer.account_id, once)
        else:
            pictures = await see_through(generation)
            return answer_images(generation, pictures, caller.site)
    response = answer_images(twin, await answer_again(twin), caller.site)
    response["idempotent-replayed"] = "true"
    return response


def named_once(caller: Caller, ask: Ask) -> Once | None:
    """Read the caller's Idempotency-Key, and what it stands for."""
    key = caller.idempotency_key.strip()
    if not key:
        return None
    if len(key) > LONGEST_KEY or not key.isprintable():
        raise BadRequest(
            _("An Idempotency-Key is at most %(longest)s printable characters.")
            % {"longest": LONGEST_KEY},
            param="Idempotency-Key",
        )
    asked = orjson.dumps([caller.endpoint, asdict(ask)], default=str)
    return Once(key, hashlib.sha256(asked).hexdigest())
