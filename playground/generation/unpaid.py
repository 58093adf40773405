"""A brake on what nobody pays for: refusals, orders called off, tries lost on the way.

Providers bill us for some of them, and the customer is never charged. Past a set sum
an hour a key has to wait; past three times that sum, so has its account, whose new keys
would not help. The books are touched only when something was unpaid and had a price.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import deeds
from accounts.activity import OPERATOR, Actor
from playground.generation.database import AWAY, in_thread
from playground.generation.entries import AttemptRow
from playground.generation.errors import TooMany
from playground.generation.mirror import Mirror
from playground.generation.models import Generation
from playground.generation.request import Buyer
from playground.generation.ways import Unpaid

log = structlog.get_logger()
HOUR = timedelta(hours=1)
KEYS_AN_ACCOUNT = 3
MICRO = 1_000_000
Who = tuple[str, str]  # an account and a key; no key is the whole account


@dataclass(frozen=True, slots=True)
class Brake:
    """Since when nobody paid, and how much by now."""

    started_at: datetime
    microusd: int

    @property
    def ends_at(self) -> datetime:
        return self.started_at + HOUR


def check(buyer: Buyer) -> None:
    """Refuse whoever has asked for too much that nobody paid for."""
    known = brakes()
    if not known:
        return
    for who in ((buyer.account_id, buyer.key_id or BY_HAND), (buyer.account_id, "")):
        brake = known.get(who)
        if brake and brake.ends_at > timezone.now():
            raise too_many(brake)


BY_HAND = "-"


def too_many(brake: Brake) -> TooMany:
    wait = max(1, ceil((brake.ends_at - timezone.now()).total_seconds()))
    message = _(
        "Too much of what was asked here in the last hour was refused or called off, and"
        " nobody paid for it. Ask again at %(when)s UTC, in %(seconds)d seconds."
    )
    words = {"when": f"{brake.ends_at:%H:%M:%S}", "seconds": wait}
    return TooMany(message % words, code="too_many_refusals", retry_after_seconds=wait)


def cost_of_nothing(attempts: Sequence[AttemptRow]) -> int:
    """Add up what tries without a picture cost us."""
    return sum(one.cost_microusd for one in attempts if not one.pictures)


async def note(generation: Generation, microusd: int) -> None:
    """Write down what an order cost us for nothing, and brake at once if it is too much."""
    key = generation.key_id or BY_HAND
    try:
        await in_thread(lambda: add(generation.account_id, key, microusd))
        brakes.forget()
        await in_thread(brakes)
    except AWAY as error:
        log.warning("unpaid.not_noted", reason=str(error))


def add(account_id: str, key: str, microusd: int) -> None:
    try:
        write(account_id, key, microusd)
    except IntegrityError:  # somebody else wrote the first one
        write(account_id, key, microusd)


def write(account_id: str, key: str, microusd: int) -> None:
    """Add to the key's hour; an hour that is over makes way for a new one."""
    now = timezone.now()
    with transaction.atomic():
        rows = Unpaid.objects.select_for_update()
        row = rows.filter(account_id=account_id, key=key).first()
        if row is None or row.started_at + HOUR <= now:
            row = row or Unpaid(account_id=account_id, key=key)
            row.started_at, row.microusd = now, 0
        row.microusd += microusd
        row.save()


def read() -> dict[Who, Brake]:
    """Find the keys, and the accounts, that are over what is allowed."""
    most = round(settings.UNPAID_USD_AN_HOUR * MICRO)
    hours: dict[Who, Brake] = {}
    since = timezone.now() - HOUR
    for row in Unpaid.objects.filter(started_at__gt=since) if most else ():
        hours[row.account_id, row.key] = Brake(row.started_at, row.microusd)
        known = hours.get((row.account_id, ""), Brake(row.started_at, 0))
        total = known.microusd + row.microusd
        earlier = min(known.started_at, row.started_at)
        hours[row.account_id, ""] = Brake(earlier, total)
    return {
        who: brake
        for who, brake in hours.items()
        if brake.microusd > (most if who[1] else KEYS_AN_ACCOUNT * most)
    }


def lift(account_id: str, key: str, by: Actor = OPERATOR) -> bool:
    """Let a key, or a whole account, ask again at once; say whether it was held back."""
    rows = Unpaid.objects.filter(account_id=account_id)
    rows = rows.filter(key=key) if key else rows
    with transaction.atomic():
        unpaid = sum(rows.values_list("microusd", flat=True))
        gone, _of_each = rows.delete()
        if gone:
            deeds.record(
                deeds.who(by),
                "brake.lifted",
                subject=deeds.Subject("account", account_id),
                before={"key": key, "unpaid_microusd": unpaid},
            )
        transaction.on_commit(know_again)
    log.info("unpaid.lifted", account=account_id, key=key, person=by.person_id)
    return bool(gone)


def know_again() -> None:
    brakes.forget()
    brakes()


brakes: Mirror[dict[Who, Brake]] = Mirror(read, dict)
