"""How much an account has stored, and whether there is room for more.

The pictures' own rows are the truth. Adding them up takes a moment, so an account
that is far from its limit is believed for a while; one that is near is asked again
each time. Without a limit nobody is asked.
"""

import time
from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from django.db.models import Sum
from django.utils.translation import gettext as _

from playground.generation.database import in_thread
from playground.generation.errors import Forbidden
from playground.generation.models import Picture

MEGABYTE = 1024 * 1024
BELIEVED_SECONDS = 60
REMEMBERED = 10_000
LONG_SECONDS, RESTS, MOST_SECONDS = 0.02, 500, 900


def bytes_stored(account_id: str) -> int:
    """Add up the files of an account's pictures."""
    pictures = Picture.objects.filter(account_id=account_id)
    total: int | None = pictures.aggregate(total=Sum("bytes"))["total"]
    return total or 0


def bytes_stored_lately(account_id: str) -> int:
    """Return the same for whoever only looks: a sum that took long is shown for a while."""
    name = f"bytes-stored:{account_id}"
    known: int | None = cache.get(name)
    if known is not None:
        return known
    started = time.monotonic()
    total = bytes_stored(account_id)
    took = time.monotonic() - started
    if took > LONG_SECONDS:
        cache.set(name, total, min(took * RESTS, MOST_SECONDS))
    return total


def most_bytes() -> int | None:
    """Return what an account may store; None is as much as it likes."""
    return settings.ACCOUNT_QUOTA_MB * MEGABYTE or None


class Shelves:
    """Accounts that had plenty of room a moment ago."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._roomy: dict[str, float] = {}

    async def check_room(self, account_id: str) -> None:
        """Refuse an order for an account that has stored all it may."""
        limit = most_bytes()
        if limit is None:
            return
        if self._clock() - self._roomy.get(account_id, -1e9) < BELIEVED_SECONDS:
            return
        stored = await in_thread(lambda: bytes_stored(account_id))
        if stored >= limit:
            raise full(stored, limit)
        if stored < limit / 2:
            self.remember(account_id)

    def remember(self, account_id: str) -> None:
        if len(self._roomy) >= REMEMBERED:
            self._roomy.clear()
        self._roomy[account_id] = self._clock()


def full(stored: int, limit: int) -> Forbidden:
    message = _(
        "This account stores %(stored)d MB of pictures and may store %(limit)d."
        " Delete some, or wait until some expire. Nothing was charged."
    )
    words = {"stored": stored // MEGABYTE, "limit": limit // MEGABYTE}
    return Forbidden(message % words, code="storage_quota_exceeded")


shelves = Shelves()
