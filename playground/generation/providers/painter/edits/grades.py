"""Changes that look at one colour at a time: tone, warmth, hours, one hue for another.

Each is a function from colours to colours, from 0 to 1, and is written into a
small cube once; Pillow then looks every pixel up in it. So a 4K picture costs a
second, no picture-sized floats are held, and any curve is as cheap as another.
"""

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageFilter

from playground.generation.providers.painter.fields import Floats, Rgb, smoothstep

Grade = Callable[[Floats], Floats]

SIDE = 33  # points along each edge of the cube
LUMA = np.asarray((0.2126, 0.7152, 0.0722), np.float32)


def graded(image: Image.Image, grade: Grade) -> Image.Image:
    """Every pixel sent through the grade."""
    steps = np.linspace(0, 1, SIDE, dtype=np.float32)
    blue, green, red = np.meshgrid(steps, steps, steps, indexing="ij")
    cube = np.stack([red, green, blue], axis=-1).reshape(-1, 3)
    table = np.clip(grade(cube), 0, 1).astype(np.float32).ravel()
    return image.filter(ImageFilter.Color3DLUT(SIDE, table))


def grey_of(colours: Floats) -> Floats:
    """How bright each colour looks, with a last axis of one."""
    grey: Floats = (colours @ LUMA)[..., None]
    return grey


def unit(colour: Rgb) -> Floats:
    """Paint from 0 to 255 as light from 0 to 1."""
    return np.asarray(colour, np.float32) / 255


def brighter(amount: float) -> Grade:
    """Above zero lifts the middle, below zero lowers it; black and white stay put."""

    def grade(colours: Floats) -> Floats:
        curved = np.power(colours, np.float32(2.0 ** (-0.85 * amount)))
        gain = np.float32(1 + 0.1 * amount)
        lit: Floats = curved * gain if amount < 0 else 1 - (1 - curved) / gain
        return lit

    return grade


def contrast(amount: float, middle: float = 0.46) -> Grade:
    def grade(colours: Floats) -> Floats:
        if amount < 0:
            flat: Floats = middle + (colours - middle) * np.float32(1 + 0.45 * amount)
            return flat
        steep = smoothstep(0, 1, colours)
        punchy: Floats = colours + (steep - colours) * np.float32(min(1.6, amount))
        return punchy

    return grade


def saturation(amount: float) -> Grade:
    """Below zero towards grey, reached at -1; above, dull colours gain the most."""

    def grade(colours: Floats) -> Floats:
        grey = grey_of(colours)
        spread = colours.max(axis=-1, keepdims=True) - colours.min(
            axis=-1, keepdims=True
        )
        gain = 1 + amount * (1 - 0.45 * spread) if amount > 0 else 1 + amount
        full: Floats = grey + (colours - grey) * np.maximum(gain, 0)
        return full

    return grade


def warmth(amount: float) -> Grade:
    """Above zero the light of a lamp, below zero the light of the north."""
    push = np.asarray((0.22, 0.03, -0.26), np.float32) * np.float32(amount * 0.8)

    def grade(colours: Floats) -> Floats:
        middle = 0.35 + 0.65 * np.sin(np.pi * np.clip(grey_of(colours), 0, 1))
        tinted = colours * (1 + push) + push * 0.16 * middle
        kept: Floats = tinted * (grey_of(colours) + 0.02) / (grey_of(tinted) + 0.02)
        return kept

    return grade


def toned(tones: tuple[Rgb, ...], share: float = 1.0) -> Grade:
    """Light and dark kept, colours given up for a scale of inks."""
    stops = np.asarray(tones, np.float32) / 255
    at = np.linspace(0, 1, len(stops))

    def grade(colours: Floats) -> Floats:
        grey = grey_of(colours)[..., 0]
        inked = np.stack([np.interp(grey, at, stops[:, c]) for c in range(3)], axis=-1)
        mixed: Floats = colours + (inked.astype(np.float32) - colours) * share
        return mixed

    return grade


def inverted(colours: Floats) -> Floats:
    turned: Floats = 1 - colours
    return turned


