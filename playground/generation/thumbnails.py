"""Small copies of pictures, for pages that show many.

A copy is made once, when somebody first looks, and stands beside its picture: it goes
when the picture goes. No order waits for one, and few are made at a time.
"""

import asyncio
import os
from io import BytesIO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from accounts.ids import new_id
from playground.generation.colours import in_srgb, plain
from playground.generation.database import in_thread
from playground.generation.deliver import UNREADABLE, local_disk
from playground.generation.files import write_new
from playground.generation.models import Picture
from playground.generation.studio import studio

WIDTHS = (320, 640)
LARGE = 1280  # where two pictures stand beside each other to be judged
UNFINISHED = ".part"
LONGEST_SIDE = 16_383  # of a WebP
QUALITY, EFFORT = 78, 2


async def thumbnail(picture: Picture, width: int) -> bytes:
    """Return a picture's copy of this width. Raises `FileNotFoundError`."""
    found = await asyncio.to_thread(content_of, beside(picture.file, width))
    if found is not None:
        return found
    data = await small_copy(picture.file, width)
    if not await in_thread(Picture.objects.filter(pk=picture.pk).exists):
        await asyncio.to_thread(remove_files, picture.file)  # deleted meanwhile
    return data


async def small_copy(file: str, width: int) -> bytes:
    """Return the copy of a stored picture, made now if there is none."""
    return await studio().hands.aside(lambda: made(file, width))


def beside(file: str, width: int) -> str:
    """Name the copy of a picture's file."""
    return f"{file.rpartition('.')[0]}-{width}.webp"


def all_files(file: str) -> tuple[str, ...]:
    """Name everything that goes when a picture's file goes."""
    return (*(beside(file, width) for width in (*WIDTHS, LARGE)), file)


def remove_files(file: str) -> None:
    """Delete a picture's file and its copies."""
    for name in all_files(file):
        default_storage.delete(name)


def content_of(name: str) -> bytes | None:
    try:
        with default_storage.open(name) as file:
            data: bytes = file.read()
            return data
    except FileNotFoundError:
        return None


def made(file: str, width: int) -> bytes:
    """Make the copy and store it: a thread's work. Somebody may just have been faster."""
    name = beside(file, width)
    found = content_of(name)
    if found is not None:
        return found
    try:
        with default_storage.open(file) as opened:
            data = smaller(Image.open(opened), width)
    except UNREADABLE as error:
        raise FileNotFoundError(file) from error
    put_whole(name, data)
    return data


def smaller(picture: Image.Image, width: int) -> bytes:
    """Shrink a picture to a width, never beyond its own size; a JPEG is read small."""
    profile = picture.info.get("icc_profile")
    width = min(width, picture.width)
    height = max(1, round(picture.height * width / picture.width))
    picture = plain(picture) if picture.mode == "P" else picture
    picture.thumbnail((width, min(height, LONGEST_SIDE)), Image.Resampling.LANCZOS)
    small = in_srgb(picture, profile)
    file = BytesIO()
    small.save(file, "WEBP", quality=QUALITY, method=EFFORT)
    return file.getvalue()


def put_whole(name: str, data: bytes) -> None:
    """Store a copy so that nobody ever reads half of it."""
    disk = local_disk()
    if disk is None:
        default_storage.delete(name)
        default_storage.save(name, ContentFile(data))
        return
    path = f"{disk.location}/{name}"
    unfinished = f"{path}.{new_id('tmp')}{UNFINISHED}"
    write_new(unfinished, data, disk.file_permissions_mode)
    os.replace(unfinished, path)
