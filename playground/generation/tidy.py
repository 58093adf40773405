"""Remove picture files that nobody can have any more.

A process that died between writing a file and paying for it leaves a file without
a row; an hour later nobody can be waiting for it. Pictures past their time go with
their rows: the order keeps its price and its count. So do pictures that were sent to
be edited, once no order waits for them.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone

from playground.generation.horizon import kept_since
from playground.generation.inbox import INBOX
from playground.generation.models import Generation, Picture
from playground.generation.request import ImageRequest
from playground.generation.thumbnails import UNFINISHED, remove_files
from playground.generation.uploads import UPLOADS

log = structlog.get_logger()
ORPHANED_AFTER = timedelta(hours=1)
UNUSED_AFTER = timedelta(days=1)
LOOKED_BACK_DAYS = 2
AT_ONCE = 1000


def remove_orphans() -> int:
    """Delete files of the last days that no picture names; say how many."""
    removed = 0
    for days in range(LOOKED_BACK_DAYS):
        day = timezone.now() - timedelta(days=days)
        removed += remove_orphans_of(f"{day:%Y/%m/%d}")
    return removed


def remove_orphans_of(folder: str) -> int:
    try:
        _, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return 0
    known = Picture.objects.in_bulk(list({picture_of(name) for name in names})).keys()
    orphans = [
        name
        for name in names
        if name.endswith(UNFINISHED) or picture_of(name) not in known
    ]
    return sum(1 for name in orphans if removed_if_old(f"{folder}/{name}"))


def picture_of(name: str) -> str:
    """Return whose file this is: a picture's own, or that of its small copy."""
    return name.partition(".")[0].partition("-")[0]


def removed_if_old(file: str) -> bool:
    """Delete a file that has been there for an hour; one just written may be paid soon."""
    try:
        written: datetime = default_storage.get_modified_time(file)
        if timezone.now() - written < ORPHANED_AFTER:
            return False
        default_storage.delete(file)
    except FileNotFoundError:
        return False
    log.info("picture.orphan_removed", file=file)
    return True


def remove_expired() -> int:
    """Delete pictures that were kept for as long as was promised."""
    overdue = Picture.objects.filter(expires_at__lt=timezone.now())[:AT_ONCE]
    for picture in overdue:
        remove_files(picture.file)
        picture.delete()
    return len(overdue)


def remove_old_inputs() -> int:
    """Delete pictures that were sent to us longer ago than we promise to keep any."""
    before = kept_since(timezone.now())
    if settings.RETENTION_DAYS:
        before = timezone.now() - timedelta(days=settings.RETENTION_DAYS)
    if before is None:
        return 0
    old = [file for file in files_in(INBOX) if was_written_before(file, before)]
    waited_for = inputs_waited_for() if old else frozenset()
    gone = [file for file in old if file not in waited_for]
    for file in gone:
        default_storage.delete(file)
    return len(gone)


def remove_unused_uploads() -> int:
    """Delete pictures that a page was given yesterday and nobody asked anything of."""
    before = timezone.now() - UNUSED_AFTER
    old = [file for file in files_in(UPLOADS) if was_written_before(file, before)]
    for file in old:
        default_storage.delete(file)
    return len(old)


def files_in(folder: str) -> Iterator[str]:
    """Yield the files of every account in a folder."""
    try:
        accounts, _ = default_storage.listdir(folder)
        for account in accounts:
            _, names = default_storage.listdir(f"{folder}/{account}")
            yield from (f"{folder}/{account}/{name}" for name in names)
    except FileNotFoundError:
        return


def was_written_before(file: str, moment: datetime) -> bool:
    try:
        written: datetime = default_storage.get_modified_time(file)
    except FileNotFoundError:
        return False
    return written < moment


def inputs_waited_for() -> frozenset[str]:
    """Return what the orders that are not done yet start from."""
    live = Generation.objects.filter(state__in=Generation.LIVE)
    orders = live.values_list("request", flat=True)
    requests = [ImageRequest.from_json(order) for order in orders]
    return frozenset(
        name
        for request in requests
        for name in (*request.references, *request.earlier, request.mask)
    )
