"""The simulated providers are what they say: their own official clients work with them."""

from base64 import b64decode, urlsafe_b64decode
from urllib.request import urlopen

import pytest

from tests.sdk.clients import PROVIDERS_CLIENTS, Process
from tests.upstreams import replicate
from tests.upstreams.shop import png
from tests.upstreams.street import DOORS, open_street

NANO = "fal-ai/nano-banana-2"
FLUX = "black-forest-labs/flux-schnell"


@pytest.fixture(scope="module")
def street():
    with open_street() as opened:
        yield opened


@pytest.fixture(scope="module")
def says(street):
    """Tell a client what to do at its provider's shop: `says("fal", "run", …)`."""
    running: dict[str, Process] = {}

    def told(name, deed, **words):
        client = PROVIDERS_CLIENTS[name]
        if lacks := client.lacks():
            pytest.skip(lacks)
        if name not in running:
            running[name] = Process(client)
        where = {"base_url": getattr(street, name).url, "key": DOORS[name][0]}
        where["vertex"] = name == "vertex"
        return running[name].told(deed, where, words)

    yield told
    for process in running.values():
        process.end()


def picture_at(url):
    with urlopen(url) as answer:
        return answer.read()


def pictures_in(told):
    return [b64decode(one["data"]) for one in told["pictures"]]


@pytest.fixture
def boat(tmp_path):
    """A picture to edit, as a file."""
    path = tmp_path / "boat.png"
    path.write_bytes(png(64, 64, 2))
    return str(path)


# Google's.

NANO_2 = "gemini-3.1-flash-image"


@pytest.mark.parametrize("name", ["gemini", "vertex"])
def test_googles_client_generates(says, name):
    words = {"prompt": "a boat", "aspect_ratio": "16:9", "resolution": "2K"}
    told = says(name, "generate", model=NANO_2, **words)
    sketch, picture = pictures_in(told)
    assert picture == png(256, 144)
    assert told["reasons"] == ["STOP"]
    assert told["tokens"] == 1390


def test_googles_client_edits(says, street, boat):
    told = says("gemini", "edit", model=NANO_2, prompt="a blue boat", images=[boat])
    assert pictures_in(told)[-1] == png(128, 128)
    [turn] = street.gemini.asked[-1].body["contents"]
    sent = turn["parts"][1]["inlineData"]["data"]
    assert urlsafe_b64decode(sent) == png(64, 64, 2)


@pytest.mark.parametrize(
    ("fault", "kind", "status", "code"),
    [
        ("400", "ClientError", 400, "INVALID_ARGUMENT"),
        ("403", "ClientError", 403, "PERMISSION_DENIED"),
        ("429-wait", "ClientError", 429, "RESOURCE_EXHAUSTED"),
        ("500", "ServerError", 500, "INTERNAL"),
        ("503", "ServerError", 503, "UNAVAILABLE"),
    ],
)
def test_googles_client_reads_errors(says, fault, kind, status, code):
    told = says("gemini", "generate", model=NANO_2, prompt=f"a boat [fault:{fault}]")
    assert told["error"].pop("message")
    assert told["error"] == {"class": kind, "status": status, "code": code}


@pytest.mark.parametrize(
    ("fault", "reasons"),
    [
        ("refusal", ["IMAGE_SAFETY"]),
        ("no-image", ["NO_IMAGE"]),
        ("text-only", ["STOP"]),
    ],
)
def test_googles_client_reads_an_answer_without_a_picture(says, fault, reasons):
    told = says("gemini", "generate", model=NANO_2, prompt=f"a boat [fault:{fault}]")
    assert (told["pictures"], told["reasons"]) == ([], reasons)


# fal's.


def test_fals_client_runs_a_model(says):
    told = says("fal", "run", app=NANO, prompt="a boat", num_images=2, seed=7)
    assert [picture_at(one["url"]) for one in told["images"]] == [
        png(128, 128),
        png(128, 128, 1),
    ]
    assert told["seed"] == 7


def test_fals_client_waits_in_the_queue(says):
    told = says("fal", "subscribe", app=NANO, prompt="a boat", aspect_ratio="16:9")
    assert told["seen"] == ["Queued", "InProgress", "Completed"]
    assert picture_at(told["images"][0]["url"]) == png(128, 72)


def test_fals_client_calls_work_off(says):
    told = says("fal", "submit_and_cancel", app=NANO, prompt="a boat [fault:never]")
    assert told == {"first": "Queued", "last": "Completed"}


@pytest.mark.parametrize("way", ["run", "subscribe"])
def test_fals_client_reads_a_refusal(says, way):
    words = {"app": NANO, "prompt": "a boat [fault:content_policy_violation]"}
    told = says("fal", way, **words)
    assert told["error"] == {"status": 422, "types": ["content_policy_violation"]}


def test_fals_client_reads_a_mistake(says):
    told = says("fal", "run", app=NANO, prompt="a boat", safety_tolerance=4)
    assert told["error"] == {"status": 422, "types": ["one_of"]}


# Replicate's.


@pytest.mark.parametrize(
    ("model", "is_list"), [("google/nano-banana-2", False), (FLUX, True)]
)
def test_replicates_client_runs_a_model(says, model, is_list):
    told = says("replicate", "run", model=model, prompt="a boat")
    assert told["is_list"] is is_list
    assert [picture_at(url) for url in told["urls"]] == [png(128, 128)]


def test_replicates_client_names_a_version(says):
    model = f"google/nano-banana:{replicate.VERSION}"
    assert len(says("replicate", "run", model=model, prompt="a boat")["urls"]) == 1


def test_replicates_client_waits_for_a_prediction(says):
    told = says("replicate", "create_and_wait", model=FLUX, prompt="a boat")
    assert (told["first"], told["last"]) == ("starting", "succeeded")
    assert picture_at(told["output"][0]) == png(128, 128)


def test_replicates_client_calls_a_prediction_off(says):
    told = says("replicate", "cancel", model=FLUX, prompt="a boat [fault:never]")
    assert told == {"last": "canceled"}


def test_replicates_client_reads_a_refusal(says):
    told = says("replicate", "run", model=FLUX, prompt="a boat [fault:E005]")
    assert "flagged as sensitive" in told["error"]["detail"]


def test_replicates_client_reads_a_mistake(says):
    told = says("replicate", "run", model=FLUX, prompt="a boat", go_fast="yes")
    assert told["error"]["status"] == 422
    assert "input.go_fast" in told["error"]["detail"]
