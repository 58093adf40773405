"""Pictures to start from: added at once, carried by the form, gone when nobody uses them."""

import os
import time
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from accounts.models import Account
from playground.generation.models import Generation
from playground.generation.tidy import remove_unused_uploads
from tests.generation import files_of_strangers as strangers
from tests.web.browsers import ASK, finish, generate, newest, words


@pytest.fixture(autouse=True)
def _free_pictures_are_used_up(settings):
    settings.FREE_PICTURES_A_DAY = 0


@pytest.fixture
def page(client, alice):
    client.force_login(alice.person)
    return client


def a_picture(name="fox.png", size=(80, 60), colour="red"):
    file = BytesIO()
    Image.new("RGB", size, colour).save(file, "PNG")
    return SimpleUploadedFile(name, file.getvalue(), "image/png")


def added(browser, **facts):
    answer = browser.post("/create/references", {"file": a_picture(**facts)})
    assert answer.status_code == 200
    return answer.context["reference"].token


def test_a_picture_is_taken_in_at_once_and_shown_small(page):
    token = added(page)
    shown = page.get(f"/create/references/{token}")
    assert shown["Content-Type"] == "image/webp"
    assert Image.open(BytesIO(shown.content)).size == (80, 60)


def test_a_telephones_picture_is_taken_as_it_comes(page):
    data = strangers.heic(Image.new("RGB", (80, 60), "red"))
    file = SimpleUploadedFile("IMG_0042.HEIC", data, "")
    token = page.post("/create/references", {"file": file}).context["reference"].token
    generate(page, reference=[token])
    assert finish(newest()).state == "succeeded"


def test_a_file_that_is_no_picture_is_refused_by_its_name(page):
    file = SimpleUploadedFile("scan.tiff", b"II*\0nothing", "image/tiff")
    answer = page.post("/create/references", {"file": file})
    assert answer.status_code == 422
    assert answer.text.startswith("scan.tiff: ")


def test_a_run_with_references_is_an_edit_of_the_first_ones_shape(page):
    tokens = [added(page), added(page, colour="blue")]
    generate(page, reference=tokens, aspect_ratio="auto")
    order = newest()
    assert len(order.request["references"]) == 2
    assert order.request["shape"] == "4:3"
    assert finish(order).state == "succeeded"


def test_a_form_without_script_brings_its_pictures_itself(page):
    answer = generate(page, headers={}, file=a_picture())
    assert answer.status_code == 302
    assert len(newest().request["references"]) == 1


def test_a_picture_painted_here_can_be_a_reference(page):
    generate(page)
    picture = finish(newest()).pictures.get(position=0)
    generate(page, reference=[picture.pk])
    assert len(newest().request["references"]) == 1


def test_nobody_elses_picture_can_be_a_reference(page, client, carol):
    token = added(page)
    generate(page)
    picture = finish(newest()).pictures.get(position=0)
    client.force_login(carol.person)
    assert client.get(f"/create/references/{token}").status_code == 404
    answers = [generate(client, reference=[one]) for one in (token, picture.pk)]
    assert [answer.status_code for answer in answers] == [422, 422]


def test_remix_brings_the_references_along(page):
    generate(page, reference=[added(page)])
    answer = page.get("/create/settings", {"from": newest().pk})
    assert answer.text.count('name="reference"') == 2  # with the blank one for scripts


def test_references_stay_up_to_what_a_model_can_look_at(page):
    tokens = [added(page, colour=(place, 0, 0)) for place in range(15)]
    answer = page.get("/create/settings", {**ASK, "reference": tokens})
    assert "Now 14 references" in words(answer)
    assert len(answer.context["wish"].references) == 14


def test_a_model_that_cannot_look_at_pictures_says_so_before_the_price_is_spent(page):
    asked = {**ASK, "model": "recraft-v4", "reference": added(page), "rehearse": "on"}
    seen = words(page.get("/create/settings", asked))
    assert "takes no references. Remove them, or choose another model." in seen
    answer = generate(page, **{**asked, "quoted": "0"})
    assert answer.status_code == 422
    assert not Generation.objects.exists()


def test_a_guest_may_add_one_and_is_then_known(client, books_db):
    token = added(client)
    generate(client, reference=[token], quoted="0", n="1")
    assert newest().account == Account.objects.get()


def test_what_nobody_used_goes_after_a_day(page):
    unused, used = added(page), added(page, colour="blue")
    generate(page, reference=[used])
    for name in default_storage.listdir(f"waiting/{newest().account_id}")[1]:
        path = default_storage.path(f"waiting/{newest().account_id}/{name}")
        os.utime(path, (time.time() - 90_000,) * 2)

    remove_unused_uploads()

    assert page.get(f"/create/references/{unused}").status_code == 404
    assert page.get(f"/create/references/{used}").status_code == 200
