"""What developers do with Google's clients works when only address and key are Easel's."""

import pytest
from PIL import Image, ImageChops

from tests.sdk.clients import who_can

SMALL = "sketch-1-512"
GEMINI = "gemini-3.1-flash-image-preview"


def by_clients_that(deed):
    names = who_can(deed, dialect="google")
    return pytest.mark.parametrize("client", names, indirect=True)


def by_others_that(deed):
    """Clients that speak Google's dialect to Google's own models only."""
    names = who_can(deed, dialect="google by others")
    return pytest.mark.parametrize("client", names, indirect=True)


def pixels(pictures):
    return [f"{picture.width}x{picture.height}" for picture in pictures]


def meadow(size=512):
    across = Image.linear_gradient("L").resize((size, size))
    return Image.merge("RGB", (across, across.rotate(90), across.rotate(180)))


@by_clients_that("models")
def test_models_are_listed_and_found(client):
    answer = client.does("models")

    assert "sketch-1" in answer["models"]
    assert answer["one"] == answer["models"][0]


@by_clients_that("generate")
def test_a_prompt_becomes_a_picture(client, alice, opened):
    answer = client.does("generate", model=SMALL, prompt="a lighthouse")

    assert pixels(opened(answer["pictures"])) == ["512x512"]
    assert answer["reasons"] == ["STOP"]
    assert answer["tokens"] > 0
    assert alice.credits() == 99


@by_clients_that("generate")
def test_shape_and_resolution_are_kept(client, opened):
    answer = client.does(
        "generate", prompt="a boat", aspect_ratio="16:9", resolution="1K"
    )

    assert pixels(opened(answer["pictures"])) == ["1365x768"]


@by_clients_that("generate")
def test_several_pictures_are_paid_one_by_one(client, alice, opened):
    answer = client.does("generate", model=SMALL, prompt="a lighthouse", n=2)

    assert pixels(opened(answer["pictures"])) == ["512x512", "512x512"]
    assert alice.credits() == 98


@by_clients_that("generate_async")
def test_an_async_client_asks_twice_at_once(client, alice, opened):
    answer = client.does("generate_async", model=SMALL, prompt="a lighthouse")

    assert pixels(opened(answer["pictures"])) == ["512x512", "512x512"]
    assert alice.credits() == 98


@by_clients_that("stream")
def test_pictures_are_streamed(client, alice, opened):
    answer = client.does("stream", model=SMALL, prompt="a lighthouse", n=2)

    assert pixels(opened(answer["pictures"])) == ["512x512", "512x512"]
    assert alice.credits() == 98


@by_clients_that("stream_async")
def test_an_async_client_streams(client, alice, opened):
    answer = client.does("stream_async", model=SMALL, prompt="a lighthouse")

    assert pixels(opened(answer["pictures"])) == ["512x512"]
    assert alice.credits() == 99


@by_clients_that("edit")
def test_a_picture_is_edited(client, alice, opened):
    picture = client.file("meadow.png", meadow())

    answer = client.does(
        "edit", model=SMALL, prompt="black and white", images=[picture]
    )

    red, green, _ = opened(answer["pictures"])[0].convert("RGB").split()
    assert ImageChops.difference(red, green).getextrema()[1] <= 2
    assert alice.credits() == 99


@by_clients_that("chat")
def test_a_second_turn_changes_what_the_first_has_made(client, alice, opened):
    answer = client.does("chat", prompt="a red boat", then="black and white")

    first, second = (one.convert("RGB") for one in opened(answer["pictures"]))
    red, green, _ = second.split()
    assert ImageChops.difference(red, green).getextrema()[1] <= 2
    assert ImageChops.difference(first, second).getbbox() is not None
    assert alice.credits() == 98


@by_clients_that("count")
def test_tokens_are_counted_for_nothing(client, alice):
    assert client.does("count", prompt="a boat on a lake")["tokens"] > 0
    assert alice.credits() == 100


@by_clients_that("generate")
def test_a_wrong_key_is_told_so(client):
    client.key = "esl_live_nobody"

    error = client.does("generate", model=SMALL, prompt="a boat")["error"]

    assert (error["status"], error["code"]) == (401, "UNAUTHENTICATED")


@by_clients_that("generate")
def test_an_empty_wallet_is_told_so(client, bob):
    client.key = bob.secret

    error = client.does("generate", model=SMALL, prompt="a boat")["error"]

    assert error["status"] == 402
    assert "credits" in error["message"]


@by_clients_that("generate")
def test_an_unknown_model_is_told_so(client):
    error = client.does("generate", model="sketch-11", prompt="a boat")["error"]

    assert (error["status"], error["code"]) == (404, "NOT_FOUND")
    assert "sketch-1" in error["message"]


@by_clients_that("generate")
def test_a_wrong_field_is_told_so(client, alice):
    error = client.does("generate", prompt="a boat", aspect_ratio="0:7")["error"]

    assert (error["status"], error["code"]) == (400, "INVALID_ARGUMENT")
    assert alice.credits() == 100


@by_others_that("generate")
def test_a_gemini_model_is_asked_by_its_own_dialect(client, test_key, opened):
    client.key = test_key

    answer = client.does("generate", model=GEMINI, prompt="a boat")

    assert pixels(opened(answer["pictures"])) == ["1024x1024"]


@by_others_that("edit")
def test_a_gemini_model_edits_by_its_own_dialect(client, test_key, opened):
    client.key = test_key
    picture = client.file("meadow.png", meadow())

    answer = client.does("edit", model=GEMINI, prompt="at night", images=[picture])

    assert len(opened(answer["pictures"])) == 1


@by_others_that("generate")
def test_a_wrong_key_is_told_so_by_other_clients(client):
    client.key = "esl_live_nobody"

    error = client.does("generate", model=GEMINI, prompt="a boat")["error"]

    assert error["status"] == 401
