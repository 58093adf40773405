"""WebP: a RIFF file, simple or extended. Of an animation the first frame is kept."""

import struct
from collections.abc import Iterator

from playground.generation.containers.base import (
    MOST_PIECES,
    Contained,
    checked_profile,
    cut_off,
    orientation_of,
    too_many_pieces,
    unreadable,
)

PIXELS = (b"VP8 ", b"VP8L")
NEEDED = (b"VP8X", b"ANIM", b"ANMF", b"ALPH", *PIXELS)
ALPHA_AND_ANIMATION = 0x12
FRAME_START = b"\x9d\x01\x2a"


def read(data: memoryview) -> Contained:
    """Walk through the chunks; every size that is told has to be the same."""
    kept: dict[bytes, bytes] = {}
    notes: dict[bytes, bytes] = {}
    sizes: set[tuple[int, int]] = set()
    for kind, body in chunks(data):
        if kind in NEEDED and kind not in kept:
            kept[kind] = without_notes(body) if kind == b"VP8X" else bytes(body)
            sizes |= told_size(kind, body)
        elif kind in (b"ICCP", b"EXIF"):
            notes[kind] = bytes(body)
    if len(sizes) != 1:
        raise unreadable()
    ((width, height),) = sizes
    profile = checked_profile(notes.get(b"ICCP", b"")) or None
    return Contained(
        "webp",
        width,
        height,
        rebuilt(kept),
        is_lossy=b"VP8 " in kept,
        orientation=orientation_of(notes.get(b"EXIF", b"")),
        profile=profile,
    )


def chunks(data: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    (size,) = struct.unpack_from("<I", data, 4)
    whole = 8 + size
    if whole > len(data):
        raise cut_off()
    position = 12
    for _ in range(MOST_PIECES):
        if position + 8 > whole:
            return
        kind, size = struct.unpack_from("<4sI", data, position)
        end = position + 8 + size
        if end > whole:
            raise cut_off()
        yield kind, data[position + 8 : end]
        position = end + size % 2
    raise too_many_pieces()


def told_size(kind: bytes, body: memoryview) -> set[tuple[int, int]]:
    """Return the size that a chunk tells, if it is one that does."""
    if kind == b"VP8X":
        wide, high = body[4:7], body[7:10]
        return {
            (int.from_bytes(wide, "little") + 1, int.from_bytes(high, "little") + 1)
        }
    if kind == b"VP8 " and bytes(body[3:6]) == FRAME_START:
        width, height = struct.unpack_from("<HH", body, 6)
        return {(width & 0x3FFF, height & 0x3FFF)}
    if kind == b"VP8L" and body[0] == 0x2F:
        (bits,) = struct.unpack_from("<I", body, 1)
        return {((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)}
    return set()


def without_notes(header: memoryview) -> bytes:
    """Say in the header that there is no profile, no EXIF and no XMP any more."""
    return bytes([header[0] & ALPHA_AND_ANIMATION]) + bytes(header[1:])


def rebuilt(kept: dict[bytes, bytes]) -> bytes:
    parts = [b"WEBP"]
    for kind, body in kept.items():
        parts += [kind, struct.pack("<I", len(body)), body, b"\0" * (len(body) % 2)]
    size = sum(len(part) for part in parts)
    return b"".join([b"RIFF", struct.pack("<I", size), *parts])
