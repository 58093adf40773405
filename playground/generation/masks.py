"""Masks that people make on a page: painted by hand, or given by numbers.

A mask here is one channel the size of its picture, 255 where the picture may change.
Everything behind the page speaks of masks as OpenAI does, transparent where it may.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO

from django.utils.translation import gettext as _
from PIL import Image, ImageChops, ImageDraw, ImageOps

from playground.generation.errors import BadRequest
from playground.generation.inputs import InputPicture, as_png
from playground.generation.sizes import Pixels

MOST_SIDE = 4096
UNREADABLE = (OSError, SyntaxError, ValueError, Image.DecompressionBombError)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in a picture's pixels, from its upper left corner."""

    x: int
    y: int
    width: int
    height: int

    def fits(self, picture: Pixels) -> bool:
        """Say whether any of the picture lies in it."""
        return (
            self.width > 0
            and self.height > 0
            and 0 <= self.x < picture[0]
            and 0 <= self.y < picture[1]
        )


def rectangle(box: Box, picture: Pixels) -> Image.Image:
    """Open one rectangle; what reaches over the picture's edge is cut off."""
    if not box.fits(picture):
        message = _(
            "The rectangle lies outside the picture, which is %(width)d by %(height)d"
            " pixels. Give its left and top edge, and its width and height."
        )
        words = {"width": picture[0], "height": picture[1]}
        raise BadRequest(message % words, param="mask")
    place = Image.new("L", picture, 0)
    low = box.x + box.width - 1, box.y + box.height - 1
    ImageDraw.Draw(place).rectangle(((box.x, box.y), low), fill=255)
    return place


def painted(data: bytes, picture: Pixels) -> Image.Image:
    """Read a mask from the page's canvas, which may be smaller than the picture."""
    try:
        canvas = Image.open(BytesIO(data), formats=["PNG"])
        if max(canvas.size) > MOST_SIDE:
            raise unreadable()
        alpha = canvas.convert("RGBA").getchannel("A")
    except UNREADABLE as error:
        raise unreadable() from error
    if alpha.size != picture:
        alpha = alpha.resize(picture, Image.Resampling.BILINEAR)
    return alpha.point([255] * 128 + [0] * 128)


def unreadable() -> BadRequest:
    message = _("The mask could not be read. Clear it, and paint it again.")
    return BadRequest(message, param="mask", code="invalid_image_file")


def together(places: Iterable[Image.Image]) -> Image.Image | None:
    """Open whatever any of them opens; nothing when nothing is."""
    whole: Image.Image | None = None
    for place in places:
        whole = place if whole is None else ImageChops.lighter(whole, place)
    return whole if whole is not None and whole.getbbox() else None


def as_mask(place: Image.Image) -> InputPicture:
    """Write it as everybody behind the page reads it."""
    sheet = Image.new("RGBA", place.size)
    sheet.putalpha(ImageOps.invert(place))
    return InputPicture(as_png(sheet), *place.size, "png", has_alpha=True)


def place_in(mask: Image.Image) -> Image.Image:
    """Read back what `as_mask` wrote."""
    return ImageOps.invert(mask.getchannel("A"))


def nothing_open() -> BadRequest:
    message = _(
        "Nothing in the mask is painted. Paint what should change, or clear it."
    )
    return BadRequest(message, param="mask", code="empty_mask")
