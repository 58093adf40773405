"""What is said of models and providers: right, sure of itself, and silent when it cannot be."""

from datetime import timedelta

import pytest
from django.utils import timezone

from playground.generation.metrics import Scope, figures, figures_by, series, stability
from playground.generation.rolling import catch_up, day_of
from playground.generation.summing import WINDOWS, Window
from playground.generation.usage import Filter, sums_of, used
from tests.generation.orders import an_order

MODEL = Scope("gpt-image-1")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def now():
    return timezone.now()


def many(account, count, at, **facts):
    for _ in range(count):
        an_order(account, at, **facts)


def test_latency_is_of_tries_that_brought_pictures_only(alice, now):
    many(alice.account, 20, now, tries=[{"ms": 20_000}])
    many(alice.account, 30, now, tries=[{"ms": 200, "outcome": "broken"}], delivered=0)
    catch_up()

    known = figures(MODEL, Window.last("24h"))
    assert (known.samples, known.tries) == (20, 50)
    assert known.p50_seconds == pytest.approx(20, rel=0.08)
    assert known.p95_seconds == pytest.approx(20, rel=0.15)


def test_success_says_whose_failure_it_was(alice, now):
    ends = ["succeeded"] * 15 + ["refused"] * 4 + ["busy", "broken", "empty"]
    ends += ["misconfigured", "lost", "crowded", "hindered", "cancelled", "cancelled"]
    many(alice.account, 1, now, tries=[{"outcome": end} for end in ends])
    catch_up()

    known = figures(MODEL, Window.last("24h"))
    assert (known.succeeded, known.refused) == (15, 4)
    assert (known.providers, known.ours, known.callers) == (3, 4, 2)
    assert known.success.part == pytest.approx(15 / 28)
    assert known.success.low < 15 / 28 < known.success.high
    assert known.uptime.part == pytest.approx(19 / 22)
    assert known.error_rate == pytest.approx(3 / 22)


def test_a_try_counts_for_the_model_that_was_tried(alice, now):
    tries = [{"outcome": "broken"}, {"model": "gpt-image-2", "provider": "fal"}]
    tries[0]["model"] = "gpt-image-1"
    many(alice.account, 1, now, model="gpt-image-2", tries=tries)
    catch_up()

    of_each = figures_by(Scope(), Window.last("24h"), "model", "provider")
    assert of_each[("gpt-image-1", "openai")].providers == 1
    assert of_each[("gpt-image-2", "fal")].succeeded == 1
    assert len(of_each) == 2


def test_too_few_tries_say_nothing(alice, now):
    many(alice.account, 19, now, tries=[{}])
    catch_up()

    known = figures(MODEL, Window.last("24h"))
    assert known.tries == 19
    assert (known.p50_seconds, known.success, known.uptime) == (None, None, None)


def test_nothing_was_tried_and_nothing_is_said(alice):
    for name in WINDOWS:
        known = figures(MODEL, Window.last(name))
        assert (known.tries, known.p95_seconds, known.is_demo) == (0, None, False)


def test_each_window_holds_what_was_asked_within_it(alice, now):
    midnight = day_of(now)
    for days in (0, 1, 6, 7, 29, 30, 89, 90):
        an_order(alice.account, midnight - days * DAY, tries=[{}])
    catch_up()

    asked = [figures(MODEL, Window.last(name)).tries for name in WINDOWS[1:]]
    assert asked == [3, 5, 7]


def test_figures_are_parted_by_what_is_asked(alice, now):
    many(alice.account, 3, now, tries=[{"provider": "fal", "ms": 9_000}], tier="4K")
    many(alice.account, 2, now, tries=[{"provider": "openai"}], tier="1K")
    many(alice.account, 2, now - 3 * DAY, tries=[{"provider": "openai"}], tier="4K")
    catch_up()

    of_each = figures_by(MODEL, Window.last("7d"), "provider", "tier")
    assert {key: one.tries for key, one in of_each.items()} == {
        ("fal", "4K"): 3,
        ("openai", "1K"): 2,
        ("openai", "4K"): 2,
    }
    assert figures(Scope("gpt-image-1", tier="4K"), Window.last("7d")).tries == 5
    assert figures(Scope(provider="fal"), Window.last("7d")).pictures == 3
    with pytest.raises(ValueError, match="need a model"):
        figures(Scope(tier="4K"), Window.last("7d"))


