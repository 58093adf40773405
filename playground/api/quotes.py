"""A dry run: what an order would be, who would paint it and what it would cost.

Nothing is written and nobody is charged. The quote's id keeps the price for a few
minutes, for whoever sends it with the order.
"""

import time
from dataclasses import replace

import orjson
from django.conf import settings
from django.http import HttpResponse

from playground.api.answers import amount, warnings_out
from playground.api.callers import Caller
from playground.generation.offering import quote
from playground.generation.promised import priced, promise
from playground.generation.request import Ask


def answer_quote(ask: Ask, caller: Caller) -> HttpResponse:
    """Check the order as if it were meant, and say what it would be."""
    today = replace(caller.terms, quote_id="")  # a promise is not made longer by asking
    offer = quote(ask, caller.buyer, today)
    request, unit_price = offer.request, offer.unit_price_microcredits
    said = {
        "object": "quote",
        "quote_id": promise(priced(request, caller.buyer), unit_price),
        "expires_at": int(time.time()) + settings.QUOTE_SECONDS,
        "model": request.model,
        "provider": offer.provider,
        "size": f"{request.target_width}x{request.target_height}",
        "painted": f"{request.width}x{request.height}",
        "shape": request.shape,
        "tier": request.tier,
        "quality": request.quality,
        "n": request.n,
        "unit_price": amount(unit_price),
        "total_price": amount(offer.total_microcredits),
        "models": [
            {
                "model": one.request.model,
                "unit_price": amount(one.unit_price_microcredits),
            }
            for one in request.instead
        ],
        "is_test": caller.buyer.is_test,
        "warnings": warnings_out(request),
    }
    return HttpResponse(orjson.dumps(said), content_type="application/json")
