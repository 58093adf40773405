"""Months whose orders are no longer kept, and what is still known of them.

Money stays for good: a hold whose order was dropped is known by its month's line here.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from playground.generation.months import PREFIX, moment_in, month_of


class DroppedMonth(models.Model):
    """A range of ids whose orders were dropped, but for those something else needs."""

    until = models.CharField(primary_key=True, max_length=40)
    since = models.CharField(max_length=40, blank=True, default="")
    orders = models.BigIntegerField()
    charged_microcredits = models.BigIntegerField()
    kept = models.BigIntegerField()
    dropped_at = models.DateTimeField(default=timezone.now)


def kept_since(now: datetime) -> datetime | None:
    """Return when the oldest month begins that is kept; nothing when all are."""
    if not settings.ORDERS_KEPT_MONTHS:
        return None
    month = month_of(now)
    for _each in range(settings.ORDERS_KEPT_MONTHS):
        month = month_of(month - timedelta(days=1))
    return month


def dropped_until() -> datetime | None:
    """Return until when orders were dropped."""
    last = DroppedMonth.objects.order_by("-until").first()
    return moment_in(last.until) if last else None


def is_no_longer_kept(name: str) -> bool:
    """Say whether an order of this id would be of a month that was dropped."""
    of_it = DroppedMonth.objects.filter(since__lte=name, until__gt=name)
    return name.startswith(f"{PREFIX}_") and of_it.exists()


def no_longer_kept(name: str) -> str:
    """Say so of an order that is not there; nothing when it never was."""
    if not is_no_longer_kept(name):
        return ""
    return _("This request is too old: it is no longer kept here.")
