"""GIF: only the first frame counts, and of what stands before it only its timing."""

import struct

from playground.generation.containers.base import (
    MOST_PIECES,
    Contained,
    too_many_pieces,
    unreadable,
)

STARTS = (b"GIF87a", b"GIF89a")
EXTENSION, FRAME, END = 0x21, 0x2C, 0x3B
GRAPHIC_CONTROL = 0xF9


def read(data: memoryview) -> Contained:
    """Cut out the screen, the first frame and its transparency."""
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    position = 13 + palette_bytes(flags)
    kept: list[bytes | memoryview] = [data[:position]]
    while data[position] == EXTENSION:
        end = blocks_end(data, position + 2)
        if data[position + 1] == GRAPHIC_CONTROL:
            kept[1:] = [data[position:end]]
        position = end
    if data[position] != FRAME:
        raise unreadable()
    left, top, wide, high, flags = struct.unpack_from("<HHHHB", data, position + 1)
    end = blocks_end(data, position + 11 + palette_bytes(flags))
    kept += [data[position:end], bytes([END])]
    return Contained(
        "gif", max(width, left + wide), max(height, top + high), b"".join(kept)
    )


def palette_bytes(flags: int) -> int:
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def blocks_end(data: memoryview, position: int) -> int:
    """Step over blocks that each tell their length, to the empty one at their end."""
    for _ in range(4 * MOST_PIECES):
        size = data[position]
        position += size + 1
        if size == 0:
            return position
    raise too_many_pieces()
