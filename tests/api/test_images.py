"""POST /v1/images/generations, as a program meets it."""

import base64
import hashlib
import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

from accounts.issuing import issue_key
from billing.ledger import MICRO, credit
from playground.generation.models import Generation, Picture
from tests.cast import customer

pytestmark = pytest.mark.books

IMAGES = "/v1/images/generations"


def test_a_prompt_becomes_a_picture(api, alice):
    answer = api.post(IMAGES, as_=alice, prompt="a fox in the snow")

    assert answer.status_code == 200
    picture = api.get(answer.json()["data"][0]["url"])
    assert Image.open(io.BytesIO(picture.body)).size == (1024, 1024)
    assert alice.credits() == 99


def test_the_other_prefix_and_a_trailing_slash_answer_alike(api, alice):
    for_openai = api.post(
        "/openai" + IMAGES, as_=alice, prompt="a fox", resolution="0.5K"
    )
    slashed = api.post(IMAGES + "/", as_=alice, prompt="a fox", resolution="0.5K")

    assert (for_openai.status_code, slashed.status_code) == (200, 200)


def test_a_picture_can_come_as_base64(api, alice):
    answer = api.post(
        IMAGES, as_=alice, prompt="a fox", response_format="b64_json", resolution="0.5K"
    )

    data = base64.b64decode(answer.json()["data"][0]["b64_json"])
    assert Image.open(io.BytesIO(data)).size == (512, 512)


def test_several_large_pictures_come_as_base64_each_whole(api, alice):
    answer = api.post(
        IMAGES, as_=alice, prompt="a fox", response_format="b64_json", n=2
    )

    entries = answer.json()["data"]
    bytes_sent = [base64.b64decode(entry["b64_json"]) for entry in entries]
    files = [Picture.objects.get(pk=entry["id"]).sha256 for entry in entries]
    assert [hashlib.sha256(data).hexdigest() for data in bytes_sent] == files
    assert len(answer.body) > 2 * 64 * 1024


@pytest.mark.parametrize(
    ("name", "pillow"),
    [
        ("png", "PNG"),
        ("jpeg", "JPEG"),
        ("webp", "WEBP"),
        ("avif", "AVIF"),
        ("gif", "GIF"),
    ],
)
def test_every_format_is_delivered(api, alice, name, pillow):
    answer = api.post(
        IMAGES, as_=alice, prompt="a fox", output_format=name, resolution="0.5K"
    )

    picture = api.get(answer.json()["data"][0]["url"])
    assert Image.open(io.BytesIO(picture.body)).format == pillow
    assert picture.headers["Content-Type"] == f"image/{name}"


def test_the_same_seed_paints_the_same_picture(api, alice):
    ask = {"prompt": "a fox", "seed": 7, "resolution": "0.5K"}
    first, second = (
        api.get(api.post(IMAGES, as_=alice, **ask).json()["data"][0]["url"]).body
        for _ in range(2)
    )

    assert first == second


def test_several_pictures_differ_and_each_is_paid(api, alice):
    answer = api.post(IMAGES, as_=alice, prompt="a fox", n=3, resolution="0.5K")

    pictures = {api.get(entry["url"]).body for entry in answer.json()["data"]}
    assert len(pictures) == 3
    assert alice.credits() == 97
    three = {"credits": 3, "microcredits": 3 * MICRO}
    assert answer.json()["metadata"]["cost"] == {
        **three,
        "held": three,
        "charged": three,
    }


def test_every_answer_names_its_request(api, alice, bob):
    paid = api.post(IMAGES, as_=alice, prompt="a fox", resolution="0.5K")
    refused = api.post(IMAGES, as_=bob, prompt="a fox")
    listed = api.get("/v1/models", as_=alice)

    assert Generation.objects.get().pk == paid.headers["x-request-id"]
    assert refused.headers["x-request-id"].startswith("img_")
    assert listed.headers["x-request-id"].startswith("req_")


def test_an_empty_wallet_is_told_what_is_missing(api, bob):
    answer = api.post(IMAGES, as_=bob, prompt="a fox")

    error = answer.json()["error"]
    assert answer.status_code == 402
    assert error["code"] == "insufficient_quota"
    assert "needs 1 credits and 0 are available" in error["message"]


def test_a_test_key_paints_any_model_for_nothing(api, bob):
    _, secret = issue_key(bob.account, name="rehearsal", is_test=True)

    answer = api.post(IMAGES, as_=secret, prompt="a fox", model="nano-banana-pro-2k")

    generation = Generation.objects.get()
    assert answer.status_code == 200
    assert answer.json()["size"] == "2048x2048"
    assert (generation.is_test, generation.unit_price_microcredits) == (True, 0)


