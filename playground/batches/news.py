"""Tell an account's webhooks that a batch has ended: one event, whatever its size.

Orders of a batch are not told of one by one. The deliveries stand in the transaction
that ends the batch; the clock sends what nobody sent at once.
"""

from functools import partial
from typing import Any

import orjson
from django.db import transaction

from playground.batches.models import Batch
from playground.generation.shortfall import in_credits
from playground.webhooks.endpoints import standing
from playground.webhooks.events import body_of
from playground.webhooks.models import Delivery
from playground.webhooks.tasks import send_soon


def announce(batch: Batch) -> None:
    """Make the deliveries of a batch that has ended, within its transaction."""
    event, ended = f"batch.{batch.state}", batch.ended_at
    body = body_of(event, ended.isoformat() if ended else "", told_of(batch))
    listeners = standing(batch.account_id).filter(is_enabled=True)
    made = Delivery.objects.bulk_create(
        Delivery(endpoint=one, event=event, body=body)
        for one in listeners
        if one.wants(event)
    )
    for delivery in made:
        transaction.on_commit(partial(send_soon, delivery.pk))


def told_of(batch: Batch) -> dict[str, Any]:
    return {
        "id": batch.pk,
        "object": "batch",
        "status": batch.state,
        "endpoint": batch.endpoint,
        "request_counts": {
            "total": batch.total,
            "completed": batch.completed,
            "failed": batch.failed,
        },
        "output_file_id": batch.output_file or None,
        "error_file_id": batch.error_file or None,
        "credits_charged": orjson.Fragment(in_credits(batch.charged_microcredits)),
        "microcredits_charged": batch.charged_microcredits,
        "metadata": batch.metadata,
        "is_test": batch.is_test,
    }
