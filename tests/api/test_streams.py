"""Pictures arrive as they are painted, in OpenAI's events, over real sockets."""

import io
import json
import socket
from base64 import b64decode, b64encode
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from openai import APIError, OpenAI
from PIL import Image

from playground.generation.audit import audit
from playground.generation.catalogue import catalogue
from playground.generation.models import Generation, Picture
from tests.services.ports import wait_until
from tests.services.site import Client, running_site
from tests.upstreams.next_door import png, studio_next_door

IMAGES, EDITS = "/v1/images/generations", "/v1/images/edits"
STUDIO_1 = """
id = "studio-1"
name = "Studio 1"
vendor = "Next door"
family = "studio"
description = "The model of the studio next door: a picture a call."
[capabilities]
edit = true
references = 4
[sizes]
default_shape = "1:1"
default_tier = "1K"
[sizes.native]
"1:1" = { "1K" = "64x64" }
[price]
credits = 5
[[offers]]
provider = "next-door"
upstream = "studio-1"
n_per_call = 1
"""
USUAL = ["background", "created_at", "output_format", "quality", "size"]


@pytest.fixture
def next_door(settings, tmp_path):
    """The studio next door, where each picture waits until it is allowed."""
    (tmp_path / "studio-1.toml").write_text(STUDIO_1)
    with studio_next_door() as upstream:
        settings.CATALOGUE_DIR = str(tmp_path)
        server = {"base_url": upstream.url, "api_key": "sk", "local": True}
        settings.COMPATIBLE_SERVERS = {"next-door": {**server, "previews": True}}
        catalogue.forget()
        yield upstream
    catalogue.forget()


@pytest.fixture
def api(books_db, next_door):
    with running_site() as site:
        yield Client(site.base_url)
    assert audit() == []


def official(api, customer):
    """OpenAI's own client."""
    return OpenAI(base_url=f"{api.base_url}/v1", api_key=customer.secret, max_retries=0)


def ask(fault="none", **more):
    prompt = f"a paper boat [fault:{fault}]"
    return {"model": "studio-1", "prompt": prompt, "stream": True, **more}


def events_in(answer):
    """Read a whole answer: each event's name and its data."""
    blocks = answer.text.removesuffix("\n\n").split("\n\n")
    read = [dict(line.split(": ", 1) for line in one.splitlines()) for one in blocks]
    return [(one.get("event"), json.loads(one["data"])) for one in read]


@contextmanager
def listening(api, customer, **body):
    """Ask on a socket of our own, and hang up at the end of the block."""
    host = urlsplit(api.base_url)
    data = json.dumps(body).encode()
    head = (
        f"POST {IMAGES} HTTP/1.1\r\nHost: {host.netloc}\r\n"
        f"Authorization: Bearer {customer.secret}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
    )
    with socket.create_connection((host.hostname, host.port), timeout=30) as line:
        line.sendall(head.encode() + data)
        yield line


def read_until(line, words):
    heard = b""
    while words not in heard:
        some = line.recv(65536)
        assert some, heard
        heard += some
    return heard


def the_order_is(state):
    wait_until(lambda: Generation.objects.get().state == state, state)


# What comes.


def test_the_official_client_gets_each_picture_when_it_is_painted(
    api, alice, next_door
):
    next_door.allowed = 1
    events, left = [], []
    for event in official(api, alice).images.generate(**ask("in-turn", n=3)):
        events.append(event)
        left.append(Generation.objects.get().state)
        next_door.allowed += 1

    assert [event.type for event in events] == ["image_generation.completed"] * 3
    assert left == ["running", "running", "succeeded"]
    assert all(b64decode(event.b64_json).startswith(b"\x89PNG") for event in events)
    assert alice.credits() == 85


def test_an_event_has_all_that_the_client_expects(api, alice):
    [event] = official(api, alice).images.generate(**ask(quality=None))

    found = event.to_dict()
    assert {name: found[name] for name in USUAL} == {
        "background": "opaque",
        "created_at": int(Generation.objects.get().created_at.timestamp()),
        "output_format": "png",
        "quality": "auto",
        "size": "64x64",
    }
    assert event.usage.total_tokens == 1131
    assert (found["id"], found["image_index"]) == (Picture.objects.get().pk, 0)
    assert found["metadata"]["cost"]["credits"] == 5


def test_tokens_are_told_once_with_the_last_picture(api, alice):
    events = list(official(api, alice).images.generate(**ask(n=2)))

    assert [event.usage.total_tokens for event in events] == [0, 2262]


def test_the_events_on_the_wire(api, alice):
    answer = api.post(IMAGES, as_=alice, **ask())

    order = Generation.objects.get()
    start = (
        b'event: image_generation.completed\ndata: {"type":"image_generation.completed"'
    )
    assert answer.body.startswith(start)
    assert answer.body.endswith(b"}\n\n")
    assert answer.body.count(b"\n\n") == 1
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["x-request-id"] == order.id
    assert answer.headers["x-easel-model"] == "studio-1"
    assert answer.headers["cache-control"] == "no-store"
    assert "content-length" not in answer.headers


