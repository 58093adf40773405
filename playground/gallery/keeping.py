"""How long a picture is kept, and what makes it stay.

A picture of an API call has an end. While it is starred, on a board, shared or in the
gallery it has none; when all of that is taken back, its own end counts again, but
never sooner than a day from then.
"""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from playground.gallery.models import Note, Pin
from playground.generation.models import Picture

AT_LEAST = timedelta(hours=24)


def note_of(picture: Picture) -> Note:
    """Return what is noted about a picture, beginning when there is nothing yet."""
    found, _is_new = Note.objects.get_or_create(
        picture=picture, defaults={"account_id": picture.account_id}
    )
    return found


def settle_ends(pictures: Iterable[Picture]) -> None:
    """Lift or restore the pictures' ends, as what is noted about them says."""
    for picture in pictures:
        settle_end(picture)


@transaction.atomic
def settle_end(picture: Picture) -> None:
    note = Note.objects.filter(picture=picture).select_for_update().first()
    is_pinned = Pin.objects.filter(picture=picture).exists()
    end = picture.expires_at
    if is_pinned or (note and is_kept(note)):
        if end is None:
            return
        note = note or note_of(picture)
        note.expires_at, end = end, None
    elif note and note.expires_at:
        end = max(note.expires_at, timezone.now() + AT_LEAST)
        note.expires_at = None
    else:
        return
    note.save(update_fields=["expires_at"])
    picture.expires_at = end
    picture.save(update_fields=["expires_at"])


def mark_of(picture: Picture) -> str:
    """Return what an address has to carry to open a picture: of a hidden one, since when.

    Only who read the picture with its note, as its owner's pages do, can make such one.
    """
    is_read = Picture._meta.get_field("note").is_cached(picture)
    note: Note | None = getattr(picture, "note", None) if is_read else None
    if note is None or note.hidden_at is None:
        return ""
    return str(int(note.hidden_at.timestamp() * 1000))


def is_kept(note: Note) -> bool:
    return bool(note.starred_at or note.token or note.public_at)
