"""A client that was cut off asks again by itself: it gets its order, and pays once."""

import io
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.client import HTTPException

import pytest
import requests
from django.utils import timezone
from openai import OpenAI
from PIL import Image

from accounts.issuing import issue_key
from playground.generation.audit import audit
from playground.generation.models import Generation
from tests.services.ports import wait_until
from tests.services.site import Client
from tests.upstreams.cutting import cutting_proxy

pytestmark = pytest.mark.books

IMAGES = "/v1/images/generations"
FOX = {"prompt": "a fox", "resolution": "0.5K"}


@pytest.fixture(autouse=True)
def books_that_balance(books_db):
    yield
    assert audit() == []


def ask(api, who, count=0, **body):
    """Ask as OpenAI's clients do: the body the same, and how often it was sent before."""
    headers = {
        "Content-Type": "application/json",
        "X-Stainless-Retry-Count": str(count),
    }
    data = json.dumps({**FOX, **body})
    return api.request("POST", IMAGES, as_=who, data=data, headers=headers)


def cut(api, who, *, after, count=0, **body):
    """Ask, and lose the line after so many bytes of the answer."""
    with cutting_proxy(api.base_url, cuts=[after]) as proxy:
        with pytest.raises((OSError, HTTPException)):
            ask(Client(proxy), who, count, **body)
    wait_until(Generation.objects.exists, "the order")


def is_noted():
    return Generation.objects.filter(cut_off_at__isnull=False).exists()


def test_a_call_cut_while_it_is_painted_is_joined(api, alice):
    cut(api, alice, after=0, resolution="1K", n=2)

    answer = ask(api, alice, 1, resolution="1K", n=2)

    order = Generation.objects.get()
    assert answer.status_code == 200
    assert answer.headers["idempotent-replayed"] == "true"
    assert answer.json()["metadata"]["request_id"] == order.id
    assert len(answer.json()["data"]) == 2
    assert alice.credits() == 98


@pytest.mark.parametrize("response_format", ["url", "b64_json"])
def test_a_call_cut_mid_answer_gets_the_same_pictures(api, alice, response_format):
    cut(api, alice, after=300, response_format=response_format)
    wait_until(is_noted, "the cut to be noted")

    answer = ask(api, alice, 1, response_format=response_format)

    picture = Generation.objects.get().pictures.get()
    assert answer.json()["data"][0]["id"] == picture.pk
    assert alice.credits() == 99


def test_a_second_repetition_joins_when_the_first_was_cut_too(api, alice):
    cut(api, alice, after=300)
    wait_until(is_noted, "the cut to be noted")
    cut(api, alice, after=300, count=1)
    wait_until(is_noted, "the second cut to be noted")

    answer = ask(api, alice, 2)

    assert answer.status_code == 200
    assert Generation.objects.count() == 1
    assert alice.credits() == 99


def test_two_equal_calls_that_are_cut_get_an_order_each(api, alice):
    cut(api, alice, after=0, resolution="1K")
    cut(api, alice, after=0, resolution="1K")
    wait_until(lambda: Generation.objects.count() == 2, "both orders")

    with ThreadPoolExecutor(2) as callers:
        answers = list(callers.map(lambda _: ask(api, alice, 1, resolution="1K"), "ab"))

    pictures = {answer.json()["data"][0]["id"] for answer in answers}
    assert len(pictures) == 2
    assert Generation.objects.count() == 2
    assert alice.credits() == 98


def test_a_repetition_that_comes_before_the_cut_is_noted_waits_for_that(api, alice):
    first = ask(api, alice)  # it hangs up right after, like a line that broke

    second = ask(api, alice, 1)

    assert first.json()["data"][0]["id"] == second.json()["data"][0]["id"]
    assert alice.credits() == 99


def test_an_answer_that_arrived_is_not_given_to_another_call(api, alice):
    with requests.Session() as line:
        headers = {"X-Stainless-Retry-Count": "0"}
        headers["Authorization"] = f"Bearer {alice.secret}"
        first = line.post(api.base_url + IMAGES, json=FOX, headers=headers)

        second = ask(api, alice, 1)

    assert first.json()["data"][0]["id"] != second.json()["data"][0]["id"]
    assert alice.credits() == 98