def test_a_picture_in_an_event_is_the_one_that_is_kept(api, alice):
    [(_, event)] = events_in(api.post(IMAGES, as_=alice, **ask()))

    shown = api.post(IMAGES, as_=alice, **ask(stream=False, response_format="url"))
    stored = api.get(shown.json()["data"][0]["url"])
    assert b64decode(event["b64_json"]) == stored.body


def test_who_asks_for_addresses_gets_them_instead_of_the_bytes(api, alice):
    answer = api.post(IMAGES, as_=alice, **ask(response_format="url"))

    [(_, event)] = events_in(answer)
    assert "b64_json" not in event
    assert api.get(event["url"]).body == png(64, 64, 0)


def test_the_painter_streams_too(api, alice):
    wish = {"model": "sketch-1", "prompt": "a fox", "n": 2, "size": "512x512"}
    events = list(official(api, alice).images.generate(**wish, stream=True))

    assert [event.type for event in events] == ["image_generation.completed"] * 2
    assert {event.size for event in events} == {"512x512"}
    assert [event.usage.total_tokens for event in events] == [0, 0]
    assert alice.credits() == 98


def test_previews_of_the_provider_are_passed_on_while_it_paints(api, alice, next_door):
    events, left = [], []
    for event in official(api, alice).images.generate(
        **ask("streams", partial_images=2)
    ):
        events.append(event)
        left.append(Generation.objects.get().state)
        next_door.allowed += event.partial_image_index if len(events) < 3 else 0

    kinds = [event.type.removeprefix("image_generation.") for event in events]
    assert kinds == ["partial_image", "partial_image", "completed"]
    assert left == ["running", "running", "succeeded"]
    assert [event.partial_image_index for event in events[:2]] == [0, 1]
    assert b64decode(events[0].b64_json) == png(64, 64, 0)
    assert {name for name in USUAL if name not in events[0].to_dict()} == set()
    assert alice.credits() == 95


def test_previews_of_several_pictures_say_whose_they_are(api, alice, next_door):
    next_door.allowed = 2
    answer = api.post(IMAGES, as_=alice, **ask("streams", n=2, partial_images=1))

    found = [
        (event["type"].partition(".")[2], event["image_index"])
        for _, event in events_in(answer)
    ]
    assert sorted(found) == [
        *[("completed", 0), ("completed", 1)],
        *[("partial_image", 0), ("partial_image", 1)],
    ]


def test_a_preview_is_not_a_picture(api, alice):
    answer = api.post(IMAGES, as_=alice, **ask("streams-and-fails", partial_images=3))

    names = [name for name, _ in events_in(answer)]
    assert names == ["image_generation.partial_image", None]
    assert alice.credits() == 100
    assert not Picture.objects.exists()


def test_no_stream_is_asked_of_the_provider_when_nobody_wants_previews(
    api, alice, next_door
):
    api.post(IMAGES, as_=alice, **ask("streams"))

    assert "stream" not in next_door.asked[0].body


def test_previews_nobody_can_make_are_not_made_up(api, alice):
    events = list(official(api, alice).images.generate(**ask(partial_images=2)))

    assert [event.type for event in events] == ["image_generation.completed"]


def test_an_edit_by_form_streams_events_of_its_own_name(api, alice):
    picture = io.BytesIO(png(64, 64, 1))
    events = official(api, alice).images.edit(
        model="sketch-1", image=picture, prompt="night", stream=True, partial_images=1
    )

    [event] = list(events)
    assert event.type == "image_edit.completed"
    assert Image.open(io.BytesIO(b64decode(event.b64_json))).format == "PNG"
    assert alice.credits() == 99


def test_an_edit_by_json_streams_as_well(api, alice):
    uri = f"data:image/png;base64,{b64encode(png(64, 64, 1)).decode()}"
    wish = {"model": "sketch-1", "prompt": "night", "images": [{"image_url": uri}]}

    [(name, event)] = events_in(api.post(EDITS, as_=alice, **wish, stream=True))

    assert name == event["type"] == "image_edit.completed"


@pytest.mark.parametrize("path", [f"/openai{IMAGES}", f"{IMAGES}/"])
def test_under_the_other_prefix_and_with_a_slash(api, alice, path):
    assert len(events_in(api.post(path, as_=alice, **ask()))) == 1


def test_a_stream_that_is_quiet_says_that_it_lives(api, alice, next_door, settings):
    settings.KEEPALIVE_SECONDS = 0.05
    with listening(api, alice, **ask("in-turn")) as line:
        read_until(line, b"\n\n")  # the head
        read_until(line, b": painting\n\n")
        next_door.allowed = 1
        assert b"event: image_generation.completed" in read_until(line, b"event: ")
    the_order_is("succeeded")


# What goes wrong before it begins has a status.


