"""What every scene is handed, and what it hands back.

A scene paints the world and says where things may stand in it; the subjects
are placed afterwards by `cast.py`, so any fox can walk through any forest.
"""

from dataclasses import dataclass

import numpy as np

from playground.generation.providers.painter.canvas import Canvas
from playground.generation.providers.painter.fields import Rgb
from playground.generation.providers.painter.palettes import NAMED, Light
from playground.generation.providers.painter.reading import Brief, Subject


@dataclass(frozen=True, slots=True)
class Stage:
    """The sheet, the order, the light it is seen in and the luck of the seed."""

    canvas: Canvas
    brief: Brief
    light: Light
    rng: np.random.Generator

    @property
    def colours(self) -> tuple[Rgb, ...]:
        """The colours asked for, as paint."""
        return tuple(NAMED[name] for name in self.brief.colours)

    def subject(self, name: str) -> Subject | None:
        """That subject, if the prompt asked for it."""
        return next((s for s in self.brief.subjects if s.name == name), None)

    def chance(self, low: float, high: float) -> float:
        """A number somewhere between the two."""
        return float(self.rng.uniform(low, high))


@dataclass(frozen=True, slots=True)
class Ground:
    """Where subjects may be put, as fractions of the sheet's height.

    None means the scene has no such place, or has already used it.
    """

    floor: float | None = None
    water: float | None = None
    sky: tuple[float, float] | None = None
    size: float = 0.3  # how tall a person is, in canvas units
    ambient: Rgb = (255, 255, 255)
    centre: float = 0.5
    spread: float = 0.7
    shadow: Rgb | None = None  # what a shadow on the floor looks like
