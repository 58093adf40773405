"""Cities: a skyline with its windows lit, and a wet street out of focus."""

import numpy as np

from playground.generation.providers.painter import shapes
from playground.generation.providers.painter.canvas import Points
from playground.generation.providers.painter.fields import (
    Rgb,
    blend,
    fbm,
    grid,
    ramp,
)
from playground.generation.providers.painter.palettes import mix, multiply, rgb, shade
from playground.generation.providers.painter.scenes.backdrop import sky
from playground.generation.providers.painter.stage import Ground, Stage

LAMPS = tuple(rgb(c) for c in ("#ffd48a", "#ffe7b8", "#ffb866", "#bfe0ee"))
BOKEH = tuple(
    rgb(c) for c in "#ffb35c #ff7a45 #ffd9a0 #8fc7ff #ff5a4a #fff0d8 #5fd0c5".split()
)


def paint_city(stage: Stage) -> Ground:
    """Three rows of towers and the water in front of them."""
    canvas, light = stage.canvas, stage.light
    sky(stage, horizon=0.66, disc=(stage.chance(0.2, 0.8), stage.chance(0.13, 0.26)))
    quay = 0.74 * canvas.height
    for row, t in enumerate((0.0, 0.5, 1.0)):
        body = mix(light.far, light.near, 0.2 + 0.7 * t)
        _row(stage, body, quay, row)
    _water(stage, quay)
    bank = np.full(8, canvas.height * 0.955, np.float32)
    canvas.ridge(bank, shade(light.near, -0.35))
    return Ground(
        floor=0.965,
        water=0.85,
        sky=(0.05, 0.26),
        size=0.2,
        ambient=mix(light.ambient, (255, 255, 255), 0.15),
        shadow=shade(light.near, -0.6),
    )


def _row(stage: Stage, body: Rgb, quay: float, row: int) -> None:
    """One row of buildings, shoulder to shoulder, then its lit windows."""
    canvas, rng = stage.canvas, stage.rng
    unit = min(canvas.unit, canvas.height * 0.9)
    towers: list[Points] = []
    lit: dict[Rgb, list[Points]] = {lamp: [] for lamp in LAMPS}
    x = -0.05 * unit
    while x < canvas.width:
        wide = unit * (0.055 + 0.07 * rng.random()) * (1 + 0.15 * row)
        centred = 1 - abs((x + wide / 2) / canvas.width - 0.5)
        tall = unit * (0.5 - 0.13 * row) * (0.3 + 0.75 * rng.random()) * centred
        tall = max(tall, 0.07 * unit)
        towers += _tower(stage, x, quay, wide, tall)
        _windows(stage, lit, (x, quay - tall, wide, tall), row)
        x += wide * (1.0 + (0.25 * rng.random() if row == 2 else 0.02))
    top = min(float(tower[:, 1].min()) for tower in towers)
    fade = np.asarray(
        [[body], [mix(body, stage.light.sky[-1], 0.45 - 0.13 * row)]], np.float32
    )
    canvas.fill(
        [*towers, shapes.points((-9, top), (-8, top), (-9, top + 1))],
        np.repeat(fade, 2, axis=1),
    )
    is_lit = stage.light.is_dark or stage.brief.time == "dusk"
    for lamp, panes in lit.items():
        tone = lamp if is_lit else mix(body, stage.light.sky[-1], 0.5)
        canvas.fill(panes, tone, alpha=(0.55 + 0.18 * row) if is_lit else 0.5)


def _tower(
    stage: Stage, x: float, quay: float, wide: float, tall: float
) -> list[Points]:
    rng = stage.rng
    top = quay - tall
    parts = [shapes.rectangle(x, top, wide, tall + 2)]
    crown = int(rng.integers(6))
    middle = x + wide / 2
    if crown == 0:
        parts.append(
            shapes.rectangle(x + wide * 0.2, top - wide * 0.25, wide * 0.6, wide * 0.3)
        )
        parts.append(
            shapes.rectangle(
                middle - wide * 0.015, top - wide * 0.8, wide * 0.03, wide * 0.6
            )
        )
    if crown == 1:
        parts.append(
            shapes.points((x, top + 1), (middle, top - wide * 0.5), (x + wide, top + 1))
        )
    if crown == 2:
        parts.append(
            shapes.points(
                (x, top + 1), (x + wide, top - wide * 0.3), (x + wide, top + 1)
            )
        )
    if crown == 3:
        parts.append(shapes.ellipse(middle, top, wide * 0.5, wide * 0.32))
    return parts


