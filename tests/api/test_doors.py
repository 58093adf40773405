"""The doors themselves: who may come in, and what a wrong turn says."""

import pytest

from accounts.issuing import issue_key, revoke_key


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic abc", "Bearer nonsense"]
)
def test_nobody_comes_in_without_a_key(api, books_db, header):
    answer = api.request("GET", "/v1/models", headers={"Authorization": header})

    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "invalid_api_key"


def test_a_mistyped_key_fails(api, alice):
    mistyped = (
        alice.secret[:-8]
        + ("0" if alice.secret[-8] != "0" else "1")
        + alice.secret[-7:]
    )

    assert api.get("/v1/models", as_=mistyped).status_code == 401


def test_a_revoked_key_stops_within_seconds(api, alice, settings):
    settings.KEY_CACHE_SECONDS = 0
    key, secret = issue_key(alice.account, name="to be revoked")
    before = api.get("/v1/balance", as_=secret).status_code
    revoke_key(key)

    assert (before, api.get("/v1/balance", as_=secret).status_code) == (200, 401)


@pytest.mark.parametrize(
    "path", ["/v1", "/v1/", "/v1/nothing", "/openai/v1/images/nothing"]
)
def test_an_unknown_path_answers_in_the_envelope(api, alice, path):
    answer = api.get(path, as_=alice)

    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "unknown_path"


def test_a_wrong_method_answers_in_the_envelope(api, alice):
    answer = api.get("/v1/images/generations", as_=alice)

    assert answer.status_code == 405
    assert answer.json()["error"]["code"] == "method_not_allowed"


def test_a_body_that_is_too_large_is_refused(api, alice, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    answer = api.post("/v1/images/generations", as_=alice, prompt="a" * 2000)

    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "payload_too_large"


def test_models_are_listed_and_found_by_any_name(api, alice):
    listed = api.get("/v1/models", as_=alice).json()
    one = api.get("/v1/models/nano-banana-pro-4k", as_=alice).json()

    assert "sketch-1" in [model["id"] for model in listed["data"]]
    assert one["id"] == "gemini-3-pro-image-preview"


def test_every_answer_says_it_is_not_to_be_sniffed_or_kept(api, alice):
    answer = api.get("/v1/balance", as_=alice)

    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