def test_a_model_without_its_provider_says_so(api, alice):
    answer = api.post(IMAGES, as_=alice, prompt="a fox", model="nano-banana-pro")

    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "model_not_connected"
    assert alice.credits() == 100


def test_twenty_rivals_on_a_wallet_for_seven_pictures(api):
    dora = customer("dora", credits=7)

    def ask(_):
        return api.post(IMAGES, as_=dora, prompt="a fox", resolution="0.5K").status_code

    with ThreadPoolExecutor(20) as rivals:
        answers = list(rivals.map(ask, range(20)))

    assert (answers.count(200), answers.count(402)) == (7, 13)
    assert dora.credits() == 0


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"prompt": "a fox", "n": True}, "n"),
        ({"prompt": "a fox", "n": 0}, "n"),
        ({"prompt": "a fox", "n": 99}, "n"),
        ({"prompt": 7}, "prompt"),
        ({"prompt": ""}, "prompt"),
        ({}, "prompt"),
        ({"prompt": "a fox", "size": "0x5"}, "size"),
        ({"prompt": "a fox", "output_format": "bmp"}, "output_format"),
        ({"prompt": "a fox", "response_format": "carrier pigeon"}, "response_format"),
        ({"prompt": "a fox", "seed": 10**30}, "seed"),
    ],
)
def test_a_bad_field_is_named_and_costs_nothing(api, alice, body, param):
    answer = api.post(IMAGES, as_=alice, **body)

    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == param
    assert {"message", "type", "param", "code"} < set(answer.json()["error"])
    assert alice.credits() == 100


@pytest.mark.parametrize(
    "data",
    ["", "{", "[]", "null", '"a fox"', "\ufeff{}", '{"prompt": NaN}', "[" * 5000],
)
def test_a_broken_body_is_a_clear_400(api, alice, data):
    answer = api.request(
        "POST",
        IMAGES,
        as_=alice,
        data=data.encode(),
        headers={"Content-Type": "application/json"},
    )

    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"


def test_null_equals_absent(api, alice):
    answer = api.post(
        IMAGES,
        as_=alice,
        prompt="a fox",
        n=None,
        size=None,
        seed=None,
        resolution="0.5K",
    )

    assert answer.status_code == 200


def test_an_unknown_model_suggests_a_near_one(api, alice):
    answer = api.post(IMAGES, as_=alice, prompt="a fox", model="sketch-11")

    assert answer.status_code == 404
    assert "sketch-1" in answer.json()["error"]["message"]


def test_exact_pixels_of_the_size_table_are_delivered(api, alice):
    answer = api.post(IMAGES, as_=alice, prompt="a fox", size="1365x768")

    assert answer.json()["size"] == "1365x768"
    assert answer.json()["metadata"]["requested"] == "1365x768"


def test_credits_are_exact_numbers(api, alice):
    credit(alice.account.pk, 1, kind="grant", key="a microcredit")

    balance = api.get("/v1/balance", as_=alice)

    assert b'"credits":100.000001' in balance.body
    assert balance.json()["available"]["microcredits"] == 100 * MICRO + 1


def test_compression_makes_a_smaller_file(api, alice):
    ask = {"prompt": "a fox", "resolution": "0.5K", "seed": 7, "output_format": "jpeg"}
    small, large = (
        len(api.get(answer.json()["data"][0]["url"]).body)
        for answer in (
            api.post(IMAGES, as_=alice, **ask, output_compression=quality)
            for quality in (10, 95)
        )
    )

    assert small * 2 < large


def test_a_host_that_is_not_ours_is_refused_before_money_is_held(api, alice):
    headers = {"Host": "evil.example", "Content-Type": "application/json"}
    answer = api.request(
        "POST", IMAGES, as_=alice, data='{"prompt": "a fox"}', headers=headers
    )

    assert answer.status_code == 400
    assert alice.credits() == 100


def test_a_side_that_webp_cannot_hold_is_refused(api, alice):
    answer = api.post(
        IMAGES,
        as_=alice,
        prompt="a fox",
        size="16384x1024",
        fit="cover",
        output_format="webp",
    )

    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "output_format"


def test_a_request_full_of_unknown_fields_is_refused(api, alice):
    extras = {f"field_{number}": 1 for number in range(100)}

    assert api.post(IMAGES, as_=alice, prompt="a fox", **extras).status_code == 400


def test_a_wish_is_at_most_a_megabyte(api, alice):
    answer = api.post(IMAGES, as_=alice, prompt="a" * 1_100_000)

    assert answer.status_code == 413
