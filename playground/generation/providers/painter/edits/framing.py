"""Where the edges of a picture are: fitting, cutting, turning, framing."""

import math

from PIL import Image, ImageDraw, ImageFilter

from playground.generation.providers.painter.edits.desk import Desk
from playground.generation.providers.painter.edits.instructions import Act
from playground.generation.providers.painter.fields import Rgb, Size
from playground.generation.providers.painter.palettes import NAMED, rgb, shade

PAPER = rgb("#f6f2e9")


def cover(image: Image.Image, size: Size) -> Image.Image:
    """The picture filling this size, its middle kept; itself when it fits already."""
    if image.size == size:
        return image
    box = middle_box(image.size, size[0] / size[1])
    return image.resize(size, Image.Resampling.LANCZOS, box=box, reducing_gap=3.0)


def middle_box(size: Size, shape: float) -> tuple[float, float, float, float]:
    """The largest box of this shape in the middle of that size."""
    width, height = size
    across, down = min(width, height * shape), min(height, width / shape)
    left, top = (width - across) / 2, (height - down) / 2
    return max(0.0, left), max(0.0, top), left + across, top + down


def mirror(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
    return image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)


def flip(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
    return image.transpose(Image.Transpose.FLIP_TOP_BOTTOM)


def upside(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
    return image.transpose(Image.Transpose.ROTATE_180)


def rotate(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
    """By quarters without loss; by other angles cut so that no corner is empty."""
    degrees = act.number % 360
    quarters = {
        90: Image.Transpose.ROTATE_90,
        180: Image.Transpose.ROTATE_180,
        270: Image.Transpose.ROTATE_270,
    }
    if degrees == 0:
        return image
    if degrees in quarters:
        return image.transpose(quarters[int(degrees)])
    turned = image.rotate(degrees, Image.Resampling.BICUBIC, expand=True)
    across, down = _upright_inside(image.size, math.radians(degrees))
    left, top = (turned.width - across) // 2, (turned.height - down) // 2
    return turned.crop((left, top, left + across, top + down))


def _upright_inside(size: Size, angle: float) -> Size:
    """The largest upright box of the same shape inside the turned picture."""
    width, height = size
    sine, cosine = abs(math.sin(angle)), abs(math.cos(angle))
    scale = min(
        width / (width * cosine + height * sine),
        height / (width * sine + height * cosine),
    )
    return max(1, int(width * scale) - 2), max(1, int(height * scale) - 2)


def crop(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
    """To a shape, to a side, or a step nearer the middle."""
    width, height = image.size
    if act.number:
        return image.crop(_whole(middle_box(image.size, act.number)))
    keep = {1.6: 0.5, 0.55: 0.85}.get(act.strength, 0.68)
    across, down = max(1, round(width * keep)), max(1, round(height * keep))
    left, top = (width - across) // 2, (height - down) // 2
    left = {"left": 0, "right": width - across}.get(act.where, left)
    top = {"top": 0, "bottom": height - down}.get(act.where, top)
    return image.crop((left, top, left + across, top + down))


def _whole(box: tuple[float, float, float, float]) -> tuple[int, int, int, int]:
    left, top, right, low = (round(edge) for edge in box)
    return left, top, max(left + 1, right), max(top + 1, low)


def zoom_out(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
    """A step back: what was not in the picture is a quiet echo of its edges."""
    width, height = image.size
    inner = max(1, round(width * 0.72)), max(1, round(height * 0.72))
    at = (width - inner[0]) // 2, (height - inner[1]) // 2
    small = image.resize(inner, Image.Resampling.LANCZOS, reducing_gap=3.0)
    sheet = _echo(small, (width, height), at)
    edge = max(1, min(inner) // 14)
    soft = Image.new("L", inner)
    soft.paste(255, (edge, edge, inner[0] - edge, inner[1] - edge))
    sheet.paste(small, at, soft.filter(ImageFilter.GaussianBlur(edge / 2.2)))
    return sheet


def _echo(small: Image.Image, size: Size, at: tuple[int, int]) -> Image.Image:
    """The picture mirrored over its edges, and blurred."""
    sheet = Image.new("RGB", size)
    for column in (-1, 0, 1):
        for row in (-1, 0, 1):
            tile = small
            if column:
                tile = tile.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
            if row:
                tile = tile.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
            x, y = at[0] + column * small.width, at[1] + row * small.height
            sheet.paste(tile, (x, y))
    return sheet.filter(ImageFilter.GaussianBlur(min(size) * 0.018))


def frame(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
    """A border all round; the whole picture stays in view inside it."""
    edge = max(1, round(min(image.size) * 0.055 * act.strength**0.7))
    colour = _paint(act, PAPER)
    return _mounted(image, (edge, edge, edge, edge), colour)


def polaroid(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
    edge = max(1, round(min(image.size) * 0.05))
    foot = round(min(image.size) * 0.17)
    return _mounted(image, (edge, edge, edge, foot), _paint(act, rgb("#faf7f0")))


def _paint(act: Act, otherwise: Rgb) -> Rgb:
    return NAMED[act.colours[-1]] if act.colours else otherwise


def _mounted(
    image: Image.Image, edges: tuple[int, int, int, int], colour: Rgb
) -> Image.Image:
    """The picture on a sheet, with the thin shadow of a cut mount."""
    left, top, right, low = edges
    width, height = image.size
    inner = max(1, width - left - right), max(1, height - top - low)
    sheet = Image.new("RGB", image.size, colour)
    line = max(1, round(min(image.size) * 0.0022))
    around = (left - line, top - line, left + inner[0] + line, top + inner[1] + line)
    sheet.paste(shade(colour, -0.22), around)
    sheet.paste(cover(image, inner), (left, top))
    return sheet


def rounded(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
    """Corners cut round, on plain paper."""
    radius = max(1, round(min(image.size) * 0.09))
    over = 4
    corner = Image.new("L", (radius * over, radius * over), 255)
    wide = radius * over * 2
    ImageDraw.Draw(corner).ellipse((0, 0, wide, wide), fill=0)
    cut = corner.reduce(over)
    sheet = image.copy()
    width, height = sheet.size
    for turn, at in enumerate(
        ((0, 0), (0, height - radius), (width - radius, height - radius))
        + ((width - radius, 0),)
    ):
        sheet.paste(_paint(act, PAPER), at, cut.rotate(90 * turn))
    return sheet
