"""Planets with weather of their own, and skies full of stars."""

import numpy as np

from playground.generation.providers.painter import shapes
from playground.generation.providers.painter.canvas import Points
from playground.generation.providers.painter.fields import (
    Floats,
    Rgb,
    blend,
    fbm,
    grid,
    ramp,
    smoothstep,
)
from playground.generation.providers.painter.palettes import mix, rgb, shade, turned
from playground.generation.providers.painter.scenes.backdrop import stars, sun_disc
from playground.generation.providers.painter.scenes.landscape import skyline, wooded
from playground.generation.providers.painter.stage import Ground, Stage

WORLDS: tuple[tuple[Rgb, ...], ...] = tuple(
    tuple(rgb(code) for code in row.split())
    for row in (
        "#e8d3b0 #c98a5a #8a4a34 #d9b48c #f1e3c8 #a8674a",
        "#cfd9d6 #6f949c #2f5363 #9fb7b4 #e9e6da #47707c",
        "#e9d9e2 #a98bb0 #5a4477 #c9a3b8 #f3e6dc #7a5f94",
        "#dfe3c4 #9aa86a #4f6b4a #c4c78c #f0ead0 #6f8a5a",
    )
)
SPACE = rgb("#0a0b10"), rgb("#12131c"), rgb("#1b1a26")
SUNLIGHT = np.array([-0.62, -0.45, 0.64])


def paint_planet(stage: Stage) -> Ground:
    """One great world, half in shadow, sometimes with rings and a moon."""
    canvas, rng = stage.canvas, stage.rng
    _deep_space(stage)
    colours = _world(stage)
    radius = canvas.unit * stage.chance(0.28, 0.34)
    radius = min(radius, canvas.width * 0.4, canvas.height * 0.4)
    x, y = (
        canvas.width * stage.chance(0.46, 0.56),
        canvas.height * stage.chance(0.47, 0.55),
    )
    glow = [shapes.circle(x - radius * 0.05, y - radius * 0.04, radius * 1.02)]
    canvas.soften(
        glow, mix(colours[0], (255, 190, 140), 0.3), blur=radius * 0.12, alpha=0.42
    )
    has_rings = bool(rng.random() < 0.45)
    tilt = stage.chance(-24, -10)
    if has_rings:
        _rings(stage, (x, y), radius, colours, half=(180.0, tilt))
    canvas.fill([shapes.circle(x, y, radius)], _globe(stage, colours))
    if has_rings:
        _rings(stage, (x, y), radius, colours, half=(0.0, tilt))
    if rng.random() < 0.7:
        _little_moon(stage, x, y, radius, colours)
    return Ground(sky=(0.04, 0.5), size=0.2, ambient=rgb("#f2ece4"), centre=0.2)


def _world(stage: Stage) -> tuple[Rgb, ...]:
    asked = stage.colours
    if not asked:
        return WORLDS[int(stage.rng.integers(len(WORLDS)))]
    first, last = asked[0], asked[-1]
    if first == last:
        last = turned(first, 18)
    return (
        shade(first, 0.55),
        first,
        shade(first, -0.4),
        shade(last, 0.35),
        shade(last, 0.7),
        last,
    )


def _deep_space(stage: Stage) -> None:
    canvas = stage.canvas
    size = canvas.field
    _, y = grid(size)
    wide, tall = canvas.width / canvas.unit, canvas.height / canvas.unit
    dust = fbm(stage.rng, size, (2 * wide, 2 * tall), octaves=5)
    field = ramp(np.broadcast_to(y, (size[1], size[0])), SPACE)
    tint = stage.colours[-1] if stage.colours else rgb("#5a4a78")
    canvas.wash(blend(field, tint, smoothstep(0.5, 0.85, dust) * 0.22))
    stars(stage, 1.0, count=int(210 * wide * tall))


def _globe(stage: Stage, colours: tuple[Rgb, ...]) -> Floats:
    """Bands of cloud wrapped on a sphere and lit from the upper left."""
    side = 620
    y, x = np.mgrid[0:side, 0:side].astype(np.float32) / side * 2 - 1
    away = np.hypot(x, y)
    front = np.sqrt(np.clip(1 - away**2, 0, 1))
    rng = stage.rng
    swirl = fbm(rng, (side, side), (3, 13), octaves=6)
    blot = fbm(rng, (side, side), (5, 5), octaves=5)
    lean = y + x * 0.12 + front * 0.1
    band = (lean * 0.5 + 0.5) * 1.35 + (swirl - 0.5) * 0.55 + (blot - 0.5) * 0.3
    face = ramp(band % 1, (*colours, colours[0]))
    lit = np.clip(x * SUNLIGHT[0] + y * SUNLIGHT[1] + front * SUNLIGHT[2], 0, 1)
    face = face * (lit * 1.02 + 0.025)[..., None].astype(np.float32)
    rim = (1 - front) ** 3 * np.clip(lit * 1.5, 0, 1) * 0.5
    air = np.asarray(shade(colours[0], 0.5), np.float32)
    return np.asarray(face + rim[..., None] * air, np.float32)


