"""The line that an operator puts on top of every page for a while.

Pages ask a memory, which asks the database twice a minute. Whoever has read a line and
put it away is not shown it again: a cookie says so, without an account, and the line is
then not in the page at all, so nothing moves.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.core.cache import cache
from django.db.models import Q
from django.utils import timezone

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
