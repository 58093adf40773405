"""The chart of ratings against a cost: everything is inside, and the line is a stair."""

import pytest
from django.utils.translation import override

from playground.web.scatter import Chart, Spot, chart, scale


def spot(name, cost, rating, *, is_best=False):
    return Spot(name, cost, rating, rating - 20, rating + 20, is_best)


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        pytest.param(0, 8, [0, 2, 4, 6, 8], id="credits"),
        pytest.param(0, 0.3, [0, 0.1, 0.2, 0.3], id="parts of a credit"),
        pytest.param(846, 1171, [800, 900, 1000, 1100, 1200], id="ratings"),
        pytest.param(1000, 1000, [1000, 1001], id="one alone"),
        pytest.param(0, 0, [0, 1], id="all free"),
    ],
)
def test_scales_are_round_and_hold_everything(low, high, ticks):
    found = scale(low, high, 4)
    assert found[0] <= low and found[-1] >= high and found[-1] > found[0]
    assert found[: len(ticks)] == pytest.approx(ticks, abs=0.001)


def test_what_nothing_beats_is_joined_and_labels_do_not_lie_on_each_other():
    spots = [
        spot("dear", 8, 1150, is_best=True),
        spot("cheap", 2, 1050, is_best=True),
        spot("twin", 2, 1046),
    ]
    drawn = chart(spots, ["8", "2", "2"])
    across, up = drawn.line
    assert (across.y1, across.x1, across.x2) == (across.y2, "25.00%", "100.00%")
    assert up.x1 == up.x2 == "100.00%"
    named = {point.name: point.is_named for point in drawn.points}
    assert named == {"dear": True, "cheap": True, "twin": False}
    assert [point.name for point in drawn.points if point.is_left] == ["dear"]
    long = [spot("a model of a very long name", 1, 1050), spot("beside it", 4, 1049)]
    of_both = chart([*long, spots[0]], ["1", "4", "8"]).points
    # The long name would lie upon the other's point.
    assert [(one.is_named, one.fits_a_phone) for one in of_both][1:] == [
        (True, False),
        (True, True),
    ]
    close = [spot("of a long name", 1, 1050), spot("another", 2.5, 1010)]
    of_both = chart([*close, spots[0]], ["1", "2.5", "8"]).points
    assert [one.fits_a_phone for one in of_both][1:] == [True, True]
    assert [tick.label for tick in drawn.up][-1] == "1,200"
    with override("es"):
        assert "," not in chart(spots, ["8", "2", "2"]).up[-1].label
    assert chart([], []) == Chart()
