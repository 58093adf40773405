"""PNG: a row of chunks. Text can unpack to megabytes, so none is kept."""

import struct
import zlib

from playground.generation.containers.base import (
    MOST_PIECES,
    MOST_PROFILE_BYTES,
    Contained,
    checked_profile,
    cut_off,
    orientation_of,
    too_many_pieces,
    unreadable,
)

START = b"\x89PNG\r\n\x1a\n"
NEEDED = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}


def read(data: memoryview) -> Contained:
    """Walk to the end, keeping what the still picture needs."""
    length, kind, width, height = struct.unpack_from(">I4sII", data, len(START))
    if (length, kind) != (13, b"IHDR"):
        raise unreadable()
    kept: list[bytes | memoryview] = [START]
    notes: dict[bytes, memoryview] = {}
    for kind, chunk in chunks(data):
        if kind == b"IHDR" and len(kept) > 1:
            raise unreadable()  # a second one could tell another size
        if kind in NEEDED:
            kept.append(chunk)
        elif kind in (b"iCCP", b"eXIf"):
            notes[kind] = chunk[8:-4]
    return Contained(
        "png",
        width,
        height,
        b"".join(kept),
        orientation=orientation_of(bytes(notes.get(b"eXIf", b""))),
        profile=unpacked_profile(bytes(notes.get(b"iCCP", b""))),
    )


def chunks(data: memoryview) -> list[tuple[bytes, memoryview]]:
    """Cut the file into its chunks, as far as its end mark."""
    found: list[tuple[bytes, memoryview]] = []
    position = len(START)
    while len(found) < MOST_PIECES:
        length, kind = struct.unpack_from(">I4s", data, position)
        end = position + 12 + length
        if end > len(data):
            raise cut_off()
        found.append((kind, data[position:end]))
        if kind == b"IEND":
            return found
        position = end
    raise too_many_pieces()


def unpacked_profile(chunk: bytes) -> bytes | None:
    """Unpack a colour profile, never further than its limit."""
    _, _, packed = chunk.partition(b"\0")
    try:
        profile = zlib.decompressobj().decompress(packed[1:], MOST_PROFILE_BYTES + 1)
    except zlib.error:
        return None
    return checked_profile(profile) or None
