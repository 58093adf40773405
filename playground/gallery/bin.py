"""Deleting pictures, with a few minutes to think better of it.

A deleted picture is gone from every page at once. Its file and row go ten minutes
later, and with an order's last picture its prompt and whatever was sent for it. What
the books need stays: when, which model, how many pictures, and what they cost.
"""

from collections.abc import Sequence
from datetime import timedelta

import structlog
from django.utils import timezone

from playground.gallery.captions import forget_caption
from playground.gallery.keeping import note_of
from playground.gallery.models import Note
from playground.generation.models import Generation, Picture
from playground.generation.purging import purge
from playground.generation.thumbnails import remove_files

log = structlog.get_logger()
UNDONE_WITHIN = timedelta(minutes=10)
AT_ONCE = 500


def delete(pictures: Sequence[Picture]) -> None:
    """Take pictures off every page. Nothing is lost yet."""
    for picture in pictures:
        note_of(picture)
    notes = Note.objects.filter(picture__in=pictures)
    notes.update(deleted_at=timezone.now())


def bring_back(account_id: str, names: Sequence[str]) -> int:
    """Undo a deletion, as far as it is not final; say how many came back."""
    deleted = Note.objects.filter(account_id=account_id, picture__in=names)
    return deleted.filter(deleted_at__isnull=False).update(deleted_at=None)


def empty() -> int:
    """Remove for good what was deleted a while ago; say how many pictures went."""
    overdue = Note.objects.filter(deleted_at__lt=timezone.now() - UNDONE_WITHIN)
    found = overdue.select_related("picture__generation")[:AT_ONCE]
    pictures = [note.picture for note in found]
    for picture in pictures:
        remove_files(picture.file)
        picture.delete()
    for order in {picture.generation for picture in pictures}:
        purge_if_bare(order)
    if pictures:
        log.info("bin.emptied", pictures=len(pictures))
    return len(pictures)


def purge_if_bare(order: Generation) -> None:
    """With its last picture an order's prompt goes, too."""
    if order.is_live or order.pictures.exists():
        return
    purge(order)
    forget_caption(order.pk)
