"""From an API key to a buyer, without asking the database each time.

A key that was seen in the last few seconds is known; a mistyped one fails by its
checksum. What is remembered is the key's digest, never the key.
"""

import time
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.keys import digest, is_well_formed
from accounts.models import ApiKey
from playground.generation.database import in_thread
from playground.generation.errors import Unauthorized
from playground.generation.request import Buyer

REMEMBERED = 10_000
USED_AGAIN = timedelta(minutes=1)


class KnownKeys:
    """The buyers behind keys that were looked up a moment ago."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buyers: dict[str, tuple[float, Buyer]] = {}

    async def buyer(self, secret: str) -> Buyer:
        """Return who pays for what this key asks."""
        if not is_well_formed(secret):
            # "Incorrect API key provided" are the words by which LiteLLM knows a 401.
            raise Unauthorized(
                _("Incorrect API key provided: check that it was copied whole.")
            )
        name = digest(secret, settings.KEY_PEPPER)
        looked_up, buyer = self._buyers.get(name, (0.0, None))
        if buyer is not None and self._clock() - looked_up < settings.KEY_CACHE_SECONDS:
            return buyer
        found = await in_thread(lambda: look_up(name))
        if found is None:
            self._buyers.pop(name, None)
            raise Unauthorized(
                _(
                    "Incorrect API key provided: it is not known here, or was revoked."
                    " Make one in the console."
                )
            )
        if len(self._buyers) >= REMEMBERED:
            self._buyers.clear()
        self._buyers[name] = (self._clock(), found)
        return found


def look_up(name: str) -> Buyer | None:
    """Find the key by its digest, and note about once a minute that it is in use."""
    key = (
        ApiKey.objects.select_related("group", "account__group")
        .filter(digest=name, revoked_at=None)
        .first()
    )
    if key is None:
        return None
    now = timezone.now()
    if key.last_used_at is None or now - key.last_used_at > USED_AGAIN:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
    group = key.group or key.account.group
    return Buyer(
        account_id=key.account_id,
        key_id=key.pk,
        group=group.pk,
        multiplier=group.multiplier,
        lane="api",
        member_id=key.made_by_id,
        is_test=key.is_test,
        kept_seconds=key.account.kept_seconds,
    )


known_keys = KnownKeys()


async def bearer(request: HttpRequest) -> Buyer:
    """Authenticate a request, for ninja."""
    return await buyer_of(request.headers.get("Authorization", ""))


async def googles_key(request: HttpRequest) -> Buyer:
    """Authenticate a request whose key may be told in any of Google's ways."""
    given = request.headers.get("x-goog-api-key") or request.GET.get("key", "")
    if given.strip():
        return await known_keys.buyer(given.strip())
    if request.headers.get("Authorization"):
        return await bearer(request)
    raise Unauthorized(
        _("No API key was given: send the header 'x-goog-api-key: esl_live_…'.")
    )


async def buyer_of(authorization: str) -> Buyer:
    """Return who pays, by `Authorization: Bearer <key>`."""
    scheme, given = (*authorization.split(" ", 1), "")[:2]
    if scheme.lower() != "bearer" or not given.strip():
        raise Unauthorized(
            _(
                "No API key was given: send the header 'Authorization: Bearer esl_live_…'."
            )
        )
    return await known_keys.buyer(given.strip())
