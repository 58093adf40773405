"""Where the pictures that people send wait to be edited.

Each is stored under what it holds, so that the same picture sent again is the same
file and the same order, and another process can paint an order that was queued.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from io import UnsupportedOperation
from mmap import ACCESS_READ, mmap

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from playground.generation.errors import BadRequest, OutOfService
from playground.generation.inputs import InputPicture
from playground.generation.links import EXTENSIONS
from playground.generation.providers.base import Bytes
from playground.generation.request import ImageRequest

INBOX = "inputs"


@dataclass(frozen=True, slots=True)
class Sources:
    """The bytes an edit starts from, and what else its conversation showed."""

    pictures: tuple[Bytes, ...] = ()
    mask: Bytes | None = None
    earlier: tuple[Bytes, ...] = ()


NO_SOURCES = Sources()


@dataclass(frozen=True, slots=True)
class Parcel:
    """A picture, and the name under which it is, or will be, stored."""

    name: str
    picture: InputPicture


def packed(account_id: str, picture: InputPicture) -> Parcel:
    """Name an account's picture by what it holds: a thread's work."""
    digest = hashlib.sha256(picture.data).hexdigest()
    extension = EXTENSIONS[picture.format]
    return Parcel(f"{INBOX}/{account_id}/{digest}.{extension}", picture)


def put_by(parcels: Sequence[Parcel]) -> None:
    """Store the pictures that are not there yet, or say plainly that storage is away."""
    try:
        for parcel in parcels:
            put_by_one(parcel.name, parcel.picture.data)
    except OSError as error:
        raise OutOfService(
            _("The picture could not be stored. Nothing was charged; try again soon."),
            code="storage_unavailable",
        ) from error


def put_by_one(name: str, data: bytes) -> None:
    """Store one picture; a twin that was just faster has stored the same."""
    if is_whole(name, data):
        return
    default_storage.delete(name)
    stored = default_storage.save(name, ContentFile(data))
    if stored != name:
        default_storage.delete(stored)


def is_whole(name: str, data: bytes) -> bool:
    """Say whether all of the picture is there: a process may have died while writing."""
    try:
        return default_storage.exists(name) and default_storage.size(name) == len(data)
    except FileNotFoundError:
        return False


async def sources_of(request: ImageRequest) -> Sources:
    """Read what an order starts from, once, in a thread."""
    if not request.looks_at:
        return NO_SOURCES
    return await asyncio.to_thread(read_back, request)


def read_back(request: ImageRequest) -> Sources:
    try:
        pictures = tuple(content_of(name) for name in request.references)
        mask = content_of(request.mask) if request.mask else None
        return Sources(pictures, mask, tuple(map(content_of, request.earlier)))
    except FileNotFoundError as error:
        raise BadRequest(
            _("The pictures of this order are no longer kept: send them again."),
            param="image",
            code="pictures_expired",
        ) from error
    except OSError as error:
        raise OutOfService(
            _("The pictures of this order cannot be read just now. Try again soon."),
            code="storage_unavailable",
        ) from error


def content_of(name: str) -> Bytes:
    """Return a picture's bytes, in its file where it has one on this machine.

    Many orders may wait for a painter at once; their pictures wait on disk.
    """
    with default_storage.open(name) as file:
        try:
            return mmap(file.fileno(), 0, access=ACCESS_READ)
        except (AttributeError, UnsupportedOperation):
            data: bytes = file.read()
            return data
