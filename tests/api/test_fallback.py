"""When a provider fails another paints, nobody pays twice, and the failing one rests."""

from json import dumps

import pytest

from billing.models import Transfer
from playground.generation import health
from playground.generation.audit import audit
from playground.generation.models import Attempt, Generation
from playground.generation.ways import Health
from tests.services.site import Client, running_site
from tests.upstreams.two_studios import model_file, two_studios

IMAGES = "/v1/images/generations"
GEMINI = "/v1beta/models/boat:generateContent"


@pytest.fixture
def studios(settings, tmp_path):
    with two_studios(settings, tmp_path) as both:
        settings.PROVIDER_TIMEOUT_SECONDS = 1
        yield both


@pytest.fixture
def left(studios):
    """The cheaper of the two, which is asked first while it is well."""
    return studios[0]


@pytest.fixture
def right(studios):
    return studios[1]


@pytest.fixture
def api(books_db, studios):
    with running_site() as site:
        yield Client(site.base_url)
    assert audit() == []


def ask(api, customer, model="boat", headers=(), **body):
    body = {"model": model, "prompt": "a paper boat", **body}
    said = {"Content-Type": "application/json", **dict(headers)}
    return api.request("POST", IMAGES, as_=customer, data=dumps(body), headers=said)


def tries(answer):
    said = answer.json()["metadata"]["attempts"]
    return [(one["provider"], one["outcome"]) for one in said]


# What failed is followed by the next, and only what is delivered is paid.


@pytest.mark.parametrize(
    ("fault", "outcome", "microusd"),
    [
        pytest.param("500", "broken", 20_000, id="ambiguous"),
        pytest.param("reset", "broken", 20_000, id="cut-off"),
        pytest.param("hang", "broken", 20_000, id="too-late"),
        pytest.param("503", "broken", 0, id="overloaded"),
        pytest.param("429", "busy", 0, id="rejected-busy"),
        pytest.param("402", "busy", 0, id="out-of-credit"),
        pytest.param("401", "misconfigured", 0, id="rejected-key"),
        pytest.param("403", "misconfigured", 0, id="rejected-access"),
        pytest.param("404", "misconfigured", 0, id="rejected-name"),
        pytest.param("empty", "empty", 0, id="empty"),
        pytest.param("truncated", "empty", 20_000, id="spoiled"),
    ],
)
def test_another_provider_paints_what_one_could_not(
    api, alice, left, fault, outcome, microusd
):
    left.fault = fault

    answer = ask(api, alice)

    assert answer.status_code == 200
    assert tries(answer) == [("left", outcome), ("right", "succeeded")]
    assert answer.headers["x-easel-provider"] == "right"
    assert alice.credits() == 95
    assert Transfer.objects.filter(kind="charge").count() == 1
    failed = Attempt.objects.get(provider="left")
    assert (failed.cost_microusd, failed.channel) == (microusd, "left")


def test_a_provider_that_cannot_be_reached_was_not_sent_anything(
    api, alice, settings, studios
):
    known = settings.COMPATIBLE_SERVERS
    nowhere = {**known["left"], "base_url": "http://127.0.0.1:9/v1"}
    settings.COMPATIBLE_SERVERS = {**known, "left": nowhere}

    answer = ask(api, alice)

    assert tries(answer) == [("left", "broken"), ("right", "succeeded")]
    assert Attempt.objects.get(provider="left").cost_microusd == 0


def test_googles_dialect_falls_back_too(api, alice, left):
    left.fault = "500"
    contents = [{"parts": [{"text": "a paper boat"}]}]

    answer = api.post(GEMINI, as_=alice, contents=contents)

    assert answer.status_code == 200
    assert tries(answer) == [("left", "broken"), ("right", "succeeded")]


def test_a_refusal_is_the_models_answer_and_no_other_is_asked(api, alice, left, right):
    left.fault = "refusal"

    answer = ask(api, alice)

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "moderation_blocked"
    assert answer.json()["error"]["type"] == "image_generation_user_error"
    assert "rejected by the safety system" in answer.json()["error"]["message"]
    assert right.asked == []
    assert alice.credits() == 100
    assert not Health.objects.exists()


