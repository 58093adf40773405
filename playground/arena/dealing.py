"""Which two pictures somebody sees next: where a vote teaches most.

A vote teaches most where models are close and still uncertain, and where they have met
seldom. So the models are drawn by that, then one entry of each, then the sides, by lot.
Nobody gets a pair twice. Real pictures and demo data never meet, and demo data is dealt
only while there is nothing else.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations, product

from django.core import signing
from django.db.models import QuerySet
from django.utils import timezone

from playground.arena.elo import MEAN, NORMAL_95, chance
from playground.arena.models import Encounter, Entry, Standing, Vote
from playground.arena.voters import Voter

UNKNOWN_DEVIATION = 350.0  # points: how unsure the rating of a newcomer is
LEAST_DEVIATION = 10.0
SALT = "easel.arena.ballot"
BALLOT_SECONDS = 24 * 3600
TRIES = 30


@dataclass(frozen=True, slots=True)
class Ballot:
    """A duel as it was dealt: the entries, left and right, to whom, and shown since when."""

    left: int
    right: int
    voter: str
    shown_at: float

    def sealed(self) -> str:
        return signing.dumps(
            [self.left, self.right, self.voter, self.shown_at], salt=SALT
        )

    @classmethod
    def opened(cls, text: str) -> "Ballot | None":
        """Read a ballot back; a forged or an old one is none."""
        try:
            return cls(*signing.loads(text, salt=SALT, max_age=BALLOT_SECONDS))
        except (signing.BadSignature, TypeError, ValueError):
            return None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a model by now."""

    rating: float = MEAN
    deviation: float = UNKNOWN_DEVIATION


NEWCOMER = Known()


@dataclass(slots=True)
class Pool:
    """Everything that can be dealt: entries by challenge and model, and what is known."""

    entries: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    known: dict[tuple[bool, str], Known] = field(default_factory=dict)
    met: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    is_edit: dict[str, bool] = field(default_factory=dict)

    def duels(self) -> Iterator[tuple[str, str, str]]:
        """Name each challenge with each two models that have entries in it."""
        for challenge, models in self.entries.items():
            for one, other in combinations(sorted(models), 2):
                yield challenge, one, other

    def weight(self, duel: tuple[str, str, str]) -> float:
        challenge, one, other = duel
        board = self.is_edit[challenge]
        first = self.known.get((board, one), NEWCOMER)
        second = self.known.get((board, other), NEWCOMER)
        return teaches(first, second, self.met[duel])


def teaches(one: Known, other: Known, met: int) -> float:
    """Say how much another vote between two models would make surer."""
    odds = chance(one.rating, other.rating)
    doubt = one.deviation**2 + other.deviation**2
    return odds * (1 - odds) * doubt / (1 + met)


def deal(voter: Voter, *, luck: random.Random | None = None) -> Ballot | None:
    """Deal the next duel, or nothing when the voter has seen them all."""
    luck = luck or random.SystemRandom()
    pool = pool_now()
    duels = list(pool.duels())
    seen = seen_by(voter)
    found = drawn(pool, duels, seen, luck) if duels else None
    if found is None:
        return None
    left, right = luck.sample(found, 2)
    return Ballot(left, right, voter.id, timezone.now().timestamp())


def drawn(
    pool: Pool, duels: list[tuple[str, str, str]], seen: Set[str], luck: random.Random
) -> tuple[int, int] | None:
    """Draw a pair that was not seen; look through all of them when luck finds none."""
    weights = [pool.weight(duel) for duel in duels]
    for challenge, one, other in luck.choices(duels, weights, k=TRIES):
        models = pool.entries[challenge]
        pair = luck.choice(models[one]), luck.choice(models[other])
        if pair_of(*pair) not in seen:
            return pair
    left = [pair for pair in every_pair(pool, duels) if pair_of(*pair) not in seen]
    return luck.choice(left) if left else None


def every_pair(
    pool: Pool, duels: list[tuple[str, str, str]]
) -> Iterator[tuple[int, int]]:
    for challenge, one, other in duels:
        models = pool.entries[challenge]
        yield from product(models[one], models[other])


def pair_of(one: int, other: int) -> str:
    """Name two entries, whichever stands where."""
    return f"{min(one, other)}:{max(one, other)}"


def seen_by(voter: Voter) -> set[str]:
    """Return the pairs this voter, or for guests anybody in the network, voted on."""
    votes = Vote.objects.filter(voter=voter.id).values_list("pair", flat=True)
    if not voter.is_guest:
        return set(votes)
    near = Vote.objects.filter(network=voter.network, is_guest=True)
    return {*votes, *near.values_list("pair", flat=True)}


def shows_demo() -> bool:
    """Say whether demo data is what there is to see: it makes way for the real thing."""
    return not live_entries(is_demo=False).exists() and (
        live_entries(is_demo=True).exists()
    )


def live_entries(*, is_demo: bool) -> QuerySet[Entry]:
    return Entry.objects.filter(
        is_demo=is_demo,
        picture__isnull=False,
        retired_at__isnull=True,
        challenge__retired_at__isnull=True,
    )


def pool_now() -> Pool:
    """Read what can be dealt just now."""
    is_demo = shows_demo()
    pool = Pool()
    entries: Mapping[str, dict[str, list[int]]] = defaultdict(dict)
    facts = ("challenge_id", "challenge__is_edit", "model", "pk")
    for challenge, is_edit, model, entry in live_entries(is_demo=is_demo).values_list(
        *facts
    ):
        entries[challenge].setdefault(model, []).append(entry)
        pool.is_edit[challenge] = is_edit
    pool.entries = dict(entries)
    for one in Standing.objects.filter(is_demo=is_demo, category=""):
        if one.rating is not None and one.high is not None:
            deviation = max(LEAST_DEVIATION, (one.high - one.rating) / NORMAL_95)
            pool.known[one.is_edit, one.model] = Known(one.rating, deviation)
    for met in Encounter.objects.filter(is_demo=is_demo, challenge__isnull=False):
        games = met.first_wins + met.second_wins + met.ties + met.bad
        pool.met[str(met.challenge_id), met.first, met.second] = games
    return pool


def shown_again(ballot: Ballot, moment: datetime) -> Ballot:
    """Begin to count anew: a pair that was loaded ahead is only now on the screen."""
    return Ballot(ballot.left, ballot.right, ballot.voter, moment.timestamp())
