"""Picture files behind signed addresses."""

import re

import pytest


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
