"""Put a request in an offer's words: which of our fields it takes, and what it calls them.

The offer's table in the model's file says it all, so that a provider's new spelling is a
line of data. What the table does not name is not sent; what it always wants is.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from playground.generation.offered import Offer, Parameter
from playground.generation.providers.base import PictureFields
from playground.generation.request import ImageRequest

# What a size looks like to those who do not write "1024x768".
SIZES: Mapping[str, Callable[[ImageRequest], Any]] = MappingProxyType(
    {
        "": lambda request: f"{request.width}x{request.height}",
        "star": lambda request: f"{request.width}*{request.height}",
        "object": lambda request: {"width": request.width, "height": request.height},
    }
)
VALUES: Mapping[str, Callable[[ImageRequest], Any]] = MappingProxyType(
    {
        "aspect_ratio": lambda request: request.shape,
        "resolution": lambda request: request.tier,
        "width": lambda request: request.width,
        "height": lambda request: request.height,
        "quality": lambda request: request.quality,
        "negative_prompt": lambda request: request.negative_prompt,
        "output_format": lambda request: request.output_format,
        "output_compression": lambda request: request.output_compression,
    }
)


def worded(request: ImageRequest, offer: Offer, spots: list[int]) -> dict[str, Any]:
    """Return what is sent for these spots, by the names this offer knows."""
    sent: dict[str, Any] = dict(offer.always)
    for name, parameter in offer.parameters.items():
        if parameter.behaviour == "emulated":
            continue
        value = value_of(name, parameter, request, spots)
        if value is not None:
            sent[parameter.upstream] = parameter.told(value)
    return sent | passed_on(request, offer)


def value_of(
    name: str, parameter: Parameter, request: ImageRequest, spots: list[int]
) -> Any:
    """Return our value of a field; each spot of a seeded order has its own seed."""
    if name == "n":
        return len(spots)
    if name == "seed" and request.seed is not None:
        seed = request.seed + spots[0]
        return seed % 2**31 if parameter.form else seed
    if name == "size":
        return SIZES[parameter.form](request)
    return VALUES[name](request) if name in VALUES else None


def passed_on(request: ImageRequest, offer: Offer) -> dict[str, Any]:
    """The caller's own fields that this offer takes, under the names it knows."""
    known = offer.parameters
    return {
        known[name].upstream if name in known else name: (
            known[name].told(value) if name in known else value
        )
        for name, value in request.extras
        if name in known or offer.passes_on(name)
    }


def picture_fields(offer: Offer) -> PictureFields:
    """Say under which names this offer takes pictures and a mask."""
    usual = PictureFields()
    image, mask = offer.parameters.get("image"), offer.parameters.get("mask")
    return PictureFields(
        pictures=image.upstream if image else usual.pictures,
        is_list=image.form != "one" if image else usual.is_list,
        mask=mask.upstream if mask else usual.mask,
    )
