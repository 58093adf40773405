"""The mathematics of the arena, against cases whose answer is known beforehand."""

import numpy as np
import pytest

from playground.arena.elo import (
    MEAN,
    POINTS,
    Tally,
    chance,
    frontier,
    rate,
    tally,
)

PLANTED = np.array([1240.0, 1150.0, 1060.0, 1010.0, 950.0, 880.0, 710.0])


def votes_between(ratings, count, *, seed, ties=0.2):
    """Draw votes as the model says they fall; a part of the close ones are ties."""
    chance_of = np.random.default_rng(seed)
    left = chance_of.integers(0, len(ratings), count)
    right = (left + chance_of.integers(1, len(ratings), count)) % len(ratings)
    odds = 1 / (1 + 10 ** ((ratings[right] - ratings[left]) / 400))
    score = (chance_of.random(count) < odds).astype(float)
    # A tie takes as much from either side as the expected score allows.
    is_tie = chance_of.random(count) < ties * 4 * odds * (1 - odds)
    lift = np.where(is_tie, 0.5, score)
    fair = chance_of.random(count) < 1 - 2 * np.abs(odds - 0.5)
    return left, right, np.where(fair, lift, score)


def duels(*lines, count):
    """Count (winner, loser, times) lines, and (one, other, -times) for ties."""
    wins, ties = np.zeros((count, count), int), np.zeros((count, count), int)
    for one, other, times in lines:
        if times >= 0:
            wins[one, other] += times
        else:
            ties[one, other] -= times
            ties[other, one] -= times
    return Tally(wins, ties)


def test_two_models_are_as_far_apart_as_their_votes_say():
    found = rate(duels((0, 1, 6400), (1, 0, 3600), count=2))
    assert found.rating[0] - found.rating[1] == pytest.approx(100, abs=1)
    assert chance(found.rating[0], found.rating[1]) == pytest.approx(0.64, abs=0.001)
    assert chance(1200, 1000) == pytest.approx(0.76, abs=0.001)
    # By hand: the deviation of a difference is POINTS / sqrt(n p q); of each, half of it.
    by_hand = 1.96 * POINTS / np.sqrt(10_000 * 0.64 * 0.36) / 2
    assert (found.high - found.low) / 2 == pytest.approx([by_hand] * 2, rel=0.02)


def test_a_planted_order_is_found_within_its_intervals():
    """Of 40 times 7 intervals some 14 may miss; far fewer or more would be a lie."""
    planted = PLANTED - PLANTED.mean() + MEAN
    missed = 0
    for seed in range(40):
        cast = votes_between(PLANTED, 4000, seed=seed, ties=0)
        found = rate(tally(*cast, len(PLANTED)))
        missed += int(((planted < found.low) | (planted > found.high)).sum())
    assert 4 <= missed <= 28
    assert list(np.argsort(-found.rating)) == list(range(7))
    assert found.rank[0] == 1 and found.rank[-1] == 7


def test_the_order_of_votes_and_of_models_changes_nothing():
    left, right, score = votes_between(PLANTED, 3000, seed=1)
    first = rate(tally(left, right, score, 7))
    turned = (np.arange(7) + 3) % 7
    shuffled = np.random.default_rng(2).permutation(3000)
    renamed = rate(
        tally(turned[right][shuffled], turned[left][shuffled], 1 - score[shuffled], 7)
    )
    assert renamed.rating[turned] == pytest.approx(first.rating, abs=1e-6)
    assert renamed.low[turned] == pytest.approx(first.low, abs=1e-6)
    assert list(renamed.rank[turned]) == list(first.rank)


def test_ties_alone_make_equals():
    found = rate(duels((0, 1, -40), (1, 2, -9), (2, 0, -70), count=3))
    assert found.rating == pytest.approx([MEAN] * 3)
    assert list(found.rank) == [1, 1, 1]


def test_who_only_won_is_high_but_not_surely():
    found = rate(duels((0, 1, 30), (1, 2, 15), (2, 1, 15), count=3))
    assert 1200 < found.rating[0] < 2200
    assert found.high[0] - found.low[0] > 400  # thirty votes cannot say how high


def test_what_no_vote_links_is_not_compared():
    apart = duels((0, 1, 50), (1, 0, 40), (1, 2, 20), (3, 4, 90), count=6)
    found = rate(apart)
    assert [found.is_rated(place) for place in range(6)] == [True] * 3 + [False] * 3
    assert list(found.rank[3:]) == [0, 0, 0]
    assert found.rating[:3].mean() == pytest.approx(MEAN)
    nobody = rate(duels(count=4))
    assert not np.isfinite(nobody.rating).any()


def test_models_whose_intervals_meet_share_a_rank():
    close = rate(duels((0, 1, 52), (1, 0, 48), (0, 2, 95), (1, 2, 94), count=3))
    assert list(close.rank) == [1, 1, 3]


def test_the_fit_is_where_expected_and_counted_scores_agree():
    """Which is what makes it the likeliest; the one tie before all votes counts, too."""
    cast = tally(*votes_between(PLANTED, 5000, seed=3), 7)
    found = rate(cast)
    gap = found.rating[:, None] - found.rating[None, :]
    expected = (cast.games / (1 + 10 ** (-gap / 400))).sum(axis=1)
    assert cast.scores.sum(axis=1) == pytest.approx(expected, abs=0.51)
    assert cast.votes.sum() == 2 * 5000


def test_the_frontier_is_what_nothing_beats_for_less():
    points = [(2, 1100), (4, 1200), (4, 1150), (6, 1190), (8, 1300), (8, 1300)]
    assert frontier(points) == [True, True, False, False, True, True]
    assert frontier([]) == []
