"""JPEG: segments, then scans. Cameras and editors write much that nobody asked for.

A progressive picture may come in any number of scans, each of which costs the
whole picture's work again, so they are counted.
"""

import re
import struct
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from playground.generation.containers.base import (
    MOST_PIECES,
    Contained,
    Spoiled,
    checked_profile,
    cut_off,
    orientation_of,
    too_many_pieces,
    unreadable,
)

START = b"\xff\xd8"
MOST_SCANS = 100
# Inside a scan 0xFF is followed by zero or by a restart mark; anything else ends it.
MARKER = re.compile(rb"\xff([\x02-\xcf\xd8-\xfe])", re.S)
END, SCAN, COMMENT = 0xD9, 0xDA, 0xFE
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
NOTES = {*range(0xE0, 0xF0), COMMENT}
NEEDED_NOTES = {0xE0: b"JFIF\0", 0xEE: b"Adobe"}
EXIF, PROFILE = (0xE1, b"Exif\0\0"), (0xE2, b"ICC_PROFILE\0")


@dataclass(slots=True)
class Found:
    """What the walk has met so far."""

    kept: list[bytes | memoryview] = field(default_factory=lambda: [START])
    size: tuple[int, int] | None = None
    scans: int = 0
    exif: bytes = b""
    profile: dict[int, bytes] = field(default_factory=dict)


def read(data: memoryview) -> Contained:
    """Walk from marker to marker, over the scans, to the picture's end."""
    found = Found()
    position = len(START)
    for _piece in range(MOST_PIECES):
        mark = MARKER.search(data, position)
        if mark is None:
            raise cut_off()
        if found.scans:
            found.kept.append(data[position : mark.start()])
        kind = mark[1][0]
        if kind == END:
            return contained(found)
        (length,) = struct.unpack_from(">H", data, mark.end())
        position = mark.end() + length
        if position > len(data) or length < 2:
            raise cut_off()
        take(found, kind, data[mark.start() : position])
    raise too_many_pieces()


def take(found: Found, kind: int, segment: memoryview) -> None:
    """Keep a segment, or what it tells, or nothing of it."""
    body = segment[4:]
    if kind in NOTES:
        heed(found, kind, bytes(body), segment)
        return
    found.kept.append(segment)
    if kind in FRAMES:
        _depth, height, width = struct.unpack_from(">BHH", body)
        if found.size not in (None, (width, height)):
            raise unreadable()
        found.size = (width, height)
    if kind == SCAN:
        found.scans += 1
        if found.scans > MOST_SCANS:
            raise Spoiled(
                _("it is a JPEG of too many scans. Save it anew and send that.")
            )


def heed(found: Found, kind: int, body: bytes, segment: memoryview) -> None:
    """Of the notes only colours, their profile and the way up matter."""
    if kind in NEEDED_NOTES and body.startswith(NEEDED_NOTES[kind]):
        found.kept.append(segment)
    elif kind == EXIF[0] and body.startswith(EXIF[1]):
        found.exif = found.exif or body
    elif kind == PROFILE[0] and body.startswith(PROFILE[1]) and len(body) > 14:
        found.profile[body[12]] = body[14:]


def contained(found: Found) -> Contained:
    if found.size is None or not found.scans:
        raise unreadable()
    profile = b"".join(found.profile[number] for number in sorted(found.profile))
    return Contained(
        "jpeg",
        *found.size,
        b"".join([*found.kept, b"\xff\xd9"]),
        is_lossy=True,
        orientation=orientation_of(found.exif),
        profile=checked_profile(profile) or None,
    )
