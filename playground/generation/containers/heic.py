"""HEIC: what telephones keep. Its boxes are libheif's to read, under libheif's own limits.

A size is known before a pixel is decoded, and a picture that turns out to be another
than it said is refused while it is decoded. Turning is part of decoding, so what the
camera noted about it no longer counts.
"""

from PIL import Image
from pillow_heif import HeifFile, open_heif

from playground.generation.containers.base import Contained, checked_profile, unreadable

BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
# What libheif says of a file it does not like.
DISLIKES = (ValueError, RuntimeError, EOFError, SyntaxError, OSError)


def is_heic(start: bytes) -> bool:
    return start[4:8] == b"ftyp" and start[8:12] in BRANDS


def read(data: memoryview) -> Contained:
    """Find the size and the colours of the file's main picture."""
    whole = bytes(data)
    main = opened(whole)
    width, height = main.size
    profile = checked_profile(main.info.get("icc_profile") or b"")
    return Contained(
        "heic", width, height, whole, is_lossy=True, profile=profile or None
    )


def decoded(data: bytes) -> Image.Image:
    """Decode the main picture, eight bits a channel."""
    main = opened(data)
    try:
        picture: Image.Image = main.to_pillow()
    except DISLIKES as error:
        raise unreadable() from error
    picture.info = {}
    return picture


def opened(data: bytes) -> HeifFile:
    try:
        return open_heif(data)
    except DISLIKES as error:
        raise unreadable() from error
