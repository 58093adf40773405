"""Tell what a file is by its first bytes, never by its name or by what is said of it."""

import struct
from collections.abc import Callable

from django.utils.translation import gettext as _

from playground.generation.containers import gif, heic, jpeg, png, webp
from playground.generation.containers.base import Contained, Spoiled, cut_off

ENOUGH_BYTES = 32
READERS: dict[str, Callable[[memoryview], Contained]] = {
    "png": png.read,
    "jpeg": jpeg.read,
    "webp": webp.read,
    "gif": gif.read,
    "heic": heic.read,
}
# Known well enough to be named when they are refused.
OTHERS = (
    (b"BM", "BMP"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"%PDF", "PDF"),
    (b"8BPS", "PSD"),
    (b"<svg", "SVG"),
    (b"<?xml", "XML"),
    (b"<!doctype", "HTML"),
    (b"<html", "HTML"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cJXL ", "JPEG XL"),
)


def format_of(start: bytes) -> str | None:
    """Name the format, when it is one that we read."""
    if start.startswith(png.START):
        return "png"
    if start.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if start.startswith(gif.STARTS):
        return "gif"
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "webp"
    if heic.is_heic(start):
        return "heic"
    return None


def unpacked(data: bytes) -> Contained:
    """Read a file's structure. Raises `Spoiled` for what we do not take."""
    kind = format_of(data[:ENOUGH_BYTES])
    if kind is None:
        raise refused(data[:ENOUGH_BYTES])
    try:
        return READERS[kind](memoryview(data))
    except (IndexError, struct.error) as error:
        raise cut_off() from error


def refused(start: bytes) -> Spoiled:
    """Say what it is instead, as far as we can tell, and what would work."""
    name = other_name(start)
    if name:
        message = _(
            "%(name)s files are not read here. Send PNG, JPEG, WebP, GIF or HEIC."
        )
        return Spoiled(message % {"name": name})
    return Spoiled(_("it is not a picture. Send PNG, JPEG, WebP, GIF or HEIC."))


def other_name(start: bytes) -> str | None:
    if start[4:8] == b"ftyp":
        return "AVIF" if start[8:12] == b"avif" else "MP4"
    head = start.lstrip(b"\xef\xbb\xbf \r\n\t")
    return next(
        (
            name
            for first, name in OTHERS
            if start.startswith(first) or head.lower().startswith(first)
        ),
        None,
    )
