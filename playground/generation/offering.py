"""What an order would be: the request in a model's terms, its price, who would be asked.

Nothing is written and nobody is asked. A caller may name models that may paint instead:
each has its own price, the dearest is held, and the one that paints is charged.
"""

import random
from dataclasses import dataclass, replace
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext as _

from playground.generation import limits
from playground.generation.catalogue import catalogue
from playground.generation.channels import connected
from playground.generation.desks import Desks
from playground.generation.errors import BadRequest, ModelNotFound
from playground.generation.health import board
from playground.generation.measures import measures
from playground.generation.normalise import normalise
from playground.generation.price import MICROCREDITS, price_for
from playground.generation.promised import priced, promised_price
from playground.generation.request import (
    NO_WISHES,
    USUAL,
    Ask,
    Buyer,
    ImageRequest,
    Instead,
    Terms,
    Wishes,
)
from playground.generation.route import Candidate, Need, Outlook, Sight, route
from playground.generation.terms import check_unchanged


@dataclass(frozen=True, slots=True)
class Quote:
    """What would be painted, the most it can cost, and who would be asked first."""

    request: ImageRequest
    unit_price_microcredits: int
    provider: str

    @property
    def total_microcredits(self) -> int:
        return self.unit_price_microcredits * self.request.n


def quote(ask: Ask, buyer: Buyer, terms: Terms = USUAL) -> Quote:
    """Find the model, make the request in its terms, and price it. Touches nothing."""
    if terms.wishes.models:
        return with_others(ask, buyer, terms)
    return quote_of_one(ask, buyer, terms)


def quote_of_one(ask: Ask, buyer: Buyer, terms: Terms) -> Quote:
    models = catalogue()
    request = normalise(ask, models, settings.DEFAULT_MODEL)
    if terms.wishes is not NO_WISHES:
        request = replace(request, wishes=both(request.wishes, terms.wishes))
    if buyer.limits:
        limits.check(request, buyer.limits)
    if terms.is_strict:
        check_unchanged(request)
    model = models.find(request.model)
    need = Need(request, buyer.group, buyer.is_test)
    first = route(model, connected(), need, outlook())[0]
    price = price_for(buyer, model, request)
    if terms.quote_id:
        price = min(price, promised_price(terms.quote_id, priced(request, buyer)))
    if terms.promised_microcredits is not None:
        price = min(price, terms.promised_microcredits)
    check_price(price, request.wishes)
    return Quote(request, price, first.offer.provider)


def both(named: Wishes, said: Wishes) -> Wishes:
    """A provider in the model's name goes before what was said of providers."""
    return replace(said, only=named.only or said.only)


def check_price(price: int, wishes: Wishes) -> None:
    """Refuse what is dearer than the caller allows."""
    if not wishes.max_price:
        return
    asked = Decimal(price) / MICROCREDITS
    if asked > Decimal(wishes.max_price):
        message = _(
            "A picture of this costs %(price)s credits, and provider.max_price allows"
            " %(most)s. Ask for a smaller one, or allow more."
        )
        words = {"price": f"{asked:f}", "most": wishes.max_price}
        raise BadRequest(
            message % words, param="provider.max_price", code="over_max_price"
        )


def with_others(ask: Ask, buyer: Buyer, terms: Terms) -> Quote:
    """Quote every model that may paint; those that are not connected are left out."""
    names = [ask.model, *terms.wishes.models]
    quotes, away = [], []
    for name in dict.fromkeys(names):
        try:
            quotes.append(quote_of_one(replace(ask, model=name), buyer, terms))
        except ModelNotFound as error:
            if error.code != "model_not_connected":
                raise
            away.append(error)
    if not quotes:
        raise away[0]
    prices = [one.unit_price_microcredits for one in quotes]
    if max(prices) and not min(prices):
        message = _("models: one that is free cannot stand in for one that costs.")
        raise BadRequest(message, param="models")
    plans = tuple(
        Instead(one.request, one.unit_price_microcredits)
        for one in quotes
        if one.request.n == quotes[0].request.n
    )
    first = quotes[0]
    request = replace(first.request, instead=plans)
    return replace(first, request=request, unit_price_microcredits=max(prices))


def outlook(desks: Desks | None = None) -> Outlook:
    """Look at candidates as they are just now."""

    def look(candidate: Candidate) -> Sight:
        way = candidate.way
        standing, until = board.standing(way)
        seen = measures.of(way)
        is_full = desks is not None and desks.is_full(candidate.channel)
        return Sight(standing, until, is_full, seen.seconds, seen.reliability)

    return Outlook(look, random.random())