def _rings(
    stage: Stage,
    middle: tuple[float, float],
    radius: float,
    colours: tuple[Rgb, ...],
    *,
    half: tuple[float, float],
) -> None:
    """Fine rings; the far half, from 180 degrees on, goes under the globe."""
    canvas = stage.canvas
    x, y = middle
    start, turn = np.radians(half)
    angle = np.linspace(start, start + np.pi, 140)
    for inner, outer, colour, alpha in (
        (1.28, 1.42, colours[3], 0.5),
        (1.45, 1.62, colours[0], 0.75),
        (1.64, 1.72, colours[1], 0.45),
        (1.78, 1.8, colours[0], 0.5),
    ):
        rim = []
        for reach, order in ((outer, 1), (inner, -1)):
            px = np.cos(angle[::order]) * reach * radius
            py = np.sin(angle[::order]) * reach * radius * 0.26
            turned_x = x + px * np.cos(turn) - py * np.sin(turn)
            turned_y = y + px * np.sin(turn) + py * np.cos(turn)
            rim.append(np.stack([turned_x, turned_y], axis=1))
        band: Points = np.concatenate(rim)
        lit = np.linspace(1.0, 0.25, 24)[None, :, None]
        canvas.fill(
            [band], np.asarray(colour, np.float32) * lit.astype(np.float32), alpha=alpha
        )


def _little_moon(
    stage: Stage, x: float, y: float, radius: float, colours: tuple[Rgb, ...]
) -> None:
    canvas = stage.canvas
    size = radius * stage.chance(0.07, 0.13)
    mx, my = x + radius * stage.chance(0.9, 1.2), y - radius * stage.chance(0.8, 1.1)
    mx = min(mx, canvas.width - size * 2)
    my = max(my, size * 2)
    pale = shade(colours[4], 0.1)
    canvas.fill([shapes.circle(mx, my, size)], shade(pale, -0.75))
    t = np.linspace(np.pi * 0.7, np.pi * 1.7, 40)
    outer = np.stack([mx + np.cos(t) * size, my + np.sin(t) * size], axis=1)
    inner = np.stack(
        [
            mx + size * 0.3 + np.cos(t) * size * 0.86,
            my + size * 0.25 + np.sin(t) * size * 0.86,
        ],
        axis=1,
    )
    canvas.fill([np.concatenate([outer, inner[::-1]])], pale)


def paint_nebula(stage: Stage) -> Ground:
    """The Milky Way, or the northern lights, above a dark row of spruces."""
    canvas, rng = stage.canvas, stage.rng
    size = canvas.field
    x, y = grid(size)
    wide, tall = canvas.width / canvas.unit, canvas.height / canvas.unit
    field = ramp(
        np.broadcast_to(y * 1.1, (size[1], size[0])),
        (rgb("#070b1a"), rgb("#101d3a"), rgb("#28406a"), rgb("#5a6a8a")),
    )
    glow = stage.colours or (
        (rgb("#63d6a5"), rgb("#8a6fd0"))
        if rng.random() < 0.5
        else (rgb("#c98fb5"), rgb("#6f8fd6"))
    )
    bend = fbm(rng, size, (2.2 * wide, 2.2 * tall), octaves=5)
    across = (x - 0.5) * wide * 0.75 + (y - 0.42) * tall * 0.9 + (bend - 0.5) * 0.6
    river = np.exp(-((across / 0.2) ** 2)).astype(np.float32)
    fine = fbm(rng, size, (6 * wide, 6 * tall), octaves=5)
    field = blend(field, glow[0], river * smoothstep(0.25, 0.7, bend) * 0.62)
    field = blend(
        field,
        glow[-1],
        np.exp(-((across + 0.13) ** 2) / 0.05).astype(np.float32) * fine * 0.6,
    )
    field = blend(
        field,
        rgb("#fff4e0"),
        np.exp(-((across / 0.075) ** 2)).astype(np.float32)
        * smoothstep(0.35, 0.75, fine)
        * 0.5,
    )
    field = blend(field, rgb("#0b1020"), smoothstep(0.56, 0.76, fine) * river * 0.5)
    canvas.wash(field)
    stars(stage, 1.0, count=int(360 * wide * tall))
    if stage.subject("moon"):
        sun_disc(stage, (stage.chance(0.25, 0.75), stage.chance(0.2, 0.36)))
    for base, tone in ((0.86, "#16233c"), (0.93, "#070b14")):
        line = skyline(rng, 3 * wide, octaves=4)
        profile = (base * canvas.height - (line - 0.4) * 0.12 * canvas.unit).astype(
            np.float32
        )
        canvas.ridge(wooded(stage, profile, 0.06), rgb(tone))
    return Ground(
        floor=0.95,
        sky=(0.08, 0.5),
        size=0.17,
        ambient=rgb("#8f9dc4"),
        shadow=(4, 6, 10),
    )
