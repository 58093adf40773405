"""What can be said of counts: percentiles, and how sure a share is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.generation.histogram import (
    BOUNDS,
    BUCKETS,
    EMPTY,
    bucket_of,
    histogram,
    merged,
    percentile,
    share,
)

pytestmark = pytest.mark.check
DURATIONS = st.lists(st.integers(0, 2_000_000), max_size=60)


@given(DURATIONS, DURATIONS, DURATIONS)
def test_histograms_are_merged_in_any_order(one, two, three):
    a, b, c = histogram(one), histogram(two), histogram(three)

    assert (
        merged(a, merged(b, c))
        == merged(merged(c, a), b)
        == histogram(one + two + three)
    )
    assert merged(a, EMPTY) == a


@given(st.lists(st.integers(BOUNDS[0], BOUNDS[-1] - 1), min_size=1, max_size=200))
def test_a_percentile_is_off_by_less_than_a_bucket(durations):
    for part in (0.5, 0.95):
        exact = sorted(durations)[max(0, -int(-part * len(durations) // 1) - 1)] / 1000
        read = percentile(histogram(durations), part)
        assert exact / 1.16 <= read <= exact * 1.16


@given(st.lists(st.integers(0, 2_000_000), min_size=1, max_size=60))
def test_percentiles_grow(durations):
    read = [percentile(histogram(durations), n / 20) for n in range(1, 21)]
    assert read == sorted(read)


@pytest.mark.parametrize(
    ("durations", "part", "seconds"),
    [
        pytest.param([0] * 10, 0.5, 0.05, id="below the first bound"),
        pytest.param([5_000_000] * 10, 0.95, 819.2, id="beyond the last bound"),
        pytest.param(list(range(20_000, 24_000)), 0.5, 22.0, id="evenly spread"),
    ],
)
def test_what_a_percentile_is(durations, part, seconds):
    assert percentile(histogram(durations), part) == pytest.approx(seconds, rel=0.01)


def test_nothing_has_no_percentile():
    assert percentile(EMPTY, 0.5) is None


def test_buckets_have_no_gap_and_no_overlap():
    assert BUCKETS == len(BOUNDS) + 1 == 67
    assert list(BOUNDS) == sorted(set(BOUNDS))
    assert [bucket_of(bound) - bucket_of(bound - 1) for bound in BOUNDS] == [1] * 66


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [
        (20, 20, 0.839, 1.0),
        (0, 20, 0.0, 0.161),
        (50, 100, 0.404, 0.596),
        (692, 1000, 0.663, 0.720),
    ],
)
def test_a_share_says_how_sure_it_is(count, of, low, high):
    known = share(count, of)
    assert known.part == count / of
    assert (known.low, known.high) == pytest.approx((low, high), abs=0.001)


def test_a_share_of_fewer_than_twenty_is_not_told():
    assert share(19, 19) is None
