"""Whether a picture carries content credentials: C2PA, a signed account of its making.

The signature covers the file's bytes. So whatever is written into such a file spoils
it, and another format goes without it: only the untouched original keeps it.
"""

import struct

from playground.generation.containers import jpeg, png, webp
from playground.generation.containers.base import Spoiled

UUID_BOX = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
JUMBF_SEGMENT = 0xEB
MOST_BOXES = 1000


def has_credentials(data: bytes, image_format: str) -> bool:
    """Say whether there is a C2PA manifest in a file of this format."""
    try:
        return LOOKS[image_format](memoryview(data)) if image_format in LOOKS else False
    except (Spoiled, IndexError, struct.error):
        return False


def in_png(data: memoryview) -> bool:
    return any(kind == b"caBX" for kind, _chunk in png.chunks(data))


def in_webp(data: memoryview) -> bool:
    return any(kind == b"C2PA" for kind, _body in webp.chunks(data))


def in_jpeg(data: memoryview) -> bool:
    """Walk over what stands before the first scan."""
    position = len(jpeg.START)
    while data[position] == 0xFF and data[position + 1] != jpeg.SCAN:
        (length,) = struct.unpack_from(">H", data, position + 2)
        body = bytes(data[position + 4 : position + 2 + length])
        if data[position + 1] == JUMBF_SEGMENT and b"c2pa" in body:
            return True
        position += 2 + length
    return False


def in_boxes(data: memoryview) -> bool:
    """Walk over the top boxes of an AVIF."""
    position = 0
    for _box in range(MOST_BOXES):
        if position + 8 > len(data):
            return False
        size, kind = struct.unpack_from(">I4s", data, position)
        if kind == b"uuid" and data[position + 8 : position + 24] == UUID_BOX:
            return True
        if size < 8:  # to the end of the file, or a length we have no use for
            return False
        position += size
    return False


LOOKS = {"png": in_png, "jpeg": in_jpeg, "webp": in_webp, "avif": in_boxes}
