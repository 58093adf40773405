"""An account's busy hours and days, ready for a page.

The rollups of usage have a line for every mixture of facts, which are thousands a day for
a busy account, and a page wants them added up in several ways. So a busy hour or day is
also kept as digests: one of all of it, and one for each fact that pages sift by. Where
there are few lines there is no digest, and the lines are read. Where there are very many,
there is one for each two or three facts at once as well, if these have few values there;
of a fact with many values, each has few lines.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from itertools import combinations, groupby
from operator import itemgetter
from typing import Any, Self, TypeVar

import orjson
from django.db.models import Count

from playground.generation.rollups import TOOK, Digest, UsageRollup

FEW, MANY = 50, 200
AT_ONCE, FEW_AT_ONCE = (2, 3), 100
FACTS = (
    *("model", "provider", "key_id", "person_id", "lane", "endpoint", "group"),
    "state",
)
SUMS = ("requests", "pictures", "spent_microcredits")
COLUMNS = (*FACTS, "error_code", "is_demo", *SUMS, *TOOK)
Place = tuple[str, str]
EVERYTHING: Place = ("", "")
Sums = list[int]
Kind = TypeVar("Kind", bound=Digest)


def place_of_several(facts: Mapping[str, Any]) -> Place:
    """Return where facts at once stand: "mo+st" are those of a model and a state."""
    names = [name for name in FACTS if name in facts]
    values = "\0".join(str(facts[name]) for name in names)
    return "+".join(name[:2] for name in names), hashed(values)


def hashed(text: str) -> str:
    return blake2b(text.encode(), digest_size=16).hexdigest()


def all_of(place: Place) -> Place:
    """Return where a digest of everything of this sort stands, if there are any."""
    fact, _value = place
    return EVERYTHING if fact in ("", *FACTS) else (fact, "")


@dataclass(slots=True)
class Usage:
    """Orders that have ended, added up in each way that a page shows them."""

    models: dict[str, Sums] = field(default_factory=dict)
    keys: dict[str, Sums] = field(default_factory=dict)
    ends: dict[tuple[str, str], int] = field(default_factory=dict)
    took: dict[int, int] = field(default_factory=dict)
    is_demo: bool = False

    def add(
        self, model: str, key: str, end: tuple[str, str], sums: Sequence[int]
    ) -> None:
        for known, name in ((self.models, model), (self.keys, key)):
            mine = known.setdefault(name, [0, 0, 0])
            for place, number in enumerate(sums):
                mine[place] += number
        self.ends[end] = self.ends.get(end, 0) + sums[0]

    def add_took(self, counts: Iterable[tuple[int, int]]) -> None:
        """Count times, by their places in the histogram."""
        for place, count in counts:
            self.took[place] = self.took.get(place, 0) + count

    @property
    def sums(self) -> tuple[int, int, int]:
        """Return all of it: requests, pictures, and what was spent."""
        every = [[0, 0, 0], *self.models.values()]
        requests, pictures, spent = map(sum, zip(*every, strict=True))
        return requests, pictures, spent

    def to_text(self) -> str:
        ends = [(*end, count) for end, count in self.ends.items()]
        took = list(self.took.items())
        return orjson.dumps([self.models, self.keys, ends, took, self.is_demo]).decode()

    @classmethod
    def of_text(cls, text: str) -> Self:
        models, keys, ends, took, is_demo = orjson.loads(text)
        counts = {(state, code): count for state, code, count in ends}
        return cls(models, keys, counts, dict(took), is_demo)


def write_digests(
    target: type[Digest], lines: type[UsageRollup], start: datetime
) -> None:
    """Make the digests of one hour or day anew, for each account that has many lines.

    The lines are read once, account after account, and those accounts are named: as
    PostgreSQL has not counted yet what was just written, it may read the whole day for
    each account that it has to ask for, or count anew for each line.
    """
    target._default_manager.filter(start=start).delete()
    then = lines._default_manager.filter(start=start)
    counted = then.values("account_id").annotate(count=Count("pk"))
    busy = counted.filter(count__gte=FEW).values_list("account_id", flat=True)
    rows = then.filter(account_id__in=list(busy)).order_by("account_id")
    every = rows.values_list("account_id", *COLUMNS).iterator()
    for account_id, own in groupby(every, key=itemgetter(0)):
        target._default_manager.bulk_create(
            digest_of(target, start, account_id, place, usage)
            for place, usage in parted([row[1:] for row in own]).items()
        )


def digest_of(
    target: type[Kind], start: datetime, account_id: str, place: Place, usage: Usage
) -> Kind:
    fact, value = place
    requests, _pictures, spent = usage.sums
    return target(
        start=start,
        account_id=account_id,
        fact=fact,
        value=value,
        requests=requests,
        spent_microcredits=spent,
        body=usage.to_text(),
    )


def parted(rows: Sequence[tuple[Any, ...]]) -> dict[Place, Usage]:
    """Add lines up, all of them and for each fact; very many for several at once too."""
    found: dict[Place, Usage] = defaultdict(Usage)
    count, are_many = len(FACTS), len(rows) >= MANY
    for row in rows:
        facts = dict(zip(FACTS, row[:count], strict=True))
        error_code, is_demo, *numbers = row[count:]
        sums, took = numbers[: len(SUMS)], numbers[len(SUMS) :]
        times = [(place, one) for place, one in enumerate(took) if one]
        known = {name: value for name, value in facts.items() if value}
        named = [(name, str(value)) for name, value in known.items()]
        several = several_of(known) if are_many else ()
        for place in (EVERYTHING, *named, *several):
            usage = found[place]
            end = facts["state"], error_code
            usage.add(facts["model"], facts["key_id"], end, sums)
            usage.add_took(times)
            usage.is_demo = usage.is_demo or is_demo
    return without_many(found)


def several_of(facts: Mapping[str, Any]) -> Iterator[Place]:
    for count in AT_ONCE:
        for some in combinations(facts.items(), count):
            yield place_of_several(dict(some))


def without_many(found: dict[Place, Usage]) -> dict[Place, Usage]:
    """Leave out facts that have many values at once, and say of the others that all that
    there are stand here."""
    counts = Counter(fact for fact, _value in found if "+" in fact)
    many = {fact for fact, count in counts.items() if count > FEW_AT_ONCE}
    kept = {place: usage for place, usage in found.items() if place[0] not in many}
    whole = Usage({"": list(found[EVERYTHING].sums)})
    return kept | {(fact, ""): whole for fact in counts.keys() - many}
