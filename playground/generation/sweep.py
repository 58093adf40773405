"""Look after orders that nobody else looks after any more.

An order past its deadline is ended: what it has kept is paid, the rest of its hold is
given back. If a process had begun it, the try that was lost is noted at its estimated
cost to us. Queued orders whose turn went astray are found, for another to be sent.
"""

from datetime import timedelta

import structlog
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from playground.generation import tallied
from playground.generation.books import Close
from playground.generation.catalogue import catalogue
from playground.generation.database import Books, in_thread
from playground.generation.entries import AttemptRow
from playground.generation.errors import ModelNotFound
from playground.generation.models import Attempt, Generation

log = structlog.get_logger()
State = Generation.State
AT_ONCE = 500
GIVEN_UP = _("This took too long and was given up. What did not arrive costs nothing.")


async def sweep(books: Books, *, account_id: str | None = None) -> int:
    """End every overdue order, or one account's; say how many there were.

    What is overdue is for the database's clock to say, which set the deadlines.
    """
    ended = 0
    for generation in await in_thread(lambda: overdue(account_id)):
        closing = given_up(generation)
        if await books.do(closing):
            ended += 1
            tallied.ended(generation, closing, delivered=generation.delivered)
            log.warning(
                "order.given_up", generation=generation.id, was=generation.state
            )
    return ended


def overdue(account_id: str | None) -> list[Generation]:
    orders = Generation.objects.filter(state__in=Generation.LIVE, deadline__lt=Now())
    if account_id is not None:
        orders = orders.filter(account_id=account_id)
    return list(orders.order_by("deadline")[:AT_ONCE])


def given_up(generation: Generation) -> Close:
    """End the order with what it has kept; whoever still works on it is fenced off."""
    begun = generation.state == State.RUNNING
    return Close(
        generation_id=generation.id,
        from_state=generation.state,
        claim=generation.claim,
        state=State.FAILED,
        error_code="timeout",
        error_message=str(GIVEN_UP),
        unpaid_state="expired",
        overdue_only=True,
        attempts=(lost_attempt(generation),) if begun else (),
    )


def lost_attempt(generation: Generation) -> AttemptRow:
    """The try that died with its process: the first offer, at what it may have cost us."""
    started = generation.started_at or generation.created_at
    request = generation.asked
    try:
        offer = catalogue().find(generation.model).offers[0]
    except ModelNotFound:
        name, upstream, cost = "", "", 0
    else:
        name, upstream = offer.provider, offer.upstream
        cost = offer.cost_microusd(request) * generation.n
    return AttemptRow(
        provider=name,
        model=generation.model,
        upstream=upstream,
        outcome=Attempt.Outcome.LOST,
        reason="the process that had begun it is gone",
        pictures=generation.delivered,
        duration_ms=round((timezone.now() - started).total_seconds() * 1000),
        cost_microusd=0 if generation.is_test else cost,
        started_at=started,
    )


def waiting(*, older_than_seconds: float) -> list[str]:
    """Return the lanes of queued orders that should have been taken up by now."""
    before = Now() - timedelta(seconds=older_than_seconds)
    orders = Generation.objects.filter(state=State.QUEUED, created_at__lte=before)
    return list(orders.order_by("created_at").values_list("lane", flat=True)[:AT_ONCE])
