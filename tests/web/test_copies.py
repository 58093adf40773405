"""Downloads: every format, with how the picture was made or without, never in what others get."""

import io
import re
import zlib

import pytest
from PIL import Image

from playground.gallery.credentials import UUID_BOX, has_credentials
from playground.gallery.marks import Settings, marked
from tests.web.orders import a_file, a_painted_picture_of, an_order

PROMPT = "a fox & <two> “hens”, é"
AI = b"digitalsourcetype/trainedAlgorithmicMedia"


@pytest.fixture
def browser(client, alice):
    """Alice's browser, signed in."""
    client.force_login(alice.person)
    return client


@pytest.fixture
def picture(alice):
    return a_painted_picture_of(an_order(alice.account, prompt=PROMPT))


def original(image_format):
    return a_file(image_format)


def pixels(data):
    return Image.open(io.BytesIO(data)).convert("RGB").tobytes()


def as_(browser, picture, image_format="original"):
    answer = browser.get(f"/pictures/{picture.pk}/download?as={image_format}")
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
    return answer.content


def xmp(data):
    found = re.search(rb"<x:xmpmeta.*</x:xmpmeta>", data, re.S)
    return found[0] if found else b""


@pytest.mark.parametrize("image_format", ["png", "jpeg", "webp", "avif"])
def test_a_copy_in_any_format_says_how_it_was_made(browser, picture, image_format):
    data = as_(browser, picture, image_format)
    copy = Image.open(io.BytesIO(data))
    copy.load()
    assert (copy.format, copy.size) == (image_format.upper(), (96, 96))
    assert AI in xmp(data)
    assert b"a fox &amp; &lt;two&gt;" in xmp(data)


def test_a_png_names_its_parameters_where_other_tools_look(browser, picture):
    texts = Image.open(io.BytesIO(as_(browser, picture))).text
    assert texts["parameters"].startswith(f"{PROMPT}\nSeed: 4711, Size: 96x96")


@pytest.mark.parametrize("image_format", ["png", "jpeg", "webp"])
def test_the_original_keeps_its_pixels_and_without_settings_every_byte(
    browser, alice, image_format
):
    picture = a_painted_picture_of(an_order(alice.account), image_format=image_format)
    data = original(image_format)
    told = as_(browser, picture)
    assert told != data and pixels(told) == pixels(data)
    browser.post(f"/pictures/{picture.pk}/copies", {"on": "0"})
    assert as_(browser, picture) == data
    assert AI not in as_(browser, picture, "png")
    browser.post(f"/pictures/{picture.pk}/copies", {"on": "1"})
    assert as_(browser, picture) == told


def test_the_api_and_shared_links_hand_out_the_stored_bytes(
    browser, client, alice, api, picture
):
    data = original("png")
    as_(browser, picture)
    path = re.search(
        r'src="(/files/pic_\w+\.png[^"]+)"', browser.get(f"/p/{picture.pk}").text
    )[1]
    assert api.get(path.replace("&amp;", "&")).body == data
    browser.post(f"/pictures/{picture.pk}/note/share", {"on": "1"})
    token = re.search(r"/s/([\w-]+)", browser.get(f"/p/{picture.pk}").text)[1]
    client.logout()
    assert b"".join(client.get(f"/s/{token}/picture")) == data


def test_a_file_of_no_known_format_or_none_at_all_is_not_found(browser, picture):
    assert browser.get(f"/pictures/{picture.pk}/download?as=bmp").status_code == 404
    picture.file = "away.png"
    picture.save()
    assert browser.get(f"/pictures/{picture.pk}/download").status_code == 404


def with_credentials(data, image_format):
    """Put an empty C2PA manifest into a file, as each format has a place for it."""
    box = b"\0\0\0\x20jumbc2pa" + b"\0" * 20
    if image_format == "png":
        body = b"caBX" + box
        crc = zlib.crc32(body).to_bytes(4, "big")
        return data[:33] + len(box).to_bytes(4, "big") + body + crc + data[33:]
    if image_format == "jpeg":
        size = (len(box) + 4).to_bytes(2, "big")
        return data[:2] + b"\xff\xeb" + size + b"JP" + box + data[2:]
    if image_format == "webp":
        chunk = b"C2PA" + len(box).to_bytes(4, "little") + box
        size = int.from_bytes(data[4:8], "little") + len(chunk)
        return b"RIFF" + size.to_bytes(4, "little") + data[8:] + chunk
    return data + (24 + len(box)).to_bytes(4, "big") + b"uuid" + UUID_BOX + box


@pytest.mark.parametrize("image_format", ["png", "jpeg", "webp", "avif"])
def test_what_carries_content_credentials_is_left_alone_and_it_says_so(
    browser, alice, image_format
):
    data = with_credentials(original(image_format), image_format)
    order = an_order(alice.account)
    picture = a_painted_picture_of(order, data=data, image_format=image_format)
    page = browser.get(f"/pictures/{picture.pk}/copies").text
    assert "Only the original keeps them" in page
    assert as_(browser, picture) == data
    plain = a_painted_picture_of(order, 1, image_format=image_format)
    assert "Only the original" not in browser.get(f"/pictures/{plain.pk}/copies").text


SETTINGS = Settings("a fox", "", "sketch-1", 7, 96, 96, is_edit=False)


@pytest.mark.parametrize("image_format", ["png", "jpeg", "webp"])
def test_words_that_are_there_already_stay_and_ours_are_added_once(image_format):
    edited = Settings("a hen", "", "sketch-1", 7, 96, 96, is_edit=True)
    once = marked(original(image_format), image_format, edited)
    twice = marked(once, image_format, SETTINGS)
    assert twice.count(b"<x:xmpmeta") == 1
    assert xmp(twice).count(b"DigitalSourceType=") == 1
    assert b"compositeWithTrainedAlgorithmicMedia" in xmp(twice)
    assert b"a hen" in xmp(twice) and b"a fox" in xmp(twice)
    assert pixels(twice) == pixels(original(image_format))


@pytest.mark.parametrize("image_format", ["png", "jpeg", "webp", "avif"])
@pytest.mark.parametrize("cut", [0, 1, 11, 40, -9])
def test_a_broken_file_is_handed_out_as_it_is(image_format, cut):
    data = original(image_format)[: cut or None] if cut else b""
    has_credentials(data, image_format)
    assert marked(data, image_format, SETTINGS).startswith(data[:12])


def test_a_prompt_too_long_for_a_jpeg_is_left_out_of_it():
    long = Settings("fox " * 30_000, "", "sketch-1", 7, 96, 96, is_edit=False)
    assert marked(original("jpeg"), "jpeg", long) == original("jpeg")
