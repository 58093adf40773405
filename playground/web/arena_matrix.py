"""Who beat whom: the square of all models of a board, and the lists of one challenge."""

from collections.abc import Sequence
from dataclasses import dataclass

from playground.arena import standings
from playground.arena.models import Challenge
from playground.arena.standings import Board, HeadToHead, seen_from
from playground.web.arena_facts import Row, name_of

ENOUGH = 5  # fewer votes say nothing, and are shown in grey


@dataclass(frozen=True, slots=True)
class GridRow:
    """A model of the square, and how it did against each other; None is itself."""

    name: str
    cells: tuple[HeadToHead | None, ...]


@dataclass(frozen=True, slots=True)
class MatchUp:
    """Two models in a challenge, the better one first."""

    name: str
    met: HeadToHead

    @property
    def rival(self) -> str:
        return name_of(self.met.rival)


def grid_of(board: Board, rows: Sequence[Row]) -> list[GridRow]:
    """Draw the square in the order of the leaderboard."""
    met = standings.matrix(board)
    known = {
        (model, one.rival): one
        for pair, sums in met.items()
        for model in pair
        for one in [seen_from(model, pair, sums)]
    }
    models = [row.standing.model for row in rows]
    return [
        GridRow(
            row.name,
            tuple(
                cell_of(known.get((row.standing.model, rival)), row, rival)
                for rival in models
            ),
        )
        for row in rows
    ]


def cell_of(met: HeadToHead | None, row: Row, rival: str) -> HeadToHead | None:
    if rival == row.standing.model:
        return None
    return met or HeadToHead(rival, 0, 0, 0, 0)


def match_ups_of(challenge: Challenge) -> list[MatchUp]:
    """List who met whom in a challenge, most votes first, the better one in front."""
    found = []
    for pair, sums in standings.match_ups(challenge):
        one = seen_from(pair[0], pair, sums)
        if one.wins < one.losses:
            one, pair = seen_from(pair[1], pair, sums), (pair[1], pair[0])
        found.append(MatchUp(name_of(pair[0]), one))
    return found
