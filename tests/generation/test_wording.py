"""How a request is put in an offer's words: all of it is data of the model's file."""

from dataclasses import replace

import pytest

from playground.generation.catalogue import load
from playground.generation.normalise import normalise
from playground.generation.offered import Offer, Parameter
from playground.generation.providers.base import PictureFields
from playground.generation.request import Ask, ImageRequest
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


def test_a_seed_is_cut_to_what_the_upstream_can_hold():
    parameter = Parameter("converted", "seed", form="31 bits")
    offer = Offer("p", "u", parameters={"seed": parameter})
    sent = worded(replace(REQUEST, seed=2**31 + 5), offer, [1])
    assert sent == {"seed": 6}


def test_what_an_offer_does_not_name_is_not_sent():
    assert worded(REQUEST, Offer("p", "u"), [0]) == {}


def test_what_an_offer_always_wants_is_sent_and_the_callers_own_fields_win():
    offer = Offer("p", "u", always={"guidance": 1, "mark": False}, passes=("guidance",))
    assert worded(REQUEST, offer, [0]) == {"guidance": 3, "mark": False}


OURS = load()


def sent_to(provider, model, **asked):
    """Say what really goes out for an order of one of our models."""
    request = normalise(Ask("a fox", model=model, **asked), OURS, "")
    offers = {offer.provider: offer for offer in OURS.find(model).offers}
    return worded(request, offers[provider], [0])


IMAGE = "generationConfig.imageConfig."
MODALITIES = {"generationConfig.responseModalities": ["IMAGE"]}


@pytest.mark.parametrize(
    ("provider", "model", "asked", "sent"),
    [
        (
            "gemini",
            "nano-banana-2-512",
            {"aspect_ratio": "16:9", "seed": 7, "extras": (("web_search", True),)},
            {
                IMAGE + "aspectRatio": "16:9",
                IMAGE + "imageSize": "512",
                "generationConfig.seed": 7,
                "tools": [{"googleSearch": {}}],
                **MODALITIES,
            },
        ),
        (
            "vertex",
            "nano-banana-pro",
            {"output_format": "avif", "resolution": "2K"},
            {
                IMAGE + "aspectRatio": "1:1",
                IMAGE + "imageSize": "2K",
                IMAGE + "imageOutputOptions.mimeType": "image/png",
                **MODALITIES,
            },
        ),
        (
            "fal",
            "nano-banana-pro",
            {"extras": (("enable_web_search", True), ("sync_mode", True))},
            {
                **{"aspect_ratio": "1:1", "resolution": "1K", "num_images": 1},
                **{"enable_web_search": True, "sync_mode": True},
            },
        ),
        (
            "replicate",
            "nano-banana-pro",
            {
                "output_format": "jpeg",
                "extras": (("allow_fallback_model", True), ("sync_mode", True)),
            },
            {
                **{"aspect_ratio": "1:1", "resolution": "1K", "output_format": "jpg"},
                "allow_fallback_model": True,
            },
        ),
        (
            "byteplus",
            "seedream-4.5",
            {"aspect_ratio": "16:9", "seed": 7},
            {"size": "2848x1600", "watermark": False},
        ),
        (
            "fal",
            "seedream-4.5",
            {"seed": 7},
            {"image_size": {"width": 2048, "height": 2048}, "seed": 7},
        ),
        (
            "openai",
            "gpt-image-2.5-sunburst",
            {
                "quality": "hd",
                "output_format": "webp",
                "extras": (("background", "transparent"), ("moderation", "low")),
            },
            {
                **{"size": "1024x1024", "quality": "xhigh", "n": 1},
                **{"output_format": "webp", "background": "transparent"},
                "moderation": "low",
            },
        ),
        (
            "openai",
            "gpt-image-2",
            {"size": "1280x720", "output_format": "gif"},
            {
                **{"size": "1280x720", "quality": "medium", "n": 1},
                "output_format": "png",
            },
        ),
        (
            "fal",
            "flux.2-pro",
            {"size": "1280x704"},
            {"image_size": {"width": 1280, "height": 704}},
        ),
        (
            "replicate",
            "flux.2-pro",
            {"size": "1280x704"},
            {"aspect_ratio": "custom", "width": 1280, "height": 704},
        ),
        (
            "xai",
            "grok-imagine-image-2k",
            {},
            {"aspect_ratio": "1:1", "resolution": "2k", "n": 1},
        ),
        (
            "dashscope",
            "qwen-image-2.0",
            {"negative_prompt": "fog"},
            {"size": "1024*1024", "negative_prompt": "fog"},
        ),
        (
            "fal",
            "ideogram-v3-quality",
            {},
            {
                "image_size": {"width": 1024, "height": 1024},
                "rendering_speed": "QUALITY",
            },
        ),
    ],
)
def test_each_provider_is_asked_in_its_own_words(provider, model, asked, sent):
    assert sent_to(provider, model, **asked) == sent


def test_pictures_go_under_the_offers_own_names():
    image = Parameter("renamed", "input_image", form="one")
    mask = Parameter("renamed", "mask_url")
    offer = Offer("p", "u", parameters={"image": image, "mask": mask})
    assert picture_fields(offer) == PictureFields("input_image", False, "mask_url")
    assert picture_fields(Offer("p", "u")) == PictureFields("image", True, "mask")
