"""POST /v1/images/edits, as a program meets it."""

import base64
import io
import json
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import openai
import pytest
from django.core.files.storage import default_storage
from PIL import Image, ImageChops

from accounts.issuing import issue_key
from playground.generation.audit import audit
from playground.generation.catalogue import catalogue
from playground.generation.models import Attempt, Generation

EDITS = "/v1/images/edits"
BOUNDARY = "a-line-between"
FORM = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
JSON = {"Content-Type": "application/json"}


@pytest.fixture(autouse=True)
def books_that_balance(books_db):
    yield
    assert audit() == []


def saved(picture, kind="PNG") -> bytes:
    file = io.BytesIO()
    picture.save(file, kind)
    return file.getvalue()


def red(width=512, height=512, kind="PNG") -> bytes:
    return saved(Image.new("RGB", (width, height), (200, 40, 30)), kind)


def meadow(size=512) -> Image.Image:
    """A picture with something different at every place."""
    across = Image.linear_gradient("L").resize((size, size))
    return Image.merge("RGB", (across, across.rotate(90), across.rotate(180)))


def half_open(size=512) -> bytes:
    """A mask whose right half may change."""
    mask = Image.new("RGBA", (size, size), (0, 0, 0, 255))
    mask.paste((0, 0, 0, 0), (size // 2, 0, size, size))
    return saved(mask)


def uri(data: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(data).decode()


def part(name: str, data: bytes | str, *, is_file: bool = False) -> bytes:
    said = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"'
    said += '; filename="upload"' if is_file else ""
    data = data.encode() if isinstance(data, str) else data
    return said.encode() + b"\r\n\r\n" + data + b"\r\n"


def form(*files: tuple[str, bytes], **words: str) -> bytes:
    parts = [part(name, data, is_file=True) for name, data in files]
    parts += [part(name, text) for name, text in words.items()]
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def send(api, who, *files, path=EDITS, headers=None, **words):
    """An edit as a form: at the smallest size, in bytes, unless said otherwise."""
    usual = {"prompt": "make it night", "resolution": "0.5K"}
    usual["response_format"] = "b64_json"
    data = form(*files, **{**usual, **words})
    return api.request("POST", path, as_=who, data=data, headers=FORM | (headers or {}))


def tell(api, who, **body):
    """The same as JSON."""
    usual = {"prompt": "make it night", "resolution": "0.5K"}
    return api.post(EDITS, as_=who, **{**usual, **body})


def painted(answer, place=0) -> Image.Image:
    data = base64.b64decode(answer.json()["data"][place]["b64_json"])
    return Image.open(io.BytesIO(data)).convert("RGB")


def brightness(picture) -> int:
    return picture.convert("L").resize((1, 1)).getpixel((0, 0))


def kept_inputs() -> list[str]:
    inputs = Path(default_storage.path("inputs"))
    return sorted(str(file.name) for file in inputs.rglob("*.*"))


@pytest.fixture(autouse=True)
def pictures_of_its_own(settings, tmp_path, books_db):
    """Files of this test alone, so that they can be counted."""
    store = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(tmp_path)},
    }
    settings.STORAGES = {**settings.STORAGES, "default": store}


def test_a_picture_is_changed_as_asked_for_one_credit(api, alice):
    answer = send(api, alice, ("image", saved(meadow())))

    assert answer.status_code == 200, answer.text
    assert painted(answer).size == (512, 512)
    assert brightness(painted(answer)) < brightness(meadow()) - 20
    assert alice.credits() == 99


def test_the_order_is_an_edit_and_names_its_task(api, alice):
    answer = send(api, alice, ("image", red()))

    order = Generation.objects.get()
    assert order.endpoint == "images.edits"
    assert answer.headers["x-request-id"] == order.pk
    assert order.pk.startswith("img_")
    assert Attempt.objects.get().provider == "sketch"


@pytest.mark.parametrize("path", [EDITS, EDITS + "/"])
@pytest.mark.parametrize("prefix", ["", "/openai"])
def test_every_address_of_the_door_answers(api, alice, prefix, path):
    assert send(api, alice, ("image", red()), path=prefix + path).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"images": [{"image_url": uri(red())}]}, id="as OpenAI has it"),
        pytest.param({"images": [uri(red())]}, id="a list of strings"),
        pytest.param({"image": uri(red())}, id="a string"),
        pytest.param({"image": [uri(red())]}, id="image as a list"),
        pytest.param({"image": {"image_url": {"url": uri(red())}}}, id="as in chats"),
    ],
)
def test_pictures_come_in_json_too(api, alice, body):
    answer = tell(api, alice, **body)

    assert answer.status_code == 200, answer.text
    assert answer.json()["data"][0]["url"]
    assert alice.credits() == 99


