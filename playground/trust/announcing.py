"""The line that an operator puts on top of every page for a while.

Pages ask a memory, which asks the database twice a minute. Whoever has read a line and
put it away is not shown it again: a cookie says so, without an account, and the line is
then not in the page at all, so nothing moves.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts import deeds
from accounts.models import Person
from playground.trust.models import Announcement

DISMISSED_COOKIE = "easel_dismissed"
DISMISSED_SECONDS = 180 * 24 * 3600
REMEMBERED = "announcements"
REMEMBERED_SECONDS = 30
SOON = timedelta(minutes=5)
MOST_DISMISSED = 5


def shown_to(dismissed: Iterable[str]) -> Announcement | None:
    """Return the newest line that is on now and was not put away."""
    put_away, now = set(dismissed), timezone.now()
    return next(
        (one for one in known() if one.is_on(now) and one.pk not in put_away), None
    )


def known() -> list[Announcement]:
    """Return what is on, or soon will be, as it was up to half a minute ago."""
    found: list[Announcement] | None = cache.get(REMEMBERED)
    if found is None:
        now = timezone.now()
        ahead = Announcement.objects.filter(starts_at__lte=now + SOON)
        ahead = ahead.filter(Q(ends_at=None) | Q(ends_at__gt=now))
        found = list(ahead.order_by("-starts_at", "-pk")[:MOST_DISMISSED])
        cache.set(REMEMBERED, found, REMEMBERED_SECONDS)
    return found


def announce(line: Announcement, by: Person | None = None) -> None:
    """Put up a new line, or change one."""
    with transaction.atomic():
        before = facts_of(Announcement.objects.filter(pk=line.pk).first())
        line.save()
        action = "announcement.changed" if before else "announcement.added"
        noted(action, line, by, before=before)


def take_down(line: Announcement, by: Person | None = None) -> None:
    with transaction.atomic():
        noted("announcement.removed", line, by, before=facts_of(line), after={})
        line.delete()


def noted(
    action: str,
    line: Announcement,
    by: Person | None,
    *,
    before: deeds.Facts,
    after: deeds.Facts | None = None,
) -> None:
    """Write down who did it, and forget what was known as soon as it is so."""
    after = facts_of(line) if after is None else after
    deeds.record(by, action, subject=line, before=before, after=after)
    transaction.on_commit(changed)


def facts_of(line: Announcement | None) -> dict[str, Any]:
    names = ("text", "link", "level", "starts_at", "ends_at")
    return {name: getattr(line, name) for name in names} if line else {}


def changed() -> None:
    """Forget what was known: this process shows a change at once, others soon."""
    cache.delete(REMEMBERED)


@dataclass(frozen=True, slots=True)
class Dismissals:
    """What a browser has put away, as its cookie has it."""

    names: tuple[str, ...]

    @classmethod
    def of(cls, cookie: str) -> "Dismissals":
        return cls(tuple(one for one in cookie.split(".") if one)[:MOST_DISMISSED])

    def and_also(self, name: str) -> str:
        """Return the cookie's text with one more; the oldest is forgotten first."""
        others = [one for one in self.names if one != name]
        return ".".join([name, *others][:MOST_DISMISSED])
