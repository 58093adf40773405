"""Which offers may paint this, in which order. Pure: no database, no clock.

A test key rehearses every model with the embedded painter.
"""

from collections.abc import Collection

from django.utils.translation import gettext as _

from playground.generation.catalogue import Model, Offer
from playground.generation.errors import ModelNotFound

REHEARSAL = Offer("sketch", "sketch-1", "sketch-1", n_per_call=10)


def route(model: Model, connected: Collection[str], *, is_test: bool) -> list[Offer]:
    """Return the offers to try, best first, or say what would connect the model."""
    if is_test:
        return [REHEARSAL]
    offers = [offer for offer in model.offers if offer.provider in connected]
    if not offers:
        named = ", ".join(sorted({offer.provider for offer in model.offers}))
        raise ModelNotFound(
            _(
                "No provider of %(model)s is connected here (%(named)s). The operator"
                " can connect one; a test key rehearses the model meanwhile."
            )
            % {"model": model.id, "named": named},
            param="model",
            code="model_not_connected",
        )
    return offers
