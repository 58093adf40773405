"""What a program must know of a model before it asks: one answer for the API and pages.

Pure: everything follows from the catalogue.
"""

from playground.generation.offered import Model

ENDPOINTS = {
    "generate": ("/v1/images/generations", "/v1/async/images/generations"),
    "edit": ("/v1/images/edits", "/v1/async/images/edits"),
}
GEMINI = "/v1beta/models/{id}:generateContent"
# What every answer holds; a picture comes as one of the two, whichever was asked for.
RETURNED = ("created", "data[].id", "size", "output_format", "metadata")
PICTURE_FIELDS = {"url": "data[].url", "b64_json": "data[].b64_json"}


def modes_of(model: Model) -> tuple[str, ...]:
    """Say what it does: paint from words, edit pictures, edit inside a mask."""
    can = model.capabilities
    known = {"generate": can.generate, "edit": can.edit, "mask": can.mask}
    return tuple(name for name, is_able in known.items() if is_able)


def providers_of(model: Model) -> tuple[str, ...]:
    return tuple(dict.fromkeys(offer.provider for offer in model.offers))


def endpoints_of(model: Model) -> list[str]:
    """Say where it answers, in both dialects."""
    ours = [path for mode in modes_of(model) for path in ENDPOINTS.get(mode, ())]
    return [*ours, GEMINI.format(id=model.id)]


def required_fields(model: Model) -> tuple[str, ...]:
    """Name what no request for it may lack."""
    needed = ("model", "prompt")
    return needed if model.capabilities.generate else (*needed, "image")


def returned_fields(model: Model) -> tuple[str, ...]:
    """Name what an answer holds, the picture as it comes when nobody says how first."""
    first = PICTURE_FIELDS[model.response_format]
    other = next(one for one in PICTURE_FIELDS.values() if one != first)
    return (*RETURNED[:2], first, other, *RETURNED[2:])