def test_form_and_json_are_painted_alike(api, alice):
    by_form = send(api, alice, ("image", red()), seed="7")
    by_json = tell(
        api, alice, image=uri(red()), seed=7, response_format="b64_json"
    )  # fmt: skip

    assert painted(by_form).tobytes() == painted(by_json).tobytes()
    assert len(kept_inputs()) == 1


def test_only_what_the_mask_opens_is_changed(api, alice):
    before = meadow()

    answer = send(api, alice, ("image", saved(before)), ("mask", half_open()))

    changed = ImageChops.difference(before, painted(answer)).getbbox()
    assert changed is not None
    assert changed[0] >= 256


def test_a_mask_comes_in_json_too(api, alice):
    before, mask = meadow(), {"image_url": uri(half_open())}

    answer = tell(
        api,
        alice,
        image=uri(saved(before)),
        mask=mask,
        response_format="b64_json",
    )

    changed = ImageChops.difference(before, painted(answer)).getbbox()
    assert changed[0] >= 256


def test_a_mask_by_another_name_is_a_mask_too(api, alice):
    before = meadow()
    asked = {"image_urls": [uri(saved(before))], "mask_url": uri(half_open())}

    by_json = tell(api, alice, response_format="b64_json", **asked)
    by_form = send(
        api,
        alice,
        ("image_urls[]", saved(before)),
        mask_url=asked["mask_url"],
    )
    twice = tell(api, alice, **asked, mask=asked["mask_url"])

    for answer in (by_json, by_form):
        assert ImageChops.difference(before, painted(answer)).getbbox()[0] >= 256
    assert twice.status_code == 400
    assert twice.json()["error"]["param"] == "mask"


def test_several_pictures_are_put_together(api, alice):
    blue = saved(Image.new("RGB", (512, 512), "blue"))

    answer = send(
        api, alice, ("image[]", red()), ("image[]", blue), prompt="side by side"
    )

    colours = painted(answer)
    assert colours.getpixel((128, 256))[0] > 150
    assert colours.getpixel((384, 256))[2] > 150
    assert alice.credits() == 99


def test_several_results_are_paid_each(api, alice):
    answer = send(api, alice, ("image", red()), n="2")

    assert len(answer.json()["data"]) == 2
    assert alice.credits() == 98


def test_the_result_has_the_first_pictures_shape_unless_another_is_asked(api, alice):
    wide = send(api, alice, ("image", red(640, 360)))
    square = send(api, alice, ("image", red(640, 360)), aspect_ratio="1:1")

    assert wide.json()["metadata"]["shape"] == "16:9"
    assert wide.json()["metadata"]["warnings"] == []
    assert square.json()["metadata"]["shape"] == "1:1"


def test_without_a_word_about_size_it_was_auto(api, alice):
    answer = api.post(EDITS, as_=alice, prompt="sepia", image=uri(red(300, 200)))

    assert answer.json()["metadata"]["requested"] == "auto"
    assert answer.json()["metadata"]["shape"] == "3:2"


def test_openais_own_client_edits(live_site, alice):
    client = openai.OpenAI(base_url=live_site.base_url + "/v1", api_key=alice.secret)

    answer = client.images.edit(
        model="sketch-1",
        image=[("a.png", saved(meadow())), ("b.jpg", red(kind="JPEG"))],
        mask=("mask.png", half_open()),
        prompt="make it sepia",
        n=1,
        size="512x512",
        response_format="b64_json",
    )

    picture = Image.open(io.BytesIO(base64.b64decode(answer.data[0].b64_json)))
    changed = ImageChops.difference(meadow(), picture.convert("RGB")).getbbox()
    assert picture.size == (512, 512)
    assert changed[0] >= 256
    assert alice.credits() == 99


def test_a_form_without_a_length_is_read_to_its_end(live_site, alice):
    body = form(("image", red()), prompt="blur", resolution="0.5K")
    pieces = [body[at : at + 1000] for at in range(0, len(body), 1000)]
    connection = HTTPConnection(urlsplit(live_site.base_url).netloc, timeout=60)

    connection.request(
        "POST",
        EDITS,
        iter(pieces),
        FORM | {"Authorization": f"Bearer {alice.secret}"},
        encode_chunked=True,
    )
    answer = connection.getresponse()

    assert answer.status == 200, answer.read()
    connection.close()


