"""One attempt to deliver, and what follows from it.

Whoever takes a delivery moves its next attempt a minute away, so that nobody else
makes this one, and so that it is made again should we die meanwhile. What is due
stands in the rows; a message that asks for it is a hint and no more.
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext as _

from accounts.activity import note
from accounts.models import Deed
from accounts.notices import WebhookDisabled, tell
from playground.generation.database import in_thread
from playground.generation.errors import BadRequest
from playground.webhooks.endpoints import signing_secrets
from playground.webhooks.events import TEST, test_body
from playground.webhooks.models import Delivery, DeliveryAttempt, Endpoint, in_words
from playground.webhooks.posting import Answer, post
from playground.webhooks.schedule import pause_after, wish_in
from playground.webhooks.signing import signed_headers

log = structlog.get_logger()
State = Delivery.State
IN_HAND = timedelta(seconds=60)
KEPT = timedelta(days=30)
AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Taken:
    """A delivery in our hands, and the secrets that sign it."""

    delivery: Delivery
    secrets: list[str]
    started_at: datetime


def due() -> list[str]:
    """Return what should be tried now, the longest waiting first."""
    waiting = Delivery.objects.filter(
        state=State.PENDING, next_attempt_at__lte=timezone.now()
    )
    return list(
        waiting.order_by("next_attempt_at").values_list("pk", flat=True)[:AT_ONCE]
    )


async def attempt(delivery_id: str) -> float | None:
    """Make one attempt; return in how many seconds the next is due, if there is one."""
    taken = await in_thread(partial(take, delivery_id))
    if taken is None:
        return None
    delivery, body = taken.delivery, taken.delivery.body.encode()
    headers = signed_headers(taken.secrets, delivery.pk, int(time.time()), body)
    answer = await post(delivery.url or delivery.endpoint.url, body, headers)
    return await in_thread(partial(record, taken, answer))


def take(delivery_id: str) -> Taken | None:
    """Take a delivery that is due; `None` when somebody has it, or it is not to be made."""
    now = timezone.now()
    mine = Delivery.objects.filter(
        pk=delivery_id, state=State.PENDING, next_attempt_at__lte=now
    )
    if not mine.update(next_attempt_at=now + IN_HAND):
        return None
    delivery = Delivery.objects.select_related("endpoint").get(pk=delivery_id)
    if not delivery.endpoint.is_enabled:
        give_up(delivery)
        return None
    return Taken(delivery, signing_secrets(delivery.endpoint), now)


def record(taken: Taken, answer: Answer) -> float | None:
    """Write down how it went, and what is next."""
    delivery, endpoint = taken.delivery, taken.delivery.endpoint
    with transaction.atomic():
        DeliveryAttempt.objects.create(
            delivery=delivery,
            status=answer.status,
            error=answer.error,
            answer=answer.text,
            duration_ms=answer.duration_ms,
            started_at=taken.started_at,
        )
        if answer.is_taken:
            succeed(delivery)
            return None
        Endpoint.objects.filter(pk=endpoint.pk, failing_since=None).update(
            failing_since=timezone.now()
        )
        pause = None if answer.status == 410 else next_pause(delivery, answer)
        if pause is not None:
            return put_off(delivery, pause)
        give_up(delivery)
    disable_if_hopeless(delivery, answer)
    return None


def next_pause(delivery: Delivery, answer: Answer) -> timedelta | None:
    wish = wish_in(answer.status or 0, answer.headers)
    return pause_after(delivery.failures + 1, wish)


def succeed(delivery: Delivery) -> None:
    delivery.state, delivery.next_attempt_at = State.DELIVERED, None
    delivery.save(update_fields=["state", "next_attempt_at"])
    Endpoint.objects.filter(pk=delivery.endpoint_id).update(failing_since=None)


def put_off(delivery: Delivery, pause: timedelta) -> float:
    delivery.failures += 1
    delivery.next_attempt_at = timezone.now() + pause
    delivery.save(update_fields=["failures", "next_attempt_at"])
    return pause.total_seconds()


def give_up(delivery: Delivery) -> None:
    delivery.state, delivery.next_attempt_at = State.FAILED, None
    delivery.save(update_fields=["state", "next_attempt_at"])


def disable_if_hopeless(delivery: Delivery, answer: Answer) -> None:
    """Stop sending to an endpoint that is gone, or took nothing for a whole schedule.

    The address of a single call is not an endpoint of the account's: only it is let go.
    """
    endpoint = Endpoint.objects.get(pk=delivery.endpoint_id)
    is_gone = answer.status == 410
    if not endpoint.url or not (is_gone or took_nothing_since(delivery, endpoint)):
        return
    reason = Endpoint.Reason.GONE if is_gone else Endpoint.Reason.TOOK_NOTHING
    said = str(answer.status or answer.error)
    enabled = Endpoint.objects.filter(pk=endpoint.pk, is_enabled=True)
    if enabled.update(is_enabled=False, disabled_reason=reason, last_answer=said):
        log.warning("webhook.disabled", endpoint=endpoint.pk, status=answer.status)
        why = lazy(in_words, str)(reason, said)
        told = WebhookDisabled(endpoint.url, why, endpoint.pk)
        note(endpoint.account, Deed.WEBHOOK_DISABLED, subject=endpoint.url)
        tell(endpoint.account, told)


def took_nothing_since(delivery: Delivery, endpoint: Endpoint) -> bool:
    """Say whether an endpoint has only failed since this delivery was first tried."""
    first = delivery.attempts.earliest("id").started_at
    failing = endpoint.failing_since
    return failing is not None and failing <= first + IN_HAND


def resend(delivery: Delivery) -> Delivery:
    """Send it once more, under the same name, with the whole schedule before it."""
    if not delivery.endpoint.is_enabled:
        raise BadRequest(_("This webhook is disabled: enable it first."))
    delivery.state, delivery.failures = State.PENDING, 0
    delivery.next_attempt_at = timezone.now()
    delivery.save(update_fields=["state", "failures", "next_attempt_at"])
    return delivery


def rehearse(endpoint: Endpoint) -> Delivery:
    """Write an event of the type webhook.test, to be sent like any other."""
    return Delivery.objects.create(
        endpoint=endpoint, event=TEST, body=test_body(endpoint.pk)
    )


def remove_old() -> None:
    """Forget deliveries that were over a month ago."""
    over = Delivery.objects.exclude(state=State.PENDING)
    over.filter(created_at__lt=timezone.now() - KEPT).delete()
