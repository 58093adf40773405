"""Asking for pictures and coming back for them: what is said before anybody paints."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

from playground.generation.audit import audit
from playground.generation.models import Generation
from playground.generation.tasks import take_turn
from tests.generation.files_of_strangers import saved

pytestmark = pytest.mark.books

ASYNC = "/v1/async/images"
FOX = {"prompt": "a fox", "resolution": "0.5K"}


@pytest.fixture(autouse=True)
def books_that_balance(books_db):
    yield
    assert audit() == []


def queue(api, who, *, key="", path="generations", **body):
    headers = {"Content-Type": "application/json"}
    headers |= {"Idempotency-Key": key} if key else {}
    data = json.dumps({**FOX, **body})
    return api.request("POST", f"{ASYNC}/{path}", as_=who, data=data, headers=headers)


def paint(task):
    take_turn("api")


def test_a_queued_order_is_a_task_with_its_money_held(api, alice):
    answer = queue(api, alice, n=2)

    task = answer.json()
    assert answer.status_code == 202
    assert task["id"] == answer.headers["x-request-id"]
    assert answer.headers["Location"] == f"{api.base_url}/v1/tasks/{task['id']}"
    assert (task["status"], task["held"]["credits"]) == ("queued", 2)
    assert (task["result"], task["error"]) == (None, None)
    assert task["progress"] == {
        "pictures": 0,
        "of": 2,
        "elapsed_seconds": 0,
        "typical_seconds": 0.3,
    }
    assert alice.credits() == 98


def test_a_painted_task_has_the_answer_of_the_call_that_waits(api, alice):
    task = queue(api, alice, seed=7).json()
    paint(task)

    done = api.get(f"{ASYNC}/{task['id']}", as_=alice).json()
    waited = api.post("/v1/images/generations", as_=alice, seed=7, **FOX).json()

    assert done["status"] == "succeeded"
    assert done["result"].keys() == waited.keys()
    assert done["result"]["data"][0].keys() == waited["data"][0].keys()
    assert done["progress"]["pictures"] == 1
    assert done["charged"]["credits"] == 1
    same = api.get(f"/v1/tasks/{task['id']}/", as_=alice).json()
    assert same["result"]["data"] == done["result"]["data"]


def test_an_edit_can_be_queued_too(api, alice):
    boundary = "b0undary"
    picture = saved(Image.new("RGB", (64, 64), "red"))
    parts = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="prompt"\r\n\r\n'
        f"make it night\r\n--{boundary}\r\nContent-Disposition: form-data;"
        ' name="image"; filename="a.png"\r\n\r\n'
    )
    answer = api.request(
        "POST",
        f"{ASYNC}/edits",
        as_=alice,
        data=parts.encode() + picture + f"\r\n--{boundary}--\r\n".encode(),
        headers={"Content-Type": f"multipart/form-data; boundary={boundary}"},
    )
    paint(answer.json())

    done = api.get(f"{ASYNC}/{answer.json()['id']}", as_=alice).json()
    assert answer.status_code == 202
    assert (done["status"], len(done["result"]["data"])) == ("succeeded", 1)


def test_whoever_waits_is_answered_when_the_order_ends(api, alice):
    task = queue(api, alice).json()
    with ThreadPoolExecutor(3) as callers:
        waiting = [
            callers.submit(api.get, f"{ASYNC}/{task['id']}?wait=55", as_=alice)
            for _ in range(3)
        ]
        paint(task)
        seen = {one.result().json()["status"] for one in waiting}

    assert seen == {"succeeded"}


def test_whoever_waits_too_long_sees_the_order_as_it_is(api, alice):
    task = queue(api, alice).json()

    seen = api.get(f"{ASYNC}/{task['id']}?wait=0.3", as_=alice)

    assert (seen.status_code, seen.json()["status"]) == (200, "queued")


@pytest.mark.parametrize("wait", ["61", "-1", "soon", "nan"])
def test_nobody_waits_for_ever(api, alice, wait):
    task = queue(api, alice).json()

    answer = api.get(f"{ASYNC}/{task['id']}?wait={wait}", as_=alice)

    assert answer.status_code == 400
    assert answer.json()["error"]["param"].endswith("wait")


@pytest.mark.parametrize("place", ["/v1/tasks", ASYNC, "/openai" + ASYNC])
def test_a_queued_order_is_cancelled_at_once(api, alice, place):
    task = queue(api, alice, n=3).json()

    answer = api.post(f"{place}/{task['id']}/cancel", as_=alice)

    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    assert answer.json()["error"]["code"] == "cancelled"
    assert answer.json()["held"]["credits"] == 0
    assert alice.credits() == 100


def test_what_is_done_is_not_undone_by_cancelling(api, alice):
    task = queue(api, alice).json()
    paint(task)

    answer = api.post(f"{ASYNC}/{task['id']}/cancel", as_=alice)

    assert (answer.status_code, answer.json()["status"]) == (200, "succeeded")
    assert alice.credits() == 99


def test_nobody_sees_or_cancels_anothers_task(api, alice, carol):
    task = queue(api, alice).json()

    seen = api.get(f"{ASYNC}/{task['id']}", as_=carol)
    cancelled = api.post(f"{ASYNC}/{task['id']}/cancel", as_=carol)

    assert (seen.status_code, cancelled.status_code) == (404, 404)
    assert seen.json()["error"]["code"] == "task_not_found"
    assert Generation.objects.get().state == "queued"


def test_the_same_key_queues_one_order_and_shows_it_as_it_is(api, alice):
    first, second = (queue(api, alice, key="order-1") for _ in range(2))

    assert (first.status_code, second.status_code) == (202, 202)
    assert second.json()["id"] == first.json()["id"]
    assert second.headers["idempotent-replayed"] == "true"
    assert alice.credits() == 99


def test_a_call_that_waits_gets_the_pictures_of_the_queued_order_with_its_key(
    api, alice
):
    task = queue(api, alice, key="order-1").json()
    paint(task)

    headers = {"Content-Type": "application/json", "Idempotency-Key": "order-1"}
    waited = api.request(
        "POST",
        "/v1/images/generations",
        as_=alice,
        data=json.dumps(FOX),
        headers=headers,
    )

    assert waited.json()["metadata"]["request_id"] == task["id"]
    assert alice.credits() == 99


def test_what_cannot_be_painted_or_paid_is_said_at_once(api, alice, bob):
    assert queue(api, alice, model="no-such-model").status_code == 404
    assert queue(api, alice, n=0).status_code == 400
    assert queue(api, bob).status_code == 402
    assert queue(api, None).status_code == 401
    assert not Generation.objects.exists()


def test_a_task_is_not_streamed(api, alice):
    answer = queue(api, alice, stream=True)

    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "stream"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"{ASYNC}/generations"),
        ("PUT", f"{ASYNC}/edits"),
        ("DELETE", f"{ASYNC}/img_0"),
        ("GET", f"{ASYNC}/img_0/cancel"),
    ],
)
def test_a_wrong_method_is_said_in_the_envelope(api, alice, method, path):
    answer = api.request(method, path, as_=alice)

    assert answer.status_code == 405
    assert answer.json()["error"]["code"] == "method_not_allowed"
