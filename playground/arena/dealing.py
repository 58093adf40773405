"""Which two pictures somebody sees next: where a vote teaches most.

A vote teaches most where models are close and still uncertain, and where they have met
seldom. So the models are drawn by that, then one entry of each, then the sides, by lot.
Nobody gets a pair twice. Real pictures and demo data never meet, and demo data is dealt
only while there is nothing else.
"""

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import combinations, product

from django.core import signing
from django.db.models import Count, F, Max, QuerySet
from django.utils import timezone

from playground.arena.elo import MEAN, NORMAL_95, chance
from playground.arena.models import Encounter, Entry, Ranking, Standing, Vote
from playground.arena.voters import Voter

UNKNOWN_DEVIATION = 350.0  # points: how unsure the rating of a newcomer is
LEAST_DEVIATION = 10.0
SALT = "easel.arena.ballot"
BALLOT_SECONDS = 24 * 3600
TRIES = 30
Duel = tuple[str, str, str]  # a challenge and two models, by the alphabet


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


@dataclass(frozen=True, slots=True)
class Pool:
    """What can be dealt: each challenge with each two models, and how much it teaches."""

    entries: Mapping[str, Mapping[str, Sequence[int]]]
    duels: Sequence[Duel]
    weights: Sequence[float]


def teaches(one: Known, other: Known, met: int) -> float:
    """Say how much another vote between two models would make surer."""
    odds = chance(one.rating, other.rating)
    doubt = one.deviation**2 + other.deviation**2
    return odds * (1 - odds) * doubt / (1 + met)


def deal(voter: Voter, *, luck: random.Random | None = None) -> Ballot | None:
    """Deal the next duel, or nothing when the voter has seen them all."""
    luck = luck or random.SystemRandom()
    found = drawn(pool_now(), seen_by(voter), luck)
    if found is None:
        return None
    left, right = luck.sample(found, 2)
    return Ballot(left, right, voter.id, timezone.now().timestamp())


def drawn(pool: Pool, seen: Set[str], luck: random.Random) -> tuple[int, int] | None:
    """Draw a pair that was not seen; look through all of them when luck finds none."""
    if not pool.duels:
        return None
    for challenge, one, other in luck.choices(pool.duels, pool.weights, k=TRIES):
        models = pool.entries[challenge]
        pair = luck.choice(models[one]), luck.choice(models[other])
        if pair_of(*pair) not in seen:
            return pair
    left = [pair for pair in every_pair(pool) if pair_of(*pair) not in seen]
    return luck.choice(left) if left else None


def every_pair(pool: Pool) -> Iterator[tuple[int, int]]:
    for challenge, one, other in pool.duels:
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
        picture__note__hidden_at__isnull=True,
        retired_at__isnull=True,
        challenge__retired_at__isnull=True,
    )


def pool_now() -> Pool:
    """Return what can be dealt just now; it is drawn up anew when something changed."""
    is_demo = shows_demo()
    there = live_entries(is_demo=is_demo).aggregate(
        Count("pk"), Max("pk"), Max("created_at")
    )
    reckoned = Ranking.objects.filter(pk=is_demo).values_list("computed_at", flat=True)
    return pool_of(is_demo, reckoned.first(), *there.values())


@lru_cache(maxsize=4)
def pool_of(is_demo: bool, *_changes: object) -> Pool:
    """Read everything that can be dealt, and weigh it."""
    entries: dict[str, dict[str, list[int]]] = defaultdict(dict)
    boards: dict[str, bool] = {}
    facts = ("challenge_id", "challenge__is_edit", "model", "pk")
    there = live_entries(is_demo=is_demo).order_by("pk").values_list(*facts)
    for challenge, is_edit, model, entry in there:
        entries[challenge].setdefault(model, []).append(entry)
        boards[challenge] = is_edit
    known, met = known_models(is_demo), games_met(is_demo)
    duels = [
        (challenge, one, other)
        for challenge, models in entries.items()
        for one, other in combinations(sorted(models), 2)
    ]
    weights = [
        teaches(
            known.get((boards[challenge], one), NEWCOMER),
            known.get((boards[challenge], other), NEWCOMER),
            met.get((challenge, one, other), 0),
        )
        for challenge, one, other in duels
    ]
    return Pool(dict(entries), duels, weights)


def known_models(is_demo: bool) -> dict[tuple[bool, str], Known]:
    """Return what is known of the models of both boards."""
    rated = Standing.objects.filter(is_demo=is_demo, category="", rating__isnull=False)
    facts = ("is_edit", "model", "rating", "high")
    return {
        (is_edit, model): known_by(rating or 0.0, high or 0.0)
        for is_edit, model, rating, high in rated.values_list(*facts)
    }


def known_by(rating: float, high: float) -> Known:
    return Known(rating, max(LEAST_DEVIATION, (high - rating) / NORMAL_95))


def games_met(is_demo: bool) -> dict[Duel, int]:
    """Count how often two models met in each challenge."""
    games = F("first_wins") + F("second_wins") + F("ties") + F("bad")
    found = Encounter.objects.filter(is_demo=is_demo, challenge__isnull=False)
    rows = found.annotate(games=games).values_list(
        "challenge_id", "first", "second", "games"
    )
    return {(challenge, one, other): count for challenge, one, other, count in rows}


def shown_again(ballot: Ballot, moment: datetime) -> Ballot:
    """Begin to count anew: a pair that was loaded ahead is only now on the screen."""
    return Ballot(ballot.left, ballot.right, ballot.voter, moment.timestamp())
