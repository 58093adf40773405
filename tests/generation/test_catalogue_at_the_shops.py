"""What our catalogue sends is what the simulated providers, which are strict, will take."""

from itertools import product

import pytest

from playground.generation.catalogue import load
from playground.generation.normalise import normalise
from playground.generation.request import FORMATS, Ask
from playground.generation.wording import picture_fields, worded
from tests.upstreams.fal import APPS
from tests.upstreams.replicate import MODELS

OURS = load()
SHOPS = {"fal": APPS, "replicate": MODELS}
# fal takes these by their area as well, which the shop does not know.
BY_AREA = {"fal-ai/bytedance/seedream/v4.5/text-to-image"}


def offers():
    for model in OURS.models:
        for offer in model.offers:
            if offer.upstream in SHOPS.get(offer.provider, {}):
                yield pytest.param(model, offer, id=f"{offer.provider}/{model.id}")


def orders(model):
    """Every shape and tier, with each format, a seed and several pictures."""
    formats = (None, *FORMATS)
    for (shape, row), output_format in product(model.sizes.native.items(), formats):
        for tier in row:
            yield Ask(
                "a fox",
                model=model.id,
                aspect_ratio=shape,
                resolution=tier,
                n=min(4, model.n_max),
                seed=2**32 - 5,
                output_format=output_format if tier != "4K" else "png",
            )


@pytest.mark.parametrize(("model", "offer"), offers())
def test_every_field_is_one_the_provider_knows_with_a_value_it_takes(model, offer):
    rules = SHOPS[offer.provider][offer.upstream]
    requests = [normalise(ask, OURS, "") for ask in orders(model)]
    sent = [
        (name, value)
        for request in requests
        if not offer.lacking(request)
        for name, value in worded(request, offer, [0, 1][: offer.n_per_call]).items()
        if not (name == "image_size" and offer.upstream in BY_AREA)
    ]
    unknown = {name for name, _ in sent} - rules.keys()
    wrong = {(name, str(value)) for name, value in sent if rules[name](value)}
    assert (unknown, wrong) == (set(), set())


@pytest.mark.parametrize(("model", "offer"), offers())
def test_pictures_go_under_the_name_the_provider_knows(model, offer):
    editing = offer.upstream_for(editing=True)
    rules = SHOPS[offer.provider].get(editing)
    takes = model.capabilities.edit and "edit" not in offer.lacks and rules
    assert not takes or picture_fields(offer).pictures in rules
