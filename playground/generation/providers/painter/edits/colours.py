"""One colour for another, a tint over all, a plain ground behind a thing."""

import numpy as np
from PIL import Image

from playground.generation.providers.painter.edits import regions
from playground.generation.providers.painter.edits.desk import Desk
from playground.generation.providers.painter.edits.framing import PAPER
from playground.generation.providers.painter.edits.grades import (
    drained,
    graded,
    hue_of,
    likeness,
    saturation,
    swapped,
    tinted,
)
from playground.generation.providers.painter.edits.instructions import Act
from playground.generation.providers.painter.fields import Rgb
from playground.generation.providers.painter.palettes import NAMED

NEUTRAL = frozenset({"grey", "silver"})
SEEN = 0.004  # the share of a picture below which a colour is not in it


def recolour(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
    """The first colour becomes the second."""
    source, target = (NAMED[name] for name in act.colours[:2])
    if act.colours[1] in NEUTRAL:
        return graded(image, drained(source))
    if not _is_seen(image, source):
        return graded(image, tinted(target, 0.5))
    return graded(image, swapped(source, target))


def _is_seen(image: Image.Image, colour: Rgb) -> bool:
    small = image.resize((96, 96), Image.Resampling.BOX, reducing_gap=2.0)
    field = np.asarray(small, np.float32).reshape(-1, 3) / 255
    return bool(likeness(field, colour).mean() > SEEN)


def drain(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
    return graded(image, drained(NAMED[act.colours[0]]))


def tint(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
    if act.colours[0] in NEUTRAL:
        return graded(image, saturation(-1))
    return graded(image, tinted(NAMED[act.colours[0]], act.strength))


def repaint(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
    """'Make the car blue': whatever is most colourful near the middle turns blue."""
    target = NAMED[act.colours[0]]
    source = _boldest(image, target)
    if source is None or desk.is_masked:
        return tint(image, act, desk)
    return graded(image, swapped(source, target, boldest=True))


def _boldest(image: Image.Image, apart_from: Rgb) -> Rgb | None:
    """The strongest colour of the picture that is not that one already."""
    small = image.resize((96, 96), Image.Resampling.BOX, reducing_gap=2.0)
    field = np.asarray(small, np.float32).reshape(-1, 3) / 255
    hue, span, light = hue_of(field)
    y, x = np.mgrid[-1:1:96j, -1:1:96j]
    near = np.exp(-(x**2 + y**2) / 0.5).ravel()
    weight = span**3 * near * (span > 0.18) * (1 - likeness(field, apart_from))
    votes = np.bincount((hue * 24).astype(int) % 24, weights=weight, minlength=24)
    if (weight > 0).mean() < SEEN:
        return None
    members = (hue * 24).astype(int) % 24 == int(votes.argmax())
    mean = (field[members] * weight[members, None]).sum(axis=0)
    red, green, blue = (mean / weight[members].sum() * 255).round().astype(int)
    return int(red), int(green), int(blue)


def cutout(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
    """Nothing behind the thing but plain paper, or the colour that was asked for."""
    colour = NAMED[act.colours[-1]] if act.colours else PAPER
    sheet = image.copy()
    sheet.paste(colour, (0, 0, *image.size), regions.background(image))
    return sheet
