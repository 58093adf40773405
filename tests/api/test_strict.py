"""Nothing is changed in silence: a warning for each field, or a 400 for the strict."""

import json

import pytest

from accounts.issuing import issue_key
from tests.api.test_terms import a_form

IMAGES, EDITS = "/v1/images/generations", "/v1/images/edits"
FOX = {"prompt": "a fox", "resolution": "0.5K"}
CHANGED = [
    ({"resolution": "3K"}, "resolution", "mapped"),
    ({"aspect_ratio": "7:1"}, "aspect_ratio", "mapped"),
    ({"size": "1000x900"}, "size", "mapped"),
    ({"size": "1:1", "aspect_ratio": "1:1"}, "aspect_ratio", "dropped"),
    ({"fit": "contain"}, "fit", "dropped"),
    ({"quality": "high"}, "quality", "dropped"),
    ({"negative_prompt": "people"}, "negative_prompt", "dropped"),
    ({"seed": -1}, "seed", "mapped"),
    ({"output_compression": 50}, "output_compression", "dropped"),
    ({"background": "transparent"}, "background", "dropped"),
    ({"style": "vivid"}, "style", "dropped"),
    ({"moderation": "low"}, "moderation", "dropped"),
    ({"steps": 30}, "steps", "dropped"),
]
UNCHANGED = [
    {"size": "512x512", "resolution": None},
    {"size": "512x512", "resolution": None, "fit": "cover"},
    {"quality": "auto", "background": "auto", "moderation": "auto"},
    {"background": "opaque"},
    {"output_format": "jpg", "output_compression": 80},
    {"fit": "none", "seed": 7, "user": "u-7", "retention": "1h"},
]


def strictly(api, who, strict="1", path=IMAGES, **fields):
    headers = {"Content-Type": "application/json", "X-Easel-Strict": strict}
    body = json.dumps({**FOX, **fields})
    return api.request("POST", path, as_=who, data=body, headers=headers)


@pytest.mark.parametrize(("fields", "changed", "kind"), CHANGED)
def test_a_change_is_said_aloud(api, alice, fields, changed, kind):
    answer = api.post(IMAGES, as_=alice, **{**FOX, **fields})

    warnings = answer.json()["metadata"]["warnings"]
    assert (changed, kind) in [(one["field"], one["kind"]) for one in warnings]


@pytest.mark.parametrize(("fields", "changed", "kind"), CHANGED)
def test_the_strict_get_no_changes_and_pay_nothing(api, alice, fields, changed, kind):
    answer = strictly(api, alice, **fields)

    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "would_be_changed")
    assert f"{changed}: " in error["message"]
    assert alice.credits() == 100


@pytest.mark.parametrize("fields", UNCHANGED)
def test_the_strict_get_what_needs_no_change(api, alice, fields):
    answer = strictly(api, alice, **fields)

    assert answer.status_code == 200
    assert answer.json()["metadata"]["warnings"] == []


def test_a_picture_larger_than_can_be_painted_is_no_strict_one(api, alice):
    error = strictly(api, alice, size="5000x4000", fit="exact", resolution=None).json()

    assert "enlarged" in error["error"]["message"]


def test_the_strict_are_told_of_every_change_at_once(api, alice):
    error = strictly(api, alice, quality="high", steps=30).json()["error"]

    assert error["param"] == "quality"
    assert "quality: " in error["message"] and "steps: " in error["message"]


def test_what_the_gateway_does_itself_is_said_too(api, alice):
    _, rehearsal = issue_key(alice.account, name="test", is_test=True)
    asked = {"model": "gemini-2.5-flash-image", "n": 2, "output_format": "webp"}

    answer = api.post(IMAGES, as_=rehearsal, prompt="a fox", **asked)

    warnings = answer.json()["metadata"]["warnings"]
    kinds = {one["field"]: one["kind"] for one in warnings}
    assert kinds == {"model": "advice", "n": "emulated", "output_format": "emulated"}


def test_advice_is_no_change(api, alice):
    _, rehearsal = issue_key(alice.account, name="test", is_test=True)

    answer = strictly(
        api, rehearsal, model="gemini-2.5-flash-image", resolution="1K", n=1
    )

    assert answer.status_code == 200
    assert [one["kind"] for one in answer.json()["metadata"]["warnings"]] == ["advice"]


@pytest.mark.parametrize("field", ["mask", "image", "images"])
def test_a_picture_sent_to_the_wrong_door_is_never_ignored(api, alice, field):
    answer = api.post(IMAGES, as_=alice, **FOX, **{field: "https://example.com/a.png"})

    assert (answer.status_code, answer.json()["error"]["param"]) == (400, field)
    assert "/v1/images/edits" in answer.json()["error"]["message"]


def test_edits_are_strict_too(api, alice):
    form = a_form(prompt="make it night", quality="high")
    form["headers"]["X-Easel-Strict"] = "1"

    answer = api.request("POST", EDITS, as_=alice, **form)

    assert answer.json()["error"]["code"] == "would_be_changed"


@pytest.mark.parametrize(("said", "status"), [("0", 200), ("", 200), ("perhaps", 400)])
def test_strictness_is_said_with_1_or_0(api, alice, said, status):
    assert strictly(api, alice, said, quality="high").status_code == status
