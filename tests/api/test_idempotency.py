"""Idempotency-Key: asked twice, painted once, charged once."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from accounts.issuing import issue_key
from billing.ledger import MICRO, credit
from playground.generation.audit import audit
from playground.generation.models import Generation, IdempotencyKey
from tests.cast import customer

pytestmark = pytest.mark.books

IMAGES = "/v1/images/generations"


@pytest.fixture(autouse=True)
def books_that_balance(books_db):
    yield
    assert audit() == []


def ask(api, who, key, **body):
    data = json.dumps({"prompt": "a fox", "resolution": "0.5K", **body})
    headers = {"Content-Type": "application/json", "Idempotency-Key": key}
    return api.request("POST", IMAGES, as_=who, data=data, headers=headers)


def test_the_same_key_gets_the_same_picture_and_pays_once(api, alice):
    first, second = (ask(api, alice, "order-1") for _ in range(2))

    assert first.json()["data"][0]["id"] == second.json()["data"][0]["id"]
    assert first.headers["idempotent-replayed"] is None
    assert second.headers["idempotent-replayed"] == "true"
    assert second.headers["x-request-id"] != first.headers["x-request-id"]
    assert alice.credits() == 99


def test_bytes_are_replayed_from_the_kept_file(api, alice):
    first, second = (
        ask(api, alice, "order-1", response_format="b64_json") for _ in range(2)
    )

    assert first.json()["data"] == second.json()["data"]


def test_twins_in_flight_paint_once(api, alice):
    with ThreadPoolExecutor(20) as twins:
        answers = list(twins.map(lambda _: ask(api, alice, "order-1", n=2), range(20)))

    pictures = {answer.json()["data"][0]["id"] for answer in answers}
    assert {answer.status_code for answer in answers} == {200}
    assert len(pictures) == Generation.objects.count() == 1
    assert alice.credits() == 98


def test_a_rehearsal_is_not_answered_to_whoever_pays_nor_the_other_way(api, alice):
    _, rehearsing = issue_key(alice.account, name="rehearsal", is_test=True)
    ask(api, rehearsing, "order-1")
    ask(api, alice, "order-2")

    crossed = [ask(api, alice, "order-1"), ask(api, rehearsing, "order-2")]

    assert [one.status_code for one in crossed] == [422, 422]
    assert alice.credits() == 99


def test_another_request_under_the_same_key_is_refused(api, alice):
    ask(api, alice, "order-1")

    answer = ask(api, alice, "order-1", prompt="a bear")

    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "idempotency_key_reused"
    assert alice.credits() == 99


def test_a_mistake_does_not_burn_the_key(api, alice):
    wrong = ask(api, alice, "order-1", n=99)
    right = ask(api, alice, "order-1", n=1)

    assert (wrong.status_code, right.status_code) == (400, 200)


def test_an_empty_wallet_does_not_burn_the_key(api, bob):
    before = ask(api, bob, "order-1")
    credit(bob.account.pk, MICRO, kind="grant", key="a present")
    after = ask(api, bob, "order-1")

    assert (before.status_code, after.status_code) == (402, 200)
    assert bob.credits() == 0


def test_keys_of_different_accounts_are_different_keys(api, alice, carol):
    ask(api, alice, "order-1")
    ask(api, carol, "order-1", prompt="a bear")

    assert (alice.credits(), carol.credits()) == (99, 99)


def test_an_order_that_failed_frees_its_key(api, alice):
    first = ask(api, alice, "order-1")
    Generation.objects.update(
        state="failed", delivered=0, unit_price_microcredits=0
    )  # as if nothing had come of it
    held = IdempotencyKey.objects.get().generation_id

    second = ask(api, alice, "order-1")

    assert second.json()["data"] != first.json()["data"]
    assert IdempotencyKey.objects.get().generation_id != held
    Generation.objects.filter(pk=held).update(
        state="succeeded", delivered=1, unit_price_microcredits=MICRO
    )


def test_a_key_is_forgotten_after_a_day(api, alice):
    ask(api, alice, "order-1")
    IdempotencyKey.objects.update(expires_at="2026-01-01T00:00:00Z")

    again = ask(api, alice, "order-1", prompt="a bear")

    assert again.status_code == 200
    assert alice.credits() == 98


@pytest.mark.parametrize("key", ["x" * 256, "a\tb"])
def test_a_key_that_cannot_be_one_is_refused(api, alice, key):
    assert ask(api, alice, key).status_code == 400


def test_rivals_with_keys_share_a_wallet_exactly(api):
    dora = customer("dora", credits=7)

    with ThreadPoolExecutor(20) as rivals:
        answers = list(rivals.map(lambda i: ask(api, dora, f"k{i % 10}"), range(20)))

    statuses = [answer.status_code for answer in answers]
    assert Generation.objects.filter(state="succeeded").count() == 7
    assert set(statuses) <= {200, 402, 409}
    assert dora.credits() == 0
