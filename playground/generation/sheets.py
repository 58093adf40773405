"""The sheet an edit is painted on: the picture, what is added around it, and margins.

A model paints a few shapes; a picture has any, and somebody may want more of it on one
side. So the picture is laid on a sheet of a shape the model has, as large as what is
wanted and never smaller. Delivery cuts its middle out again, and nothing of the picture
was lost. What surrounds the picture is its own mirror image, out of focus, from which a
model can go on. Pure: sizes and pixels in, sizes and pixels out.
"""

from dataclasses import dataclass
from math import ceil, sqrt

from PIL import Image, ImageFilter

from playground.generation.sizes import Pixels, Sizes, is_sensible

NEAR = 2  # tiers are four times apart: within twice a tier's area, pixels are kept
WIDEST = 2  # a frame adds at most so many times the picture on each side
BLUR, REACH = 0.016, 0.06  # shares of the picture's shorter side


@dataclass(frozen=True, slots=True)
class Frame:
    """How many of the picture's pixels are added on each side."""

    left: int = 0
    top: int = 0
    right: int = 0
    bottom: int = 0

    def __bool__(self) -> bool:
        return any((self.left, self.top, self.right, self.bottom))

    def around(self, picture: Pixels) -> Pixels:
        width, height = picture
        return width + self.left + self.right, height + self.top + self.bottom

    def times(self, scale: float) -> "Frame":
        sides = (self.left, self.top, self.right, self.bottom)
        return Frame(*(round(side * scale) for side in sides))

    def fits(self, picture: Pixels) -> bool:
        """Say whether it leaves a picture that anybody could paint."""
        width, height = picture
        across, down = max(self.left, self.right), max(self.top, self.bottom)
        is_near = across <= WIDEST * width and down <= WIDEST * height
        is_whole = min(self.left, self.top, self.right, self.bottom) >= 0
        return is_whole and is_near and is_sensible(self.around(picture))


NO_FRAME = Frame()


def frame_to_ratio(picture: Pixels, ratio: float) -> Frame:
    """Return the smallest frame that gives a picture this shape, even on both sides."""
    width, height = picture
    across = max(0, round(height * ratio) - width)
    down = max(0, round(width / ratio) - height) if not across else 0
    return Frame(across // 2, down // 2, across - across // 2, down - down // 2)


@dataclass(frozen=True, slots=True)
class Scaled:
    """A picture and its frame at the size in which they will be delivered."""

    picture: Pixels
    frame: Frame

    @property
    def size(self) -> Pixels:
        return self.frame.around(self.picture)


def scaled(picture: Pixels, frame: Frame, sizes: Sizes, tier: str = "") -> Scaled:
    """Keep the picture's own pixels where the model can, or bring it to the tier.

    Without a tier it is the nearest one.
    """
    width, height = frame.around(picture)
    shape = sizes.nearest_shape(width / height, tier or None)
    usual = sizes.nearest_tier(width * height, shape)
    across, down = sizes.pixels(shape, tier or usual)
    scale = sqrt(across * down / (width * height))
    if tier in ("", usual) and 1 / NEAR <= scale**2 <= NEAR:
        return Scaled(picture, frame)
    return Scaled(
        (at_least(picture[0] * scale), at_least(picture[1] * scale)), frame.times(scale)
    )


def at_least(side: float) -> int:
    return max(1, round(side))


@dataclass(frozen=True, slots=True)
class Sheet:
    """Where a picture lies on a sheet, and which part of that is wanted."""

    picture: Pixels
    frame: Frame
    size: Pixels

    @property
    def wanted(self) -> Pixels:
        return self.frame.around(self.picture)

    @property
    def margins(self) -> Pixels:
        """The width of the margin at the left and at the right, and above and below."""
        return (self.size[0] - self.wanted[0]) // 2, (
            self.size[1] - self.wanted[1]
        ) // 2

    @property
    def corner(self) -> Pixels:
        """Where the picture's upper left corner lies."""
        across, down = self.margins
        return across + self.frame.left, down + self.frame.top

    @property
    def is_bare(self) -> bool:
        """Say whether the picture is all there is."""
        return self.size == self.picture


