"""The hand that holds the brush: what a style word does to a finished scene.

A style works at a modest size and is stretched to the sheet afterwards, except
where its marks must stay hard; the grain that goes over it all is full size.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter, ImageOps

from playground.generation.providers.painter.fields import (
    Floats,
    Rgb,
    fbm,
    grid,
    ramp,
    smoothstep,
)
from playground.generation.providers.painter.palettes import rgb, shade
from playground.generation.providers.painter.reading import Brief

Size = tuple[int, int]
Touch = Callable[[Image.Image, np.random.Generator], Image.Image]

WORKING_AREA = 1_250_000


@dataclass(frozen=True, slots=True)
class Style:
    """One way of working: its touch, its grain, and whether it works small."""

    touch: Touch | None = None
    grain: float = 0.011
    is_hard: bool = False  # stretched without smoothing

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
        how = Image.Resampling.NEAREST if self.is_hard else Image.Resampling.LANCZOS
        return image.resize(size, how)


def style_for(brief: Brief) -> Style:
    """The style the prompt names; plain paper and grain when it names none."""
    return STYLES.get(brief.style, Style())


STYLES: dict[str, Style] = {}