def _windows(
    stage: Stage,
    lit: dict[Rgb, list[Points]],
    tower: tuple[float, float, float, float],
    row: int,
) -> None:
    """A grid of panes of which a share is lit; each tower has its own habits."""
    rng = stage.rng
    x, top, wide, tall = tower
    pane = stage.canvas.unit * (0.0052 + 0.0012 * row)
    columns, floors = int(wide / (pane * 2.1)), int(tall / (pane * 2.9))
    share = 0.12 + 0.4 * rng.random() ** 2
    favourite = LAMPS[int(rng.choice(4, p=[0.45, 0.3, 0.15, 0.1]))]
    gap = (wide - columns * pane * 2.1 + pane * 1.1) / 2
    for column, storey in np.argwhere(
        rng.random((max(columns, 0), max(floors, 0))) < share
    ):
        left, up = x + gap + column * pane * 2.1, top + pane * 1.6 + storey * pane * 2.9
        lit[favourite].append(shapes.rectangle(left, up, pane, pane * 1.5))


def _water(stage: Stage, quay: float) -> None:
    """The towers again, upside down and drawn out by the ripples."""
    canvas, light = stage.canvas, stage.light
    small = canvas.small()
    rows, columns = small.shape[:2]
    line = int(rows * quay / canvas.height)
    depth = np.arange(rows - line)[:, None]
    cells = 5 * canvas.width / canvas.unit, 44
    wobble = fbm(stage.rng, (columns, rows - line), cells, octaves=3) - 0.5
    up = np.clip(line - 1 - depth * 1.5 - wobble * 26, 0, line - 1).astype(np.int32)
    aside = np.clip(np.arange(columns)[None, :] + wobble * 10, 0, columns - 1).astype(
        np.int32
    )
    water = small[up, aside]
    veil = np.full(wobble.shape, 0.34, np.float32)
    canvas.ridge(
        np.full(8, quay, np.float32), blend(water, shade(light.near, -0.1), veil)
    )


def paint_street(stage: Stage) -> Ground:
    """Lights out of focus over a wet road, each with its long reflection."""
    canvas, rng = stage.canvas, stage.rng
    road = 0.62
    size = canvas.field
    x, y = grid(size)
    stops = rgb("#0c1016"), rgb("#18222e"), rgb("#2f2a30"), rgb("#14110f")
    if stage.colours:
        stops = (
            stops[0],
            mix(stops[1], stage.colours[-1], 0.25),
            mix(stops[2], stage.colours[0], 0.2),
            stops[3],
        )
    field = ramp(np.broadcast_to(y, (size[1], size[0])), stops)
    lamps = [
        _lamp(stage, road) for _ in range(int(100 + 40 * canvas.width / canvas.unit))
    ]
    ripple = 0.6 + 0.4 * np.sin(y * canvas.height / canvas.unit * 300 + rng.random())
    for across, down, radius, colour, strength in lamps:
        low = road + (road - down) * 1.05
        near = radius * canvas.unit
        left = np.exp(-(((x - across) * canvas.width / (near * 0.8)) ** 2))
        fall = np.exp(-(((y - low) * canvas.height / (near * 4.2)) ** 2)) * (y > road)
        gleam = (left * fall * ripple * strength * 0.55).astype(np.float32)
        field += gleam[..., None] * np.asarray(colour, np.float32)
    canvas.wash(field)
    for across, down, radius, colour, strength in lamps:
        at = across * canvas.width, down * canvas.height
        _bokeh(stage, at, radius * canvas.unit, colour, strength)
    return Ground(
        floor=0.9,
        sky=(0.04, 0.2),
        water=0.8,
        size=0.34,
        ambient=rgb("#c9b8b4"),
        shadow=(6, 6, 8),
    )


def _lamp(stage: Stage, road: float) -> tuple[float, float, float, Rgb, float]:
    rng = stage.rng
    colours = BOKEH + stage.colours * 3
    up = abs(float(rng.normal(0, 0.17)))
    radius = stage.chance(0.008, 0.036) * (0.45 + up * 2.6)
    colour = colours[int(rng.integers(len(colours)))]
    return float(rng.random()), road - up, radius, colour, stage.chance(0.14, 0.5)


def _bokeh(
    stage: Stage, at: tuple[float, float], radius: float, colour: Rgb, strength: float
) -> None:
    """A lens disc: faint inside, brighter towards the rim."""
    x, y = at
    canvas = stage.canvas
    tone = multiply(colour, (250, 250, 250))
    canvas.fill([shapes.circle(x, y, radius)], tone, alpha=strength * 0.62, mode="add")
    ring = [shapes.circle(x, y, radius * 0.9)]
    canvas.fill(
        [shapes.circle(x, y, radius)],
        tone,
        alpha=strength * 0.4,
        mode="add",
        holes=ring,
    )