@pytest.mark.parametrize(
    ("change", "status", "param"),
    [
        ({"partial_images": 4}, 400, "partial_images"),
        ({"partial_images": -1}, 400, "partial_images"),
        ({"partial_images": True}, 400, "partial_images"),
        ({"stream": "yes"}, 400, "stream"),
        ({"n": 0}, 400, "n"),
        ({"model": "no-such"}, 404, "model"),
    ],
)
def test_a_wrong_request_is_answered_with_a_status_not_a_stream(
    api, alice, change, status, param
):
    answer = api.post(IMAGES, as_=alice, **ask(**change))

    assert answer.status_code == status
    assert answer.json()["error"]["param"] == param
    assert not Generation.objects.exists()


def test_an_empty_wallet_is_answered_with_402(api, bob):
    answer = api.post(IMAGES, as_=bob, **ask())

    assert answer.status_code == 402
    assert answer.json()["error"]["code"] == "insufficient_quota"


def test_nothing_said_of_streams_means_none(api, alice):
    answer = api.post(IMAGES, as_=alice, **ask(stream=None, partial_images=None))

    assert len(answer.json()["data"]) == 1


# What goes wrong later is an event.


def test_what_was_painted_comes_before_the_word_that_the_rest_failed(api, alice):
    events = []
    with pytest.raises(APIError) as caught:
        for event in official(api, alice).images.generate(**ask("odd-500", n=3)):
            events.append(event)

    assert len(events) == 2
    assert caught.value.code == "upstream_error"
    assert alice.credits() == 90


def test_a_failure_is_one_event_nested_under_error_and_costs_nothing(api, alice):
    answer = api.post(IMAGES, as_=alice, **ask("refusal"))

    assert answer.status_code == 200
    [(name, data)] = events_in(answer)
    assert (name, list(data)) == (None, ["error"])
    assert data["error"]["code"] == "moderation_blocked"
    assert {"message", "type", "param", "code"} <= set(data["error"])
    assert alice.credits() == 100


# Who hangs up loses nothing.


def test_who_hangs_up_finds_the_order_seen_through_at_its_task(api, alice, next_door):
    next_door.allowed = 1
    with listening(api, alice, **ask("in-turn", n=3)) as line:
        read_until(line, b"event: image_generation.completed")
    assert Generation.objects.get().state == "running"
    next_door.allowed = 3
    the_order_is("succeeded")

    task = api.get(f"/v1/tasks/{Generation.objects.get().id}", as_=alice).json()
    assert len(task["result"]["data"]) == 3
    assert all(one["b64_json"] for one in task["result"]["data"])
    assert alice.credits() == 85


def test_a_task_shows_the_pictures_that_are_there_while_the_rest_is_painted(
    api, alice, next_door
):
    next_door.allowed = 2
    with listening(api, alice, **ask("in-turn", n=3)) as line:
        read_until(line, b"event: image_generation.completed")
        wait_until(lambda: Generation.objects.get().delivered == 2, "two pictures")
        path = f"/v1/tasks/{Generation.objects.get().id}"
        early = api.get(path, as_=alice).json()
    next_door.allowed = 3
    the_order_is("succeeded")

    whole = api.get(path, as_=alice).json()
    assert (early["status"], early["error"]) == ("running", None)
    assert early["progress"]["pictures"] == 2
    assert early["charged"]["credits"] == 0
    pairs = [(one["id"], one["b64_json"]) for one in whole["result"]["data"]]
    there = [(one["id"], one["b64_json"]) for one in early["result"]["data"]]
    assert len(there) == 2
    assert there == [pair for pair in pairs if pair in there]
    assert early["result"]["metadata"]["cost"]["charged"]["credits"] == 0


def test_who_hangs_up_before_the_first_picture_still_gets_it(api, alice, next_door):
    with listening(api, alice, **ask("in-turn")) as line:
        read_until(line, b"200 OK")
    next_door.allowed = 1
    the_order_is("succeeded")

    assert alice.credits() == 95


# The same order again is the same stream.


def again(api, customer, **body):
    headers = {"Content-Type": "application/json", "Idempotency-Key": "boat-1"}
    data = json.dumps(body)
    return api.request("POST", IMAGES, as_=customer, data=data, headers=headers)


def test_a_streamed_order_is_replayed_as_a_stream(api, alice, next_door):
    first = again(api, alice, **ask(n=2))
    second = again(api, alice, **ask(n=2))

    assert second.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    pictures = [
        sorted(event["b64_json"] for _, event in events_in(one))
        for one in (first, second)
    ]
    assert pictures[0] == pictures[1]
    assert len(next_door.asked) == 2
    assert alice.credits() == 90


def test_a_replay_ends_as_the_stream_did(api, alice):
    first = again(api, alice, **ask("odd-500", n=3))
    second = again(api, alice, **ask("odd-500", n=3))

    assert len(events_in(second)) == 3
    assert events_in(second)[-1] == events_in(first)[-1]
    assert alice.credits() == 90


def test_a_refusal_is_replayed_with_its_status(api, alice):
    first = again(api, alice, **ask("refusal"))
    second = again(api, alice, **ask("refusal"))

    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"
    assert second.status_code == 400
    assert second.json()["error"]["code"] == "moderation_blocked"
