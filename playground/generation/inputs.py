"""Read pictures that people send: hostile until decoded, harmless afterwards.

The file's structure is walked and its size known before a pixel is decoded.
Afterwards it is upright, sRGB, eight bits a channel, and without a word about
where, when or with what it was made. Bytes that already are like that are kept.
"""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import IO

from django.utils.translation import gettext as _
from PIL import Image, ImageChops, ImageOps, JpegImagePlugin

from playground.generation.colours import in_srgb
from playground.generation.containers import heic
from playground.generation.containers.base import Contained, Spoiled, unreadable
from playground.generation.containers.sniff import unpacked
from playground.generation.errors import BadRequest, TooLarge

MOST_FILES = 16
MOST_BYTES = 50 * 1024 * 1024
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 32_768
REWRITTEN = ("gif", "heic")  # not every provider reads them
MASK_FORMATS = ("png", "webp")
UNREADABLE = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    IndexError,
    EOFError,
    OverflowError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True, slots=True)
class InputPicture:
    """A picture that may be passed on. `format` is that of `data`, not of what came."""

    data: bytes
    width: int
    height: int
    format: str
    has_alpha: bool


def check_count(files: Sequence[object], *, param: str = "image") -> None:
    """Refuse no picture at all, and more than anybody can look at."""
    if not files:
        raise BadRequest(
            _("Send at least one picture to edit."),
            param=param,
            code="missing_required_parameter",
        )
    if len(files) > MOST_FILES:
        message = _("%(count)d pictures are too many: send at most %(limit)d.")
        raise BadRequest(
            message % {"count": len(files), "limit": MOST_FILES}, param=param
        )


def picture_in(data: bytes | IO[bytes], param: str) -> InputPicture:
    whole = whole_of(data, param)
    try:
        contained = measured(unpacked(whole))
        return normalised(decoded(contained), contained)
    except Spoiled as error:
        raise refusal(str(error), param) from error
    except UNREADABLE as error:
        raise refusal(str(unreadable()), param) from error


def mask_in(data: bytes | IO[bytes], over: InputPicture, param: str) -> InputPicture:
    whole = whole_of(data, param)
    try:
        contained = measured(unpacked(whole))
        if contained.format not in MASK_FORMATS:
            raise Spoiled(_("a mask is a PNG or WebP with transparent pixels."))
        mask = upright(openings(decoded(contained)), contained.orientation)
    except Spoiled as error:
        raise refusal(str(error), param) from error
    except UNREADABLE as error:
        raise refusal(str(unreadable()), param) from error
    if mask.size != (over.width, over.height):
        raise refusal(sizes_differ(mask, over), param)
    if lowest(mask) == 255:
        raise refusal(
            _("nothing in it is transparent, so nothing could be changed."), param
        )
    sheet = Image.new("RGBA", mask.size)
    sheet.putalpha(mask)
    return InputPicture(as_png(sheet), *mask.size, "png", has_alpha=True)


def sizes_differ(mask: Image.Image, over: InputPicture) -> str:
    message = _(
        "it is %(mask)s and the first picture is %(picture)s: make them the same size."
    )
    return message % {
        "mask": f"{mask.width}x{mask.height}",
        "picture": f"{over.width}x{over.height}",
    }


def refusal(sentence: str, param: str) -> BadRequest:
    return BadRequest(f"{param}: {sentence}", param=param, code="invalid_image_file")


