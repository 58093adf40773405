"""Copies of pictures for people: as they are or in another format, with their settings.

Where settings are not wanted, and in what API calls and shared links hand out, the
original is the very bytes that are stored. A file with content credentials is never
written into, because that would spoil them. Pixels are changed by few at a time.
"""

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

from django.core.files.storage import default_storage
from PIL import Image

from playground.gallery.credentials import has_credentials
from playground.gallery.marks import Settings, marked, packet
from playground.generation.colours import in_srgb
from playground.generation.deliver import QUALITY, READABLE, UNREADABLE, encode
from playground.generation.links import EXTENSIONS, TYPES
from playground.generation.models import Picture

ORIGINAL = "original"
FORMATS = ("png", "jpeg", "webp", "avif")
AT_ONCE = 2


class Unreadable(ValueError):
    """The stored file cannot be made into another."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A file for somebody to keep."""

    data: bytes
    format: str
    file_name: str

    @property
    def content_type(self) -> str:
        return TYPES[EXTENSIONS[self.format]]


def copy_of(picture: Picture, wanted: str, *, has_settings: bool) -> Copy:
    """Return a copy in this format, or as it is. Raises `FileNotFoundError`, `Unreadable`."""
    data = stored(picture)
    settings = settings_of(picture) if has_settings else None
    image_format = picture.format if wanted == ORIGINAL else wanted
    if image_format == picture.format:
        if settings and not has_credentials(data, image_format):
            data = marked(data, image_format, settings)
    else:
        data = few_at_a_time().submit(converted, data, image_format, settings).result()
    return Copy(data, image_format, file_name(picture, image_format))


def stored(picture: Picture) -> bytes:
    with default_storage.open(picture.file) as file:
        data: bytes = file.read()
        return data


def file_name(picture: Picture, image_format: str) -> str:
    return f"easel-{picture.pk}.{EXTENSIONS[image_format]}"


@cache
def few_at_a_time() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="copies")


def converted(data: bytes, image_format: str, settings: Settings | None) -> bytes:
    """Read a file and write it anew. An AVIF's words are written with its pixels."""
    try:
        opened = Image.open(io.BytesIO(data), formats=READABLE)
        profile = opened.info.get("icc_profile")
        opened.load()
        picture = in_srgb(opened, profile)
    except UNREADABLE as error:
        raise Unreadable from error
    if image_format == "avif":
        return as_avif(picture, settings)
    copy = encode(picture, image_format, None)
    return marked(copy, image_format, settings) if settings else copy


def as_avif(picture: Image.Image, settings: Settings | None) -> bytes:
    file = io.BytesIO()
    words = {"xmp": packet(settings)} if settings else {}
    picture.save(file, "AVIF", quality=QUALITY["avif"], speed=8, **words)
    return file.getvalue()


def settings_of(picture: Picture) -> Settings:
    """Gather how a picture was made."""
    order = picture.generation
    request = order.asked
    return Settings(
        prompt=order.prompt,
        avoid=request.negative_prompt or "",
        model=order.model,
        seed=picture.seed,
        width=picture.width,
        height=picture.height,
        is_edit=bool(request.references or request.earlier),
    )


def loses_credentials(picture: Picture) -> bool:
    """Say whether a copy in another format would lose who vouches for the original."""
    try:
        return has_credentials(stored(picture), picture.format)
    except FileNotFoundError:
        return False
