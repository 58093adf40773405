"""A service of the operator's choice looks at each prompt before any money is held."""

import json

import pytest

from playground.generation.models import Generation
from tests.api.doors import DOORS, knock
from tests.upstreams.receiver import receiver

CLEAN = {"results": [{"flagged": False, "categories": {"violence": False}}]}
BAD = {"results": [{"flagged": True, "categories": {"violence": True, "hate": False}}]}


@pytest.fixture
def moderator(settings):
    with receiver() as listener:
        listener.text = json.dumps(CLEAN)
        settings.MODERATION_URL = listener.url
        settings.MODERATION_KEY = "sk-moderator"
        settings.MODERATION_SECONDS = 20.0
        yield listener


@pytest.mark.parametrize("door", DOORS)
def test_what_it_flags_is_refused_at_every_door(api, alice, moderator, door):
    moderator.text = json.dumps(BAD)

    refused = knock(door, api, alice, "a battle")

    assert refused.status in (400, 0)
    assert refused.code in ("content_policy_violation", "")
    assert "against a rule of this site: violence." in refused.sentence
    assert alice.credits() == 100 and not Generation.objects.exists()


def test_it_is_shown_the_prompt_with_its_own_key_and_nothing_else(
    api, alice, moderator
):
    assert knock("openai", api, alice, "a fox").status == 200

    (asked,) = moderator.heard
    assert asked.event == {"model": "omni-moderation-latest", "input": "a fox"}
    assert asked.headers["Authorization"] == "Bearer sk-moderator"


@pytest.mark.parametrize("fault", [500, "reset", "hang", "nonsense"])
def test_when_it_is_away_nothing_passes_or_everything_as_the_operator_says(
    api, alice, moderator, settings, fault
):
    settings.MODERATION_SECONDS = 20.0 if fault != "hang" else 0.3
    moderator.answers = [200 if fault == "nonsense" else fault]
    moderator.text = "[]"

    closed = knock("openai", api, alice)
    settings.MODERATION_WHEN_AWAY = "open"
    opened = knock("openai", api, alice)

    assert (closed.status, closed.code) == (503, "moderation_unavailable")
    assert closed.wait and opened.status == 200
    assert alice.credits() == 99
