"""What Celery carries for money: top-ups, the reconciler's round, credits that expire."""

import structlog
from celery import shared_task
from kombu.exceptions import OperationalError as BrokerAway

from billing import auto, lots, reconcile

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
