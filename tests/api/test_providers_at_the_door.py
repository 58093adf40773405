"""What a customer sees of what providers do: a picture, or a clear word and no charge."""

import pytest

from playground.generation.audit import audit
from playground.generation.catalogue import catalogue
from playground.generation.models import Attempt
from tests.services.site import Client, running_site
from tests.upstreams import fal, replicate
from tests.upstreams.shop import base64, png
from tests.upstreams.street import open_street

IMAGES, EDITS = "/v1/images/generations", "/v1/images/edits"
FAL_FIRST = {"order": ["fal", "replicate"]}  # otherwise equals share the load
BOAT = """
id = "boat"
name = "Boat"
price = 4
[capabilities]
edit = true
references = 4
[sizes]
default_shape = "1:1"
default_tier = "1K"
[sizes.native]
"1:1" = { "1K" = "128x128" }
[[offers]]
provider = "fal"
upstream = "fal-ai/nano-banana-2"
edit_upstream = "fal-ai/nano-banana-2/edit"
n_per_call = 4
[offers.parameters]
n = { name = "num_images", behaviour = "renamed" }
aspect_ratio = {}
resolution = {}
image = { name = "image_urls", behaviour = "renamed" }
[[offers]]
provider = "replicate"
upstream = "google/nano-banana-2"
always = { output_format = "png" }
[offers.parameters]
n = { behaviour = "emulated" }
aspect_ratio = {}
resolution = {}
image = { name = "image_input", behaviour = "renamed" }
"""


@pytest.fixture(scope="module")
def _street():
    with open_street() as street:
        yield street


@pytest.fixture
def street(_street):
    _street.forget()
    return _street


@pytest.fixture
def api(books_db, street, settings, tmp_path):
    """A site whose one model is painted by fal.ai or else by Replicate."""
    (tmp_path / "boat.toml").write_text(BOAT)
    settings.CATALOGUE_DIR = str(tmp_path)
    local = {"is_local": True}
    direct = {"base_url": f"{street.fal.url}/run", "options": {"mode": "direct"}}
    there = {"secret": replicate.TOKEN, "base_url": street.replicate.url, **local}
    settings.PROVIDERS = {
        "fal": {"secret": fal.KEY, **direct, **local},
        "replicate": there,
    }
    catalogue.forget()
    with running_site() as site:
        yield Client(site.base_url)
    catalogue.forget()
    assert audit() == []


def painted(api, customer, fault="none", **more):
    prompt = f"a paper boat [fault:{fault}]"
    more = {"provider": FAL_FIRST, **more}
    return api.post(IMAGES, as_=customer, model="boat", prompt=prompt, **more)


def tries():
    return [(one.provider, one.outcome) for one in Attempt.objects.order_by("id")]


def test_the_first_provider_paints_and_is_named(api, alice, street):
    answer = painted(api, alice, n=2)
    assert answer.status_code == 200
    assert len(answer.json()["data"]) == 2
    assert answer.headers["x-easel-provider"] == "fal"
    assert alice.credits() == 92
    assert len(street.fal.asked) == 1


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ("internal_server_error", "broken"),
        ("runner_scheduling_failure", "busy"),
        ("generation_timeout", "broken"),
        ("no_media_generated", "empty"),
        ("feature_not_supported", "misconfigured"),
        ("500-plain", "broken"),
    ],
)
def test_when_one_fails_the_other_paints_and_one_is_paid(api, alice, fault, outcome):
    answer = painted(api, alice, fault)
    assert answer.status_code == 200
    assert tries() == [("fal", outcome), ("replicate", "succeeded")]
    assert alice.credits() == 96


@pytest.mark.parametrize("fault", ["content_policy_violation", "black"])
def test_a_refusal_is_the_models_word_and_costs_nothing(api, alice, street, fault):
    answer = painted(api, alice, fault)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "moderation_blocked"
    assert tries() == [("fal", "refused")]
    assert alice.credits() == 100
    assert street.replicate.seen == []


@pytest.mark.parametrize(
    ("fault", "status"), [("429-wait", 429), ("503-page", 502), ("reset", 502)]
)
def test_the_customer_is_told_when_nobody_can(api, alice, fault, status):
    assert painted(api, alice, fault).status_code == status
    assert alice.credits() == 100


def test_pictures_to_edit_reach_the_editing_app(api, alice, street):
    asked = {"model": "boat", "prompt": "a boat", "provider": FAL_FIRST}
    answer = api.post(EDITS, as_=alice, image=a_picture(), **asked)
    assert answer.status_code == 200
    [sent] = street.fal.asked
    assert sent.path == "/run/fal-ai/nano-banana-2/edit"
    assert len(sent.body["image_urls"]) == 1


def a_picture():
    return f"data:image/png;base64,{base64(png(64, 64))}"


def test_when_nobody_answers_in_time_that_is_said(api, alice, settings):
    settings.PROVIDER_TIMEOUT_SECONDS = 1
    answer = painted(api, alice, "hang")
    assert (answer.status_code, answer.json()["error"]["code"]) == (504, "timeout")
    assert alice.credits() == 100
