"""What Celery carries for people: letters, and the clock's round after lost ones."""

from functools import partial

import structlog
from celery import shared_task
from django.db import transaction
from django.utils.translation import get_language
from kombu.exceptions import OperationalError as BrokerAway

from accounts.devices import forget_old
from accounts.models import Letter
from accounts.posting import due, remove_old, send

log = structlog.get_logger()


@shared_task(ignore_result=True)
def deliver(letter_id: str) -> None:
    """Send one letter, unless it was sent."""
    send(letter_id)


@shared_task(ignore_result=True)
def deliver_waiting() -> None:
    """Send what waits: tried before, or never heard of."""
    for letter_id in due():
        deliver_soon(letter_id)


@shared_task(ignore_result=True)
def tidy() -> None:
    """Forget letters and browsers of long ago."""
    remove_old()
    forget_old()


def post(letter: Letter) -> None:
    """Put a letter among the others, and have it sent once that is certain."""
    letter.language = get_language() or letter.language
    Letter.objects.bulk_create([letter], ignore_conflicts=True)
    transaction.on_commit(partial(deliver_soon, letter.pk))


def deliver_soon(letter_id: str) -> None:
    """Ask a worker to send a letter; a lost message is made good by the clock."""
    try:
        deliver.delay(letter_id)
    except (BrokerAway, OSError) as error:
        log.warning("broker.away", letter=letter_id, reason=str(error))
