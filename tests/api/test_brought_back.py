"""Pictures that Easel made are named, and not sent again, to be edited."""

import json

import pytest
from django.core.files.storage import default_storage

from playground.generation.models import Picture

EDITS = "/v1/images/edits"
LINE = "a-line-between"


@pytest.fixture
def fox(api, alice):
    """The name of a picture that alice had painted."""
    answer = api.post(
        "/v1/images/generations", as_=alice, model="sketch-1-512", prompt="a fox"
    )
    return answer.json()["data"][0]["id"]


def edit(api, customer, **body):
    return api.post(
        EDITS, as_=customer, model="sketch-1-512", prompt="black and white", **body
    )


@pytest.mark.parametrize(
    "spelled",
    [
        lambda fox: {"images": [{"file_id": fox}]},
        lambda fox: {"images": [fox]},
        lambda fox: {"image": {"file_id": fox}},
        lambda fox: {"image": fox},
    ],
)
def test_a_picture_of_ones_own_is_edited_by_its_name(api, alice, fox, spelled):
    answer = edit(api, alice, **spelled(fox))

    assert answer.status_code == 200
    assert answer.json()["size"] == "512x512"
    assert alice.credits() == 98


@pytest.mark.parametrize("field", ["image", "image[]", "images[][file_id]"])
def test_a_form_names_it_too(api, alice, fox, field):
    words = {"prompt": "make it night", "model": "sketch-1-512", field: fox}
    parts = [
        f'--{LINE}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
        for name, text in words.items()
    ]
    headers = {"Content-Type": f"multipart/form-data; boundary={LINE}"}

    answer = api.request(
        "POST", EDITS, as_=alice, data="".join(parts) + f"--{LINE}--", headers=headers
    )

    assert answer.status_code == 200


def test_nobody_edits_what_another_had_painted(api, alice, carol, fox):
    answer = edit(api, carol, images=[{"file_id": fox}])
    invented = edit(api, carol, images=[{"file_id": "pic_" + "0" * 26}])

    for one in (answer, invented):
        error = one.json()["error"]
        assert (one.status_code, error["code"]) == (400, "picture_not_found")
        assert error["param"] == "image"
    assert carol.credits() == 100


def test_a_picture_that_is_no_longer_kept_is_said_to_be_gone(api, alice, fox):
    default_storage.delete(Picture.objects.get(pk=fox).file)

    answer = edit(api, alice, images=[{"file_id": fox}])

    assert answer.json()["error"]["code"] == "picture_not_found"
    assert alice.credits() == 99


def test_what_is_no_name_of_a_picture_is_refused(api, alice):
    answer = edit(api, alice, images=[{"file_id": "file-abc123"}])

    assert answer.status_code == 400
    assert json.loads(answer.body)["error"]["param"] == "image"
