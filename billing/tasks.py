"""What Celery carries for money: top-ups, the reconciler's round, credits that expire."""

from datetime import date, timedelta

import structlog
from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerAway

from billing import auto, closing, lots, reconcile

log = structlog.get_logger(__name__)


@shared_task(ignore_result=True)
def top_up(wallet_id: str) -> None:
    """Buy a pack for a wallet whose rule says so; safe to run twice, and at once."""
    auto.top_up(wallet_id)


@shared_task(ignore_result=True)
def top_up_what_is_low() -> None:
    for wallet_id in auto.low_wallets():
        try:
            top_up.delay(wallet_id)
        except (BrokerAway, OSError) as error:
            log.warning("broker.away", wallet=wallet_id, reason=str(error))


@shared_task(ignore_result=True)
def reconcile_payments() -> None:
    reconcile.reconcile()


@shared_task(ignore_result=True)
def expire_credits() -> None:
    lots.expire_due()


@shared_task(ignore_result=True)
def close_month(month: str) -> None:
    """Close a month, "2026-11-01", as far as it has come, and keep what it came to."""
    closing.kept(date.fromisoformat(month))


@shared_task(ignore_result=True)
def close_this_month() -> None:
    """Close the month as far as it has come; in its first days the last one, too."""
    today = timezone.now().date()
    for day in {today.replace(day=1), (today - timedelta(days=2)).replace(day=1)}:
        closing.kept(day)


def close_soon(month: date) -> bool:
    """Ask a worker to close a month; say whether that could be asked."""
    try:
        close_month.delay(month.isoformat())
    except (BrokerAway, OSError) as error:
        log.warning("broker.away", task="close_month", reason=str(error))
        return False
    return True
