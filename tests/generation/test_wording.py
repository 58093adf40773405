"""How a request is put in an offer's words: all of it is data of the model's file."""

import pytest

from playground.generation.offered import Offer, Parameter
from playground.generation.providers.base import PictureFields
from playground.generation.request import ImageRequest
from playground.generation.wording import picture_fields, worded

REQUEST = ImageRequest(
    model="m",
    prompt="a fox",
    n=3,
    shape="16:9",
    tier="0.5K",
    width=688,
    height=384,
    target_width=688,
    target_height=384,
    fit="cover",
    quality="high",
    seed=40,
    negative_prompt=None,
    response_format="url",
    output_format="jpeg",
    output_compression=None,
    requested_size="16:9",
    extras=(("web_search", True), ("guidance", 3)),
)


def told(name, **said):
    """Say what is sent when an offer knows one of our fields like this."""
    parameter = Parameter(**{"behaviour": "passthrough", "upstream": name, **said})
    offer = Offer("p", "u", parameters={name: parameter})
    return worded(REQUEST, offer, [1, 2])


@pytest.mark.parametrize(
    ("name", "said", "sent"),
    [
        ("size", {}, {"size": "688x384"}),
        ("size", {"form": "star"}, {"size": "688*384"}),
        (
            "size",
            {"form": "object", "upstream": "image_size"},
            {"image_size": {"width": 688, "height": 384}},
        ),
        ("width", {}, {"width": 688}),
        ("aspect_ratio", {"upstream": "ratio"}, {"ratio": "16:9"}),
        ("resolution", {"values": {"0.5K": "512"}}, {"resolution": "512"}),
        ("n", {"upstream": "num_images"}, {"num_images": 2}),
        ("output_format", {"values": {"jpeg": "jpg"}}, {"output_format": "jpg"}),
        ("negative_prompt", {}, {}),
        ("quality", {"behaviour": "emulated"}, {}),
        ("web_search", {"upstream": "enable_web_search"}, {"enable_web_search": True}),
    ],
)
def test_a_field_goes_out_as_the_offer_knows_it(name, said, sent):
    assert told(name, **said) == sent


def test_each_picture_of_a_seeded_order_has_its_own_seed():
    assert told("seed", upstream="rng_seed") == {"rng_seed": 41}


def test_what_an_offer_does_not_name_is_not_sent():
    assert worded(REQUEST, Offer("p", "u"), [0]) == {}


def test_what_an_offer_always_wants_is_sent_and_the_callers_own_fields_win():
    offer = Offer("p", "u", always={"guidance": 1, "mark": False}, passes=("guidance",))
    assert worded(REQUEST, offer, [0]) == {"guidance": 3, "mark": False}


def test_pictures_go_under_the_offers_own_names():
    image = Parameter("renamed", "input_image", form="one")
    mask = Parameter("renamed", "mask_url")
    offer = Offer("p", "u", parameters={"image": image, "mask": mask})
    assert picture_fields(offer) == PictureFields("input_image", False, "mask_url")
    assert picture_fields(Offer("p", "u")) == PictureFields("image", True, "mask")
