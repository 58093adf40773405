"""A board: models rated by how they did against each other. Pure: sums in, places out.

Under 30 votes a model is hidden from the public, and has no rank; under 300 it is called
preliminary. Both bad is fitted as a tie, and told apart wherever outcomes are listed.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from playground.arena.elo import Tally, ranks, rate

HIDDEN_UNDER = 30
PRELIMINARY_UNDER = 300
Pair = tuple[str, str]  # two models, by the alphabet


@dataclass(frozen=True, slots=True)
class Met:
    """How two models did against each other."""

    first_wins: int = 0
    second_wins: int = 0
    ties: int = 0
    bad: int = 0

    @property
    def votes(self) -> int:
        return self.first_wins + self.second_wins + self.ties + self.bad

    def __add__(self, other: "Met") -> "Met":
        return Met(
            self.first_wins + other.first_wins,
            self.second_wins + other.second_wins,
            self.ties + other.ties,
            self.bad + other.bad,
        )


@dataclass(frozen=True, slots=True)
class Placed:
    """A model on a board. Without a rating it cannot be compared with the others yet."""

    model: str
    rank: int | None
    rating: float | None
    low: float | None
    high: float | None
    votes: int
    wins: int
    losses: int
    ties: int


def ordered(left: str, right: str, choice: str) -> tuple[Pair, str]:
    """Name the models by the alphabet, and say which of them won, or the tie it was."""
    outcome = {"left": "first", "right": "second"}.get(choice, choice)
    if left <= right:
        return (left, right), outcome
    turned = {"first": "second", "second": "first"}
    return (right, left), turned.get(outcome, outcome)


def met_of(outcomes: Counter[str]) -> Met:
    return Met(*(outcomes[name] for name in ("first", "second", "tie", "bad")))


def rated(
    pairs: Mapping[Pair, Sequence[Met]], *, hidden_under: int
) -> Iterator[Placed]:
    """Rate the models of a board. Those with fewer votes are rated, but not ranked."""
    names = sorted({name for pair in pairs for name in pair})
    votes = tallied(names, pairs)
    found, of_each = rate(votes), votes.votes
    is_shown = of_each >= hidden_under
    rank = ranks(
        np.where(is_shown, found.low, np.nan), np.where(is_shown, found.high, np.nan)
    )
    for place, name in enumerate(names):
        yield Placed(
            name,
            int(rank[place]) or None,
            *found.figures(place),
            votes=int(of_each[place]),
            wins=int(votes.wins[place].sum()),
            losses=int(votes.wins[:, place].sum()),
            ties=int(votes.ties[place].sum()),
        )


def tallied(names: Sequence[str], pairs: Mapping[Pair, Sequence[Met]]) -> Tally:
    places = {name: place for place, name in enumerate(names)}
    wins = np.zeros((len(names), len(names)), np.int64)
    ties = np.zeros_like(wins)
    for (one, other), several in pairs.items():
        met = sum(several, Met())
        first, second = places[one], places[other]
        wins[first, second] += met.first_wins
        wins[second, first] += met.second_wins
        ties[first, second] += met.ties + met.bad
    return Tally(wins, ties + ties.T)
