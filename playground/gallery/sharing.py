"""What others may see of a picture: by a link that can be switched off, or in the gallery.

Neither ever shows more than the picture and, if its owner likes, its prompt. What was
sent to be edited is never shown. What was rehearsed and what guests made is not
published. A picture that the operator has hidden is shown to nobody but its owner.
"""

import secrets

from django.conf import settings
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from playground.gallery.keeping import note_of, settle_end
from playground.gallery.models import Note
from playground.gallery.shelf import still_there
from playground.generation.models import Generation, Picture

TOKEN_BYTES = 16


class CannotPublish(ValueError):
    """This picture may not be in the gallery, in one sentence."""


def star(picture: Picture, is_starred: bool) -> None:
    note = note_of(picture)
    note.starred_at = timezone.now() if is_starred else None
    note.save(update_fields=["starred_at"])
    settle_end(picture)


def describe(picture: Picture, words: str) -> None:
    """Say in one's own words what a picture shows; nothing means its prompt."""
    note = note_of(picture)
    note.alt_text = "" if words == picture.generation.prompt else words
    note.save(update_fields=["alt_text"])


def noted(picture: Picture) -> Note | None:
    """Return what is noted about a picture that was read with its note, if anything."""
    found: Note | None = getattr(picture, "note", None)
    return found


def alt_of(picture: Picture) -> str:
    """Return what a picture shows in words: its owner's, or else its prompt."""
    known = noted(picture)
    return (known.alt_text if known else "") or picture.generation.prompt


def share(picture: Picture, *, tells_prompt: bool) -> Note:
    """Give a picture a link; one that has a link keeps it."""
    note = note_of(picture)
    note.token = note.token or secrets.token_urlsafe(TOKEN_BYTES)
    note.tells_prompt = tells_prompt
    note.save(update_fields=["token", "tells_prompt"])
    settle_end(picture)
    return note


def stop_sharing(picture: Picture) -> None:
    """Switch a link off, for good: the next one is another."""
    note = note_of(picture)
    note.token = None
    note.save(update_fields=["token"])
    settle_end(picture)


def shared_as(token: str) -> Picture | None:
    """Return the picture behind a link, as long as it is switched on, and not hidden."""
    linked = Picture.objects.filter(note__token=token, note__hidden_at__isnull=True)
    pictures = still_there(linked)
    return pictures.select_related("generation", "note").first()


def publish(picture: Picture) -> None:
    """Show a picture in the gallery, or ask for it where somebody has to approve."""
    if why := why_not_public(picture):
        raise CannotPublish(why)
    note = note_of(picture)
    if note.public_at:
        return
    note.public_at = timezone.now()
    note.approved_at = None if settings.GALLERY_APPROVAL else note.public_at
    note.save(update_fields=["public_at", "approved_at"])
    settle_end(picture)


def why_not_public(picture: Picture) -> str:
    """Say why a picture may not be in the gallery, or nothing."""
    order, known = picture.generation, noted(picture)
    if known and known.declined_at:
        return _("It was not let into the gallery: %(why)s") % {"why": known.verdict}
    if picture.account.blocked_at:
        return _("A blocked account shows nothing in the gallery.")
    if order.is_test:
        return _("A rehearsal stays out of the gallery.")
    if order.lane == Generation.Lane.GUEST and picture.account.is_guest:
        return _("Create an account to show pictures in the gallery.")
    if not order.prompt:
        return _("A picture without a prompt stays out of the gallery.")
    return ""


def withdraw(picture: Picture) -> None:
    note = note_of(picture)
    note.public_at = note.approved_at = None
    note.save(update_fields=["public_at", "approved_at"])
    settle_end(picture)


def public_pictures() -> QuerySet[Picture]:
    """Return what anybody may see in the gallery."""
    shown = still_there(Picture.objects.all()).filter(
        note__approved_at__isnull=False, note__hidden_at__isnull=True
    )
    return shown.select_related("generation", "note")


def count_remix(picture: Picture) -> None:
    Note.objects.filter(picture=picture).update(remixes=F("remixes") + 1)
