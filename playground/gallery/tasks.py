"""What Celery does for the gallery: it empties the bin, and reads what a search has to wait for."""

import structlog
from kombu.exceptions import OperationalError as BrokerAway

from playground.celery import app
from playground.gallery.bin import AT_ONCE, empty
from playground.gallery.captions import read_orders
from playground.gallery.forsaken import AT_ONCE as AT_A_TIME
from playground.gallery.forsaken import forget, lately_left

log = structlog.get_logger()


@app.task(ignore_result=True)
def empty_bin() -> None:
    """Remove what was deleted and not brought back."""
    while empty() == AT_ONCE:
        pass


@app.task(ignore_result=True)
def forget_forsaken() -> None:
    """Purge what nobody is left to look at: the clock finds what a message lost."""
    for account_id in lately_left():
        forget_account(account_id)


@app.task(ignore_result=True)
def forget_account(account_id: str) -> None:
    while forget(account_id) == AT_A_TIME:
        pass


def forget_later(account_id: str) -> None:
    """Ask a worker to purge what somebody left behind."""
    try:
        forget_account.delay(account_id)
    except (BrokerAway, OSError) as error:
        log.warning("broker.away", account=account_id, reason=str(error))


def read_on_later(account_id: str) -> None:
    """Ask a worker to go on reading; if none can be asked, the next search goes on."""
    try:
        read_on.apply_async((account_id,))
    except (BrokerAway, OSError) as error:
        log.warning("broker.away", account=account_id, reason=str(error))


@app.task(ignore_result=True)
def read_on(account_id: str) -> None:
    """Read the rest of an account's orders for searching."""
    while read_orders(account_id):
        pass
