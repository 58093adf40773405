"""Picture files as strangers make them: odd, spiteful, or merely from a camera."""

import io
import struct
import zlib

import pillow_heif
from PIL import Image, ImageCms

PNG = b"\x89PNG\r\n\x1a\n"
SECRET = b"a secret place"


def chunk(kind: bytes, data: bytes) -> bytes:
    whole = struct.pack(">I", len(data)) + kind + data
    return whole + struct.pack(">I", zlib.crc32(kind + data))


def png(width=4, height=3, *, depth=8, colour=2, rows=None, between=b"") -> bytes:
    """A PNG by hand, with chunks of the caller's before its pixels."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    rows = b"\0" * 100 if rows is None else rows
    pixels = chunk(b"IDAT", zlib.compress(rows))
    return PNG + chunk(b"IHDR", header) + between + pixels + chunk(b"IEND", b"")


def saved(picture: Image.Image, kind="PNG", **options) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def halves(mode="RGB", size=(8, 4), colours=("red", "blue")) -> Image.Image:
    """Left and right in different colours, so that a turn can be seen."""
    picture = Image.new("RGB", size, colours[0])
    picture.paste(colours[1], (size[0] // 2, 0, *size))
    return picture.convert(mode)


def photo(orientation=1, *, kind="JPEG", size=(16, 8), **options) -> bytes:
    """As a camera writes it: EXIF with a place, and a comment where there can be one."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = SECRET.decode()
    options = (
        {"quality": 95, "subsampling": 0, **options} if kind == "JPEG" else options
    )
    return saved(halves(size=size), kind, exif=exif.tobytes(), **options)


def heic(picture: Image.Image, *, orientation=1, **options) -> bytes:
    """As a telephone writes it."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = SECRET.decode()
    file = io.BytesIO()
    quickly = {"preset": "ultrafast"}  # a large one takes seconds as it is
    options = {"quality": 90, "exif": exif.tobytes(), "enc_params": quickly, **options}
    pillow_heif.from_pillow(picture).save(file, **options)
    return file.getvalue()


def heic_of_size(picture: Image.Image, width: int, height: int) -> bytes:
    """A HEIC that claims a size its pixels do not have."""
    said = struct.pack(">II", *picture.size)
    return heic(picture).replace(said, struct.pack(">II", width, height))


def sober_profile() -> bytes:
    """The profile that most pictures carry: it changes nothing."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def swapped_profile() -> bytes:
    """A profile in which red is green and green is red."""
    profile = bytearray(sober_profile())
    places = {}
    for number in range(int.from_bytes(profile[128:132], "big")):
        start = 132 + 12 * number
        places[bytes(profile[start : start + 4])] = start
    red, green = places[b"rXYZ"], places[b"gXYZ"]
    kept = profile[red + 4 : red + 12]
    profile[red + 4 : red + 12] = profile[green + 4 : green + 12]
    profile[green + 4 : green + 12] = kept
    return bytes(profile).replace(
        "sRGB".encode("utf-16-be"), "odd!".encode("utf-16-be")
    )


def animation(kind: str) -> bytes:
    frames = [Image.new("RGB", (6, 4), colour) for colour in ("red", "green", "blue")]
    more = {"lossless": True} if kind == "WEBP" else {}
    return saved(frames[0], kind, save_all=True, append_images=frames[1:], **more)


def riff(*parts: tuple[bytes, bytes]) -> bytes:
    body = b"WEBP"
    for kind, data in parts:
        body += kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def canvas(width: int, height: int, flags=0) -> tuple[bytes, bytes]:
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"VP8X", bytes([flags, 0, 0, 0]) + size


def gif_screen(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0" * 6


def jpeg_of_size(width: int, height: int) -> bytes:
    """A JPEG whose header claims a size its pixels do not have."""
    data = saved(Image.new("RGB", (8, 8)), "JPEG")
    place = data.index(b"\xff\xc0") + 5
    return data[:place] + struct.pack(">HH", height, width) + data[place + 4 :]


def progressive_bomb(scans=101) -> bytes:
    data = saved(Image.new("RGB", (64, 64)), "JPEG", progressive=True)
    start = data.rindex(b"\xff\xda")
    return data[:start] + data[start:-2] * scans + data[-2:]
