"""The forest: rows of trees going pale with distance, big trunks in front."""

import numpy as np

from playground.generation.providers.painter import shapes
from playground.generation.providers.painter.canvas import Points
from playground.generation.providers.painter.fields import (
    Floats,
    Rgb,
    blend,
    fbm,
    field_size,
    grid,
    ramp,
    smoothstep,
)
from playground.generation.providers.painter.palettes import mix, multiply, rgb, shade
from playground.generation.providers.painter.scenes.backdrop import stars, sun_disc
from playground.generation.providers.painter.scenes.landscape import skyline
from playground.generation.providers.painter.stage import Ground, Stage


def paint_forest(stage: Stage) -> Ground:
    """Six rows of conifers or tall trunks in the mist, and a clearing."""
    canvas, light, rng = stage.canvas, stage.light, stage.rng
    leaf = _leaf(stage)
    air = mix(light.sky[-1], light.sky[-2], 0.3)
    _air(stage, air, leaf)
    has_trunks = bool(rng.random() < 0.45)
    rows = 5
    for row in range(rows):
        t = row / (rows - 1)
        body = mix(mix(air, leaf, 0.22), shade(leaf, -0.45), t**0.9)
        foot = (0.62 + 0.16 * t) * canvas.height
        if has_trunks:
            _trunks(stage, body, foot, t)
        else:
            _conifers(stage, body, foot, t)
        line = skyline(rng, 3 * canvas.width / canvas.unit, octaves=3)
        floor = foot - (line - 0.5) * 0.04 * canvas.unit
        canvas.ridge(floor.astype(np.float32), _floor(stage, floor, body, air, t))
    _beams(stage)
    return Ground(
        floor=0.9,
        sky=(0.06, 0.28),
        size=0.27,
        ambient=light.ambient,
        shadow=shade(leaf, -0.8),
    )


def _leaf(stage: Stage) -> Rgb:
    if stage.colours:
        leaf = stage.colours[0]
    elif stage.brief.weather == "snow":
        leaf = rgb("#8fa5aa")
    else:
        leaf = (rgb("#3f6b55"), rgb("#4f7350"), rgb("#a8643a"))[
            int(stage.rng.choice(3, p=[0.45, 0.4, 0.15]))
        ]
    return multiply(leaf, stage.light.ambient)


def _air(stage: Stage, air: Rgb, leaf: Rgb) -> None:
    """Bright mist behind the trees, with the disc dissolving in it."""
    canvas, light = stage.canvas, stage.light
    size = canvas.field
    x, y = grid(size)
    stops = (
        light.sky[0],
        light.sky[1],
        air,
        mix(air, light.sun, 0.35),
        mix(air, leaf, 0.3),
    )
    field = ramp(np.broadcast_to(y * 1.25, (size[1], size[0])), stops)
    spot = stage.chance(0.3, 0.7), stage.chance(0.2, 0.32)
    across = (x - spot[0]) * canvas.width / canvas.unit
    down = (y - spot[1]) * canvas.height / canvas.unit
    glow = np.exp(-((across**2 + down**2) / 0.13)).astype(np.float32) * np.float32(0.7)
    canvas.wash(blend(field, light.sun, glow))
    if light.is_dark:
        stars(stage, 0.5, count=90)
    sun_disc(stage, spot)


def _conifers(stage: Stage, body: Rgb, foot: float, t: float) -> None:
    canvas, rng = stage.canvas, stage.rng
    trees: list[Points] = []
    count = int((17 - 11 * t) * canvas.width / canvas.unit) + 2
    for index in range(count):
        x = (index + rng.random()) / count * canvas.width
        if t > 0.6 and abs(x / canvas.width - 0.5) < 0.26:
            continue  # the clearing, where something may stand
        tall = canvas.unit * (0.3 + 0.4 * t) * (0.6 + 0.55 * rng.random())
        trees += _conifer(stage, x, foot + canvas.unit * 0.03, tall)
    canvas.fill(trees, body)


