"""Pictures in Google's chunks, on a real socket: nothing but chunks may come."""

import json
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from accounts.issuing import issue_key
from playground.generation.audit import audit
from playground.generation.models import Generation
from tests.api.test_gemini import SMALL, ask, problem, said, send
from tests.services.ports import wait_until

STREAM = "/v1beta/models/sketch-1:streamGenerateContent"
EVENTS = f"{STREAM}?alt=sse"


@pytest.fixture(autouse=True)
def books_that_balance(books_db):
    yield
    assert audit() == []


@pytest.fixture
def test_key(alice):
    """A key that rehearses what can go wrong."""
    return issue_key(alice.account, name="rehearsal", is_test=True)[1]


def events(answer) -> list[dict]:
    """Read the chunks as strictly as Google's client for Python."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "text/event-stream"
    *lines, end = answer.text.split("\n\n")
    assert end == ""
    assert all(line.startswith("data: ") and "\n" not in line for line in lines)
    return [json.loads(line.removeprefix("data: ")) for line in lines]


def places(chunks) -> list[int]:
    return [chunk["candidates"][0]["index"] for chunk in chunks]


@pytest.mark.parametrize("version", ["/v1", "/v1beta"])
def test_each_picture_is_an_event(api, alice, version):
    path = EVENTS.replace("/v1beta", version)

    answer = ask(api, alice, path=path, config={"candidateCount": 3})

    chunks = events(answer)
    order = Generation.objects.get()
    assert sorted(places(chunks)) == [0, 1, 2]
    assert {chunk["responseId"] for chunk in chunks} == {order.pk}
    assert all(
        "inlineData" in c["candidates"][0]["content"]["parts"][0] for c in chunks
    )
    assert chunks[-1]["usageMetadata"]["candidatesTokenCount"] == 3 * 747
    assert answer.headers["x-request-id"] == order.pk
    assert alice.credits() == 97


def test_the_last_event_says_what_the_order_cost(api, alice):
    first, last = events(ask(api, alice, path=EVENTS, config={"candidateCount": 2}))

    assert "metadata" not in first
    assert last["metadata"]["cost"]["credits"] == 2


@pytest.mark.parametrize("path", [STREAM, f"{STREAM}/", f"{STREAM}?alt=json"])
def test_without_events_it_is_one_array(api, alice, path):
    answer = ask(api, alice, path=path, config={"candidateCount": 2})

    assert answer.headers["Content-Type"] == "application/json"
    assert sorted(places(answer.json())) == [0, 1]
    assert alice.credits() == 98


def test_what_is_wrong_is_answered_with_its_status(api, alice, bob):
    wrong = send(api, alice, {"contents": []}, EVENTS)
    unknown = ask(api, alice, path=EVENTS.replace("sketch-1", "sketch-7"))
    poor = ask(api, bob, path=EVENTS)
    nobody = ask(api, None, path=EVENTS)

    answers = [wrong, unknown, poor, nobody]
    assert [answer.status_code for answer in answers] == [400, 404, 402, 401]
    assert [problem(answer)["code"] for answer in answers] == [400, 404, 402, 401]


@pytest.mark.parametrize(
    ("prompt", "status"),
    [("easel:fail", 502), ("easel:rate_limit", 429), ("easel:timeout", 504)],
)
def test_an_order_that_comes_to_nothing_has_a_status_too(api, test_key, prompt, status):
    answer = ask(api, test_key, said(prompt), path=EVENTS)

    assert answer.status_code == problem(answer)["code"] == status


@pytest.mark.parametrize("headers", [{}, {"Idempotency_Key": "order-1"}])
def test_a_refusal_is_an_event_however_often_it_is_asked(api, test_key, headers):
    answers = [
        ask(api, test_key, said("easel:refuse"), path=EVENTS, headers=headers)
        for _ in range(2)
    ]

    reasons = [events(answer)[0]["candidates"][0]["finishReason"] for answer in answers]
    assert reasons == ["IMAGE_SAFETY"] * 2


def test_what_breaks_after_the_first_picture_is_an_event(api, test_key):
    config = {"candidateCount": 3}

    answer = ask(api, test_key, said("easel:partial a fox"), path=EVENTS, config=config)

    *pictures, last = events(answer)
    assert len(pictures) == 2
    assert set(last) == {"error"}
    assert (last["error"]["code"], last["error"]["status"]) == (502, "UNAVAILABLE")


def test_a_failure_in_an_array_is_its_last_member(api, test_key):
    config = {"candidateCount": 3}

    answer = ask(api, test_key, said("easel:partial a fox"), path=STREAM, config=config)

    assert "error" in answer.json()[-1]


def test_a_repeated_stream_costs_once(api, alice):
    headers = {"Idempotency_Key": "order-1"}

    first, second = (ask(api, alice, path=EVENTS, headers=headers) for _ in range(2))

    assert events(first)[0]["candidates"] == events(second)[0]["candidates"]
    assert second.headers["idempotent-replayed"] == "true"
    assert alice.credits() == 99


def test_a_caller_who_leaves_finds_the_pictures_under_the_order(live_site, alice):
    connection = HTTPConnection(urlsplit(live_site.base_url).netloc, timeout=60)
    body = {
        "contents": [said("a fox")],
        "generationConfig": {**SMALL, "candidateCount": 2},
    }
    connection.request(
        "POST", EVENTS, json.dumps(body), {"x-goog-api-key": alice.secret}
    )
    wait_until(Generation.objects.exists, "the order")
    connection.sock.close()
    connection.close()

    done = Generation.objects.filter(state="succeeded")
    wait_until(done.exists, "its end")

    assert Generation.objects.get().delivered == 2
    assert alice.credits() == 98
