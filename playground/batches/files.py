"""The files of an account: taken in, found, read, and removed when their time is over.

What was sent lies in the storage. The results of a batch lie nowhere: they are written
anew whenever they are read, so that their links are fresh, and a picture that was taken
away is not in them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO

from django.conf import settings
from django.core.files import File as Content
from django.core.files.storage import default_storage
from django.db.models import QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from playground.batches.models import Batch, File, Line
from playground.batches.naming import made_once
from playground.generation.errors import (
    BadRequest,
    Forbidden,
    NotFound,
    OutOfService,
    TooLarge,
)
from playground.generation.quoting import is_text
from playground.generation.request import Once

FOLDER = "batches"
MEGABYTE = 1024 * 1024
DAY = 24 * 3600
LEAST_SECONDS, MOST_SECONDS = 3600, 30 * DAY
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that somebody sends, and how long they want it kept, if they said so."""

    name: str
    content: IO[bytes]
    size: int
    kept_seconds: int | None = None
    purpose: str = File.Purpose.BATCH


def take_in(account_id: str, sent: Sent, once: Once | None = None) -> tuple[File, bool]:
    """Keep a file of calls, or a picture; say whether it was here already, under the
    caller's name."""
    check_size(sent.size)
    check_room(account_id, sent.size)
    now = timezone.now()
    file = File(
        account_id=account_id,
        purpose=sent.purpose,
        name=sent.name,
        bytes=sent.size,
        created_at=now,
        expires_at=kept_until(sent.kept_seconds),
    )
    extension = "jsonl" if sent.purpose == File.Purpose.BATCH else "bin"
    file.place = f"{FOLDER}/{account_id}/{file.pk}.{extension}"
    made, is_twin = made_once(file, once)
    if not is_twin:
        store(made, sent.content)
    return made, is_twin


def store(file: File, content: IO[bytes]) -> None:
    """Write what a row promises; the row goes when that fails."""
    try:
        default_storage.save(file.place, Content(content))
    except OSError as error:
        file.delete()
        raise OutOfService(
            _("The file could not be stored. Try again soon."),
            code="storage_unavailable",
        ) from error


def check_size(size: int) -> None:
    if not size:
        raise BadRequest(_("This file is empty."), param="file")
    if size > settings.BATCH_FILE_MB * MEGABYTE:
        message = _("A file of calls is at most %(limit)d MB: send it in parts.")
        raise TooLarge(message % {"limit": settings.BATCH_FILE_MB}, param="file")


def check_room(account_id: str, size: int) -> None:
    """Refuse what would fill the disk; an account's old files make room by going."""
    kept = File.objects.filter(account_id=account_id).exclude(place="")
    total = kept.aggregate(total=Sum("bytes"))["total"] or 0
    if total + size > settings.ACCOUNT_FILES_MB * MEGABYTE:
        message = _(
            "This account may keep %(limit)d MB of files: delete some, or wait until some"
            " expire."
        )
        raise Forbidden(
            message % {"limit": settings.ACCOUNT_FILES_MB},
            param="file",
            code="storage_quota_exceeded",
        )


def kept_seconds_in(seconds: int | None, param: str) -> int | None:
    """Check how long somebody wants a file kept, as OpenAI's API bounds it."""
    if seconds is None or LEAST_SECONDS <= seconds <= MOST_SECONDS:
        return seconds
    message = _("%(param)s: write seconds from %(least)d to %(most)d.")
    words = {"param": param, "least": LEAST_SECONDS, "most": MOST_SECONDS}
    raise BadRequest(message % words, param=param)


def kept_until(seconds: int | None) -> datetime | None:
    """Return until when a file is kept: as somebody said, or as long as pictures are."""
    asked = settings.RETENTION_DAYS * DAY if seconds is None else seconds
    return timezone.now() + timedelta(seconds=asked) if asked else None


def files_of(account_id: str) -> QuerySet[File]:
    """Return what an account has and has not lost to its time."""
    mine = File.objects.filter(account_id=account_id)
    return mine.exclude(expires_at__lte=timezone.now())


def found(account_id: str, file_id: str) -> File:
    """Find one of this account's files; another's looks like none."""
    file = files_of(account_id).filter(pk=file_id).first() if is_text(file_id) else None
    if file is None:
        raise NotFound(_("There is no file of this id."), code="file_not_found")
    return file


def sent_picture(account_id: str, file_id: str, param: str) -> IO[bytes]:
    """Open a picture that an account sent before. Close it when it has been read."""
    try:
        file = found(account_id, file_id)
        if file.purpose not in File.OF_PICTURES:
            message = _("%(param)s: a picture's file has the purpose vision.")
            raise BadRequest(message % {"param": param}, param=param)
        return opened(file)
    except NotFound as error:
        raise BadRequest(error.message, param=param, code=error.code) from error


def opened(file: File) -> IO[bytes]:
    """Open what was sent. Close it when it has been read."""
    try:
        content: IO[bytes] = default_storage.open(file.place)
    except FileNotFoundError as error:
        raise NotFound(
            _("There is no file of this id."), code="file_not_found"
        ) from error
    return content


def remove(file: File) -> None:
    """Delete a file. A batch that was made of it goes on: its lines were read already."""
    if file.place:
        default_storage.delete(file.place)
    batch_id = file.batch_id
    file.delete()
    if batch_id and not File.objects.filter(batch=batch_id).exists():
        Line.objects.filter(batch=batch_id).delete()


def remove_expired() -> int:
    """Delete files that were kept for as long as was promised."""
    overdue = File.objects.filter(expires_at__lte=timezone.now())[:AT_ONCE]
    for file in overdue:
        remove(file)
    return len(overdue)


def forget(account_id: str) -> None:
    """Stop the batches of an account that is closed, and delete its files and lines."""
    under_way = Batch.objects.filter(account_id=account_id).exclude(
        state__in=Batch.ENDED
    )
    under_way.update(state=Batch.State.CANCELLED, ended_at=timezone.now())
    for file in File.objects.filter(account_id=account_id):
        remove(file)
    Line.objects.filter(batch__account_id=account_id).delete()
    Batch.objects.filter(account_id=account_id).update(
        metadata=None, input_name="", errors=[]
    )
