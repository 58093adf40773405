"""A quiet room with a window, and whatever the prompt put outside it."""

from collections.abc import Callable

import numpy as np

from playground.generation.providers.painter import shapes
from playground.generation.providers.painter.canvas import Canvas
from playground.generation.providers.painter.fields import Rgb, fbm, grid
from playground.generation.providers.painter.motif import Pose, draw, motifs
from playground.generation.providers.painter.palettes import mix, multiply, rgb, shade
from playground.generation.providers.painter.scenes.landscape import (
    paint_dunes,
    paint_meadow,
    paint_mountains,
)
from playground.generation.providers.painter.scenes.town import paint_city
from playground.generation.providers.painter.scenes.water import paint_lake, paint_sea
from playground.generation.providers.painter.scenes.woods import paint_forest
from playground.generation.providers.painter.stage import Ground, Stage

VIEWS: dict[str, Callable[[Stage], Ground]] = {
    "sea": paint_sea,
    "mountains": paint_mountains,
    "city": paint_city,
    "forest": paint_forest,
    "meadow": paint_meadow,
    "lake": paint_lake,
    "dunes": paint_dunes,
}
WALLS = tuple(rgb(c) for c in "#d8c7ad #c98f73 #8fa39a #b9a6a0 #41585c #d9b27c".split())


def paint_room(stage: Stage) -> Ground:
    """Wall, window, sill, and a patch of the light that comes through."""
    canvas, light, rng = stage.canvas, stage.light, stage.rng
    wall = stage.colours[0] if stage.colours else WALLS[int(rng.integers(len(WALLS)))]
    wall = multiply(wall, mix(light.ambient, (255, 236, 214), 0.35))
    if light.is_dark:
        wall = shade(wall, -0.3)
    _wall(stage, wall)
    tall = min(canvas.height * 0.62, canvas.width * 0.98)
    wide = min(canvas.width * 0.66, tall * 1.25)
    left, top = (canvas.width - wide) / 2, canvas.height * 0.74 - tall
    _window(stage, left, top, wide, tall)
    _curtains(stage, left, top, wide, tall)
    sill = top + tall
    _sill(stage, left, sill, wide, wall)
    if rng.random() < 0.75 and not stage.subject("plant"):
        pot = Pose(
            left + wide * 0.12,
            sill + canvas.unit * 0.012,
            canvas.unit * 0.22,
            light.ambient,
        )
        draw(canvas, motifs()["plant"], pot)
    size = min(0.26, wide / canvas.unit * 0.4)
    return Ground(
        floor=(sill + canvas.unit * 0.012) / canvas.height,
        size=size,
        spread=0.4 * wide / canvas.width,
        ambient=mix(light.ambient, (255, 240, 222), 0.4),
        shadow=shade(wall, -0.6),
    )


def _wall(stage: Stage, wall: Rgb) -> None:
    canvas = stage.canvas
    size = canvas.field
    x, y = grid(size)
    wide, tall = canvas.width / canvas.unit, canvas.height / canvas.unit
    plaster = fbm(stage.rng, size, (5 * wide, 5 * tall), octaves=6) - 0.5
    fall = 1.06 - 0.3 * np.hypot(x - 0.5, y - 0.45)
    canvas.wash(np.asarray(wall, np.float32) * (fall + plaster * 0.1)[..., None])


def _window(stage: Stage, left: float, top: float, wide: float, tall: float) -> None:
    """The view, painted on its own small sheet, behind bars of pale wood."""
    canvas, light = stage.canvas, stage.light
    bar = canvas.unit * 0.014
    wood = multiply(rgb("#f3eadb"), mix(light.ambient, (255, 255, 255), 0.25))
    glow = shapes.rectangle(left - bar, top - bar, wide + 2 * bar, tall + 2 * bar)
    canvas.soften(
        [glow], mix(light.sun, light.sky[-1], 0.4), blur=canvas.unit * 0.06, alpha=0.35
    )
    canvas.fill(
        [
            shapes.rectangle(
                left - bar * 1.6, top - bar * 1.6, wide + bar * 3.2, tall + bar * 3.2
            )
        ],
        shade(wood, -0.12),
    )
    view = Canvas(max(8, int(wide)), max(8, int(tall)))
    named = [name for name in stage.brief.also if name in VIEWS]
    choice = (
        named[0]
        if named
        else str(stage.rng.choice(["sea", "mountains", "meadow", "city"]))
    )
    VIEWS[choice](Stage(view, stage.brief, light, stage.rng))
    pane = shapes.rectangle(left, top, wide, tall)
    canvas.stencil([pane], view.image, (int(left), int(top)))
    edge = [
        shapes.rectangle(left, top, wide, bar * 0.7),
        shapes.rectangle(left, top, bar * 0.7, tall),
    ]
    canvas.soften(edge, (20, 22, 34), blur=bar, alpha=0.4)
    bars = [
        shapes.rectangle(left + wide / 2 - bar / 2, top, bar, tall),
        shapes.rectangle(left, top + tall * 0.36, wide, bar),
    ]
    canvas.fill(bars, wood)


def _curtains(stage: Stage, left: float, top: float, wide: float, tall: float) -> None:
    """Two drawn-back lengths of linen with folds."""
    canvas = stage.canvas
    linen = multiply(
        stage.colours[1] if len(stage.colours) > 1 else rgb("#e9dcc6"),
        stage.light.ambient,
    )
    high, low = top - canvas.unit * 0.045, top + tall + canvas.unit * 0.1
    for edge, inward in ((left, 1), (left + wide, -1)):
        outer = edge - inward * wide * 0.1
        inner_top, inner_low = edge + inward * wide * 0.2, edge + inward * wide * 0.05
        cloth = np.array(
            [
                [outer, high],
                [inner_top, high],
                [edge + inward * wide * 0.13, (high + low) / 2],
                [inner_low, low],
                [outer, low],
            ]
        )
        outline = shapes.blob(cloth, [True, True, False, True, True])
        canvas.soften(
            [outline + canvas.unit * 0.006],
            (30, 24, 30),
            blur=canvas.unit * 0.012,
            alpha=0.3,
        )
        folds = (
            np.sin(np.linspace(0, 20, 60)) * 0.07
            + np.linspace(0.04, -0.08, 60) * inward
        )
        field = np.asarray([[shade(linen, float(f)) for f in folds]] * 2, np.float32)
        canvas.fill([outline], field, alpha=0.95)
    rod = shapes.rectangle(
        left - wide * 0.14,
        high - canvas.unit * 0.008,
        wide * 1.28,
        canvas.unit * 0.012,
        corner=canvas.unit * 0.006,
    )
    canvas.fill([rod], rgb("#5b4636"))


def _sill(stage: Stage, left: float, y: float, wide: float, wall: Rgb) -> None:
    canvas, light = stage.canvas, stage.light
    thick = canvas.unit * 0.034
    wood = multiply(rgb("#efe3cf"), mix(light.ambient, (255, 255, 255), 0.2))
    ledge = shapes.rectangle(
        left - wide * 0.07, y, wide * 1.14, thick, corner=thick * 0.2
    )
    canvas.soften(
        [ledge + np.array([0, thick * 1.3])],
        shade(wall, -0.7),
        blur=thick * 0.9,
        alpha=0.4,
    )
    canvas.fill(
        [ledge], np.asarray([[wood, wood], [shade(wood, -0.2)] * 2], np.float32)
    )
