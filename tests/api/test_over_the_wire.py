"""A model of another server: painted over a network, paid for when it arrives."""

import time
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.files.storage import default_storage

from billing.models import Transfer
from playground.generation.audit import audit
from playground.generation.catalogue import catalogue
from playground.generation.models import Attempt, Generation, Picture
from tests.services.site import Client, running_site
from tests.upstreams.next_door import studio_next_door

IMAGES = "/v1/images/generations"
STUDIO_1 = """
id = "studio-1"
name = "Studio 1"
vendor = "Next door"
family = "studio"
description = "The model of the studio next door."
[capabilities]
seed = true
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
n_per_call = 4
passes = ["style_strength"]
"""


@pytest.fixture
def next_door(settings, tmp_path):
    """The studio next door, connected as an operator connects it."""
    (tmp_path / "studio-1.toml").write_text(STUDIO_1)
    with studio_next_door() as upstream:
        settings.CATALOGUE_DIR = str(tmp_path)
        settings.COMPATIBLE_SERVERS = {
            "next-door": {"base_url": upstream.url, "api_key": "sk", "local": True}
        }
        catalogue.forget()
        yield upstream
    catalogue.forget()


@pytest.fixture
def api(books_db, next_door):
    with running_site() as site:
        yield Client(site.base_url)
    assert audit() == []


def ask(api, customer, fault="none", **body):
    prompt = f"a paper boat [fault:{fault}]"
    return api.post(IMAGES, as_=customer, model="studio-1", prompt=prompt, **body)


def test_a_picture_comes_over_the_wire(api, alice):
    answer = ask(api, alice)

    assert answer.status_code == 200
    assert answer.json()["size"] == "64x64"
    assert alice.credits() == 95


def test_a_picture_is_passed_on_as_it_came_and_stored_as_it_is(api, alice):
    answer = ask(api, alice, response_format="b64_json")

    entry = answer.json()["data"][0]
    picture = Picture.objects.get(pk=entry["id"])
    with default_storage.open(picture.file) as file:
        assert b64encode(file.read()).decode() == entry["b64_json"]


def test_pictures_that_arrived_are_delivered_and_paid_the_others_not(api, alice):
    answer = ask(api, alice, "partial", n=3)

    generation = Generation.objects.get()
    assert answer.status_code == 200
    assert generation.state == "partially_succeeded"
    assert len(answer.json()["data"]) == generation.delivered < 3
    assert alice.credits() == 100 - 5 * generation.delivered


def test_fewer_pictures_than_asked_are_topped_up(api, alice, next_door):
    answer = ask(api, alice, "fewer", n=3)

    assert len(answer.json()["data"]) == 3
    assert len(next_door.asked) == 3
    assert alice.credits() == 85


@pytest.mark.parametrize(
    ("fault", "status", "code", "outcome"),
    [
        ("500", 502, "upstream_error", "broken"),
        ("429", 429, "upstream_busy", "busy"),
        ("401", 502, "upstream_error", "misconfigured"),
        ("refusal", 400, "moderation_blocked", "refused"),
        ("empty", 502, "upstream_error", "empty"),
        ("truncated", 502, "upstream_error", "empty"),
    ],
)
def test_a_failed_painting_costs_nothing(api, alice, fault, status, code, outcome):
    answer = ask(api, alice, fault)

    assert answer.status_code == status
    assert answer.json()["error"]["code"] == code
    assert alice.credits() == 100
    assert Attempt.objects.get().outcome == outcome
    assert not Transfer.objects.filter(kind="charge").exists()


def test_a_jpeg_that_breaks_off_is_not_delivered(api, alice):
    answer = ask(api, alice, "truncated-jpeg")

    assert answer.status_code == 502
    assert alice.credits() == 100


def test_a_full_disk_costs_nothing_and_says_so(api, alice, settings):
    place = Path(settings.DATA_DIR) / "not-a-folder"
    place.write_text("pictures cannot be stored in a file")
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(place)},
        },
    }

    answer = ask(api, alice)

    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "storage_unavailable"
    assert alice.credits() == 100
    assert Generation.objects.get().state == "failed"


def test_the_customer_never_sees_the_upstreams_own_words(api, alice):
    answer = ask(api, alice, "401")

    assert "sk" not in answer.json()["error"]["message"].split()
    assert "key" not in answer.json()["error"]["message"].lower()


def test_fields_the_offer_takes_are_passed_on_and_others_are_noted(
    api, alice, next_door
):
    answer = ask(api, alice, style_strength=3, zigzag=True)

    assert next_door.asked[0].body["style_strength"] == 3
    assert "zigzag" not in next_door.asked[0].body
    assert "zigzag" in [note["field"] for note in answer.json()["metadata"]["warnings"]]


def test_an_order_that_is_painted_elsewhere_does_not_hold_up_others(api, alice):
    with ThreadPoolExecutor(9) as callers:
        slow = [callers.submit(ask, api, alice, "slow") for _ in range(8)]
        started = time.perf_counter()
        api.get("/v1/models", as_=alice)
        waited = time.perf_counter() - started
        assert [one.result().status_code for one in slow] == [200] * 8

    assert waited < 5
    assert alice.credits() == 60


def test_a_field_of_their_own_that_is_nested_too_deep_is_refused(api, alice):
    deep = 1
    for _ in range(200):
        deep = {"a": [deep]}

    answer = ask(api, alice, style_strength=deep)

    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "style_strength"
    assert alice.credits() == 100