def whole_of(data: bytes | IO[bytes], param: str) -> bytes:
    """Return all the bytes, once they are known to be few enough."""
    if isinstance(data, bytes):
        size = len(data)
    else:
        size = data.seek(0, 2)
        data.seek(0)
    if size > MOST_BYTES:
        message = _("%(param)s: the file is larger than %(limit)d MB. Send it smaller.")
        raise TooLarge(
            message % {"param": param, "limit": MOST_BYTES // 1024**2}, param=param
        )
    if size == 0:
        raise refusal(_("the file is empty. Send PNG, JPEG, WebP, GIF or HEIC."), param)
    return data if isinstance(data, bytes) else data.read()


def measured(contained: Contained) -> Contained:
    """Let a picture pass whose pixels we can afford to decode."""
    width, height = contained.width, contained.height
    if min(width, height) < 1:
        raise unreadable()
    if width * height > MOST_PIXELS:
        message = _("it is %(size)s, more than %(limit)d megapixels. Make it smaller.")
        raise Spoiled(
            message % {"size": f"{width}x{height}", "limit": MOST_PIXELS // 1_000_000}
        )
    if max(width, height) > LONGEST_SIDE:
        message = _("it is %(size)s; its longer side may have %(limit)d pixels.")
        raise Spoiled(message % {"size": f"{width}x{height}", "limit": LONGEST_SIDE})
    return contained


def decoded(contained: Contained) -> Image.Image:
    """Decode every pixel; a file that ends too early does not."""
    if contained.format == "heic":
        picture = heic.decoded(contained.data)
    else:
        kind = contained.format.upper()
        picture = Image.open(BytesIO(contained.data), formats=[kind])
    if picture.size != (contained.width, contained.height):
        raise unreadable()
    picture.load()
    return picture


def normalised(picture: Image.Image, contained: Contained) -> InputPicture:
    """Bring a picture into the one shape that everything behind us reads."""
    plain = upright(in_srgb(picture, contained.profile), contained.orientation)
    has_alpha = plain.mode == "RGBA" and lowest(plain.getchannel("A")) < 255
    if plain is picture and contained.format not in REWRITTEN:
        data, kind = contained.data, contained.format
    elif contained.is_lossy and not has_alpha:
        data, kind = as_jpeg(plain.convert("RGB"), picture), "jpeg"
    else:
        data, kind = as_png(plain if has_alpha else plain.convert("RGB")), "png"
    return InputPicture(data, *plain.size, kind, has_alpha)


def upright(picture: Image.Image, orientation: int) -> Image.Image:
    """Turn a picture as its camera was held."""
    turn = TURNS.get(orientation)
    return picture if turn is None else picture.transpose(turn)


def lowest(channel: Image.Image) -> int:
    return next(value for value, count in enumerate(channel.histogram()) if count)


def as_png(picture: Image.Image) -> bytes:
    """Write pixels and nothing else: what the decoder noted is not carried over."""
    picture.info = {}
    file = BytesIO()
    picture.save(file, "PNG", compress_level=1)
    return file.getvalue()


def as_jpeg(picture: Image.Image, source: Image.Image) -> bytes:
    """Write a JPEG as finely as its source was, so that hardly anything is lost twice."""
    picture.info = {}
    file = BytesIO()
    tables = getattr(source, "quantization", {})
    if source.mode == "RGB" and tables and max(map(max, tables.values())) < 256:
        sampling = JpegImagePlugin.get_sampling(source)
        picture.save(file, "JPEG", qtables=tables, subsampling=sampling)
    else:
        picture.save(file, "JPEG", quality=95, subsampling=0)
    return file.getvalue()


def openings(mask: Image.Image) -> Image.Image:
    """Return one channel that is 0 where the picture may change.

    Where nothing is transparent, white on black says the same, as many programs
    write it.
    """
    if mask.mode in ("RGBA", "LA", "PA") or "transparency" in mask.info:
        return in_srgb(mask, None).convert("RGBA").getchannel("A")
    red, green, blue = in_srgb(mask, None).split()
    grey = ImageChops.lighter(
        ImageChops.difference(red, green), ImageChops.difference(green, blue)
    )
    if grey.getextrema() != (0, 0):
        raise Spoiled(
            _(
                "it has no alpha channel. Make what may change transparent, or white on black."
            )
        )
    return ImageOps.invert(red)
