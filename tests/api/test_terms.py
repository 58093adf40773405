"""What a caller may say beside the picture: for whom it is, and under which labels."""

import io
import json

import pytest
from PIL import Image

from playground.generation.models import Generation

IMAGES, EDITS = "/v1/images/generations", "/v1/images/edits"
FOX = {"prompt": "a fox", "resolution": "0.5K"}


def a_form(**fields):
    """Write a form as clients do, with a small picture in it."""
    file = io.BytesIO()
    Image.new("RGB", (64, 64), "teal").save(file, "PNG")
    parts = [
        f'--cut\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
        for name, text in fields.items()
    ]
    head = '--cut\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n'
    body = "".join(parts).encode() + head.encode() + file.getvalue() + b"\r\n--cut--"
    headers = {"Content-Type": "multipart/form-data; boundary=cut"}
    return {"data": body, "headers": headers}


def edit(api, who, **fields):
    return api.request("POST", EDITS, as_=who, **a_form(**fields))


def test_user_and_metadata_come_back_and_are_kept(api, alice):
    answer = api.post(
        IMAGES, as_=alice, user="u-7", metadata={"order": "12", "shop": "nørd"}, **FOX
    )

    told = answer.json()["metadata"]
    assert (told["user"], told["metadata"]) == ("u-7", {"order": "12", "shop": "nørd"})
    kept = Generation.objects.get(user="u-7", metadata__order="12")
    assert kept.metadata == {"order": "12", "shop": "nørd"}


def test_who_says_nothing_gets_nothing(api, alice):
    told = api.post(IMAGES, as_=alice, user="", metadata=None, **FOX).json()["metadata"]

    assert (told["user"], told["metadata"]) == (None, {})
    assert not Generation.objects.filter(metadata__isnull=False).exists()


def test_openais_new_word_for_the_user_wins(api, alice):
    answer = api.post(IMAGES, as_=alice, user="old", safety_identifier="new", **FOX)

    assert answer.json()["metadata"]["user"] == "new"


@pytest.mark.parametrize(
    "labels",
    [
        {"metadata": '{"order": "12", "shop": "fox"}'},
        {"metadata[order]": "12", "metadata[shop]": "fox"},
    ],
    ids=["as JSON", "as clients flatten it"],
)
def test_a_form_says_it_too(api, alice, labels):
    answer = edit(api, alice, prompt="make it night", user="u-7", **labels)

    told = answer.json()["metadata"]
    assert told["user"] == "u-7"
    assert told["metadata"] == {"order": "12", "shop": "fox"}


@pytest.mark.parametrize(
    ("wrong", "param"),
    [
        ({"user": "x" * 257}, "user"),
        ({"user": "a\0b"}, "user"),
        ({"metadata": {str(n): "" for n in range(17)}}, "metadata"),
        ({"metadata": {"x" * 65: ""}}, "metadata"),
        ({"metadata": {"": "nameless"}}, "metadata"),
        ({"metadata": {"x": "y" * 513}}, "metadata"),
        ({"metadata": {"x": "\0"}}, "metadata"),
        ({"metadata": {"x": 12}}, "metadata.x"),
        ({"metadata": "red"}, "metadata"),
    ],
)
def test_what_is_too_much_is_refused_by_name(api, alice, wrong, param):
    answer = api.post(IMAGES, as_=alice, **FOX, **wrong)

    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == param
    assert alice.credits() == 100


@pytest.mark.parametrize("text", ["{broken", "[1]", "12"])
def test_metadata_of_a_form_that_is_no_object_is_refused(api, alice, text):
    answer = edit(api, alice, prompt="make it night", metadata=text)

    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "metadata"


def test_the_most_that_fits_is_taken(api, alice):
    metadata = {f"{n:064}": "y" * 512 for n in range(16)}
    answer = api.post(IMAGES, as_=alice, user="x" * 256, metadata=metadata, **FOX)

    assert answer.json()["metadata"]["metadata"] == metadata


def test_other_labels_are_another_request(api, alice):
    def ask(order):
        body = json.dumps({**FOX, "metadata": {"order": order}})
        headers = {"Content-Type": "application/json", "Idempotency-Key": "k"}
        return api.request("POST", IMAGES, as_=alice, data=body, headers=headers)

    assert [ask("1").status_code, ask("2").status_code] == [200, 422]