def test_who_asks_for_it_has_a_refusal_painted_elsewhere(api, alice, left):
    left.fault = "refusal"

    answer = ask(api, alice, fallback_on_refusal=True)

    assert tries(answer) == [("left", "refused"), ("right", "succeeded")]
    assert alice.credits() == 95


def test_what_everybody_refuses_is_refused(api, alice, left, right):
    left.fault = right.fault = "refusal"

    answer = ask(api, alice, fallback_on_refusal=True)

    assert answer.json()["error"]["code"] == "moderation_blocked"
    assert Generation.objects.get().state == "refused"


def test_after_two_tries_nobody_knows_the_end_of_there_is_no_third(
    books_db, alice, settings, tmp_path
):
    offers = (("left", 0.02), ("right", 0.04), ("third", 0.09))
    three = model_file("boat", 5, *offers)
    with two_studios(settings, tmp_path, {"boat": three}) as (left, right):
        known = settings.COMPATIBLE_SERVERS
        settings.COMPATIBLE_SERVERS = {**known, "third": known["right"]}
        left.fault = right.fault = "500"
        with running_site() as site:
            answer = ask(Client(site.base_url), alice)

    assert answer.status_code == 502
    providers = [one.provider for one in Attempt.objects.order_by("id")]
    assert providers == ["left", "right"]
    assert alice.credits() == 100


def test_an_order_whose_end_is_written_is_not_taken_for_given_up(
    api, alice, left, right, settings
):
    settings.LEASE_SECONDS = 0.08  # so it is looked at a hundred times a second
    left.fault = right.fault = "500"  # what nobody pays for is noted after the end

    answers = [ask(api, alice) for _ in range(10)]

    assert {answer.status_code for answer in answers} == {502}
    assert set(Generation.objects.values_list("state", flat=True)) == {"failed"}


# Health.


def test_a_provider_that_failed_is_not_asked_first_again(api, alice, left):
    left.fault = "500"
    ask(api, alice)

    answer = ask(api, alice)

    assert tries(answer) == [("right", "succeeded")]
    assert len(left.asked) == 1


def test_an_outage_is_remembered_after_a_restart(api, alice, left):
    left.fault = "500"
    ask(api, alice)
    health.board.forget()  # all that a process knows

    assert tries(ask(api, alice)) == [("right", "succeeded")]


def test_when_its_time_is_over_one_caller_tries_it_and_it_is_well_again(
    api, alice, left
):
    left.fault = "500"
    ask(api, alice)
    left.fault = ""
    rest_is_over()

    assert tries(ask(api, alice)) == [("left", "succeeded")]
    assert not Health.objects.exists()


def test_each_further_failure_sets_it_back_for_longer(api, alice, left):
    left.fault = "500"
    ask(api, alice)
    rest_is_over()

    ask(api, alice)

    row = Health.objects.get()
    assert row.failures == 2
    assert (row.until - row.since).total_seconds() > 4


def test_the_last_resort_is_asked_rather_than_nobody(api, alice, left, right):
    left.fault = right.fault = "500"
    ask(api, alice)
    left.fault = right.fault = ""

    answer = ask(api, alice)

    assert answer.status_code == 200
    assert alice.credits() == 95


def test_an_outage_of_everything_is_not_answered_with_a_storm(api, alice, left, right):
    left.fault = right.fault = "503"

    statuses = {ask(api, alice).status_code for _ in range(40)}

    tries_in_all = len(left.asked) + len(right.asked)
    assert statuses == {502}
    assert 40 <= tries_in_all <= 40 + 10 + 0.2 * 40 + 6  # both each time would be 80
    assert alice.credits() == 100


def test_a_provider_that_says_when_is_left_alone_until_then(api, alice, left):
    left.fault = "429-wait"

    ask(api, alice)

    row = Health.objects.get()
    assert (row.until - row.since).total_seconds() >= 7


def test_one_answer_without_a_picture_is_not_held_against_a_provider(api, alice, left):
    left.fault = "empty"
    ask(api, alice)

    assert not Health.objects.exists()

    ask(api, alice)
    ask(api, alice)

    assert Health.objects.get().channel == "left"


def rest_is_over():
    """Let the time pass for which anything is set back."""
    Health.objects.update(until="2026-01-01T00:00:00Z", since="2026-01-01T00:00:00Z")
    health.board.forget()
