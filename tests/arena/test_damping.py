"""Which votes do not count: each kind of abuse, and honest people beside it."""

import random

import pytest

from playground.arena.damping import FLOOD, QUICK_MS, STREAK, Cast, doubts


def cast(choices, *, voter="v", network="n", took_ms=4000, every=30.0, first=1):
    """One vote for each choice; `{}` in a name is the vote's number."""
    return [
        Cast(
            id=number,
            voter=voter.format(number),
            network=network.format(number),
            is_guest=True,
            choice=choice,
            took_ms=took_ms,
            at=number * every,
        )
        for number, choice in enumerate(choices, first)
    ]


TURNS = ["left", "right"] * STREAK
ABUSE = [
    pytest.param(cast(["left", "tie"], took_ms=QUICK_MS - 1), {"quick"}, id="quick"),
    pytest.param(cast(TURNS), {"streak"}, id="to and fro"),
    pytest.param(cast(["right"] * STREAK), {"streak"}, id="always right"),
    pytest.param(cast(["bad"] * STREAK), {"streak"}, id="always bad"),
    pytest.param(
        cast(TURNS, voter="new each time {}"), {"streak"}, id="to and fro, no cookie"
    ),
]


@pytest.mark.parametrize(("votes", "reasons"), ABUSE)
def test_abuse_is_set_aside_whole_and_with_its_reason(votes, reasons):
    found = doubts(votes)
    assert found.keys() == {vote.id for vote in votes}
    assert {*found.values()} == reasons


def test_a_flood_is_set_aside_beyond_what_people_manage():
    luck = random.Random(1)
    some = luck.choices(["left", "right", "tie"], k=FLOOD + 40)
    flood = cast(some, voter="new each time {}", every=1.0)
    found = doubts(flood)
    assert found == {vote.id: "flood" for vote in flood[FLOOD:]}
    slow = cast(some, voter="new each time {}", every=7.0)
    assert doubts(slow) == {}


def test_a_streak_ends_where_somebody_looked_again():
    short = ["left"] * (STREAK - 1) + ["right", "right"] + ["left"] * (STREAK - 1)
    assert doubts(cast(short)) == {}
    mixed = cast(["tie", "left", *TURNS, "right", "tie", "tie"])
    assert {vote.id for vote in mixed} - doubts(mixed).keys() == {1, 2, 33, 34, 35}


def test_honest_people_are_hardly_ever_set_aside():
    """Three hundred voters of sixty votes each, of whom some like one side a little more."""
    luck = random.Random(7)
    said = [
        luck.choices(["left", "right", "tie", "bad"], [45, 40, 10, 5], k=60)
        for _ in range(300)
    ]
    votes = [
        vote
        for number, choices in enumerate(said)
        for vote in cast(
            choices, voter=str(number), network=str(number), first=100 * number
        )
    ]
    assert len(doubts(votes)) < 0.002 * len(votes)