def test_the_same_key_gets_the_same_edit_and_pays_once(api, alice):
    named = {"Idempotency-Key": "order-1"}

    first, second = (
        send(api, alice, ("image", red()), headers=named) for _ in range(2)
    )

    assert first.json()["data"] == second.json()["data"]
    assert second.headers["idempotent-replayed"] == "true"
    assert alice.credits() == 99


def test_another_picture_under_the_same_key_is_refused(api, alice):
    named = {"Idempotency-Key": "order-1"}
    send(api, alice, ("image", red()), headers=named)

    answer = send(api, alice, ("image", saved(meadow())), headers=named)

    assert answer.status_code == 422
    assert alice.credits() == 99


NOTHING = b""
TORN = red()[:200]
PDF = b"%PDF-1.7 and so on"
WRONG_FORMS = [
    pytest.param([], {}, "image", id="no picture"),
    pytest.param([("image", NOTHING)], {}, "image", id="an empty file"),
    pytest.param([("image", red()), ("mask", NOTHING)], {}, "mask", id="an empty mask"),
    pytest.param(
        [("image[]", red()), ("image[]", NOTHING)],
        {},
        "image",
        id="the second is empty",
    ),
    pytest.param([("image", TORN)], {}, "image", id="half a picture"),
    pytest.param([("image", PDF)], {}, "image", id="no picture at all"),
    pytest.param([("image", red())], {"prompt": " "}, "prompt", id="no prompt"),
    pytest.param([("image", red())], {"n": "many"}, "n", id="n in words"),
    pytest.param([("image", red())], {"n": "99"}, "n", id="n too large"),
    pytest.param([("image", red())], {"stream": "perhaps"}, "stream", id="no stream"),
    pytest.param([("image", red())] * 15, {}, "image", id="more than it looks at"),
    pytest.param([("image", red())] * 17, {}, "image", id="more than anyone does"),
    pytest.param(
        [("image", red()), ("mask", half_open(64))], {}, "mask", id="a small mask"
    ),
    pytest.param(
        [("image", red()), ("mask", red())], {}, "mask", id="a mask without a hole"
    ),
    pytest.param(
        [("image", red()), ("image", TORN)], {}, "image[1]", id="the second is torn"
    ),
]


@pytest.mark.parametrize(("files", "words", "param"), WRONG_FORMS)
def test_what_is_wrong_is_said_and_costs_nothing(api, alice, files, words, param):
    answer = send(api, alice, *files, **words)

    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["param"] == param
    assert alice.credits() == 100
    assert not Generation.objects.exists()
    assert kept_inputs() == []


@pytest.mark.parametrize(
    "images",
    [
        "http://127.0.0.1/secret.png",
        "https://127.0.0.1/secret.png",
        "https://169.254.169.254/latest/meta-data",
        "ftp://example.com/fox.png",
        "iVBORw0KGgo",
        "data:image/png;base64,!!!!",
        [{"file_id": "nothing"}],
        [[uri(red())]],
        {"image_url": 7},
        7,
        [],
        [None],
    ],
)
def test_addresses_that_lead_nowhere_are_refused(api, alice, images):
    answer = tell(api, alice, images=images)

    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["param"] == "image"
    assert alice.credits() == 100


@pytest.mark.parametrize("body", ["", "{", "[]", "[" * 5000, "7", '{"prompt": 1}'])
def test_json_that_is_none_is_a_400(api, alice, body):
    answer = api.request("POST", EDITS, as_=alice, data=body, headers=JSON)

    assert answer.status_code == 400
    assert {"message", "type", "param", "code"} < set(answer.json()["error"])


def test_the_door_answers_to_post_only(api, alice):
    answer = api.get(EDITS, as_=alice)

    assert answer.status_code == 405
    assert answer.json()["error"]["code"] == "method_not_allowed"


def test_another_kind_of_body_is_a_415(api, alice):
    headers = {"Content-Type": "application/x-www-form-urlencoded"}

    answer = api.request("POST", EDITS, as_=alice, data="prompt=a", headers=headers)

    assert answer.status_code == 415