def test_a_chart_has_every_day_in_it(alice, now):
    many(alice.account, 2, now - 3 * DAY, tries=[{}])
    many(alice.account, 1, now, tries=[{}])
    catch_up()

    (line,) = series(MODEL, Window.last("7d")).values()
    assert [point.figures.tries for point in line] == [0, 0, 0, 2, 0, 0, 1]
    assert [point.start for point in line] == [
        day_of(now) - days * DAY for days in range(6, -1, -1)
    ]
    (hours,) = series(MODEL, Window.last("24h")).values()
    assert [point.figures.tries for point in hours] == [0] * 23 + [1]


def test_uptime_names_the_least_stable_provider(alice, now):
    many(alice.account, 30, now - DAY, tries=[{"provider": "fal"}])
    many(alice.account, 15, now, tries=[{"provider": "openai", "outcome": "broken"}])
    many(alice.account, 15, now, tries=[{"provider": "openai"}])
    many(alice.account, 19, now, tries=[{"provider": "gemini", "outcome": "broken"}])
    catch_up()

    known = stability("gpt-image-1", Window.last("7d"))
    assert known.least_stable.name == "openai"
    assert known.least_stable.whole.part == 0.5
    assert known.together.whole.part == pytest.approx(45 / 79)
    assert [one and one.part for one in known.together.steps[:-1]] == [None] * 5 + [1.0]
    whole = {one.name: one.whole and one.whole.part for one in known.providers}
    assert whole == {"fal": 1.0, "openai": 0.5, "gemini": None}


def test_a_first_byte_is_told_where_it_comes_before_the_rest(alice, now):
    many(alice.account, 20, now, tries=[{"ms": 20_000, "first_byte_ms": 4_000}])
    slow = {"ms": 20_000, "first_byte_ms": 19_900, "provider": "fal"}
    many(alice.account, 20, now, tries=[slow])
    catch_up()

    of_each = figures_by(MODEL, Window.last("24h"), "provider", depth="first_bytes")
    assert of_each[("openai",)].first_byte_seconds == pytest.approx(4, rel=0.08)
    assert of_each[("fal",)].first_byte_seconds is None


def test_tokens_and_pictures_have_a_speed(alice, now):
    many(alice.account, 20, now, tries=[{"ms": 10_000, "tokens_out": 1_000}])
    catch_up()

    window = Window.last("24h")
    known = figures(MODEL, window)
    assert known.tokens_per_second == 100
    assert known.pictures_per_minute == pytest.approx(20 / window.minutes)


def test_an_account_sees_its_own_usage(alice, bob, now):
    price = {"unit_price_microcredits": 5, "n": 2, "delivered": 2}
    many(alice.account, 3, now - 3 * DAY, model="gpt-image-2", **price)
    many(alice.account, 1, now, error_code="timeout", state="failed", delivered=0)
    many(bob.account, 7, now, **price)
    catch_up()

    mine, week = Filter(alice.account.pk), Window.last("7d")
    assert sums_of(mine, week) == (4, 30)
    whole = dict(used(mine, week))
    first, last = whole[day_of(now - 3 * DAY)], whole[day_of(now)]
    assert first.models == {"gpt-image-2": [3, 6, 30]}
    assert last.ends == {("failed", "timeout"): 1}
    assert sum(sum(usage.took.values()) for usage in whole.values()) == 3
    assert sums_of(Filter(alice.account.pk, state="failed"), week) == (1, 0)


def test_demo_data_is_never_mixed_in_silently(alice, now):
    many(alice.account, 1, now, tries=[{}])
    catch_up()
    assert not figures(MODEL, Window.last("24h")).is_demo

    many(alice.account, 1, now, tries=[{}], is_demo=True)
    catch_up()
    assert figures(MODEL, Window.last("24h")).is_demo
    parts = used(Filter(alice.account.pk), Window.last("24h"))
    assert any(usage.is_demo for _, usage in parts)
