"""Requests that no client of ours would send are answered plainly, and never with a 5xx."""

import pytest

BODY = '{"prompt": "a fox", "contents": [{"parts": [{"text": "a fox"}]}]}'
DOORS = (
    "/v1/images/generations",
    "/v1/images/edits",
    "/v1/async/images/generations",
    "/v1/async/images/edits",
    "/v1beta/models/sketch-1:generateContent",
    "/v1beta/models/sketch-1:streamGenerateContent",
)
LISTS = ("/v1/models", "/v1/requests", "/v1/tasks/x", "/v1beta/models")


def ask(api, who, path, name, value):
    headers = {"Content-Type": "application/json", name: value}
    return api.request("POST", path, as_=who, data=BODY, headers=headers)


@pytest.mark.parametrize("path", LISTS)
def test_more_parameters_than_anyone_needs_are_a_bad_request(api, alice, path):
    many = "&".join(f"a{number}=1" for number in range(1100))

    answer = api.get(f"{path}?{many}", as_=alice)

    assert answer.status_code == 400
    assert "could not be read" in answer.json()["error"]["message"]


@pytest.mark.parametrize("path", DOORS)
def test_a_host_that_is_none_is_a_bad_request(api, alice, path):
    answer = ask(api, alice, path, "Host", "a b")

    assert answer.status_code == 400
    assert "could not be read" in answer.json()["error"]["message"]
    assert alice.credits() == 100


@pytest.mark.parametrize("path", DOORS)
def test_a_retry_count_of_any_length_is_no_reason_to_break(api, bob, path):
    answer = ask(api, bob, path, "X-Stainless-Retry-Count", "9" * 5000)

    assert answer.status_code in (400, 402)