def lit(ambient: Rgb, *, exposure: float, lift: Rgb = (0, 0, 0)) -> Grade:
    """The scene under another lamp: everything takes the colour of the light."""
    lamp, floor = unit(ambient), unit(lift)

    def grade(colours: Floats) -> Floats:
        grey = grey_of(colours)
        faded = grey + (colours - grey) * 0.72
        dimmed = np.power(np.clip(faded, 0, 1), np.float32(exposure))
        seen: Floats = floor + (1 - floor) * dimmed * lamp
        return seen

    return grade


def both(first: Grade, second: Grade) -> Grade:
    def grade(colours: Floats) -> Floats:
        return second(np.clip(first(colours), 0, 1))

    return grade


def hue_of(colours: Floats) -> tuple[Floats, Floats, Floats]:
    """Hue in turns, colourfulness and lightness, each from 0 to 1."""
    high, low = colours.max(axis=-1), colours.min(axis=-1)
    span = high - low
    safe = np.maximum(span, 1e-6)
    red, green, blue = (colours[..., c] for c in range(3))
    hue = np.where(
        high == red,
        (green - blue) / safe % 6,
        np.where(high == green, (blue - red) / safe + 2, (red - green) / safe + 4),
    )
    return (hue / 6).astype(np.float32), span, (high + low) / 2


def likeness(colours: Floats, colour: Rgb) -> Floats:
    """How much each colour would be called by that colour's name, 0 to 1."""
    hue, span, light = hue_of(colours)
    target, full, tone = (float(part[0]) for part in hue_of(unit(colour)[None]))
    if full < 0.14:  # white, greys and black have no hue to go by
        plain = 1 - smoothstep(0.12, 0.26, span)
        low, high = (
            (0.0, 0.3) if tone < 0.3 else (0.72, 1.0) if tone > 0.8 else (0.3, 0.72)
        )
        near = smoothstep(low - 0.14, low, light) if low else np.ones_like(light)
        far = 1 - smoothstep(high, high + 0.14, light) if high < 1 else 1.0
        named: Floats = plain * near * far
        return named
    away = np.abs((hue - target + 0.5) % 1 - 0.5) * 360
    same = 1 - smoothstep(21, 40, away)
    seen = smoothstep(0.1, 0.26, span / np.maximum(0.25, 1 - np.abs(2 * light - 1)))
    like: Floats = same * seen * smoothstep(0.03, 0.1, span)
    return like


def swapped(source: Rgb, target: Rgb, *, boldest: bool = False) -> Grade:
    """What has the one colour takes the other, with its own light and shade."""
    full = float(np.ptp(unit(source))) if boldest else 0.0

    def grade(colours: Floats) -> Floats:
        share = likeness(colours, source)
        if full:
            share = share * smoothstep(full * 0.35, full * 0.6, hue_of(colours)[1])
        mixed: Floats = (
            colours + (painted(colours, target) - colours) * share[..., None]
        )
        return mixed

    return grade


def painted(colours: Floats, paint: Rgb) -> Floats:
    """The same forms in another paint: darker where they were dark, glints kept."""
    coat = unit(paint)
    light = colours.max(axis=-1, keepdims=True) * 0.55 + grey_of(colours) * 0.45
    level = light / 0.62
    shaded = coat * np.minimum(level, 1.0)
    glint = np.clip((level - 1) / 0.62, 0, 1)
    coated: Floats = shaded + (1 - shaded) * glint * 0.75
    return coated


def drained(colour: Rgb) -> Grade:
    """That one colour gone grey."""

    def grade(colours: Floats) -> Floats:
        share = likeness(colours, colour)[..., None]
        mixed: Floats = colours + (grey_of(colours) - colours) * share
        return mixed

    return grade


def tinted(paint: Rgb, strength: float = 1.0) -> Grade:
    """Everything leaning to one colour, blacks and whites included a little."""
    coat = unit(paint)
    dark, pale = coat * 0.18, 1 - (1 - coat) * 0.16
    share = min(0.95, 0.72 * strength)

    def grade(colours: Floats) -> Floats:
        grey = grey_of(colours)
        under = dark + (coat - dark) * np.clip(grey / 0.5, 0, 1)
        over = coat + (pale - coat) * np.clip((grey - 0.5) / 0.5, 0, 1)
        inked = np.where(grey < 0.5, under, over)
        mixed: Floats = colours + (inked - colours) * share
        return mixed

    return grade
