"""Letters on their way: written with what they tell of, sent by a worker, not lost.

A letter that could not be sent is tried again for a day and a half, each time after a
longer pause. One that was taken by a worker that died is found by the clock. So a
letter may come twice, at worst; it never fails to come because a process ended.
"""

from datetime import timedelta
from smtplib import SMTPException

import structlog
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.models import Letter

log = structlog.get_logger()
TAKEN_FOR = timedelta(minutes=2)
MOST_TRIES = 12
KEPT = timedelta(days=30)
AT_ONCE = 200


def send(letter_id: str) -> None:
    """Send a letter that is due; another worker that has taken it goes on alone."""
    letters = Letter.objects.filter(pk=letter_id)
    now = timezone.now()
    if not letters.filter(due_at__lte=now).update(due_at=now + TAKEN_FOR):
        return
    letter = letters.get()
    try:
        in_an_envelope(letter).send()
    except (OSError, SMTPException) as error:
        put_off(letter, str(error))
        return
    # A letter may hold a code or a link that opens an account: it is not kept.
    letters.update(due_at=None, sent_at=timezone.now(), text="")


def in_an_envelope(letter: Letter) -> EmailMultiAlternatives:
    mail = EmailMultiAlternatives(letter.subject, letter.text, to=[letter.to])
    mail.attach_alternative(
        render_to_string("mail/letter.html", {"letter": letter}), "text/html"
    )
    return mail


def put_off(letter: Letter, reason: str) -> None:
    """Try again after 1, 2, 4, … minutes, at most six hours apart, then no more."""
    letter.tries += 1
    pause = timedelta(minutes=min(2 ** (letter.tries - 1), 360))
    is_over = letter.tries >= MOST_TRIES
    letter.due_at = None if is_over else timezone.now() + pause
    letter.save(update_fields=["tries", "due_at"])
    log.warning("letter.not_sent", letter=letter.pk, tries=letter.tries, reason=reason)


def due() -> list[str]:
    """Return letters that wait to be sent."""
    waiting = Letter.objects.filter(due_at__lte=timezone.now()).order_by("due_at")
    return list(waiting.values_list("pk", flat=True)[:AT_ONCE])


def remove_old() -> None:
    """Forget letters of a month ago; what they told of is in the activity log.

    One that names its occasion stays, so that nobody is told of it again.
    """
    over = Letter.objects.filter(due_at=None, name=None)
    over.filter(created_at__lt=timezone.now() - KEPT).delete()
