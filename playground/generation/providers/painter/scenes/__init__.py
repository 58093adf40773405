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
from playground.generation.providers.painter.scenes.people import paint_portrait
from playground.generation.providers.painter.scenes.print import (
    paint_flowers,
    paint_geometry,
)
from playground.generation.providers.painter.scenes.room import paint_room
from playground.generation.providers.painter.scenes.space import (
    paint_nebula,
    paint_planet,
)
from playground.generation.providers.painter.scenes.still import FRUITS, paint_still
from playground.generation.providers.painter.scenes.town import paint_city, paint_street
from playground.generation.providers.painter.scenes.wall import (
    paint_abstract,
    paint_clouds,
    paint_plinth,
)
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
    "geometry": paint_geometry,
    "flowers": paint_flowers,
    "portrait": paint_portrait,
    "room": paint_room,
    "clouds": paint_clouds,
    "abstract": paint_abstract,
}


# Where a thing lives when the prompt does not say; the rest stand on a plinth.
HOMES: dict[str, tuple[str, ...]] = {
    "boat": ("sea", "lake"),
    "ship": ("sea",),
    "lighthouse": ("sea",),
    "whale": ("underwater", "sea"),
    "fish": ("underwater",),
    "octopus": ("underwater",),
    "turtle": ("underwater", "meadow"),
    "duck": ("lake",),
    "balloon": ("clouds", "mountains", "meadow"),
    "kite": ("clouds", "meadow"),
    "plane": ("clouds",),
    "birds": ("sea", "clouds"),
    "rainbow": ("meadow",),
    "rocket": ("planet",),
    "ufo": ("nebula", "dunes"),
    "astronaut": ("planet",),
    "tent": ("nebula", "mountains"),
    "castle": ("mountains", "meadow"),
    "house": ("meadow",),
    "windmill": ("meadow",),
    "tree": ("meadow",),
    "pine": ("mountains",),
    "palm": ("dunes", "sea"),
    "cactus": ("dunes",),
    "train": ("meadow", "mountains"),
    "bicycle": ("meadow",),
    "deer": ("forest",),
    "snowman": ("meadow",),
    "moon": ("lake", "mountains", "sea"),
    "sun": ("sea", "dunes", "meadow"),
    "cloud": ("clouds",),
}


def scene_for(brief: Brief, rng: np.random.Generator) -> Scene:
    """The scene that was named, or one that suits what was."""
    if brief.scene in SCENES:
        return SCENES[brief.scene]
    names = [subject.name for subject in brief.subjects]
    if any(name in FRUITS for name in names):
        return paint_still
    for name in names:
        if name in HOMES:
            homes = HOMES[name]
            return SCENES[homes[int(rng.integers(len(homes)))]]
    if names and (brief.weather or brief.time):
        return (paint_meadow, paint_forest)[int(rng.integers(2))]
    if names:
        return paint_plinth
    if brief.weather or brief.time:
        views = ("mountains", "sea", "meadow", "lake", "forest")
        return SCENES[views[int(rng.integers(len(views)))]]
    return paint_geometry if brief.style == "poster" else paint_abstract
