"""Forms with pictures, as official clients send them, and as hostile ones do."""

import asyncio
import io
import tracemalloc

import pytest
from django.core.handlers.asgi import ASGIRequest
from django.test import RequestFactory
from PIL import Image

from playground.api.errors import answer_error
from playground.api.forms import PictureForm, read_form
from playground.entrance import read_body
from playground.generation.errors import BadRequest

MB = 1024 * 1024
BOUNDARY = "a-line-between"
FORM = f"multipart/form-data; boundary={BOUNDARY}"


def picture(colour: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (3, 2), colour).save(file, "PNG")
    return file.getvalue()


RED, GREEN, BLUE = picture("red"), picture("green"), picture("blue")


def part(name, data, *headers: str, filename: str | None = "upload") -> bytes:
    """One part of a form: a file, or words when `filename` is None."""
    said = f'Content-Disposition: form-data; name="{name}"'
    said += "" if filename is None else f'; filename="{filename}"'
    data = data.encode() if isinstance(data, str) else data
    head = "\r\n".join([f"--{BOUNDARY}", said, *headers])
    return head.encode() + b"\r\n\r\n" + data + b"\r\n"


def words(name, data) -> bytes:
    return part(name, data, filename=None)


def form(*parts: bytes) -> bytes:
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def request(body: bytes, content_type: str = FORM):
    said = {"CONTENT_TYPE": content_type}  # also when there is nothing of it
    return RequestFactory().generic("POST", "/v1/images/edits", body, **said)


def read(body: bytes, content_type: str = FORM) -> PictureForm:
    return asyncio.run(read_form(request(body, content_type)))


def refused(body: bytes, content_type: str = FORM) -> tuple[int, BadRequest]:
    with pytest.raises(BadRequest) as caught:
        read(body, content_type)
    return answer_error(caught.value).status_code, caught.value


def contents(found: PictureForm) -> list[bytes | str]:
    return [one if isinstance(one, str) else one.read() for one in found.images]


@pytest.mark.parametrize(
    "names",
    [
        ("image[]", "image[]", "image[]"),
        ("image", "image", "image"),
        ("image[0]", "image[1]", "image[2]"),
        ("images[]", "images[]", "images[]"),
        ("images", "image", "image[]"),
    ],
)
def test_pictures_come_in_the_order_they_were_sent(names):
    pictures = zip(names, (RED, GREEN, BLUE), strict=True)

    found = read(form(*[part(name, data) for name, data in pictures]))

    assert contents(found) == [RED, GREEN, BLUE]


def test_numbered_pictures_come_in_the_order_of_their_numbers():
    sent = form(part("image[2]", BLUE), part("image[0]", RED), part("image[1]", GREEN))

    assert contents(read(sent)) == [RED, GREEN, BLUE]


def test_words_stay_text_and_pictures_do_not_mix_with_them():
    found = read(
        form(
            words("prompt", "ein Fuchs, größer 🦊\r\nsitting"),
            words("n", "2"),
            words("stream", "true"),
            part("image", RED),
            part("mask", BLUE),
            words("x[a]", "1"),
            words("unheard_of", ""),
        )
    )

    assert found.fields == {
        "prompt": "ein Fuchs, größer 🦊\r\nsitting",
        "n": "2",
        "stream": "true",
        "x[a]": "1",
        "unheard_of": "",
    }
    assert contents(found) == [RED]
    assert found.mask.read() == BLUE


@pytest.mark.parametrize(
    ("filename", "kind"),
    [
        ("upload", "application/octet-stream"),
        ("blob", "image/png"),
        ("../../etc/passwd", "text/html"),
        ("", "text/plain; charset=utf-16"),
        (None, "image/png"),
        ("a.exe", "nonsense"),
    ],
)
def test_a_file_is_kept_as_it_is_whatever_it_is_called(filename, kind):
    sent = part("image", RED, f"Content-Type: {kind}", filename=filename)

    assert contents(read(form(sent))) == [RED]


def test_words_may_come_as_a_small_file():
    blob = part("prompt", "a fox", "Content-Type: text/plain", filename="blob")

    assert read(form(blob)).fields == {"prompt": "a fox"}


@pytest.mark.parametrize(
    "name",
    ["image", "image[]", "image_url", "images[][image_url]", "image[0][image_url]"],
)
def test_an_address_may_stand_where_a_picture_is_expected(name):
    found = read(
        form(
            words(name, "https://example.com/a.png"),
            words("image[]", "data:image/png;base64,AAAA\r\n"),
        )
    )

    assert found.images == ["https://example.com/a.png", "data:image/png;base64,AAAA"]
    assert found.fields == {}


def test_a_file_field_that_nobody_filled_in_is_no_picture():
    found = read(form(part("image", RED), part("mask", b"", filename="")))

    assert (len(found.images), found.mask) == (1, None)


