"""How fast and reliable a model is here: told to everybody, by any of its names."""

import pytest
from django.utils import timezone

from playground.generation.rolling import catch_up
from tests.generation.orders import an_order

pytestmark = pytest.mark.books

PATH = "/v1/metrics/models"


def measured(account):
    for _ in range(24):
        an_order(
            account,
            timezone.now(),
            model="gemini-3-pro-image-preview",
            tries=[
                {"provider": "gemini", "outcome": "busy"},
                {"provider": "fal", "ms": 42_000, "first_byte_ms": 42_000},
            ],
        )
    catch_up()


def test_a_models_metrics_are_public(api, alice):
    measured(alice.account)
    answer = api.get(f"{PATH}/nano-banana-pro-4k")

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=60"
    told = answer.json()
    assert (told["model"], told["window"]) == ("gemini-3-pro-image-preview", "24h")
    assert told["demo"] is False
    fal, gemini = sorted(told["providers"], key=lambda one: one["provider"])
    assert (fal["tries"], gemini["tries"]) == (24, 24)
    assert 38 < fal["p50_seconds"] < 46
    assert fal["first_byte_p50_seconds"] is None
    assert gemini["p50_seconds"] is None
    assert gemini["uptime"]["part"] == 0
    assert gemini["failures"] == {"ours": 0, "provider": 24, "caller": 0, "refused": 0}
    assert told["together"]["success"]["part"] == 0.5
    assert told["uptime"]["least_stable"] == "gemini"
    assert told["uptime"]["together"]["steps"] == [None] * 23 + [0.5]


def test_each_window_may_be_asked_for(api, alice):
    measured(alice.account)
    for window, steps in (("7d", 7), ("30d", 30), ("90d", 90)):
        told = api.get(f"{PATH}/gemini-3-pro-image-preview?window={window}").json()
        assert told["together"]["pictures"] == 24
        assert len(told["uptime"]["starts"]) == steps


def test_a_window_or_model_that_is_not_there_is_named(api):
    odd = api.get(f"{PATH}/sketch-1?window=2h")
    assert odd.status_code == 400
    assert odd.json()["error"]["param"] == "window"
    assert "24h, 7d, 30d, 90d" in odd.json()["error"]["message"]

    unknown = api.get(f"{PATH}/nano-banana-prx")
    assert unknown.status_code == 404
    assert unknown.json()["error"]["code"] == "model_not_found"


def test_a_model_nobody_asked_for_yet_has_no_numbers(api):
    told = api.get(f"{PATH}/sketch-1").json()
    assert told["providers"] == []
    assert told["together"]["tries"] == 0
    assert told["together"]["p50_seconds"] is None
