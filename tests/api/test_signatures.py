"""A conversation with a Gemini model, through Google's own door, to Google's own wire."""

import pytest

from playground.generation.audit import audit
from tests.services.site import Client, running_site
from tests.upstreams.gemini import KEY
from tests.upstreams.street import open_street

FLASH = "/v1beta/models/gemini-3.1-flash-image:generateContent"
MARK = "c2lnbmVk/+o="


@pytest.fixture
def street():
    with open_street() as street:
        yield street


@pytest.fixture
def api(books_db, settings, street):
    access = {
        "secret": KEY,
        "base_url": f"{street.gemini.url}/v1beta",
        "is_local": True,
    }
    settings.PROVIDERS = {"gemini": access}
    with running_site() as site:
        yield Client(site.base_url)
    assert audit() == []


def test_the_models_mark_comes_out_and_goes_back_to_the_byte(api, alice, street):
    words = {"role": "user", "parts": [{"text": "a paper boat"}]}
    first = api.post(FLASH, as_=alice, contents=[words]).json()

    [answered] = first["candidates"]
    [part] = answered["content"]["parts"]
    assert part["thoughtSignature"] == MARK

    more = {"role": "user", "parts": [{"text": "now in the rain"}]}
    api.post(FLASH, as_=alice, contents=[words, answered["content"], more])

    [_, second] = street.gemini.asked
    turns = second.body["contents"]
    assert [turn["role"] for turn in turns] == ["user", "model", "user"]
    [painted] = [part for part in turns[1]["parts"] if "inlineData" in part]
    assert painted["thoughtSignature"] == MARK
    assert str(alice.credits()) == "91.97"  # two pictures, and one that was shown
