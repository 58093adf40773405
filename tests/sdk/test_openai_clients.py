"""What developers do with OpenAI's clients works when only address and key are Easel's."""

import pytest
from PIL import Image, ImageChops

from accounts.issuing import issue_key
from tests.sdk.clients import who_can

SMALL = "sketch-1-512"


def by_clients_that(deed):
    names = who_can(deed, dialect="openai")
    return pytest.mark.parametrize("client", names, indirect=True)


def pixels(pictures):
    return [f"{picture.width}x{picture.height}" for picture in pictures]


def meadow(size=512):
    across = Image.linear_gradient("L").resize((size, size))
    return Image.merge("RGB", (across, across.rotate(90), across.rotate(180)))


def right_half(size=512):
    """A mask whose right half may change."""
    mask = Image.new("RGBA", (size, size), (0, 0, 0, 255))
    mask.paste((0, 0, 0, 0), (size // 2, 0, size, size))
    return mask


@by_clients_that("models")
def test_models_are_listed_and_found(client):
    answer = client.does("models")

    assert "sketch-1" in answer["models"]
    assert answer["one"] == answer["models"][0]


@by_clients_that("generate")
def test_a_prompt_becomes_a_picture(client, alice, opened):
    answer = client.does("generate", model=SMALL, prompt="a lighthouse")

    assert pixels(opened(answer["pictures"])) == ["512x512"]
    assert alice.credits() == 99


@by_clients_that("generate")
def test_a_picture_comes_as_base64(client, opened):
    answer = client.does(
        "generate", model=SMALL, prompt="a lighthouse", response_format="b64_json"
    )

    assert list(answer["pictures"][0]) == ["data"]
    assert pixels(opened(answer["pictures"])) == ["512x512"]


@by_clients_that("generate")
def test_several_pictures_are_paid_one_by_one(client, alice, opened):
    answer = client.does("generate", model=SMALL, prompt="a lighthouse", n=2)

    assert pixels(opened(answer["pictures"])) == ["512x512", "512x512"]
    assert answer["pictures"][0] != answer["pictures"][1]
    assert alice.credits() == 98


@by_clients_that("generate")
def test_a_size_is_delivered_to_the_pixel(client, opened):
    answer = client.does("generate", model="sketch-1", prompt="a boat", size="1365x768")

    assert pixels(opened(answer["pictures"])) == ["1365x768"]


@by_clients_that("generate_async")
def test_an_async_client_asks_twice_at_once(client, alice, opened):
    answer = client.does("generate_async", model=SMALL, prompt="a lighthouse")

    assert pixels(opened(answer["pictures"])) == ["512x512", "512x512"]
    assert alice.credits() == 98


@by_clients_that("edit")
def test_a_picture_is_edited(client, alice, opened):
    picture = client.file("meadow.png", meadow())

    answer = client.does(
        "edit", model=SMALL, prompt="black and white", images=[picture]
    )

    edited = opened(answer["pictures"])[0].convert("RGB")
    red, green, _ = edited.split()
    assert edited.size == (512, 512)
    assert ImageChops.difference(red, green).getextrema()[1] <= 2
    assert alice.credits() == 99


@by_clients_that("edit")
def test_only_what_the_mask_opens_is_changed(client, opened):
    picture = client.file("meadow.png", meadow())
    mask = client.file("mask.png", right_half())

    answer = client.does(
        "edit", model=SMALL, prompt="black and white", images=[picture], mask=mask
    )

    edited = opened(answer["pictures"])[0].convert("RGB")
    changed = ImageChops.difference(edited, meadow())
    assert changed.crop((0, 0, 240, 512)).getbbox() is None
    assert changed.crop((272, 0, 512, 512)).getbbox() is not None


@by_clients_that("edit")
def test_several_pictures_become_one(client, opened):
    pictures = [
        client.file(f"{colour}.png", Image.new("RGB", (256, 256), colour))
        for colour in ("red", "blue")
    ]

    answer = client.does(
        "edit", model=SMALL, prompt="a collage of both", images=pictures
    )

    assert len(opened(answer["pictures"])) == 1


@by_clients_that("stream")
def test_pictures_are_streamed_as_they_are_painted(client, alice, opened):
    events = client.does("stream", model=SMALL, prompt="a lighthouse", n=2)["events"]

    done = [one for one in events if one["type"] == "image_generation.completed"]
    assert pixels(opened(done)) == ["512x512", "512x512"]
    assert alice.credits() == 98


@by_clients_that("stream_async")
def test_an_async_client_streams(client, alice, opened):
    events = client.does("stream_async", model=SMALL, prompt="a lighthouse")["events"]

    assert pixels(opened(events[-1:])) == ["512x512"]
    assert alice.credits() == 99


@by_clients_that("stream_edit")
def test_an_edit_is_streamed(client, alice, opened):
    picture = client.file("meadow.png", meadow())

    events = client.does(
        "stream_edit", model=SMALL, prompt="black and white", images=[picture]
    )["events"]

    assert events[-1]["type"] == "image_edit.completed"
    assert pixels(opened(events[-1:])) == ["512x512"]
    assert alice.credits() == 99


@by_clients_that("stream")
def test_a_stream_that_cannot_begin_is_an_error_like_any_other(client, bob):
    client.key = bob.secret

    error = client.does("stream", model=SMALL, prompt="a lighthouse")["error"]

    assert error["status"] == 402


@pytest.mark.parametrize("how", ["bytes", "buffer", "named"])
@pytest.mark.parametrize(
    "client",
    [name for name in who_can("edit", dialect="openai") if name.startswith("openai-")],
    indirect=True,
)
def test_a_picture_is_edited_however_it_was_handed_over(client, opened, how):
    picture = client.file("meadow.png", meadow())

    answer = client.does(
        "edit", model=SMALL, prompt="make it night", images=[picture], how=how
    )

    assert pixels(opened(answer["pictures"])) == ["512x512"]


@by_clients_that("generate")
def test_a_wrong_key_is_told_so(client):
    client.key = "esl_live_nobody"

    error = client.does("generate", model=SMALL, prompt="a boat")["error"]

    assert error["status"] == 401
    assert error["class"] in ("AuthenticationError", "AI_APICallError")


@by_clients_that("generate")
def test_an_empty_wallet_is_told_so(client, bob):
    client.key = bob.secret

    error = client.does("generate", model=SMALL, prompt="a boat")["error"]

    assert error["status"] == 402
    assert "credits" in error["message"]


@by_clients_that("generate")
def test_an_unknown_model_is_told_so(client):
    error = client.does("generate", model="sketch-11", prompt="a boat")["error"]

    assert error["status"] == 404
    assert "sketch-1" in error["message"]
    assert error["class"] in ("NotFoundError", "AI_APICallError")


@by_clients_that("generate")
def test_a_wrong_field_is_told_so(client, alice):
    error = client.does("generate", model=SMALL, prompt="a boat", size="0x5")["error"]

    assert error["status"] == 400
    assert "size" in error["message"]
    assert error["class"] in ("BadRequestError", "AI_APICallError")
    assert alice.credits() == 100


@by_clients_that("models")
def test_answers_and_errors_name_their_request(client):
    answer = client.does("generate", model=SMALL, prompt="a boat")
    error = client.does("generate", model=SMALL, prompt="a boat", size="0x5")["error"]

    assert answer["request_id"].startswith("img_")
    assert error["request_id"].startswith("img_")
    assert error["param"] == "size"


@by_clients_that("models")
def test_an_idempotency_key_pays_once(client, alice):
    words = {
        "model": SMALL,
        "prompt": "a boat",
        "headers": {"Idempotency-Key": "a boat"},
        "response_format": "b64_json",
    }

    first = client.does("generate", **words)
    second = client.does("generate", **words)

    assert first["pictures"] == second["pictures"]
    assert alice.credits() == 99


@by_clients_that("generate")
def test_a_test_key_paints_any_model_for_nothing(client, alice, opened):
    _, client.key = issue_key(alice.account, name="rehearsal", is_test=True)

    answer = client.does("generate", model="nano-banana-pro", prompt="a boat")

    assert len(opened(answer["pictures"])) == 1
    assert alice.credits() == 100


CALLS = "/v1/images/generations"


def calls(count):
    body = {"model": SMALL, "prompt": "a boat"}
    line = {"method": "POST", "url": CALLS, "body": body}
    return [{**line, "custom_id": f"boat-{number}"} for number in range(count)]


@by_clients_that("batch")
def test_a_file_of_calls_is_handed_in_and_its_results_are_fetched(
    client, alice, worker, opened
):
    answer = client.does("batch", lines=calls(3), endpoint=CALLS)

    assert answer["status"] == "completed"
    assert answer["counts"] == {"total": 3, "completed": 3, "failed": 0}
    names = [one["custom_id"] for one in answer["results"]]
    assert names == ["boat-0", "boat-1", "boat-2"]
    pictures = answer["results"][0]["response"]["body"]["data"]
    assert pixels(opened(pictures)) == ["512x512"]
    assert (answer["is_listed"], answer["files"]) == (True, [])
    assert alice.credits() == 97


@by_clients_that("batch")
def test_a_batch_is_called_off(client, alice, worker):
    answer = client.does("batch", lines=calls(30), endpoint=CALLS, is_cancelled=True)

    assert answer["status"] == "cancelled"
    assert alice.credits() == 100 - len(answer["results"])
