"""A model in the arena, for its own page: rank, rating, best and worst, head-to-heads.

A page asks for `arena_of(model)` and includes `web/_arena_block.html` when there is any;
there is none of a model that was never voted on.
"""

from dataclasses import dataclass

from playground.arena.boards import HIDDEN_UNDER
from playground.arena.models import Category, Standing
from playground.arena.standings import Block, HeadToHead, blocks, is_preliminary
from playground.web.arena_facts import name_of
from playground.web.arena_matrix import ENOUGH

RIVALS_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Rival:
    name: str
    met: HeadToHead

    @property
    def says_little(self) -> bool:
        return self.met.votes < ENOUGH


@dataclass(frozen=True, slots=True)
class Shown:
    """A block in words."""

    block: Block
    best: str
    worst: str
    rivals: tuple[Rival, ...]
    hidden_under: int = HIDDEN_UNDER

    @property
    def is_preliminary(self) -> bool:
        return is_preliminary(self.block.overall)


def arena_of(model: str) -> list[Shown]:
    """Return what the arena says of a model: of text to picture, and of edits."""
    return [shown(block) for block in blocks(model)]


def shown(block: Block) -> Shown:
    rivals = (Rival(name_of(one.rival), one) for one in block.rivals[:RIVALS_SHOWN])
    return Shown(
        block, category_of(block.best), category_of(block.worst), tuple(rivals)
    )


def category_of(one: Standing | None) -> str:
    return str(Category(one.category).label) if one else ""
