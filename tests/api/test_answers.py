"""What an answer says beside the pictures: who painted them, how, and what it cost."""

import pytest

from playground.generation.catalogue import catalogue
from tests.api.test_over_the_wire import STUDIO_1
from tests.services.site import Client, running_site
from tests.upstreams.next_door import studio_next_door

IMAGES = "/v1/images/generations"


@pytest.fixture
def two_doors(books_db, settings, tmp_path):
    """A model that two providers paint: the first, of known cost, is always busy."""
    busy_first = STUDIO_1.replace(
        "[[offers]]",
        '[[offers]]\nprovider = "round-the-corner"\nupstream = "x [fault:429]"\n'
        "cost_usd = 0.01\n[[offers]]",
    )
    (tmp_path / "studio-1.toml").write_text(busy_first)
    with studio_next_door() as upstream:
        server = {"base_url": upstream.url, "api_key": "sk", "local": True}
        settings.CATALOGUE_DIR = str(tmp_path)
        settings.COMPATIBLE_SERVERS = {"round-the-corner": server, "next-door": server}
        catalogue.forget()
        with running_site() as site:
            yield Client(site.base_url)
    catalogue.forget()


def ask(api, customer, **body):
    return api.post(IMAGES, as_=customer, model="studio-1", prompt="a boat", **body)


def test_an_answer_tells_who_painted_and_what_was_tried(two_doors, alice):
    answer = ask(two_doors, alice)

    said = answer.json()["metadata"]
    tries = [(one["provider"], one["outcome"]) for one in said["attempts"]]
    assert tries == [("round-the-corner", "busy"), ("next-door", "succeeded")]
    assert said["provider"] == "next-door"
    assert said["upstream"] == {"model": "studio-1", "request_id": "req_2"}
    assert all(one["duration_ms"] >= 0 for one in said["attempts"])


def test_the_headers_tell_it_to_who_reads_no_body(two_doors, alice):
    headers = ask(two_doors, alice, n=2).headers

    assert headers["x-easel-provider"] == "next-door"
    assert headers["x-easel-model"] == "studio-1"
    assert headers["x-easel-credits"] == "10"


def test_tokens_are_those_the_provider_counted(two_doors, alice):
    assert ask(two_doors, alice).json()["usage"] == {
        "input_tokens": 11,
        "input_tokens_details": {"text_tokens": 11, "image_tokens": 0},
        "output_tokens": 1120,
        "total_tokens": 1131,
    }


def test_no_tokens_are_made_up(api, alice):
    answer = api.post(IMAGES, as_=alice, prompt="a fox", resolution="0.5K")

    assert "usage" not in answer.json()


def test_what_is_held_and_what_is_charged_are_both_told(two_doors, alice):
    answer = two_doors.post(
        IMAGES, as_=alice, model="studio-1", prompt="boats [fault:fewer]", n=3
    )

    cost = answer.json()["metadata"]["cost"]
    delivered = len(answer.json()["data"])
    assert cost["held"]["credits"] == 15
    assert cost["charged"]["credits"] == cost["credits"] == 5 * delivered


def test_an_answer_that_is_asked_for_again_says_the_same(two_doors, alice):
    def asked():
        return two_doors.request(
            "POST",
            IMAGES,
            as_=alice,
            data='{"model": "studio-1", "prompt": "a boat"}',
            headers={"Content-Type": "application/json", "Idempotency-Key": "one"},
        )

    first, again = asked(), asked()
    task = two_doors.get(f"/v1/tasks/{first.headers['x-request-id']}", as_=alice)

    assert again.headers["idempotent-replayed"] == "true"
    assert first.json() == again.json() == task.json()["result"]
    assert first.headers["x-easel-credits"] == again.headers["x-easel-credits"]


def test_a_picture_that_cannot_be_seen_through_is_called_opaque(api, alice):
    answer = api.post(IMAGES, as_=alice, prompt="a fox", resolution="0.5K")

    assert answer.json()["background"] == "opaque"
