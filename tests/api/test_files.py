"""Picture files behind signed addresses."""

import re
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from playground.gallery import bin
from playground.generation.links import thumbnail_path
from playground.generation.models import Picture
from playground.generation.thumbnails import beside


@pytest.fixture
def address(api, alice):
    answer = api.post(
        "/v1/images/generations", as_=alice, prompt="a fox", resolution="0.5K"
    )
    return answer.json()["data"][0]["url"]


def test_a_picture_is_served_whole_and_may_be_kept(api, address):
    answer = api.get(address)

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "image/png"
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert int(answer.headers["Content-Length"]) == len(answer.body)


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-9", slice(0, 10)),
        ("bytes=5-", slice(5, None)),
        ("bytes=-7", slice(-7, None)),
    ],
)
def test_a_part_can_be_asked_for(api, address, asked, part):
    whole = api.get(address).body

    answer = api.get(address, range=asked)

    assert answer.status_code == 206
    assert answer.body == whole[part]


def test_a_part_beyond_the_end_is_refused(api, address):
    assert api.get(address, range="bytes=99999999-").status_code == 416


def test_a_picture_that_is_known_is_not_sent_again(api, address):
    etag = api.get(address).headers["ETag"]

    assert api.get(address, if_none_match=etag).status_code == 304


@pytest.mark.parametrize(
    "change",
    [
        lambda url: url[:-1] + ("A" if url[-1] != "A" else "B"),
        lambda url: re.sub(r"exp=\d+", "exp=1", url),
        lambda url: re.sub(r"exp=\d+", "exp=99999999999999", url),
        lambda url: re.sub(r"pic_\w+", "pic_00000000000000000000000000", url),
        lambda url: url.split("?")[0],
    ],
)
def test_every_wrong_address_looks_like_a_missing_picture(api, address, change):
    answer = api.get(change(address))

    assert answer.status_code == 404
    assert answer.text == "There is no such picture, or its address has expired.\n"


@pytest.mark.parametrize("asked", ["bytes=" + "9" * 5000 + "-", "bytes=-", "lines=1-2"])
def test_a_range_nobody_can_mean_gets_the_whole(api, address, asked):
    assert api.get(address, range=asked).status_code == 200


@pytest.mark.parametrize("path", ["/files/", "/files/a/b", "/healthz/x"])
def test_there_is_nothing_beside_the_files(api, books_db, settings, path):
    settings.DEBUG = False

    assert api.get(path).status_code == 404


# Small copies, for pages that show many.


@pytest.fixture
def picture(address):
    return Picture.objects.get()


def small(picture, width=320):
    return thumbnail_path(picture.pk, width, picture.expires_at)


def size_of(answer):
    return Image.open(BytesIO(answer.body)).size


def test_a_small_copy_is_made_when_somebody_first_looks_and_never_again(api, picture):
    name = beside(picture.file, 320)
    assert not default_storage.exists(name)

    answer = api.get(small(picture))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "image/webp"
    assert size_of(answer) == (320, round(320 * picture.height / picture.width))
    assert "immutable" in answer.headers["Cache-Control"]

    default_storage.delete(picture.file)
    assert api.get(small(picture)).body == answer.body


def test_a_deleted_picture_is_gone_from_its_addresses_until_it_is_brought_back(
    api, address, picture
):
    etag = api.get(address).headers["ETag"]
    bin.delete([picture])
    asked = [
        api.get(address),
        api.get(address, range="bytes=0-9"),
        api.get(address, if_none_match=etag),
        api.get(small(picture)),
    ]
    assert [answer.status_code for answer in asked] == [404] * 4

    bin.bring_back(picture.account_id, [picture.pk])
    assert api.get(address).status_code == 200


def test_a_small_copy_is_never_larger_than_its_picture(api, picture):
    assert size_of(api.get(small(picture, 640))) == (picture.width, picture.height)


def test_a_small_copy_is_known_apart_from_its_picture(api, picture):
    etag = api.get(small(picture)).headers["ETag"]

    assert api.get(small(picture), if_none_match=etag).status_code == 304
    assert api.get(small(picture, 640), if_none_match=etag).status_code == 200


def test_only_the_widths_we_name_can_be_had(api, picture):
    wider = small(picture).replace("-320.", "-6400.")

    assert api.get(wider).status_code == 404


def test_a_picture_that_cannot_be_read_has_no_small_copy(api, picture):
    default_storage.delete(picture.file)
    default_storage.save(picture.file, ContentFile(b"no picture"))

    assert api.get(small(picture)).status_code == 404
