"""How each field of ours reaches each provider of a model: one table, for API and pages.

Pure. What the offer's own table says goes first. What it does not name is done here, is
sent as it is where there is no table, or does not reach that provider at all.
"""

from collections.abc import Mapping
from types import MappingProxyType

from playground.generation.offered import Behaviour, Model, Offer

# What becomes of a field that an offer's table does not name: Easel's own work.
OURS: Mapping[str, Behaviour] = MappingProxyType(
    {
        "prompt": "passthrough",
        "size": "converted",
        "aspect_ratio": "converted",
        "resolution": "converted",
        "fit": "emulated",
        "n": "emulated",
        "response_format": "emulated",
        "output_format": "emulated",
        "output_compression": "emulated",
        "image": "passthrough",
        "mask": "passthrough",
    }
)
THEIRS = ("quality", "seed", "negative_prompt", "background", "web_search")
NEEDS: Mapping[str, str] = MappingProxyType(
    {
        "image": "edit",
        "mask": "mask",
        "seed": "seed",
        "negative_prompt": "negative_prompt",
        "background": "transparent",
        "web_search": "web_search",
    }
)


def behaviours(model: Model) -> dict[str, dict[str, Behaviour | None]]:
    """Return what becomes of each field at each provider; None: it has no effect there."""
    return {offer.provider: behaviours_of(model, offer) for offer in model.offers}


def behaviours_of(model: Model, offer: Offer) -> dict[str, Behaviour | None]:
    return {name: behaviour(model, offer, name) for name in (*OURS, *THEIRS)}


def behaviour(model: Model, offer: Offer, name: str) -> Behaviour | None:
    """Return what becomes of one field on its way to one provider."""
    if not has_effect(model, name):
        return None
    if known := offer.parameters.get(name):
        return known.behaviour
    if name in OURS:
        return OURS[name]
    return None if offer.parameters else "passthrough"


def has_effect(model: Model, name: str) -> bool:
    """Say whether the model does anything with a field."""
    if name == "quality":
        return bool(model.qualities.values)
    ability = NEEDS.get(name)
    return ability is None or bool(getattr(model.capabilities, ability))