def sheet_for(what: Scaled, painted: Pixels) -> Sheet:
    """Return the smallest sheet of the painted shape that holds what is wanted."""
    width, height = what.size
    ratio = painted[0] / painted[1]
    across = max(width, ceil(height * ratio - 1e-6))
    down = max(height, ceil(width / ratio - 1e-6))
    if across - width <= 1 and down - height <= 1:  # only rounding: nothing to add
        across, down = width, height
    even = across + (across - width) % 2, down + (down - height) % 2
    return Sheet(what.picture, what.frame, even)


def laid_out(picture: Image.Image, sheet: Sheet) -> Image.Image:
    """Lay a picture on its sheet; around it is its mirror image, out of focus."""
    plain = picture.convert("RGBA" if "A" in picture.getbands() else "RGB")
    if plain.size != sheet.picture:
        plain = plain.resize(sheet.picture, Image.Resampling.LANCZOS, reducing_gap=3.0)
    if sheet.is_bare:
        return plain
    around = out_of_focus(mirrored(plain.convert("RGB"), sheet), sheet)
    around.paste(plain, sheet.corner, plain if plain.mode == "RGBA" else None)
    return around


def mirrored(picture: Image.Image, sheet: Sheet) -> Image.Image:
    """Fill a sheet with a picture and its reflections, as far as they go."""
    laid = Image.new("RGB", sheet.size)
    (left, top), (width, height) = sheet.corner, sheet.picture
    across = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    for column in range(-ceil(left / width), ceil((sheet.size[0] - left) / width)):
        upright = across if column % 2 else picture
        upset = upright.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
        for row in range(-ceil(top / height), ceil((sheet.size[1] - top) / height)):
            at = (left + column * width, top + row * height)
            laid.paste(upset if row % 2 else upright, at)
    return laid


def out_of_focus(laid: Image.Image, sheet: Sheet) -> Image.Image:
    """Blur a reflection more and more the further it is from what it reflects."""
    short = min(sheet.picture)
    near = Image.new("L", sheet.size, 0)
    (left, top), (width, height) = sheet.corner, sheet.picture
    near.paste(255, (left, top, left + width, top + height))
    near = near.filter(ImageFilter.BoxBlur(max(2, short * REACH)))
    near = near.point([min(255, value * 2) for value in range(256)])
    soft = laid.filter(ImageFilter.GaussianBlur(short * BLUR))
    return Image.composite(laid, soft, near)


def opened(place: Image.Image | None, sheet: Sheet) -> Image.Image:
    """Return where a sheet may change, as 255: the place in the picture, and the frame.

    A frame's own margins change with it, so that no seam shows where they are cut off.
    """
    whole = Image.new("L", sheet.size, 255 if sheet.frame else 0)
    inside = Image.new("L", sheet.picture, 0) if place is None else place
    if inside.size != sheet.picture:
        inside = inside.resize(sheet.picture, Image.Resampling.BILINEAR)
        inside = inside.point([0] * 128 + [255] * 128)
    whole.paste(inside, sheet.corner)
    return whole


def cut_out(sheet: Image.Image, wanted: Pixels) -> Image.Image:
    """Return the middle of a sheet in the wanted shape, at the wanted size."""
    width, height = sheet.size
    scale = max(wanted[0] / width, wanted[1] / height)
    across, down = (
        min(width, round(wanted[0] / scale)),
        min(height, round(wanted[1] / scale)),
    )
    left, top = (width - across) // 2, (height - down) // 2
    middle = sheet.crop((left, top, left + across, top + down))
    if middle.size == wanted:
        return middle
    return middle.resize(wanted, Image.Resampling.LANCZOS, reducing_gap=3.0)
