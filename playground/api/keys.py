"""From an API key to a buyer, without asking the database each time.

A key that was seen in the last few seconds is known; a mistyped one fails by its
checksum. What is remembered is a digest that means nothing elsewhere, never the key.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from secrets import token_bytes

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity import Actor
from accounts.issuing import changes
from accounts.keys import digest, is_well_formed
from accounts.limits import Limits
from accounts.models import ApiKey, RetiredSecret
from playground.addresses import client_address
from playground.api.addresses import being_answered
from playground.generation.database import in_thread
from playground.generation.errors import Forbidden, Unauthorized
from playground.generation.limits import check_scope, check_standing
from playground.generation.request import Buyer

REMEMBERED, SALT_BYTES = 10_000, 32
USED_AGAIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Known:
    """A buyer, for how long that is known, and how much had been changed here by then."""

    buyer: Buyer
    until: float
    changes: int


class KnownKeys:
    """The buyers behind keys that were looked up a moment ago."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._salt = token_bytes(SALT_BYTES)
        self._known: dict[bytes, Known] = {}
        self._asking: dict[tuple[bytes, int], asyncio.Task[Known]] = {}

    async def buyer(self, secret: str) -> Buyer:
        """Return who pays for what this key asks."""
        # A quarter of the time of the digest that the database knows it by.
        name = blake2b(secret.encode(), key=self._salt).digest()
        known = self._known.get(name)
        if known is None or not self._holds(known):
            check_form(secret)
            known = await self._asked_once(name, secret)
        if known.buyer.limits:
            check_address(known.buyer.limits)
        return known.buyer

    def _holds(self, known: Known) -> bool:
        return known.until > self._clock() and known.changes == changes.count

    async def _asked_once(self, name: bytes, secret: str) -> Known:
        """Look a key up for all who come with it meanwhile: a busy key has many waiting
        whenever its time is over. Who comes after a change does not take the old answer.
        """
        which, loop = (name, changes.count), asyncio.get_running_loop()
        asking = self._asking.get(which)
        if asking is None or asking.get_loop() is not loop:
            looking = self._look_up(name, digest(secret, settings.KEY_PEPPER))
            asking = self._asking[which] = loop.create_task(looking)
            asking.add_done_callback(lambda _: self._asking.pop(which, None))
        return await asyncio.shield(asking)

    async def _look_up(self, name: bytes, kept: str) -> Known:
        """Ask the database. What is changed meanwhile makes the answer an old one."""
        begun, seen = self._clock(), changes.count
        self._known.pop(name, None)
        buyer, seconds = await in_thread(lambda: look_up(kept))
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        known = self._known[name] = Known(buyer, begun + seconds, seen)
        return known


def check_form(secret: str) -> None:
    if not is_well_formed(secret):
        # "Incorrect API key provided" are the words by which LiteLLM knows a 401.
        raise Unauthorized(
            _("Incorrect API key provided: check that it was copied whole.")
        )


def look_up(name: str) -> tuple[Buyer, float]:
    """Find the key by its digest, and say for how many seconds it is surely good.

    About once a minute it is noted that the key is in use.
    """
    now = timezone.now()
    live = ApiKey.objects.select_related("group", "account__group", "limited")
    live = live.filter(revoked_at=None)
    key, ends_at = live.filter(digest=name).first(), None
    if key is None:
        former = RetiredSecret.objects.filter(digest=name, works_until__gt=now).first()
        key = live.filter(pk=former.key_id).first() if former else None
        ends_at = former.works_until if former else None
    if key is None:
        raise Unauthorized(
            _(
                "Incorrect API key provided: it is not known here, or was revoked."
                " Make one in the console."
            )
        )
    check_standing(key.account.blocked_because)
    limits = limits_of(key)
    if limits and limits.expires_at:
        check_expiry(limits.expires_at, now)
        ends_at = min(limits.expires_at, ends_at or limits.expires_at)
    if key.last_used_at is None or now - key.last_used_at > USED_AGAIN:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
    seconds = float(settings.KEY_CACHE_SECONDS)
    if ends_at:
        seconds = min(seconds, (ends_at - now).total_seconds())
    return buyer_behind(key, limits), seconds


def limits_of(key: ApiKey) -> Limits | None:
    """Return what its owner limited; `None` when that is nothing."""
    return key.limited.limits if hasattr(key, "limited") else None


def buyer_behind(key: ApiKey, limits: Limits | None) -> Buyer:
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
        limits=limits,
    )


def check_expiry(expires_at: datetime, now: datetime) -> None:
    if expires_at <= now:
        raise Unauthorized(
            _("This API key expired on %(when)s UTC: make a new one, or extend it.")
            % {"when": f"{expires_at.astimezone(UTC):%Y-%m-%d %H:%M}"},
            code="api_key_expired",
        )


def check_address(limits: Limits) -> None:
    """Refuse a caller who is elsewhere than the key may be used."""
    scope = being_answered.get()
    address = client_address(scope, settings.TRUSTED_PROXIES) if scope else ""
    if not limits.admit(address):
        words = {"address": address, "ranges": ", ".join(limits.ip_ranges)}
        raise Forbidden(
            _("This key may be used from %(ranges)s, and this came from %(address)s.")
            % words,
            code="address_not_allowed",
        )


known_keys = KnownKeys()


async def bearer(request: HttpRequest) -> Buyer:
    """Authenticate a request, for ninja."""
    return await buyer_of(request.headers.get("Authorization", ""))


def acting(request: HttpRequest) -> Actor:
    """Return the key that changes something, for the activity log."""
    buyer: Buyer = request.auth  # type: ignore[attr-defined]
    address = client_address(request.META, settings.TRUSTED_PROXIES)
    agent = request.headers.get("User-Agent", "")
    return Actor(key_id=buyer.key_id, address=address, agent=agent)


def may(scope: str) -> Callable[[HttpRequest], Awaitable[Buyer]]:
    """Authenticate a request that needs a key with this scope, for ninja."""

    async def bearer_who_may(request: HttpRequest) -> Buyer:
        buyer = await bearer(request)
        check_scope(buyer.limits, scope)
        return buyer

    return bearer_who_may


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
