"""Reports of public pictures, and what the operator decides about them."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import deeds
from accounts.models import Person
from playground.gallery.keeping import note_of, settle_end
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


def hide(picture_id: str, by: Person | None = None, *, why: str = "") -> int:
    """Show a picture to nobody but its owner, who reads why, and close its reports."""
    picture = Picture.objects.filter(pk=picture_id).first()
    if picture is None:
        return 0
    with transaction.atomic():
        before = facts_of(note_of(picture))
        told = {"hidden_at": timezone.now(), "verdict": why}
        Note.objects.filter(picture=picture_id).update(**told)
        noted("picture.hidden", picture_id, by, before=before, why=why)
        return decide(picture_id, Report.State.HIDDEN)


def keep(picture_id: str, by: Person | None = None) -> int:
    """Find nothing wrong: a hidden picture comes back, and its reports are closed."""
    with transaction.atomic():
        before = facts_of(Note.objects.filter(picture=picture_id).first())
        back = {"hidden_at": None, "verdict": ""}
        Note.objects.filter(picture=picture_id).update(**back)
        noted("picture.kept", picture_id, by, before=before)
        return decide(picture_id, Report.State.KEPT)


def waiting() -> QuerySet[Note]:
    """Return what wants to be in the gallery and was not looked at, oldest first."""
    asked = Note.objects.filter(public_at__isnull=False, approved_at__isnull=True)
    there = asked.filter(hidden_at__isnull=True, deleted_at__isnull=True)
    return there.order_by("public_at")


def approve(picture_id: str, by: Person | None = None) -> int:
    """Let a picture that waits for it into the gallery."""
    asked = Note.objects.filter(picture=picture_id, public_at__isnull=False)
    with transaction.atomic():
        before = facts_of(asked.first())
        count = asked.update(approved_at=timezone.now())
        noted("picture.approved", picture_id, by, before=before)
    return count


def decline(picture_id: str, by: Person | None = None, *, why: str) -> int:
    """Leave a picture out of the gallery for good; its owner reads why."""
    asked = Note.objects.filter(picture=picture_id, public_at__isnull=False)
    now = timezone.now()
    with transaction.atomic():
        before = facts_of(asked.first())
        declined = {"declined_at": now, "verdict": why}
        count = asked.update(public_at=None, approved_at=None, **declined)
        settle_end(Picture.objects.get(pk=picture_id))
        noted("picture.declined", picture_id, by, before=before, why=why)
    return count


def facts_of(note: Note | None) -> dict[str, datetime | None]:
    """Return where a picture stands: since when it is public, let in, hidden, declined."""
    names = ("public_at", "approved_at", "hidden_at", "declined_at")
    return {name: getattr(note, name, None) for name in names}


def noted(
    action: str,
    picture_id: str,
    by: Person | None,
    *,
    before: deeds.Facts,
    why: str = "",
) -> None:
    """Write down who did it, and how the picture stood before and stands now."""
    after = facts_of(Note.objects.filter(picture=picture_id).first())
    about = deeds.Subject("picture", picture_id)
    deeds.record(by, action, subject=about, before=before, after=after, reason=why)


def decide(picture_id: str, state: Report.State) -> int:
    waiting = Report.objects.filter(picture=picture_id, state=Report.State.OPEN)
    return waiting.update(state=state, decided_at=timezone.now())
