"""What is published, as pages and programs read it. Everything here was reckoned before."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from django.db.models import Count

from playground.arena.boards import HIDDEN_UNDER, PRELIMINARY_UNDER, Met, Pair
from playground.arena.dealing import shows_demo
from playground.arena.models import (
    Category,
    Challenge,
    Encounter,
    Entry,
    Ranking,
    Standing,
)


@dataclass(frozen=True, slots=True)
class Board:
    """One board: the shown models by the low end of their interval, and the others."""

    is_edit: bool
    category: str
    is_demo: bool
    lines: tuple[Standing, ...] = ()
    hidden: tuple[Standing, ...] = ()  # too few votes yet
    apart: tuple[Standing, ...] = ()  # no votes link them with the others
    ranking: Ranking | None = None

    @property
    def low(self) -> float:
        return min((one.low or 0.0 for one in self.lines), default=0.0)

    @property
    def high(self) -> float:
        return max((one.high or 0.0 for one in self.lines), default=0.0)


@dataclass(frozen=True, slots=True)
class HeadToHead:
    """How a model did against another, over all challenges of a board."""

    rival: str
    wins: int
    losses: int
    ties: int
    bad: int

    @property
    def votes(self) -> int:
        return self.wins + self.losses + self.ties + self.bad

    @property
    def drawn(self) -> int:
        """How many were half a win for each: ties, and both bad."""
        return self.ties + self.bad

    @property
    def score(self) -> float:
        """The share of the score it got: a tie is a half."""
        return (self.wins + self.drawn / 2) / self.votes


@dataclass(frozen=True, slots=True)
class Block:
    """A model in the arena, for its own page; one for each kind of task."""

    overall: Standing
    best: Standing | None
    worst: Standing | None
    rivals: tuple[HeadToHead, ...]
    is_demo: bool

    @property
    def is_hidden(self) -> bool:
        return self.overall.rank is None


def is_preliminary(line: Standing) -> bool:
    return line.votes < PRELIMINARY_UNDER


def board(*, is_edit: bool, category: str = "") -> Board:
    """Read one board."""
    is_demo = shows_demo()
    found = Standing.objects.filter(is_demo=is_demo, is_edit=is_edit, category=category)
    lines = sorted(found, key=lambda one: (-(one.low or 0.0), one.model))
    return Board(
        is_edit=is_edit,
        category=category,
        is_demo=is_demo,
        lines=tuple(one for one in lines if one.rank is not None),
        hidden=tuple(one for one in lines if one.votes < HIDDEN_UNDER),
        apart=tuple(
            one for one in lines if one.rank is None and one.votes >= HIDDEN_UNDER
        ),
        ranking=Ranking.objects.filter(pk=is_demo).first(),
    )


def categories(*, is_edit: bool) -> list[tuple[str, str]]:
    """Name the categories of a board that have votes."""
    known = Standing.objects.filter(is_demo=shows_demo(), is_edit=is_edit)
    voted = set(known.values_list("category", flat=True))
    return [(one, str(name)) for one, name in Category.choices if one in voted]


def matrix(shown: Board) -> dict[Pair, Met]:
    """Return how each two models of a board did against each other."""
    found = Encounter.objects.filter(is_demo=shown.is_demo, is_edit=shown.is_edit)
    if shown.category:
        found = found.filter(challenge__category=shown.category)
    met: dict[Pair, Met] = defaultdict(Met)
    for one in found:
        met[one.first, one.second] += met_in(one)
    return met


def met_in(row: Encounter) -> Met:
    return Met(row.first_wins, row.second_wins, row.ties, row.bad)


def seen_from(model: str, pair: Pair, met: Met) -> HeadToHead:
    """Turn an encounter so that a model's wins are its own."""
    first, second = pair
    if model == first:
        return HeadToHead(second, met.first_wins, met.second_wins, met.ties, met.bad)
    return HeadToHead(first, met.second_wins, met.first_wins, met.ties, met.bad)


def match_ups(challenge: Challenge) -> list[tuple[Pair, Met]]:
    """Return how models did against each other in a challenge, most votes first."""
    found = Encounter.objects.filter(challenge=challenge)
    met = [((one.first, one.second), met_in(one)) for one in found]
    return sorted(met, key=lambda one: -one[1].votes)


def challenges() -> list[Challenge]:
    """Return the challenges that are shown, with how many models are in each."""
    found = Challenge.objects.filter(is_demo=shows_demo(), entries__isnull=False)
    counted = found.annotate(models=Count("entries__model", distinct=True))
    return list(counted.order_by("is_edit", "category", "name"))


def blocks(model: str) -> list[Block]:
    """Return what the arena says of a model: of text to picture first, then of edits."""
    is_demo = shows_demo()
    found = Standing.objects.filter(is_demo=is_demo, model=model)
    of_kind: dict[bool, list[Standing]] = defaultdict(list)
    for one in found.order_by("is_edit", "category"):
        of_kind[one.is_edit].append(one)
    return [block_of(model, lines, is_demo) for lines in of_kind.values()]


def block_of(model: str, lines: Iterable[Standing], is_demo: bool) -> Block:
    overall, *others = lines
    shown = [one for one in others if one.rank is not None]
    by_rating = sorted(shown, key=lambda one: -(one.rating or 0.0))
    whole = matrix(Board(overall.is_edit, "", is_demo))
    rivals = [
        seen_from(model, pair, met) for pair, met in whole.items() if model in pair
    ]
    return Block(
        overall=overall,
        best=by_rating[0] if by_rating else None,
        worst=by_rating[-1] if len(by_rating) > 1 else None,
        rivals=tuple(sorted(rivals, key=lambda one: -one.votes)),
        is_demo=is_demo,
    )


def rating_of(model: str, *, is_edit: bool, is_demo: bool) -> Standing | None:
    """Return a model's overall standing, where it is shown."""
    return Standing.objects.filter(
        is_demo=is_demo, is_edit=is_edit, category="", model=model, rank__isnull=False
    ).first()


def models_in(challenge: Challenge) -> list[str]:
    """Name the models that have entries in a challenge."""
    return sorted(set(challenge.entries.values_list("model", flat=True)))


def seconds_of_entries(*, is_demo: bool) -> dict[str, float]:
    """Return how long half of each model's pictures here took to make."""
    took: dict[str, list[float]] = defaultdict(list)
    known = Entry.objects.filter(is_demo=is_demo, seconds__gt=0)
    for model, seconds in known.values_list("model", "seconds"):
        took[model].append(seconds)
    return {model: median(several) for model, several in took.items()}
