"""Ratings from votes: Bradley and Terry's model, fitted to all of them at once.

Pure: arrays in, arrays out. The order of votes does not matter, and nothing is drawn by
chance. P(i beats j) = 1 / (1 + 10^((Rj - Ri) / 400)), and the mean of those that can be
compared is 1000.

A tie is half a win for either side, and so is "both bad": what is fitted is the expected
score. Davidson's model would fit ties better with one more number to explain; halves are
what readers of such tables know, and keep the fit one smooth hill with one top.

Each model has one tie with an opponent of exactly 1000 before any vote. Without it a model
that has only won would be rated infinitely high; with thirty votes it weighs little.

An interval is the wider of two: one from the curvature of the fit (Fisher), one from how
votes scatter about it (the sandwich). The first alone is too sure when votes disagree
more than the model allows, the second when a model has won everything.

Models that no chain of votes links cannot be compared: the largest linked set is rated,
and the others are not.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

SCALE, BASE, MEAN = 400.0, 10.0, 1000.0
POINTS = SCALE / np.log(BASE)  # of the scale in one unit of the logistic curve
NORMAL_95 = 1.959963984540054
PRIOR_TIES = 1.0
STEPS, PRECISE = 100, 1e-10
LONGEST_STEP = 2.0


@dataclass(frozen=True, slots=True)
class Tally:
    """How votes went: `wins[i, j]` is how often i beat j, `ties[i, j]` is symmetric."""

    wins: Whole
    ties: Whole

    @property
    def votes(self) -> Whole:
        """How many votes each model is in."""
        votes: Whole = self.games.sum(axis=1)
        return votes

    @property
    def games(self) -> Whole:
        games: Whole = self.wins + self.wins.T + self.ties
        return games

    @property
    def scores(self) -> Floats:
        """What each model got of each other: a win is 1, a tie a half."""
        halves: Floats = self.wins + 0.5 * self.ties
        return halves


@dataclass(frozen=True, slots=True)
class Ratings:
    """A rating for each model with its 95 % interval; not a number for those apart."""

    rating: Floats
    low: Floats
    high: Floats
    rank: Whole  # 0 for those that are not rated

    def is_rated(self, place: int) -> bool:
        return bool(np.isfinite(self.rating[place]))

    def figures(self, place: int) -> tuple[float | None, float | None, float | None]:
        """Return a model's rating and the ends of its interval, or that there is none."""
        if not self.is_rated(place):
            return None, None, None
        return (
            round(float(self.rating[place]), 2),
            round(float(self.low[place]), 2),
            round(float(self.high[place]), 2),
        )


def tally(left: Whole, right: Whole, score: Floats, count: int) -> Tally:
    """Count votes; a score is the left side's: 1, 0, or a half for a tie."""

    def counted(first: Whole, second: Whole) -> Whole:
        flat = np.bincount(first * count + second, minlength=count * count)
        square: Whole = flat.reshape(count, count).astype(np.int64)
        return square

    is_won, is_lost = score > 0.75, score < 0.25
    is_tie = ~is_won & ~is_lost
    wins = counted(left[is_won], right[is_won]) + counted(right[is_lost], left[is_lost])
    ties = counted(left[is_tie], right[is_tie])
    return Tally(wins, ties + ties.T)


def rate(votes: Tally) -> Ratings:
    """Fit the largest linked set of models, and rank it by intervals that do not meet."""
    count = len(votes.wins)
    chosen = linked(votes.games)
    rating, low, high = (np.full(count, np.nan) for _ in range(3))
    if len(chosen):
        part = np.ix_(chosen, chosen)
        own = Tally(votes.wins[part], votes.ties[part])
        strength = fitted(own)
        error = NORMAL_95 * POINTS * deviations(own, strength)
        rating[chosen] = MEAN + POINTS * (strength - strength.mean())
        low[chosen], high[chosen] = rating[chosen] - error, rating[chosen] + error
    return Ratings(rating, low, high, ranks(low, high))


def chance(one: float, other: float) -> float:
    """How likely the first of two ratings is to win."""
    return float(1 / (1 + BASE ** ((other - one) / SCALE)))


def linked(games: Whole) -> Whole:
    """Return the places of the largest set that votes link: most votes, then the first."""
    left = {int(place) for place in np.flatnonzero(games.sum(axis=1))}
    sets: list[list[int]] = []
    while left:
        found, edge = set[int](), {min(left)}
        while edge:
            found |= edge
            reached = np.flatnonzero(games[sorted(edge)].sum(axis=0))
            edge = {int(place) for place in reached} - found
        sets.append(sorted(found))
        left -= found

    def size(places: list[int]) -> tuple[int, int]:
        return len(places), int(games[np.ix_(places, places)].sum())

    return np.array(max(sets, key=size, default=[]), dtype=np.int64)


def fitted(votes: Tally) -> Floats:
    """Climb to the top of the likelihood by Newton's steps."""
    games, won = votes.games, votes.scores.sum(axis=1)
    strength = np.zeros(len(games))
    for _ in range(STEPS):
        expected = (games * odds(strength)).sum(axis=1)
        slope = won - expected + PRIOR_TIES * (0.5 - logistic(strength))
        step = np.linalg.solve(curvature(games, strength), slope)
        step *= min(1.0, LONGEST_STEP / max(float(np.abs(step).max()), PRECISE))
        strength = strength + step
        if np.abs(step).max() < PRECISE:
            break
    return strength


def curvature(games: Whole, strength: Floats) -> Floats:
    """Return how sharply the likelihood bends: Fisher's information, and the prior's."""
    chances = odds(strength)
    spread = games * chances * (1 - chances)
    own = logistic(strength)
    bend = spread.sum(axis=1) + PRIOR_TIES * own * (1 - own)
    return np.diag(bend) - spread


def deviations(votes: Tally, strength: Floats) -> Floats:
    """Return each rating's standard deviation about the mean: the wider of the two."""
    chances, wins, ties = odds(strength), votes.wins, votes.ties
    scatter = wins * (1 - chances) ** 2 + wins.T * chances**2
    scatter = scatter + ties * (0.5 - chances) ** 2
    meat = np.diag(scatter.sum(axis=1)) - scatter
    count = len(strength)
    # Only differences mean anything, so the uncertainty of the mean itself is taken out.
    about_the_mean = np.eye(count) - 1 / count
    bread = np.linalg.inv(curvature(votes.games, strength))
    fisher = about_the_mean @ bread @ about_the_mean
    sandwich = about_the_mean @ bread @ meat @ bread @ about_the_mean
    wider: Floats = np.sqrt(np.maximum(np.diag(fisher), np.diag(sandwich)).clip(0))
    return wider


def ranks(low: Floats, high: Floats) -> Whole:
    """Rank by intervals: one place behind each model that is surely better."""
    better = low[:, None] > high[None, :]
    rank: Whole = 1 + better.sum(axis=0)
    rank[np.isnan(low)] = 0
    return rank


def odds(strength: Floats) -> Floats:
    """Return how likely each is to win against each other."""
    return logistic(strength[:, None] - strength[None, :])


def logistic(value: Floats) -> Floats:
    sure: Floats = 1 / (1 + np.exp(-value))
    return sure


def frontier(points: Iterable[tuple[float, float]]) -> list[bool]:
    """Say of each (cost, rating) whether nothing that costs no more is rated higher."""
    listed = list(points)

    def is_beaten(cost: float, rating: float) -> bool:
        return any(
            (other <= cost and higher > rating) or (other < cost and higher >= rating)
            for other, higher in listed
        )

    return [not is_beaten(*point) for point in listed]
