"""What was measured lately is what people are told to expect, and where routing begins."""

import pytest
from django.utils import timezone

from playground.generation.catalogue import catalogue
from playground.generation.measures import UNSEEN, Measures
from playground.generation.rolling import catch_up
from playground.generation.usual import known_seconds, lately, renew, typical_seconds
from tests.generation.orders import an_order

PRO = "gemini-3-pro-image-preview"


def painted(account, count, **facts):
    tries = [{"provider": "fal", "ms": 42_000}]
    tries += [{"provider": "gemini", "ms": 500, "outcome": "busy"}]
    for _ in range(count):
        an_order(account, timezone.now(), model=PRO, tries=tries, **facts)
    catch_up()
    renew()
    lately.forget()


def test_what_was_measured_goes_before_the_catalogues_word(alice):
    model = catalogue().find(PRO)
    painted(alice.account, 20, tier="4K")

    assert typical_seconds(model, "4K") == pytest.approx(42, rel=0.08)
    assert known_seconds(model, "4K") == pytest.approx(42, rel=0.08)
    assert typical_seconds(model, "1K") == known_seconds(model, "1K") == 22


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"count": 19}, id="too few"),
        pytest.param({"count": 25, "is_test": True}, id="rehearsals"),
        pytest.param({"count": 25, "is_demo": True}, id="demo data"),
    ],
)
def test_what_was_not_measured_enough_leaves_it_with_the_catalogue(alice, facts):
    painted(alice.account, **facts)
    assert typical_seconds(catalogue().find(PRO), "1K") == 22
    assert Measures().of(("fal", PRO)) == UNSEEN


def test_a_fresh_process_begins_with_what_all_have_measured(alice):
    painted(alice.account, 20)
    fresh = Measures()

    known = fresh.of(("fal", PRO))
    assert known.seconds == pytest.approx(42, rel=0.08)
    assert known.reliability == 1.0
    fresh.succeeded(("fal", PRO), 10.0)
    assert fresh.of(("fal", PRO)).seconds == pytest.approx(39, rel=0.1)
    assert fresh.of(("gemini", PRO)) == UNSEEN
