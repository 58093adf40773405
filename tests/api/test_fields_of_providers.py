"""Fields that only one provider knows reach that one, and change nothing at others."""

from base64 import b64decode

import pytest

from playground.generation.models import Attempt
from tests.upstreams.shop import png
from tests.upstreams.street import open_street

pytestmark = pytest.mark.wires
IMAGES = "/v1/images/generations"
FALS = {
    "enable_web_search": True,
    "limit_generations": True,
    "safety_tolerance": "2",
    "sync_mode": True,
}
REPLICATES = {
    "allow_fallback_model": True,
    "safety_filter_level": "block_only_high",
}


@pytest.fixture(scope="module")
def _street():
    with open_street() as street:
        yield street


@pytest.fixture
def street(_street, settings):
    """All providers of our own catalogue, connected."""
    _street.forget()
    fal = _street.accesses["fal"]
    direct = {"base_url": f"{fal['base_url']}/run", "options": {"mode": "direct"}}
    settings.PROVIDERS = {**_street.accesses, "fal": {**fal, **direct}}
    return _street


@pytest.mark.parametrize(
    ("provider", "own"), [("fal", FALS), ("replicate", REPLICATES)]
)
def test_the_fields_of_a_provider_reach_it_as_they_are(
    api, alice, street, provider, own
):
    shop = getattr(street, provider)

    answer = paint(api, alice, f"{provider}/nano-banana-pro", **own)

    assert answer.status_code == 200, answer.text
    body = shop.asked[0].body
    assert own.items() <= body.get("input", body).items()


def test_those_of_others_are_left_out_so_that_a_strict_provider_paints(
    api, alice, street
):
    own = {**FALS, **REPLICATES, "enable_web_search": False}

    gemini = paint(api, alice, "gemini/nano-banana-pro", **own)
    fal = paint(api, alice, "fal/nano-banana-pro", **own)

    assert (gemini.status_code, fal.status_code) == (200, 200)
    assert REPLICATES.keys().isdisjoint(street.fal.asked[0].body)
    assert (FALS | REPLICATES).keys().isdisjoint(street.gemini.asked[0].body)


@pytest.mark.parametrize("name", ["web_search", "enable_web_search"])
def test_a_search_is_asked_for_in_googles_words(api, alice, street, name):
    answer = paint(api, alice, "gemini/nano-banana-2", **{name: True})

    assert answer.status_code == 200
    assert street.gemini.asked[0].body["tools"] == [{"googleSearch": {}}]
    assert alice.credits() < 96  # a search costs extra


def test_sync_mode_brings_the_picture_in_the_answer(api, alice, street):
    words = {"sync_mode": True, "response_format": "b64_json", "fit": "none"}

    answer = paint(api, alice, "fal/nano-banana-pro", **words)

    assert b64decode(answer.json()["data"][0]["b64_json"]) == png(128, 128)
    assert [one.method for one in street.fal.seen] == ["POST"]


def test_a_field_nobody_knows_is_sent_to_nobody(api, alice, street):
    answer = paint(api, alice, "fal/nano-banana-pro", glaze="blue")

    assert answer.status_code == 200
    assert "glaze" not in street.fal.asked[0].body


def test_first_byte_and_whole_time_are_noted(api, alice, street):
    answer = paint(api, alice, "gemini/nano-banana-pro", prompt="a boat [fault:slow]")

    assert answer.status_code == 200
    [one] = Attempt.objects.all()
    assert 200 <= one.first_byte_ms <= one.duration_ms


def test_a_drip_takes_longer_than_its_first_byte(api, alice, street):
    paint(api, alice, "gemini/nano-banana-pro", prompt="a boat [fault:drip]")

    [one] = Attempt.objects.all()
    assert one.duration_ms - one.first_byte_ms >= 100


def paint(api, customer, model, prompt="a boat", **more):
    return api.post(IMAGES, as_=customer, model=model, prompt=prompt, **more)
