"""What the status page shows: Easel's parts, providers and models over ninety days.

Read from the rollups of tries and from the looks at Easel itself: a few small queries.
Uptime that rests on fewer than 20 answers is not told.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import get_language

from playground.generation.catalogue import catalogue
from playground.generation.histogram import ENOUGH, Share, share
from playground.generation.metrics import Answers, answers_by
from playground.generation.summing import Window
from playground.trust.models import Component, ComponentDay, Health, Incident, Look

DAYS = 90
FRESH_SECONDS = 60
GOOD, WORSE, BAD, UNKNOWN = "gwbn"  # the letters of a bar
OLD = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Scale:
    """From which part of good answers something is well, and from which it is so-so.

    It rests on so many answers at least.
    """

    well: float
    so_so: float
    least: int


# A provider's failed try is made again elsewhere; nothing stands in for Easel itself.
OF_TRIES, OF_LOOKS = Scale(0.95, 0.8, ENOUGH), Scale(0.995, 0.95, 1)


@dataclass(frozen=True, slots=True)
class Line:
    """One bar: a letter for each day, the whole, and how it is now (`""`: not known)."""

    key: str
    name: str
    health: str
    uptime: Share | None
    days: str
    is_demo: bool = False
    parts: tuple["Line", ...] = ()

    @property
    def bad_days(self) -> int:
        return self.days.count(WORSE) + self.days.count(BAD)


@dataclass(frozen=True, slots=True)
class Board:
    """Everything, as it was a moment ago."""

    made_at: datetime
    first_day: datetime
    looked_at: datetime | None
    components: tuple[Line, ...]
    providers: tuple[Line, ...]
    models: tuple[Line, ...]

    @property
    def is_demo(self) -> bool:
        return any(line.is_demo for line in self.models)

    @property
    def down(self) -> tuple[Line, ...]:
        return tuple(one for one in self.components if one.health == Health.DOWN)

    @property
    def slow(self) -> tuple[Line, ...]:
        return tuple(one for one in self.components if one.health == Health.SLOW)


def board() -> Board:
    """Return the board; it is made once a minute, in each language that is asked."""
    name = f"status-board-{get_language()}"
    known: Board | None = cache.get(name)
    if known is None:
        known = made(timezone.now())
        cache.set(name, known, FRESH_SECONDS)
    return known


def made(now: datetime) -> Board:
    window = Window.last(f"{DAYS}d", now)
    looks = {look.component: look for look in Look.objects.all()}
    tries = answers_by(window, "model", "provider")
    lately = answers_by(Window.last("24h", now), "model", "provider")
    return Board(
        made_at=now,
        first_day=window.since,
        looked_at=max((one.looked_at for one in looks.values()), default=None),
        components=tuple(components(window, looks, now)),
        providers=tuple(lines_by(1, tries, lately)),
        models=tuple(models(tries, lately)),
    )


def components(
    window: Window, looks: Mapping[str, Look], now: datetime
) -> Iterable[Line]:
    """Easel's own parts: a slow part works."""
    days = [start.date() for start in window.steps()]
    found = ComponentDay.objects.filter(day__gte=days[0])
    counted = {(one.component, one.day): one for one in found}
    for component in Component:
        lines = [counted.get((component.value, day)) for day in days]
        good = [line.good + line.slow if line else 0 for line in lines]
        whole = [
            up + (line.down if line else 0)
            for up, line in zip(good, lines, strict=True)
        ]
        look = looks.get(component.value)
        is_fresh = look is not None and now - look.looked_at < OLD
        yield Line(
            key=component.value,
            name=str(component.label),
            health=look.health if look and is_fresh else "",
            uptime=share(sum(good), sum(whole)),
            days=letters(good, whole, OF_LOOKS),
        )


Pairs = Mapping[tuple[str, ...], Answers]


def models(tries: Pairs, lately: Pairs) -> Iterable[Line]:
    """Each model together, and in it each of its providers."""
    of_each: dict[str, list[Line]] = {}
    for (model, provider), answers in tries.items():
        now = lately.get((model, provider))
        of_each.setdefault(model, []).append(line_of(provider, provider, answers, now))
    names = catalogue().names
    for line in lines_by(0, tries, lately):
        known = names.get(line.key)
        parts = sorted(of_each[line.key], key=lambda one: one.name)
        yield Line(
            key=line.key,
            name=known.model.name if known else line.key,
            health=line.health,
            uptime=line.uptime,
            days=line.days,
            is_demo=line.is_demo,
            parts=tuple(parts),
        )


def lines_by(place: int, tries: Pairs, lately: Pairs) -> Iterable[Line]:
    """Add up over the other half of the keys; what is asked most comes first."""
    whole, recent = together(place, tries), together(place, lately)
    busiest = sorted(whole.items(), key=lambda item: -sum(item[1].all))
    for name, answers in busiest:
        yield line_of(name, name, answers, recent.get(name))


def together(place: int, tries: Pairs) -> dict[str, Answers]:
    groups: dict[str, list[Answers]] = {}
    for key, answers in tries.items():
        groups.setdefault(key[place], []).append(answers)
    return {
        name: Answers(
            good=tuple(map(sum, zip(*(one.good for one in some), strict=True))),
            all=tuple(map(sum, zip(*(one.all for one in some), strict=True))),
            is_demo=any(one.is_demo for one in some),
        )
        for name, some in groups.items()
    }


def line_of(key: str, name: str, answers: Answers, lately: Answers | None) -> Line:
    return Line(
        key=key,
        name=name,
        health=health_of(lately.uptime if lately else None),
        uptime=answers.uptime,
        days=letters(answers.good, answers.all, OF_TRIES),
        is_demo=answers.is_demo,
    )


def health_of(lately: Share | None) -> str:
    """Say how something is by its last day."""
    if lately is None:
        return ""
    if lately.part >= OF_TRIES.well:
        return Health.GOOD.value
    return Health.SLOW.value if lately.part >= OF_TRIES.so_so else Health.DOWN.value


def letters(good: Sequence[int], whole: Sequence[int], scale: Scale) -> str:
    """Write a bar: a letter for each day."""
    days = zip(good, whole, strict=True)
    return "".join(letter(part, of, scale) for part, of in days)


def letter(good: int, whole: int, scale: Scale) -> str:
    if whole < scale.least:
        return UNKNOWN
    part = good / whole
    return GOOD if part >= scale.well else WORSE if part >= scale.so_so else BAD


def told_lately(now: datetime) -> list[Incident]:
    """Return what was told of in the days the page shows."""
    return list(Incident.objects.told_since(now - timedelta(days=DAYS)))