def test_what_looks_like_a_boundary_inside_a_picture_stays_in_it():
    data = RED + f"\r\n--{BOUNDARY[:-1]}\r\n--{BOUNDARY[:-2]}--\r\n".encode() + RED

    assert contents(read(form(part("image", data)))) == [data]


def test_a_form_closes_its_files():
    with read(form(part("image", RED), part("mask", BLUE))) as found:
        pass

    assert found.images[0].closed
    assert found.mask.closed


async def test_a_form_in_chunks_without_a_length_is_read_whole():
    body = form(words("prompt", "a fox"), part("image", RED))
    pieces = [body[at : at + 50] for at in range(0, len(body), 50)]
    messages = [{"type": "http.request", "body": p, "more_body": True} for p in pieces]
    messages.append({"type": "http.request", "body": b"", "more_body": False})
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/images/edits",
        "query_string": b"",
        "headers": [
            (b"transfer-encoding", b"chunked"),
            (b"content-type", FORM.encode()),
        ],
    }

    async def receive():
        return messages.pop(0)

    with await read_body(scope, receive) as spooled:
        found = await read_form(ASGIRequest(scope, spooled))

    assert found.fields == {"prompt": "a fox"}
    assert contents(found) == [RED]


# What is refused.


@pytest.mark.parametrize(
    "content_type",
    [
        "application/x-www-form-urlencoded",
        "text/plain",
        "",
        "multipart/mixed; boundary=x",
    ],
)
def test_a_body_that_is_no_form_is_a_415_that_says_what_works(content_type):
    status, error = refused(form(part("image", RED)), content_type)

    assert (status, error.code) == (415, "unsupported_media_type")
    assert "multipart/form-data" in error.message


WHOLE = form(words("prompt", "a fox"), part("image", RED), part("mask", BLUE))


@pytest.mark.parametrize("size", [0, 1, 20, 60, 150, len(WHOLE) - 40, len(WHOLE) - 4])
def test_a_form_that_was_cut_off_is_a_400(size):
    status, error = refused(WHOLE[:size])

    assert (status, error.code) == (400, "bad_form")


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=another",
        f"multipart/form-data; boundary={'x' * 300}",
        "multipart/form-data; boundary=ümlaut",
        "multipart/form-data; boundary*=utf-8''%ff",
    ],
)
def test_a_form_whose_boundary_is_not_there_is_a_400(content_type):
    assert refused(WHOLE, content_type)[0] == 400


def test_a_part_with_endless_headers_is_a_400():
    sent = part("image", RED, *[f"X-{number}: {'x' * 900}" for number in range(20)])

    assert refused(form(sent))[0] == 400


def test_more_than_sixteen_pictures_are_a_400():
    assert len(read(form(*[part("image[]", RED)] * 16)).images) == 16

    status, error = refused(form(*[part("image[]", RED)] * 17))

    assert (status, error.param) == (400, "image")
    assert "at most 16" in error.message


def test_two_masks_are_a_400():
    assert refused(form(part("mask", RED), part("mask", BLUE)))[1].param == "mask"


@pytest.mark.parametrize("name", ["markup", "photo", "file"])
def test_a_picture_under_another_name_is_not_silently_dropped(name):
    status, error = refused(form(part("image", RED), part(name, BLUE)))

    assert (status, error.param) == (400, name)
    assert "image, image[] or mask" in error.message


def test_text_that_is_not_utf_8_is_a_400():
    status, error = refused(form(words("prompt", b"\xff\xfe")))

    assert (status, error.param) == (400, "prompt")


def test_a_name_is_repeated_without_what_cannot_be_printed():
    name = "pho\x00to\x1b[31m"

    assert refused(form(part(name, BLUE)))[1].param == "photo[31m"


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable"])
def test_a_part_in_mail_encoding_is_a_400(encoding):
    sent = part("image", b"aGVsbG8=", f"Content-Transfer-Encoding: {encoding}")

    assert refused(form(sent))[0] == 400


def test_a_file_beyond_the_limit_is_a_413():
    status, error = refused(form(part("image", b"\0" * (50 * MB + 1))))

    assert (status, error.code, error.param) == (413, "payload_too_large", "image")
    assert "50 MB" in error.message


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(words("prompt", "a" * (MB + 1)), id="one long text"),
        pytest.param(
            b"".join(words(f"w{number}", "a" * 9000) for number in range(120)),
            id="many texts",
        ),
        pytest.param(words("image", "data:" + "a" * MB), id="a long data URI"),
        pytest.param(words("a", "b") * 250, id="too many parts"),
    ],
)
def test_more_words_than_anybody_writes_are_a_413(sent):
    status, error = refused(form(sent))

    assert (status, error.code) == (413, "payload_too_large")


def test_a_large_file_does_not_stay_in_memory():
    sent = request(form(part("image", RED + b"\0" * 20 * MB)))
    tracemalloc.start()
    with asyncio.run(read_form(sent)) as found:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()

        assert peak < 4 * MB
        assert found.images[0].seek(0, 2) == len(RED) + 20 * MB
