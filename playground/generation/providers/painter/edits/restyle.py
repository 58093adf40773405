"""Another hand over the same picture: a style by name, or one chosen by the words."""

from PIL import Image

from playground.generation.providers.painter.canvas import finish
from playground.generation.providers.painter.edits.desk import Desk, dice
from playground.generation.providers.painter.edits.grades import (
    both,
    contrast,
    graded,
    toned,
)
from playground.generation.providers.painter.edits.instructions import Act
from playground.generation.providers.painter.palettes import INKS, shade
from playground.generation.providers.painter.styles import STYLES, Style

LIGHTLY = 0.28
SMALLEST = 16  # pixels a side that a brush needs to have a direction
GENTLE = ("watercolour", "oil", "poster", "pastel", "woodblock", "comic")


def style(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
    """The painter's own styles, on a picture that somebody else made."""
    return _in_style(image, STYLES[act.words], desk)


def _in_style(image: Image.Image, hand: Style, desk: Desk) -> Image.Image:
    across, down = hand.working_size(*image.size)
    small = max(SMALLEST, across), max(SMALLEST, down)
    source = image.resize(small, Image.Resampling.BICUBIC, reducing_gap=2.0)
    sheet = hand.applied(source, image.size, desk.luck("style"))
    if sheet is image:
        sheet = image.copy()
    finish(sheet, desk.luck("paper"), hand.grain)
    return sheet


def onward(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
    """Go on with what is there: its own colours, laid down once more with a light brush."""
    return Image.blend(image, _in_style(image, STYLES["oil"], desk), LIGHTLY)


def restyle(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
    """What was not understood still leaves its mark: inks and a hand of its own."""
    rng = dice(f"restyle\0{desk.seed}\0{' '.join(desk.prompt.split())}")
    paper, *colours = INKS[int(rng.integers(len(INKS)))]
    first = colours[int(rng.integers(3))]
    tones = (colours[-1], shade(first, -0.2), shade(first, 0.4), paper)
    share = float(rng.uniform(0.32, 0.5))
    inked = graded(image, both(contrast(0.4), toned(tones, share)))
    hand = GENTLE[int(rng.integers(len(GENTLE)))]
    return _in_style(inked, STYLES[hand], desk)
