"""The hand that holds the brush: what a style word does to a finished scene.

A touch works at a modest size and its result is stretched to the sheet; only
hard-edged styles are stretched hard. Grain goes over everything at full size.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image

from playground.generation.providers.painter.reading import Brief
from playground.generation.providers.painter.touches import brush, press

Size = tuple[int, int]
Touch = Callable[[Image.Image, np.random.Generator], Image.Image]

WORKING_AREA = 850_000


@dataclass(frozen=True, slots=True)
class Style:
    """One way of working: its touch, its grain, and how it is stretched."""

    touch: Touch | None = None
    grain: float = 0.011
    is_hard: bool = False

    def working_size(self, width: int, height: int) -> Size:
        """The size the scene is painted at before this style touches it."""
        if self.touch is None or width * height <= WORKING_AREA:
            return width, height
        scale = (WORKING_AREA / (width * height)) ** 0.5
        return max(1, round(width * scale)), max(1, round(height * scale))

    def applied(
        self, image: Image.Image, size: Size, rng: np.random.Generator
    ) -> Image.Image:
        """The scene in this style, at its final size."""
        if self.touch is not None:
            image = self.touch(image, rng)
        if image.size == size:
            return image
        how = Image.Resampling.NEAREST if self.is_hard else Image.Resampling.BICUBIC
        return image.resize(size, how)


def style_for(brief: Brief) -> Style:
    """The style the prompt names; plain paper and grain when it names none.

    What is painted as a print already is not put through the press again.
    """
    is_a_print = brief.scene in PRINTS or not (brief.scene or brief.subjects)
    if brief.style == "poster" and is_a_print:
        return PLAIN
    return STYLES.get(brief.style, PLAIN)


PLAIN = Style()
PRINTS = frozenset({"geometry", "flowers", "portrait", "abstract"})
STYLES: dict[str, Style] = {
    "watercolour": Style(brush.watercolour, 0.012),
    "oil": Style(brush.oil, 0.006),
    "sumi": Style(brush.sumi, 0.012),
    "line": Style(brush.line, 0.012),
    "poster": Style(press.poster, 0.012),
    "woodblock": Style(press.woodblock, 0.014),
    "comic": Style(press.comic, 0.006),
    "mosaic": Style(press.mosaic, 0.008),
    "blueprint": Style(brush.blueprint, 0.016),
    "pixel": Style(press.pixel, 0.0, is_hard=True),
    "noir": Style(press.noir, 0.024),
    "vintage": Style(press.vintage, 0.022),
    "neon": Style(press.neon, 0.012),
    "pastel": Style(press.pastel, 0.01),
}
