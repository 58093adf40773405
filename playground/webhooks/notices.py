"""From an order that somebody wants to hear of to deliveries, exactly one each.

The wish is written before the order, so that no order that was promised a call is
ever without it. When the order has ended, its deliveries take the wish's place in one
transaction. Whoever ended it asks for that at once; the clock finds what was missed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from playground.generation.models import Generation
from playground.webhooks.endpoints import checked_events, signer_of, standing
from playground.webhooks.events import EVENTS, ended_body
from playground.webhooks.models import Delivery, Endpoint, Notice
from playground.webhooks.posting import checked_address

AT_ONCE = 200
STRAY_AFTER = timedelta(hours=1)
ORDERS = Generation.objects.filter(pk=OuterRef("pk"))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Where a single call wants to be told, of which events, and where its things are."""

    url: str
    events: Sequence[str]
    site: str
    task_url: str


def note_down(generation_id: str, account_id: str, wanted: Wanted) -> None:
    """Write that somebody wants to know, if anybody does."""
    url = checked_address(wanted.url, "webhook_url") if wanted.url else ""
    events = checked_events(wanted.events, "webhook_events")
    if url or standing(account_id).filter(is_enabled=True).exists():
        Notice.objects.create(
            generation_id=generation_id,
            url=url,
            events=events,
            site=wanted.site,
            task_url=wanted.task_url,
        )


def forget_unless_ordered(generation_id: str) -> None:
    """Take back the wish of a call that led to no order."""
    stray(Notice.objects.filter(pk=generation_id)).delete()


def stray(notices: QuerySet[Notice]) -> QuerySet[Notice]:
    return notices.filter(~Exists(ORDERS))


def remove_stray() -> None:
    """Remove the wishes of processes that ended before they had written their order."""
    long_ago = timezone.now() - STRAY_AFTER
    stray(Notice.objects.filter(created_at__lt=long_ago)).delete()


def missed() -> list[str]:
    """Return orders that have ended and were not told of yet."""
    ended = Exists(ORDERS.exclude(state__in=Generation.LIVE))
    return list(Notice.objects.filter(ended).values_list("pk", flat=True)[:AT_ONCE])


def announce(generation_id: str) -> list[str]:
    """Make the deliveries of an ended order, and return their names; safe to do twice."""
    with transaction.atomic():
        notices = Notice.objects.select_for_update()
        notice = notices.filter(pk=generation_id).first()
        generation = Generation.objects.filter(pk=generation_id).first()
        if notice is None or generation is None or generation.is_live:
            return []
        made = list(deliveries_of(notice, generation))
        Delivery.objects.bulk_create(made)
        notice.delete()
    return [delivery.pk for delivery in made]


def deliveries_of(notice: Notice, generation: Generation) -> Iterable[Delivery]:
    event = EVENTS[Generation.State(generation.state)]
    body = ended_body(generation, notice.site, notice.task_url)
    for endpoint in listeners(notice, generation.account_id, event):
        yield Delivery(
            endpoint=endpoint,
            generation_id=generation.pk,
            event=event,
            url="" if endpoint.url else notice.url,
            body=body,
        )


def listeners(notice: Notice, account_id: str, event: str) -> Iterable[Endpoint]:
    """Those of the account that listen to this event, and the one for this call."""
    for endpoint in standing(account_id).filter(is_enabled=True):
        if endpoint.wants(event):
            yield endpoint
    if notice.url and (not notice.events or event in notice.events):
        yield signer_of(account_id)
