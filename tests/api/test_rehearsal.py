"""With a test key, what can go wrong can be met on purpose, and costs nothing."""

import json

import pytest

from accounts.issuing import issue_key
from billing.models import Hold, Transfer
from playground.generation.audit import audit
from playground.generation.models import Attempt, Generation

IMAGES = "/v1/images/generations"
SMALL = {"resolution": "0.5K"}


@pytest.fixture
def test_key(bob):
    """Bob has no credits; his test key needs none."""
    _, secret = issue_key(bob.account, name="rehearsal", is_test=True)
    yield secret
    assert audit() == []
    assert (Hold.objects.count(), Transfer.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("prompt", "status", "code", "state"),
    [
        ("easel:refuse", 400, "moderation_blocked", "refused"),
        ("easel:rate_limit a fox", 429, "upstream_busy", "failed"),
        ("easel:fail a fox", 502, "upstream_error", "failed"),
        ("easel:timeout", 504, "timeout", "failed"),
    ],
)
def test_a_failure_can_be_rehearsed(api, test_key, prompt, status, code, state):
    answer = api.post(IMAGES, as_=test_key, prompt=prompt)

    assert answer.status_code == status
    assert answer.json()["error"]["code"] == code
    assert Generation.objects.get().state == state


def test_a_rehearsed_rate_limit_says_when_to_come_back(api, test_key):
    answer = api.post(IMAGES, as_=test_key, prompt="easel:rate_limit")

    assert answer.headers["Retry-After"] == "2"


def test_a_rehearsed_failure_leaves_the_try_that_a_real_one_would(api, test_key):
    api.post(IMAGES, as_=test_key, prompt="easel:rate_limit", model="nano-banana-pro")

    tried = Attempt.objects.get()
    assert (tried.outcome, tried.status, tried.cost_microusd) == ("busy", 429, 0)


def test_partial_success_can_be_rehearsed(api, test_key):
    answer = api.post(IMAGES, as_=test_key, prompt="easel:partial a fox", n=3, **SMALL)

    assert len(answer.json()["data"]) == 2
    assert Generation.objects.get().state == "partially_succeeded"


def test_a_slow_answer_can_be_rehearsed(api, test_key):
    answer = api.post(IMAGES, as_=test_key, prompt="easel:slow 1 a fox", **SMALL)

    order = Generation.objects.get()
    assert answer.status_code == 200
    assert (order.finished_at - order.started_at).total_seconds() >= 1


def test_a_live_key_has_the_words_painted(api, alice):
    answer = api.post(IMAGES, as_=alice, prompt="easel:refuse", **SMALL)

    assert answer.status_code == 200


def test_what_only_begins_alike_is_painted(api, test_key):
    answer = api.post(IMAGES, as_=test_key, prompt="easel:failure is fine", **SMALL)

    assert answer.status_code == 200


def test_googles_clients_rehearse_in_their_own_words(api, test_key):
    path = "/v1beta/models/sketch-1:generateContent"

    def ask(prompt):
        body = {"contents": [{"parts": [{"text": prompt}]}]}
        return api.post(path, as_=test_key, **body)

    refused, busy = ask("easel:refuse"), ask("easel:rate_limit")

    assert refused.status_code == 200
    assert "inlineData" not in refused.text
    assert busy.status_code == 429
    assert busy.json()["error"]["status"] == "RESOURCE_EXHAUSTED"


def test_a_stream_rehearses_too(api, test_key):
    ask = {"stream": True, "n": 2, **SMALL}

    partial = api.post(IMAGES, as_=test_key, prompt="easel:partial a fox", **ask)
    failed = api.post(IMAGES, as_=test_key, prompt="easel:fail", **ask)

    assert partial.text.count("image_generation.completed") >= 1
    assert "upstream_error" in failed.text


def test_an_order_that_nobody_waits_for_rehearses_too(api, test_key, worker):
    path = "/v1/async/images/generations"
    task = api.post(path, as_=test_key, prompt="easel:timeout").json()

    ended = api.get(f"/v1/tasks/{task['id']}?wait=30", as_=test_key).json()

    assert (ended["status"], ended["error"]["code"]) == ("failed", "timeout")


GEMINI = "/v1beta/models/sketch-1:"
IN_GOOGLES_WORDS = {"contents": [{"parts": [{"text": "easel:refuse"}]}]}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (IMAGES, {"prompt": "easel:refuse"}),
        (IMAGES, {"prompt": "easel:refuse", "stream": True}),
        (f"{GEMINI}generateContent", IN_GOOGLES_WORDS),
        (f"{GEMINI}streamGenerateContent?alt=sse", IN_GOOGLES_WORDS),
    ],
)
def test_a_refusal_that_is_given_again_says_so(api, test_key, path, body):
    headers = {"Content-Type": "application/json", "Idempotency-Key": "boat-1"}
    data = json.dumps(body)

    first, second = (
        api.request("POST", path, as_=test_key, data=data, headers=headers)
        for _ in range(2)
    )

    assert Generation.objects.get().state == "refused"
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"
