"""Which offers may paint this, in which order. Pure: no database, no clock.

A test key rehearses every model with the embedded painter.
"""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from playground.generation.catalogue import Model, Offer
from playground.generation.errors import ModelNotFound
from playground.generation.providers.base import Channel

REHEARSAL = Offer("rehearsal", "sketch-1", "sketch-1", n_per_call=10)


def route(
    model: Model,
    connected: Mapping[str, Channel],
    *,
    is_test: bool,
    editing: bool = False,
) -> list[Offer]:
    """Return the offers to try, best first, or say what would connect the model."""
    if is_test:
        return [REHEARSAL]
    offers = [
        offer
        for offer in model.offers
        if (channel := connected.get(offer.provider))
        and (channel.trade.edits or not editing)
    ]
    if not offers:
        raise not_connected(model, editing=editing)
    return offers


def not_connected(model: Model, *, editing: bool) -> ModelNotFound:
    named = ", ".join(sorted({offer.provider for offer in model.offers}))
    if editing:
        message = _(
            "No provider of %(model)s that edits is connected here (%(named)s)."
            " A test key rehearses the edit meanwhile."
        )
    else:
        message = _(
            "No provider of %(model)s is connected here (%(named)s). The operator"
            " can connect one; a test key rehearses the model meanwhile."
        )
    return ModelNotFound(
        message % {"model": model.id, "named": named},
        param="model",
        code="model_not_connected",
    )
