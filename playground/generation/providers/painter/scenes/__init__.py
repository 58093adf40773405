"""Every scene the painter knows, and which one a prompt gets."""

from collections.abc import Callable

import numpy as np

from playground.generation.providers.painter.reading import Brief
from playground.generation.providers.painter.scenes.ink import paint_ink
from playground.generation.providers.painter.scenes.landscape import (
    paint_dunes,
    paint_meadow,
    paint_mountains,
)
from playground.generation.providers.painter.scenes.space import (
    paint_nebula,
    paint_planet,
)
from playground.generation.providers.painter.scenes.still import FRUITS, paint_still
from playground.generation.providers.painter.scenes.town import paint_city, paint_street
from playground.generation.providers.painter.scenes.water import (
    paint_lake,
    paint_sea,
    paint_underwater,
)
from playground.generation.providers.painter.scenes.woods import paint_forest
from playground.generation.providers.painter.stage import Ground, Stage

Scene = Callable[[Stage], Ground]

SCENES: dict[str, Scene] = {
    "mountains": paint_mountains,
    "dunes": paint_dunes,
    "meadow": paint_meadow,
    "sea": paint_sea,
    "lake": paint_lake,
    "underwater": paint_underwater,
    "forest": paint_forest,
    "city": paint_city,
    "street": paint_street,
    "planet": paint_planet,
    "nebula": paint_nebula,
    "still": paint_still,
    "ink": paint_ink,
}


def scene_for(brief: Brief, rng: np.random.Generator) -> Scene:
    """The scene that was named, or one that suits what was."""
    return SCENES.get(brief.scene, paint_meadow)
