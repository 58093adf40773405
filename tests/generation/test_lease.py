"""Saying that an order is alive never disturbs one that is just being closed."""

import asyncio

from playground.api.keys import buyer_of
from playground.generation.audit import audit
from playground.generation.models import Generation
from playground.generation.request import Ask, Call
from playground.generation.service import accept, see_through
from playground.generation.studio import close_studio

ORDERS = 20


def test_an_order_that_was_closed_this_moment_is_not_put_back(alice, settings):
    settings.LEASE_SECONDS = 0.04  # so that it is said every 5 ms

    async def all_of_them():
        buyer = await buyer_of(f"Bearer {alice.secret}")
        ask = Ask("a fox", resolution="0.5K", model="sketch-1")
        call = Call("images.generations", Generation.State.RUNNING)
        orders = [await accept(ask, buyer, call) for _ in range(ORDERS)]
        try:
            return await asyncio.gather(*map(see_through, orders))
        finally:
            await close_studio(10)

    delivered = asyncio.run(all_of_them())

    assert [len(pictures) for pictures in delivered] == [1] * ORDERS
    assert audit() == []
