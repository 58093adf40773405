"""Reports of public pictures, and what the operator decides about them."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import deeds
from accounts.models import Person
from playground.gallery.models import Note, Report
from playground.generation.errors import TooMany
from playground.generation.models import Picture

MOST_A_DAY = 10
DAY = timedelta(days=1)


def report(picture: Picture, reason: str, words: str, network: str) -> bool:
    """Note a complaint, and say if it is new. A network may send a few a day."""
    recent = Report.objects.filter(network=network, created_at__gt=timezone.now() - DAY)
    if recent.filter(picture=picture, reason=reason).exists():
        return False
    if recent.count() >= MOST_A_DAY:
        raise TooMany(
            _("That is enough reports from here for today. Thank you."),
            retry_after_seconds=int(DAY.total_seconds()),
        )
    Report.objects.create(
        picture=picture, reason=reason, words=words[:500], network=network
    )
    return True


def hide(picture_id: str, by: Person | None = None) -> int:
    """Take a picture out of the gallery, and close its reports. Its owner keeps it."""
    with transaction.atomic():
        Note.objects.filter(picture=picture_id).update(hidden_at=timezone.now())
        noted("picture.hidden", picture_id, by)
        return decide(picture_id, Report.State.HIDDEN)


def keep(picture_id: str, by: Person | None = None) -> int:
    """Find nothing wrong: a hidden picture comes back, and its reports are closed."""
    with transaction.atomic():
        Note.objects.filter(picture=picture_id).update(hidden_at=None)
        noted("picture.kept", picture_id, by)
        return decide(picture_id, Report.State.KEPT)


def approve(picture_id: str, by: Person | None = None) -> int:
    """Let a picture that waits for it into the gallery."""
    waiting = Note.objects.filter(picture=picture_id, public_at__isnull=False)
    with transaction.atomic():
        noted("picture.approved", picture_id, by)
        return waiting.update(approved_at=timezone.now())


def noted(action: str, picture_id: str, by: Person | None) -> None:
    deeds.record(by, action, subject=deeds.Subject("picture", picture_id))


def decide(picture_id: str, state: Report.State) -> int:
    waiting = Report.objects.filter(picture=picture_id, state=Report.State.OPEN)
    return waiting.update(state=state, decided_at=timezone.now())
