"""Asking twice for the same file or batch: one row, and the same answer.

A caller's Idempotency-Key stands for what was made under it, for as long as it does at
the doors that paint.
"""

from datetime import timedelta
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.utils import timezone

from playground.batches.models import Batch, File
from playground.generation.request import KEY_HOURS, Once
from playground.generation.twins import key_reused

Made = TypeVar("Made", File, Batch)


def made_once(fresh: Made, once: Once | None) -> tuple[Made, bool]:
    """Write a row, or find the one that was written under this name; say if it was there."""
    if once is None:
        fresh.save(force_insert=True)
        return fresh, False
    if twin := twin_of(fresh, once):
        return twin, True
    fresh.once_key, fresh.once_digest = once.key, once.fingerprint
    try:
        with transaction.atomic():
            fresh.save(force_insert=True)
    except IntegrityError:
        if twin := twin_of(fresh, once):  # it was just faster
            return twin, True
        raise
    return fresh, False


def twin_of(fresh: Made, once: Once) -> Made | None:
    """Find what has this name; an old one gives it back."""
    rows = type(fresh).objects.filter(account_id=fresh.account_id, once_key=once.key)
    rows.filter(created_at__lt=timezone.now() - timedelta(hours=KEY_HOURS)).update(
        once_key=""
    )
    twin: Made | None = rows.first()
    if twin is not None and twin.once_digest != once.fingerprint:
        raise key_reused()
    return twin
