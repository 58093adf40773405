"""What providers do, told in Google's words: refusals, failures, and what they counted."""

import base64

import pytest

from billing.models import Transfer
from playground.generation.audit import audit
from playground.generation.catalogue import catalogue
from playground.generation.models import Generation
from tests.api.test_gemini import ask, picture, problem, reason, said, send
from tests.api.test_over_the_wire import STUDIO_1
from tests.services.site import Client, running_site
from tests.upstreams.next_door import studio_next_door

STUDIO = "/v1beta/models/studio-1:generateContent"


@pytest.fixture
def next_door(books_db, settings, tmp_path):
    """The studio next door, with a model that follows conversations."""
    can = "[capabilities]\nedit = true\nreferences = 4\nmulti_turn = true"
    model = STUDIO_1.replace("[capabilities]", can)
    (tmp_path / "studio-1.toml").write_text(model)
    with studio_next_door() as upstream:
        settings.CATALOGUE_DIR = str(tmp_path)
        server = {"base_url": upstream.url, "api_key": "sk", "local": True}
        settings.COMPATIBLE_SERVERS = {"next-door": server}
        catalogue.forget()
        yield upstream
    catalogue.forget()


@pytest.fixture
def api(next_door):
    with running_site() as site:
        yield Client(site.base_url)
    assert audit() == []


def paint(api, who, fault="none", path=STUDIO, **more):
    return ask(api, who, said(f"a paper boat [fault:{fault}]"), path=path, **more)


def test_a_picture_comes_from_elsewhere_and_goes_on_as_it_came(api, alice, next_door):
    answer = paint(api, alice)

    assert picture(answer).size == (64, 64)
    assert answer.headers["x-easel-provider"] == "next-door"
    assert next_door.asked[0].body["prompt"].startswith("a paper boat")
    assert alice.credits() == 95


def test_tokens_are_those_the_provider_counted(api, alice):
    assert paint(api, alice).json()["usageMetadata"] == {
        "promptTokenCount": 11,
        "candidatesTokenCount": 1120,
        "totalTokenCount": 1131,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 11}],
        "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 1120}],
    }


def test_a_refusal_is_an_answer_without_a_picture_and_costs_nothing(api, alice):
    answer = paint(api, alice, "refusal")

    (candidate,) = answer.json()["candidates"]
    assert answer.status_code == 200
    assert candidate["finishReason"] == "IMAGE_SAFETY"
    assert "declined" in candidate["finishMessage"]
    assert "content" not in candidate
    assert answer.json()["metadata"]["cost"]["credits"] == 0
    assert Generation.objects.get().state == "refused"
    assert alice.credits() == 100
    assert not Transfer.objects.filter(kind="charge").exists()


def test_a_refusal_is_repeated_under_its_key(api, alice):
    headers = {"Idempotency_Key": "order-1"}

    first, second = (paint(api, alice, "refusal", headers=headers) for _ in range(2))

    assert first.json()["candidates"] == second.json()["candidates"]
    assert Generation.objects.count() == 1


def test_a_refused_prediction_says_why_as_google_does(api, alice):
    body = {"instances": [{"prompt": "a boat [fault:refusal]"}]}

    answer = send(api, alice, body, "/v1beta/models/studio-1:predict")

    assert answer.status_code == 200
    assert "declined" in answer.json()["predictions"][0]["raiFilteredReason"]
    assert alice.credits() == 100


@pytest.mark.parametrize("fault", ["500", "401", "empty", "truncated"])
def test_a_failed_painting_costs_nothing(api, alice, fault):
    answer = paint(api, alice, fault)

    assert (answer.status_code, problem(answer)["status"]) == (502, "UNAVAILABLE")
    assert reason(answer) == "UPSTREAM_ERROR"
    assert alice.credits() == 100


def test_pictures_that_arrived_are_delivered_and_paid_the_others_not(api, alice):
    answer = paint(api, alice, "partial", config={"candidateCount": 3})

    generation = Generation.objects.get()
    assert answer.status_code == 200
    assert len(answer.json()["candidates"]) == generation.delivered < 3
    assert alice.credits() == 100 - 5 * generation.delivered


def test_the_upstreams_own_words_are_not_shown(api, alice):
    assert "key" not in problem(paint(api, alice, "401"))["message"].lower()


def test_base64_arrives_whole(api, alice):
    answer = paint(api, alice)

    data = answer.json()["candidates"][0]["content"]["parts"][0]["inlineData"]["data"]
    assert base64.b64decode(data, validate=True).startswith(b"\x89PNG")
