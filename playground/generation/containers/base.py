"""What the readers of picture files have in common.

A reader walks through a file's own structure without decoding a pixel. It finds
the size, and copies only the pieces that are needed to paint the first picture:
no text, no thumbnails, no later frames, nothing that unpacks to more than it is.
"""

import struct
from dataclasses import dataclass

from django.utils.translation import gettext as _

MOST_PIECES = 100_000
MOST_PROFILE_BYTES = 4 * 1024 * 1024
ORIENTATION = 0x0112
SHORT = 3


class Spoiled(ValueError):
    """The file cannot be taken; the sentence says why, and what would work."""


@dataclass(frozen=True, slots=True)
class Contained:
    """A picture still encoded: `data` paints the same pixels, and says nothing else."""

    format: str
    width: int
    height: int
    data: bytes
    is_lossy: bool = False
    orientation: int = 1
    profile: bytes | None = None


def cut_off() -> Spoiled:
    return Spoiled(_("the file ends too early. Send the whole file again."))


def unreadable() -> Spoiled:
    return Spoiled(_("the file cannot be read. Open it, save it anew and send that."))


def too_many_pieces() -> Spoiled:
    return Spoiled(
        _("the file is made of too many small pieces. Save it anew and send that.")
    )


def checked_profile(profile: bytes) -> bytes:
    """Let a colour profile of ordinary size pass."""
    if len(profile) > MOST_PROFILE_BYTES:
        message = _(
            "its colour profile is larger than %(limit)d MB. Convert it to sRGB."
        )
        raise Spoiled(message % {"limit": MOST_PROFILE_BYTES // 1024**2})
    return profile


def orientation_of(exif: bytes) -> int:
    """Read which way up the camera was; 1, upright, when nothing sensible is said."""
    tiff = exif.removeprefix(b"Exif\0\0")
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(order + "I", tiff, 4)
        (count,) = struct.unpack_from(order + "H", tiff, start)
        for number in range(count):
            entry = struct.unpack_from(order + "HHIH", tiff, start + 2 + 12 * number)
            if entry[:2] == (ORIENTATION, SHORT):
                return entry[3] if 1 <= entry[3] <= 8 else 1
    except struct.error:
        pass  # a broken note about the picture does not spoil the picture
    return 1
