"""A caller may say who paints: a provider, an order of them, other models, a deadline."""

from json import dumps

import pytest

from playground.generation.audit import audit
from playground.generation.models import Attempt, Generation
from tests.api.test_fallback import ask, tries
from tests.services.site import Client, running_site
from tests.upstreams.two_studios import two_studios

GEMINI = "/v1beta/models/{model}:generateContent"
CONTENTS = [{"parts": [{"text": "a paper boat"}]}]


@pytest.fixture
def studios(settings, tmp_path):
    with two_studios(settings, tmp_path) as both:
        yield both


@pytest.fixture
def left(studios):
    return studios[0]


@pytest.fixture
def right(studios):
    return studios[1]


@pytest.fixture
def api(books_db, studios):
    with running_site() as site:
        yield Client(site.base_url)
    assert audit() == []


def painter(answer):
    return answer.headers["x-easel-provider"]


def error(answer):
    said = answer.json()["error"]
    return answer.status_code, said["code"], said["param"]


# Providers.


@pytest.mark.parametrize(
    "said",
    [
        {"model": "right/boat"},
        {"provider": {"only": ["right"]}},
        {"provider": {"order": ["right", "left"]}},
        {"provider": {"ignore": ["left"]}},
        {"provider": "right"},
        {"headers": {"X-Easel-Provider": '{"only": ["right"]}'}.items()},
        {"headers": {"X-Easel-Provider": "right"}.items()},
    ],
)
def test_who_is_named_paints(api, alice, left, said):
    answer = ask(api, alice, **said)

    assert answer.status_code == 200
    assert painter(answer) == "right"
    assert answer.json()["metadata"]["model"] == "boat"
    assert left.asked == []


def test_the_body_goes_before_the_header(api, alice):
    header = {"X-Easel-Provider": "left"}.items()

    answer = ask(api, alice, headers=header, provider={"only": ["right"]})

    assert painter(answer) == "right"


@pytest.mark.parametrize(
    ("model", "more"),
    [("right/boat", {}), ("boat", {"provider": {"only": ["right"]}})],
)
def test_googles_dialect_names_providers_too(api, alice, model, more):
    path = GEMINI.format(model=model)

    answer = api.post(path, as_=alice, contents=CONTENTS, **more)

    assert answer.status_code == 200
    assert painter(answer) == "right"


def ask_google(api, customer, model="boat", headers=(), **more):
    said = {"Content-Type": "application/json", **dict(headers)}
    data = dumps({"contents": CONTENTS, **more})
    path = GEMINI.format(model=model)
    return api.request("POST", path, as_=customer, data=data, headers=said)


def test_googles_dialect_is_steered_by_headers_too(api, alice, left, right):
    chosen = ask_google(api, alice, headers={"X-Easel-Provider": "right"})
    left.fault = right.fault = "hang"
    late = ask_google(api, alice, headers={"X-Easel-Deadline": "1"})

    assert painter(chosen) == "right"
    assert (late.status_code, late.json()["error"]["status"]) == (
        504,
        "DEADLINE_EXCEEDED",
    )
    assert alice.credits() == 95


def test_googles_dialect_may_name_other_models_and_go_on_after_a_refusal(
    api, alice, left
):
    left.fault = "500"
    other = ask_google(api, alice, model="left/boat", models=["raft"])
    left.fault = "refusal"
    order = {"order": ["left", "right"]}
    elsewhere = ask_google(api, alice, provider=order, fallback_on_refusal=True)

    assert other.json()["metadata"]["model"] == "raft"
    assert painter(elsewhere) == "right"


def test_a_provider_in_the_models_name_is_not_followed_by_another(api, alice, left):
    left.fault = "500"

    answer = ask(api, alice, model="left/boat")

    assert answer.status_code == 502
    assert [one.provider for one in Attempt.objects.all()] == ["left"]


