"""Prove the published figures: work each out again from the raw votes, and compare.

The fit is checked in another way than it was found, too: at the likeliest ratings, what
each model was expected to score is what it scored.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db.models import Model
from django.forms import model_to_dict

from playground.arena.elo import PRIOR_TIES, chance
from playground.arena.models import Challenge, Doubt, Encounter, Ranking, Standing
from playground.arena.reckoning import (
    Reckoned,
    consents_now,
    encounter,
    reckon,
    rests_on,
    standing,
)

NEAR = 0.05  # of a point: two machines may differ in the last digits
MISSED = PRIOR_TIES / 2 + 0.1  # of a vote: the tie before all votes, and rounding
Facts = Mapping[Any, Any]


class Outdated(Exception):
    """Somebody allowed or forbade something since: what is published is about to change."""


def audit(is_demo: bool) -> list[str]:
    """Return a line for each published figure that does not follow from the votes."""
    ranking = Ranking.objects.filter(pk=is_demo).first()
    if ranking is None:
        return []
    until = rests_on(ranking)
    if not is_demo and until.consents != consents_now():
        raise Outdated
    found = reckon(is_demo, until)
    follow = (found.counted, len(found.doubts), found.preferred)
    published = (ranking.counted, ranking.doubted, ranking.preferred)
    wrong = [] if follow == published else [f"votes {published}, but {follow} follow"]
    return [*wrong, *differences(is_demo, found), *unlikely(is_demo)]


def differences(is_demo: bool, found: Reckoned) -> Iterator[str]:
    """Compare what is published with what follows, row by row."""
    doubts = Doubt.objects.filter(vote__is_demo=is_demo).values_list("vote", "reason")
    yield from unequal("doubt", dict(doubts), found.doubts)
    about: tuple[str, ...] = ("is_edit", "challenge", "first", "second")
    met = (encounter(is_demo, *one) for one in found.encounters.items())
    known: Iterable[Model] = Encounter.objects.filter(is_demo=is_demo)
    yield from unequal("encounter", by(about, known), by(about, met))
    about = ("is_edit", "category", "model")
    lines = (standing(is_demo, line) for line in found.lines)
    known = Standing.objects.filter(is_demo=is_demo)
    yield from unequal("standing", by(about, known), by(about, lines))


def by(about: tuple[str, ...], rows: Iterable[Model]) -> Facts:
    """Return the facts of rows, under what they are about."""
    facts = (model_to_dict(row, exclude=["id"]) for row in rows)
    return {tuple(one[name] for name in about): one for one in facts}


def unequal(what: str, published: Facts, follow: Facts) -> Iterator[str]:
    for name in {**published, **follow}:
        one, other = published.get(name), follow.get(name)
        if not is_same(one, other):
            yield f"{what} {name}: published {one}, but {other} follows"


def is_same(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(
            is_same(one[name], other[name]) for name in one
        )
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= NEAR
    return bool(one == other)


def unlikely(is_demo: bool) -> Iterator[str]:
    """Name the models whose published rating is not where their scores put it."""
    categories = dict(Challenge.objects.values_list("slug", "category"))
    ratings: dict[tuple[bool, str], dict[str, float]] = defaultdict(dict)
    for one in Standing.objects.filter(is_demo=is_demo, rating__isnull=False):
        ratings[one.is_edit, one.category][one.model] = one.rating or 0.0
    missing: dict[tuple[bool, str, str], float] = defaultdict(float)
    for met in Encounter.objects.filter(is_demo=is_demo):
        for category in {"", categories.get(met.challenge_id or "", "")}:
            known = ratings[met.is_edit, category]
            if met.first in known and met.second in known:
                halves = (met.ties + met.bad) / 2
                games = met.first_wins + met.second_wins + 2 * halves
                odds = chance(known[met.first], known[met.second])
                more = met.first_wins + halves - games * odds
                missing[met.is_edit, category, met.first] += more
                missing[met.is_edit, category, met.second] -= more
    for name, votes in missing.items():
        if abs(votes) > MISSED:
            yield f"standing {name}: {votes:+.2f} votes away from its likeliest rating"