@pytest.mark.parametrize(
    "other", [{"prompt": "a bear"}, {"n": 2}, {"metadata": {"a": "b"}}]
)
def test_another_request_is_another_order(api, alice, other):
    cut(api, alice, after=300)
    wait_until(is_noted, "the cut to be noted")

    ask(api, alice, 1, **other)

    assert Generation.objects.count() == 2


def test_another_key_is_another_caller(api, alice):
    _, other = issue_key(alice.account, name="other")
    cut(api, alice, after=300)
    wait_until(is_noted, "the cut to be noted")

    ask(api, other, 1)

    assert Generation.objects.count() == 2
    assert alice.credits() == 98


def test_a_first_request_never_joins(api, alice):
    cut(api, alice, after=300)
    wait_until(is_noted, "the cut to be noted")

    ask(api, alice, 0)

    assert Generation.objects.count() == 2


def test_what_was_cut_long_ago_is_not_joined(api, alice):
    cut(api, alice, after=300)
    wait_until(is_noted, "the cut to be noted")
    Generation.objects.update(cut_off_at=timezone.now() - timedelta(minutes=11))

    ask(api, alice, 1)

    assert Generation.objects.count() == 2


def test_an_order_that_failed_is_painted_afresh(api, alice):
    cut(api, alice, after=300)
    wait_until(is_noted, "the cut to be noted")
    order = Generation.objects.get()
    Generation.objects.update(state="failed", delivered=0, unit_price_microcredits=0)

    answer = ask(api, alice, 1)

    assert answer.json()["metadata"]["request_id"] != order.id
    Generation.objects.filter(pk=order.pk).update(
        state="succeeded",
        delivered=1,
        unit_price_microcredits=order.unit_price_microcredits,
    )


@pytest.mark.parametrize("after", [0, 10, 400])
@pytest.mark.parametrize("kind", ["url", "b64_json"])
def test_openais_own_client_is_cut_off_and_never_knows(api, alice, after, kind):
    with cutting_proxy(api.base_url, cuts=[after, after]) as proxy:
        openai = OpenAI(base_url=f"{proxy}/v1", api_key=alice.secret)
        answer = openai.images.generate(
            prompt="a fox", response_format=kind, extra_body={"resolution": "1K"}
        )

    picture = Generation.objects.get().pictures.get()
    assert answer.data[0].id == picture.pk
    assert alice.credits() == 99


def test_its_edits_are_joined_although_each_form_is_written_anew(api, alice):
    file = io.BytesIO()
    Image.new("RGB", (256, 256), "teal").save(file, "PNG")
    with cutting_proxy(api.base_url, cuts=[10, 0]) as proxy:
        openai = OpenAI(base_url=f"{proxy}/v1", api_key=alice.secret)
        answer = openai.images.edit(image=file.getvalue(), prompt="make it night")

    assert answer.data[0].id == Generation.objects.get().pictures.get().pk
    assert alice.credits() == 99


def test_a_caller_who_hangs_up_without_repeating_costs_one_note_at_most(api, alice):
    cut(api, alice, after=0, resolution="1K")
    wait_until(is_noted, "the cut to be noted")

    task = api.get(f"/v1/tasks/{Generation.objects.get().pk}", as_=alice).json()

    assert task["status"] == "succeeded"


def test_equal_repetitions_that_find_nothing_get_an_order_each(api, alice):
    """As after an outage: each was refused before it had an order to come back to."""
    _, rehearsing = issue_key(alice.account, name="rehearsal", is_test=True)
    slow = {"prompt": "easel:slow 2 a fox"}
    with ThreadPoolExecutor(1) as other:
        first = other.submit(ask, api, rehearsing, 1, **slow)
        wait_until(Generation.objects.exists, "the order")
        second = ask(api, rehearsing, 1, **slow)

    pictures = {one.json()["data"][0]["id"] for one in (first.result(), second)}
    assert len(pictures) == 2