def test_a_body_that_is_too_large_is_a_413(api, alice, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    answer = send(api, alice, ("image", red()))

    assert answer.status_code == 413
    assert alice.credits() == 100


def test_a_picture_larger_than_a_wish_is_read(api, alice):
    noise = saved(Image.effect_noise((1200, 1200), 100).convert("RGB"))
    assert len(noise) > 1024 * 1024

    assert send(api, alice, ("image", noise)).status_code == 200


def test_nobody_edits_without_a_key(api, books_db):
    assert send(api, None, ("image", red())).status_code == 401


def test_an_empty_wallet_is_told_what_it_needs(api, bob):
    assert send(api, bob, ("image", red())).status_code == 402


def test_a_model_that_is_not_connected_says_so(api, alice):
    answer = send(api, alice, ("image", red()), model="gemini-2.5-flash-image")

    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "model_not_connected"
    assert alice.credits() == 100


def test_a_test_key_rehearses_an_edit_with_any_model_that_edits(api, alice):
    _, secret = issue_key(alice.account, name="rehearsal", is_test=True)

    answer = send(api, secret, ("image", red()), model="gemini-2.5-flash-image")

    assert answer.status_code == 200
    assert answer.json()["metadata"]["is_test"]
    assert alice.credits() == 100


def test_a_mask_is_never_ignored(api, alice):
    _, secret = issue_key(alice.account, name="rehearsal", is_test=True)
    files = ("image", red()), ("mask", half_open())

    answer = send(api, secret, *files, model="gemini-2.5-flash-image")

    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "mask"
    assert "sketch-1" in answer.json()["error"]["message"]


def test_where_a_picture_was_taken_is_not_kept(api, alice):
    exif = Image.Exif()
    exif[0x010E] = "a secret place"
    file = io.BytesIO()
    Image.new("RGB", (64, 64), "red").save(file, "JPEG", exif=exif)

    answer = send(api, alice, ("image", file.getvalue()))

    (name,) = Generation.objects.get().request["references"]
    with default_storage.open(name) as kept:
        assert b"secret" not in kept.read()
    assert answer.status_code == 200


PLAIN = """
id = "plain"
price = 1
[[offers]]
provider = "sketch"
upstream = "sketch-1"
"""
COPYIST = """
id = "copyist"
[capabilities]
edit = true
references = 2
[price]
credits = 1
per_reference = 2
[[offers]]
provider = "sketch"
upstream = "sketch-1"
edit_upstream = "sketch-1-edits"
"""

DISTANT = """
id = "distant"
price = 1
[capabilities]
edit = true
references = 2
[[offers]]
provider = "next-door"
upstream = "studio-1"
"""


@pytest.fixture
def own_models(settings, tmp_path):
    """Models of the operator's: one edits and counts references, one does not."""
    models = tmp_path / "models"
    models.mkdir()
    (models / "plain.toml").write_text(PLAIN)
    (models / "copyist.toml").write_text(COPYIST)
    (models / "distant.toml").write_text(DISTANT)
    settings.CATALOGUE_DIR = str(models)
    catalogue.forget()
    yield
    catalogue.forget()


def test_a_model_that_cannot_edit_names_those_that_can(own_models, api, alice):
    answer = send(api, alice, ("image", red()), model="plain")

    error = answer.json()["error"]
    assert (answer.status_code, error["param"]) == (400, "image")
    assert "sketch-1" in error["message"] and "copyist" in error["message"]
    assert alice.credits() == 100


def test_no_edit_goes_to_a_server_that_would_only_read_the_words(
    own_models, api, alice, settings
):
    settings.COMPATIBLE_SERVERS = {
        "next-door": {"base_url": "http://127.0.0.1:1", "api_key": "sk", "local": True}
    }

    answer = send(api, alice, ("image", red()), model="distant")

    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "model_not_connected"
    assert not Generation.objects.exists()


def test_each_reference_has_its_price(own_models, api, alice):
    files = ("image", red()), ("image", saved(meadow()))

    answer = send(api, alice, *files, model="copyist")

    assert answer.json()["metadata"]["cost"]["credits"] == 5
    assert alice.credits() == 95


def test_a_try_names_the_upstream_that_edits(own_models, api, alice):
    send(api, alice, ("image", red()), model="copyist")

    assert Attempt.objects.get().upstream == "sketch-1-edits"


def test_models_say_what_they_can_do(api, alice):
    models = {one["id"]: one for one in api.get("/v1/models", as_=alice).json()["data"]}

    known = {
        "generate": True,
        "edit": True,
        "mask": True,
        "references": 14,
    }
    assert known.items() <= models["sketch-1"]["capabilities"].items()
    assert models["gemini-2.5-flash-image"]["capabilities"]["mask"] is False


def test_a_body_says_json_or_it_is_read_as_json(api, alice):
    body = json.dumps({"prompt": "blur", "image": uri(red()), "resolution": "0.5K"})

    assert api.request("POST", EDITS, as_=alice, data=body).status_code == 200