def test_without_fallbacks_the_first_is_the_only_one(api, alice, left, right):
    left.fault = "500"

    answer = ask(api, alice, provider={"allow_fallbacks": False})

    assert answer.status_code == 502
    assert right.asked == []
    assert alice.credits() == 100


def test_a_provider_that_does_not_paint_the_model_is_named_with_those_that_do(
    api, alice
):
    answer = ask(api, alice, model="left/ship")

    assert error(answer) == (404, "model_not_found", "model")
    assert "right" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("said", "status", "code", "param"),
    [
        ({"only": ["nobody"]}, 404, "provider_not_available", "provider"),
        ({"sort": "best"}, 400, "invalid_value", "provider.sort"),
        ({"max_price": 4.9}, 400, "over_max_price", "provider.max_price"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_held(
    api, alice, said, status, code, param
):
    assert error(ask(api, alice, provider=said)) == (status, code, param)
    assert alice.credits() == 100


def test_a_price_within_the_callers_limit_is_painted(api, alice):
    assert ask(api, alice, provider={"max_price": 5}).status_code == 200


def test_a_deadline_ends_an_order_in_time(api, alice, left, right):
    left.fault = right.fault = "hang"

    answer = ask(api, alice, headers={"X-Easel-Deadline": "1"}.items())

    assert (answer.status_code, answer.json()["error"]["code"]) == (504, "timeout")
    assert Attempt.objects.get().duration_ms < 30_000  # a provider has 180 s
    assert alice.credits() == 100


# Other models.


def test_another_model_may_paint_at_its_own_lower_price(api, alice, left, right):
    left.fault = "500"

    answer = ask(api, alice, model="left/boat", models=["raft"])

    said = answer.json()["metadata"]
    assert answer.status_code == 200
    assert (said["model"], said["cost"]["credits"]) == ("raft", 2)
    assert tries(answer) == [("left", "broken"), ("right", "succeeded")]
    assert alice.credits() == 98
    assert Generation.objects.get().model == "raft"


def test_another_model_may_paint_at_its_own_higher_price(api, alice, left):
    left.fault = "500"

    answer = ask(api, alice, model="left/boat", models=["ship"], n=2)

    assert answer.json()["metadata"]["model"] == "ship"
    assert alice.credits() == 84


def test_the_first_model_is_charged_at_its_price_though_a_dearer_one_was_named(
    api, alice
):
    answer = ask(api, alice, models=["ship"])

    assert answer.json()["metadata"]["model"] == "boat"
    assert alice.credits() == 95


def test_the_dearest_is_what_has_to_be_there(api, alice):
    quoted = ask(api, alice, models=["ship", "raft"], dry_run=True).json()

    assert quoted["unit_price"]["credits"] == 8
    assert [one["model"] for one in quoted["models"]] == ["boat", "ship", "raft"]
    assert [one["unit_price"]["credits"] for one in quoted["models"]] == [5, 8, 2]


def test_all_models_failing_costs_nothing(api, alice, left, right):
    left.fault = right.fault = "503"

    answer = ask(api, alice, models=["ship", "raft"])

    assert answer.status_code == 502
    assert alice.credits() == 100


def test_a_model_that_refuses_is_not_followed_by_another(api, alice, left, right):
    left.fault = "refusal"

    answer = ask(api, alice, model="left/boat", models=["raft"])

    assert answer.json()["error"]["code"] == "moderation_blocked"
    assert right.asked == []


def test_pictures_of_one_order_are_of_one_model(api, alice, left, right):
    left.fault = "partial"

    answer = ask(api, alice, model="left/boat", models=["raft"], n=3)

    assert answer.status_code == 200
    assert answer.json()["metadata"]["model"] == "boat"
    assert right.asked == []


def test_a_model_nobody_knows_is_named_before_anything_is_held(api, alice):
    assert ask(api, alice, models=["boot"]).status_code == 404
    assert not Generation.objects.exists()