def _conifer(stage: Stage, x: float, foot: float, tall: float) -> list[Points]:
    """A spruce cut with scissors: tiers of drooping boughs."""
    rng = stage.rng
    tiers = 7
    left: list[tuple[float, float]] = [(x, foot - tall)]
    right: list[tuple[float, float]] = []
    for tier in range(1, tiers + 1):
        share = tier / tiers
        y = foot - tall * (1 - share * 0.9)
        reach = tall * 0.2 * share**0.85
        for side, bough in ((left, -1), (right, 1)):
            out = reach * (0.85 + 0.3 * rng.random())
            side.append((x + bough * out, y + tall * 0.012))
            side.append((x + bough * out * 0.45, y - tall * 0.012))
    crown = np.asarray(left + right[::-1], np.float64)
    trunk = shapes.rectangle(
        x - tall * 0.014, foot - tall * 0.2, tall * 0.028, tall * 0.24
    )
    return [crown, trunk]


def _trunks(stage: Stage, body: Rgb, foot: float, t: float) -> None:
    """Bare trunks running out of the top of the sheet, with a few branches."""
    canvas, rng = stage.canvas, stage.rng
    trunks: list[Points] = []
    count = int((20 - 14 * t) * canvas.width / canvas.unit) + 2
    for index in range(count):
        x = (index + rng.random()) / count * canvas.width
        if t > 0.6 and abs(x / canvas.width - 0.5) < 0.24:
            continue
        thick = canvas.unit * (0.008 + 0.035 * t**1.5) * (0.7 + 0.6 * rng.random())
        lean = rng.normal(0, 0.02) * canvas.unit
        low = foot + canvas.unit * 0.05
        line = np.array([[x, low], [x + lean * 0.5, low * 0.5], [x + lean, -thick]])
        smooth = shapes.curve(line)
        flare = np.linspace(1.25, 0.75, len(smooth)) + 0.5 * np.exp(
            -np.arange(len(smooth)) * 0.6
        )
        trunks += shapes.ribbon(smooth, flare * thick)
        for _ in range(int(rng.integers(1, 4))):
            y, side = rng.random() * foot * 0.55, rng.choice((-1.0, 1.0))
            reach = thick * (3 + 4 * rng.random())
            bough = np.array(
                [
                    [x, y],
                    [x + side * reach * 0.5, y - reach * 0.3],
                    [x + side * reach, y - reach * 0.9],
                ]
            )
            bent = shapes.curve(bough)
            trunks += shapes.ribbon(bent, np.linspace(0.32, 0.06, len(bent)) * thick)
    canvas.fill(trunks, body)


def _floor(stage: Stage, line: Floats, body: Rgb, air: Rgb, t: float) -> Floats:
    """Moss and mist between one row of trees and the next."""
    canvas = stage.canvas
    top = max(0.0, float(line.min()))
    size = field_size(canvas.width, max(8.0, canvas.height - top), 160_000)
    _, y = grid(size)
    wide = canvas.width / canvas.unit
    moss = fbm(stage.rng, size, (12 * wide, 9), octaves=4) - 0.5
    near = np.broadcast_to(y, (size[1], size[0])) + moss * 0.5
    face = ramp(near * 1.3, (mix(body, air, 0.4 * (1 - t)), body, shade(body, -0.22)))
    if stage.brief.weather == "snow":
        snow = multiply(rgb("#eef1f2"), stage.light.ambient)
        face = blend(face, snow, np.full_like(near, 0.72) + moss * 0.3)
    return face * (1 + moss * 0.16)[..., None]


def _beams(stage: Stage) -> None:
    """Slanting light, faint enough to be missed at first."""
    canvas, rng = stage.canvas, stage.rng
    size = canvas.field
    x, y = grid(size)
    lean = (x + 0.45 * y) * canvas.width / canvas.unit
    wave = fbm(rng, (size[0] * 2, 1), (16, 1), octaves=2)[0]
    place = np.clip(lean / float(lean.max()) * (len(wave) - 1), 0, len(wave) - 1)
    shaft = smoothstep(0.5, 0.8, wave[place.astype(np.int32)])
    strength = 0.1 if stage.light.is_dark else 0.24
    canvas.veil(stage.light.sun, shaft * np.clip(1.05 - y * 1.2, 0, 1) * strength)
