"""Queued orders in a real worker's hands: painted, refused, and called off midway."""

import json
from functools import partial

import pytest

from playground.generation.audit import audit
from playground.generation.catalogue import catalogue
from playground.generation.models import Attempt
from tests.proof.stage import connected
from tests.services.ports import wait_until
from tests.services.worker import running_worker
from tests.upstreams.next_door import studio_next_door
from tests.upstreams.receiver import receiver

pytestmark = pytest.mark.books

ASYNC = "/v1/async/images"


@pytest.fixture(scope="module")
def workshop(django_db_setup, django_db_blocker, tmp_path_factory):
    """A studio next door, and a worker that knows it."""
    folder = tmp_path_factory.mktemp("catalogue")
    with django_db_blocker.unblock(), studio_next_door() as upstream:
        upstream.slow_seconds = 30
        upstream.settings = connected(upstream, folder)
        with running_worker(**upstream.settings):
            yield upstream


@pytest.fixture
def next_door(books_db, workshop, settings):
    settings.CATALOGUE_DIR = workshop.settings["EASEL_CATALOGUE_DIR"]
    servers = workshop.settings["EASEL_COMPATIBLE_SERVERS"]
    settings.COMPATIBLE_SERVERS = json.loads(servers)
    catalogue.forget()
    workshop.forget()
    yield workshop
    catalogue.forget()
    assert audit() == []


def queue(api, who, fault="none", **body):
    prompt = f"a paper boat [fault:{fault}]"
    body = {"model": "studio-1", "prompt": prompt, **body}
    answer = api.post(f"{ASYNC}/generations", as_=who, **body)
    assert answer.status_code == 202, answer.text
    return answer.json()["id"]


def ended(api, who, task_id):
    return api.get(f"{ASYNC}/{task_id}?wait=50", as_=who).json()


def test_a_worker_paints_what_was_queued(api, alice, next_door):
    task = ended(api, alice, queue(api, alice, n=2))

    assert task["status"] == "succeeded"
    assert len(task["result"]["data"]) == task["progress"]["pictures"] == 2
    assert api.get(task["result"]["data"][0]["url"]).status_code == 200
    assert alice.credits() == 90


def test_a_refused_order_is_a_failed_task_that_says_so(api, alice, next_door):
    task = ended(api, alice, queue(api, alice, "refusal"))

    assert (task["status"], task["error"]["code"]) == ("failed", "moderation_blocked")
    assert alice.credits() == 100


def test_an_order_that_is_being_painted_is_stopped_within_seconds(
    api, alice, next_door
):
    task_id = queue(api, alice, "slow")
    wait_until(lambda: next_door.asked, "the provider to be asked")

    answer = api.post(f"{ASYNC}/{task_id}/cancel", as_=alice).json()
    task = ended(api, alice, task_id)

    assert answer["status"] == "running"
    assert (task["status"], task["error"]["code"]) == ("cancelled", "cancelled")
    assert alice.credits() == 100
    assert Attempt.objects.get().outcome == "cancelled"


def test_pictures_that_came_before_the_cancelling_are_paid(api, alice, next_door):
    """Two calls, for four and for one; the second is never answered."""
    next_door.allowed = 1
    task_id = queue(api, alice, "in-turn", n=5)
    came = partial(api.get, f"{ASYNC}/{task_id}", as_=alice)
    wait_until(lambda: came().json()["progress"]["pictures"], "the first pictures")

    api.post(f"{ASYNC}/{task_id}/cancel", as_=alice)
    task = ended(api, alice, task_id)

    assert (task["status"], task["error"]["code"]) == (
        "partially_succeeded",
        "cancelled",
    )
    assert len(task["result"]["data"]) == task["progress"]["pictures"]
    assert alice.credits() == 100 - 5 * task["progress"]["pictures"]


def test_whoever_asked_is_told_when_it_is_done(api, alice, next_door):
    with receiver() as listener:
        done = queue(api, alice, webhook_url=listener.url)
        stopped = queue(api, alice, "slow", webhook_url=listener.url)
        wait_until(lambda: listener.heard, "word of the first")
        api.post(f"{ASYNC}/{stopped}/cancel", as_=alice)
        wait_until(lambda: len(listener.heard) == 2, "word of the second")

    told = [(one.event["data"]["task_id"], one.event["type"]) for one in listener.heard]
    assert told == [
        (done, "image.generation.completed"),
        (stopped, "image.generation.cancelled"),
    ]
