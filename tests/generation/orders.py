"""Orders that have ended, with their tries, as rows: for what only reads and adds up."""

from datetime import timedelta

from django.utils import timezone

from accounts.ids import id_of
from playground.generation.models import Attempt, Generation

NOON = (timezone.now() - timedelta(days=16)).replace(
    hour=12, minute=0, second=0, microsecond=0
)


def an_order(account, at=NOON, *, tries=(), seconds=10.0, tier="1K", **facts):
    """Write an order asked for at a moment, and what was tried for it."""
    usual = {
        "lane": "api",
        "endpoint": "images.generations",
        "model": "gpt-image-1",
        "group_id": "standard",
        "prompt": "a fox",
        "request": {"tier": tier},
        "n": 1,
        "delivered": 1,
        "unit_price_microcredits": 0,
        "state": "succeeded",
        "provider": "openai",
    }
    order = Generation.objects.create(
        id=id_of("img", at),
        account=account,
        created_at=at,
        finished_at=at + timedelta(seconds=seconds),
        deadline=at,
        **{**usual, **facts},
    )
    for one in tries:
        a_try(order, **one)
    return order


def a_try(order, outcome="succeeded", ms=10_000, provider="openai", **facts):
    pictures = facts.pop("pictures", int(outcome == "succeeded"))
    return Attempt.objects.create(
        generation=order,
        provider=provider,
        upstream=order.model,
        outcome=outcome,
        duration_ms=ms,
        pictures=pictures,
        started_at=order.created_at,
        **facts,
    )
