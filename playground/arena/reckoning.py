"""From raw votes to every published figure. Nothing else writes what is published.

All of it is worked out anew each time, from the first vote to the last, so the same votes
always give the same figures; `auditing` does exactly that to check them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256

from django.db import transaction
from django.db.models import Count, Max

from playground.arena.boards import HIDDEN_UNDER, Met, Placed, met_of, ordered, rated
from playground.arena.damping import Cast, Reason, doubts
from playground.arena.models import (
    Challenge,
    Doubt,
    Encounter,
    Entry,
    Preference,
    Ranking,
    Standing,
    Vote,
)
from playground.arena.preferring import Compared, compared, consented, consents

FACTS = (
    *("pk", "voter", "network", "is_guest", "choice", "took_ms"),
    *("created_at", "left_id", "right_id"),
)
Place = tuple[bool, str | None, str, str]  # is_edit, challenge, first, second


@dataclass(frozen=True, slots=True)
class Line:
    """A model's place on one board, as it is published."""

    is_edit: bool
    category: str
    placed: Placed


@dataclass(frozen=True, slots=True)
class UpTo:
    """Which votes are looked at: up to these, so many; and whose preferences with them."""

    vote: int = 0
    votes: int = 0
    preference: int = 0
    consents: str = ""


@dataclass(slots=True)
class Reckoned:
    """Everything that follows from the votes up to these."""

    until: UpTo
    counted: int = 0
    preferred: int = 0
    doubts: dict[int, Reason] = field(default_factory=dict)
    encounters: dict[Place, Met] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)


def up_to_now(is_demo: bool) -> UpTo:
    known = Vote.objects.filter(is_demo=is_demo).aggregate(
        last=Max("pk"), all=Count("pk")
    )
    votes = UpTo(known["last"] or 0, known["all"])
    if is_demo:
        return votes
    last = Preference.objects.aggregate(last=Max("pk"))["last"] or 0
    return replace(votes, preference=last, consents=consents_now())


def consents_now() -> str:
    """Name who lets their preferences count just now, since when, and how many they are."""
    given = consents().annotate(said=Count("account__preference"))
    known = sorted(given.values_list("account_id", "given_at", "said"))
    return sha256(repr(known).encode()).hexdigest() if known else ""


def reckon(is_demo: bool, until: UpTo) -> Reckoned:
    """Work everything out from the raw votes."""
    cast = list(
        Vote.objects.filter(is_demo=is_demo, pk__lte=until.vote)
        .order_by("pk")
        .values_list(*FACTS)
    )
    found = Reckoned(until)
    found.doubts = doubts(
        [
            Cast(pk, voter, network, is_guest, choice, took_ms, at.timestamp())
            for pk, voter, network, is_guest, choice, took_ms, at, _, _ in cast
        ]
    )
    met = met_in_duels(
        (row[7], row[8], row[4]) for row in cast if row[0] not in found.doubts
    )
    found.counted = len(cast) - len(found.doubts)
    if not is_demo:
        own = list(compared(consented(until.preference)))
        found.preferred = len({one.comparison for one in own})
        met |= met_in_comparisons(own)
    found.encounters = met
    found.lines = list(lines_of(met))
    return found


def met_in_duels(counted: Iterable[tuple[int, int, str]]) -> dict[Place, Met]:
    facts = ("pk", "challenge__is_edit", "challenge_id", "model")
    entries = {row[0]: row[1:] for row in Entry.objects.values_list(*facts)}
    counts: dict[Place, Counter[str]] = defaultdict(Counter)
    for (left, right, choice), times in Counter(counted).items():
        is_edit, challenge, one = entries[left]
        other = entries[right][2]
        place, outcome = ordered(one, other, choice)
        counts[is_edit, challenge, *place][outcome] += times
    return {place: met_of(outcomes) for place, outcomes in sorted(counts.items())}


def met_in_comparisons(own: Iterable[Compared]) -> dict[Place, Met]:
    counts: dict[Place, Counter[str]] = defaultdict(Counter)
    for one in own:
        place, outcome = ordered(one.left, one.right, one.choice)
        counts[one.is_edit, None, *place][outcome] += 1
    ordered_places = sorted(counts.items(), key=lambda item: (item[0][0], item[0][2:]))
    return {place: met_of(outcomes) for place, outcomes in ordered_places}


def lines_of(met: Mapping[Place, Met]) -> Iterator[Line]:
    """Rate each board: text to picture and edits, overall and by category."""
    categories = dict(Challenge.objects.values_list("slug", "category"))
    boards: dict[tuple[bool, str], dict[tuple[str, str], list[Met]]] = {}
    for (is_edit, challenge, one, other), sums in met.items():
        names = [""] if challenge is None else ["", categories[challenge]]
        for category in names:
            board = boards.setdefault((is_edit, category), {})
            board.setdefault((one, other), []).append(sums)
    for (is_edit, category), pairs in sorted(boards.items()):
        for placed in rated(pairs, hidden_under=HIDDEN_UNDER):
            yield Line(is_edit, category, placed)


def recompute() -> bool:
    """Publish what follows from the votes by now; say whether anything was new."""
    return any([publish(is_demo) for is_demo in (False, True)])


def publish(is_demo: bool, *, anyway: bool = False) -> bool:
    """Work one side out and put it in place of what was published, if votes came."""
    until = up_to_now(is_demo)
    known = Ranking.objects.filter(pk=is_demo).first()
    published = rests_on(known) if known else UpTo()
    if until == published and not anyway:
        return False
    found = reckon(is_demo, until)
    with transaction.atomic():
        write(is_demo, found)
    return True


def rests_on(ranking: Ranking) -> UpTo:
    """Say which votes a published reckoning rests on."""
    return UpTo(
        ranking.last_vote,
        ranking.counted + ranking.doubted,
        ranking.last_preference,
        ranking.consents,
    )


def write(is_demo: bool, found: Reckoned) -> None:
    Ranking.objects.filter(pk=is_demo).delete()
    for table in (Encounter, Standing):
        table.objects.filter(is_demo=is_demo).delete()
    Doubt.objects.filter(vote__is_demo=is_demo).delete()
    Doubt.objects.bulk_create(
        [Doubt(vote_id=vote, reason=reason) for vote, reason in found.doubts.items()]
    )
    Encounter.objects.bulk_create(
        encounter(is_demo, *one) for one in found.encounters.items()
    )
    Standing.objects.bulk_create(standing(is_demo, line) for line in found.lines)
    Ranking.objects.create(
        is_demo=is_demo,
        last_vote=found.until.vote,
        last_preference=found.until.preference,
        consents=found.until.consents,
        counted=found.counted,
        doubted=len(found.doubts),
        preferred=found.preferred,
    )


def encounter(is_demo: bool, place: Place, met: Met) -> Encounter:
    """Write how two models met as a row."""
    is_edit, challenge, first, second = place
    return Encounter(
        is_demo=is_demo,
        is_edit=is_edit,
        challenge_id=challenge,
        first=first,
        second=second,
        **asdict(met),
    )


def standing(is_demo: bool, line: Line) -> Standing:
    """Write a model's place as a row."""
    return Standing(
        is_demo=is_demo,
        is_edit=line.is_edit,
        category=line.category,
        **asdict(line.placed),
    )
