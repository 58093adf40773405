"""Changes that look at a neighbourhood: blur, sharpness, pixels, grain, light."""

import numpy as np
from PIL import Image, ImageChops, ImageFilter

from playground.generation.providers.painter.canvas import finish
from playground.generation.providers.painter.edits import regions
from playground.generation.providers.painter.edits.desk import Desk
from playground.generation.providers.painter.edits.grades import (
    brighter,
    contrast,
    graded,
)
from playground.generation.providers.painter.edits.instructions import Act
from playground.generation.providers.painter.fields import grid
from playground.generation.providers.painter.palettes import NAMED, shade

FEW_PIXELS = 1_200_000  # what is to be blurred anyway need not be larger


def span(image: Image.Image) -> float:
    """The picture's scale: 1.0 for a square of 1000 pixels."""
    return float((image.width * image.height) ** 0.5 / 1000)


def softened(image: Image.Image, radius: float) -> Image.Image:
    """A wide blur, done small when nobody could tell."""
    scale = min(1.0, (FEW_PIXELS / (image.width * image.height)) ** 0.5)
    if radius * scale < 3 or scale == 1:
        return image.filter(ImageFilter.GaussianBlur(radius))
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    small = image.resize(size, Image.Resampling.BOX, reducing_gap=2.0)
    small = small.filter(ImageFilter.GaussianBlur(radius * scale))
    return small.resize(image.size, Image.Resampling.BICUBIC)


def blur(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
    reach = 26 if desk.is_masked else 11  # a small part is blurred to be hidden
    return softened(image, max(1.0, reach * act.strength * span(image)))


def bokeh(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
    """What lies behind goes out of focus."""
    mask = regions.background(image)
    far = softened(image, max(1.0, 13 * act.strength * span(image)))
    return Image.composite(far, image, mask)


def sharpen(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
    radius = max(0.8, 1.7 * span(image))
    share = round(130 * act.strength)
    return image.filter(ImageFilter.UnsharpMask(radius, share, 2))


def denoise(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
    """Specks smoothed away, edges kept."""
    calm = image.filter(ImageFilter.GaussianBlur(0.7 * act.strength))
    soft = image.filter(
        ImageFilter.GaussianBlur(max(0.8, 2 * act.strength * span(image)))
    )
    jump = ImageChops.difference(calm, soft).convert("L")
    edges = jump.point([min(255, value * 12) for value in range(256)])
    return Image.composite(calm, soft, edges)


def pixelate(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
    """About sixty squares a side; fewer when asked strongly, or to hide a part."""
    side = 16 if desk.is_masked else 58
    scale = side / act.strength / (image.width * image.height) ** 0.5
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    small = image.resize(size, Image.Resampling.BOX)
    return small.resize(image.size, Image.Resampling.NEAREST)


def grain(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
    sheet = image.copy()
    finish(sheet, desk.luck("grain"), 0.055 * act.strength)
    return sheet


def vignette(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
    """The corners closing in, in black or in the colour that was asked for."""
    colour = NAMED[act.colours[-1]] if act.colours else (12, 10, 14)
    x, y = grid((96, 96))
    away = np.hypot(x - 0.5, y - 0.5) / 0.7071
    cover = np.clip((away - 0.4) / 0.6, 0, 1) ** 1.9 * min(1.0, 0.85 * act.strength)
    mask = Image.fromarray((cover * 255).astype(np.uint8))
    mask = mask.resize(image.size, Image.Resampling.BICUBIC)
    sheet = image.copy()
    sheet.paste(shade(colour, -0.2), (0, 0, *image.size), mask)
    return sheet


def glow(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
    """Bright places shine over their edges."""
    lights = graded(image, contrast(1.2, 0.6))
    halo = softened(lights, 24 * span(image))
    shining = ImageChops.screen(
        image, halo.point([round(v * 0.5) for v in range(256)] * 3)
    )
    mixed = Image.blend(image, shining, min(1.0, 0.75 * act.strength))
    return graded(mixed, brighter(-0.18))


def erase(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
    """Only a mask can say what to erase; see `masks.healed`."""
    return image
