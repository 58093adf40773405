"""Pictures for a wall: paper worlds around one thing, and pure abstraction."""

from collections.abc import Callable

import numpy as np

from playground.generation.providers.painter import shapes
from playground.generation.providers.painter.fields import (
    blend,
    fbm,
    grid,
    ramp,
    smoothstep,
)
from playground.generation.providers.painter.palettes import (
    inks_for,
    mix,
    multiply,
    shade,
)
from playground.generation.providers.painter.scenes.backdrop import sky
from playground.generation.providers.painter.scenes.ink import paint_ink
from playground.generation.providers.painter.scenes.landscape import skyline
from playground.generation.providers.painter.scenes.print import Press, paint_geometry
from playground.generation.providers.painter.stage import Ground, Stage


def paint_plinth(stage: Stage) -> Ground:
    """A studio sweep with a disc behind: for a thing that came without a world."""
    canvas, rng = stage.canvas, stage.rng
    paper, first, second, *_ = inks_for(stage.colours, rng)
    if stage.light.is_dark:
        paper, first = shade(second, -0.55), shade(first, -0.15)
    size = canvas.field
    x, y = grid(size)
    wide, tall = canvas.width / canvas.unit, canvas.height / canvas.unit
    back = mix(paper, first, 0.3)
    mottle = fbm(rng, size, (4 * wide, 4 * tall), octaves=6) - 0.5
    fall = 1.05 - 0.22 * np.hypot(x - 0.45, y - 0.4)
    canvas.wash(np.asarray(back, np.float32) * (fall + mottle * 0.05)[..., None])
    floor = canvas.height * 0.5 + min(canvas.unit * 0.34, canvas.height * 0.36)
    radius = min(canvas.unit * 0.36, canvas.width * 0.42)
    disc = shapes.circle(canvas.width / 2, floor - radius * 0.86, radius)
    canvas.fill([disc], _disc(first))
    rim = mix(back, second, 0.35)
    line = skyline(rng, 1.5 * wide, octaves=2)
    hill = (floor - canvas.unit * 0.05 - (line - 0.3) * 0.13 * canvas.unit).astype(
        np.float32
    )
    canvas.ridge(hill, mix(rim, first, 0.2))
    table = mix(second, paper, 0.25)
    ground = np.full(8, floor, np.float32)
    canvas.ridge(
        ground, np.asarray([[table] * 2, [shade(table, -0.25)] * 2], np.float32)
    )
    _sprigs(stage, floor, shade(table, -0.25))
    return Ground(
        floor=floor / canvas.height + 0.03,
        sky=(0.12, 0.42),
        size=0.56,
        spread=0.8,
        ambient=mix(stage.light.ambient, (255, 255, 255), 0.5),
        shadow=shade(table, -0.7),
    )


def _disc(
    colour: tuple[int, int, int],
) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    top, low = shade(colour, 0.14), shade(colour, -0.06)
    return np.asarray([[top, top], [low, low]], np.float32)


def _sprigs(stage: Stage, floor: float, colour: tuple[int, int, int]) -> None:
    """Tufts of paper grass on both sides, so that nothing stands in a void."""
    canvas, rng = stage.canvas, stage.rng
    for side in (-1, 1):
        for _ in range(3):
            x = canvas.width / 2 + side * canvas.unit * rng.uniform(0.3, 0.5)
            for blade in range(int(rng.integers(3, 6))):
                tall = canvas.unit * rng.uniform(0.04, 0.11)
                bend = (blade - 2) * tall * 0.26
                knots = np.array(
                    [
                        [x, floor + 2],
                        [x + bend * 0.4, floor - tall * 0.6],
                        [x + bend, floor - tall],
                    ]
                )
                line = shapes.curve(knots)
                widths = np.linspace(1, 0.1, len(line)) * canvas.unit * 0.009
                canvas.fill(
                    shapes.ribbon(line, widths), shade(colour, rng.uniform(-0.1, 0.2))
                )


def paint_clouds(stage: Stage) -> Ground:
    """Heaps of paper cloud, seen from among them."""
    canvas, light, rng = stage.canvas, stage.light, stage.rng
    sky(stage, horizon=0.95, disc=(stage.chance(0.25, 0.75), stage.chance(0.16, 0.34)))
    for layer in range(5):
        t = layer / 4
        base = (0.42 + 0.15 * layer) * canvas.height
        white = mix(
            light.sky[-1], multiply((255, 252, 246), light.ambient), 0.45 + 0.5 * t
        )
        under = mix(white, light.sky[1], 0.5)
        puffs = [
            shapes.rectangle(-9, base, canvas.width + 18, canvas.height - base + 9)
        ]
        for _ in range(int(9 * canvas.width / canvas.unit) + 4):
            x = rng.random() * canvas.width
            radius = canvas.unit * (0.04 + 0.05 * t) * rng.uniform(0.6, 1.7)
            for dx, part in ((0, 1.0), (-1.1, 0.66), (1.05, 0.72)):
                puffs.append(
                    shapes.circle(x + dx * radius, base + radius * 0.1, radius * part)
                )
        canvas.soften(
            [p - np.array([0, canvas.unit * 0.006]) for p in puffs],
            shade(under, -0.3),
            blur=canvas.unit * 0.014,
            alpha=0.2,
        )
        face = np.asarray(
            [[white] * 2, [mix(white, under, 0.4)] * 2, [under] * 2], np.float32
        )
        canvas.fill(puffs, face)
    return Ground(
        sky=(0.08, 0.5), floor=0.8, water=0.75, size=0.26, ambient=light.ambient
    )


def paint_abstract(stage: Stage) -> Ground:
    """For words nobody taught the painter: one of six handsome answers."""
    plans: tuple[Callable[[Stage], Ground], ...] = (
        _strata,
        _discs,
        _cutouts,
        _fields,
        paint_ink,
        paint_geometry,
    )
    return plans[int(stage.rng.integers(len(plans)))](stage)


def _strata(stage: Stage) -> Ground:
    """Flowing sheets of paper, each with a shadow on the one behind."""
    canvas, rng = stage.canvas, stage.rng
    inks = inks_for(stage.colours, rng)
    canvas.wash(np.broadcast_to(np.asarray(shade(inks[0], 0.1), np.float32), (2, 2, 3)))
    sheets = 9
    x = np.linspace(0, canvas.width / canvas.unit, 900, dtype=np.float32)
    phase, pace = rng.random() * 6.3, stage.chance(1.6, 3.2)
    for index in range(sheets):
        t = index / (sheets - 1)
        swing = (
            np.sin(x * pace + phase + t * 2.4) * 0.09
            + np.sin(x * pace * 0.45 + t * 4) * 0.1
        )
        line = ((0.1 + 0.86 * t) * canvas.height + swing * canvas.unit).astype(
            np.float32
        )
        place = t * (len(inks) - 2)
        low = int(place)
        tone = mix(inks[1:][low], inks[1:][min(low + 1, len(inks) - 2)], place - low)
        under = np.concatenate(
            [
                np.stack([x * canvas.unit, line], axis=1),
                [[canvas.width, canvas.height + 9], [0, canvas.height + 9]],
            ]
        )
        canvas.soften(
            [under - np.array([0, canvas.unit * 0.008])],
            shade(tone, -0.8),
            blur=canvas.unit * 0.014,
            alpha=0.4,
        )
        canvas.ridge(
            line,
            np.asarray([[shade(tone, 0.12)] * 2, [shade(tone, -0.14)] * 2], np.float32),
        )
    return Ground(sky=(0.1, 0.4), floor=0.9, size=0.3)


def _discs(stage: Stage) -> Ground:
    """Transparent discs overprinting one another."""
    press = Press(stage)
    canvas, rng = stage.canvas, stage.rng
    for index in range(int(9 * max(canvas.width, canvas.height) / canvas.unit)):
        radius = canvas.unit * rng.uniform(0.05, 0.24)
        x, y = (
            rng.uniform(0.1, 0.9) * canvas.width,
            rng.uniform(0.1, 0.9) * canvas.height,
        )
        shape = [shapes.circle(x, y, radius)]
        if rng.random() < 0.3:
            shape = [shapes.sector(x, y, radius, 0, 360, inner=radius * 0.8)]
        if rng.random() < 0.25:
            turn = rng.choice([0, 90, 180, 270])
            shape = [shapes.sector(x, y, radius, turn, turn + 180)]
        press.lay(shape, shade(press.ink(index), 0.12))
    press.wear()
    return Ground(sky=(0.1, 0.4), floor=0.9, size=0.3)


def _cutouts(stage: Stage) -> Ground:
    """Leafy scissor shapes on panels of colour, with Matisse in mind."""
    press = Press(stage)
    canvas, rng = stage.canvas, stage.rng
    left, top, wide, tall = press.frame(0.06)
    columns = max(1, round(wide / (canvas.unit * 0.3)))
    rows = max(1, round(tall / (canvas.unit * 0.4)))
    for row in range(rows):
        for column in range(columns):
            x, y = left + wide * column / columns, top + tall * row / rows
            w, h = wide / columns * 0.97, tall / rows * 0.97
            colour = press.ink(int(rng.integers(4)))
            panel = shade(colour, rng.uniform(0.1, 0.5))
            canvas.fill([shapes.rectangle(x, y, w, h)], panel)
            other = press.ink(int(rng.integers(4)))
            tone = press.paper if other == colour or rng.random() < 0.25 else other
            canvas.fill([_frond(rng, x + w / 2, y + h / 2, w * 0.4, h * 0.42)], tone)
    press.wear()
    return Ground(sky=(0.1, 0.4), floor=0.9, size=0.3)


def _frond(
    rng: np.random.Generator, x: float, y: float, wide: float, tall: float
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """A seaweed outline: a round wave whose lobes grow towards the middle."""
    lobes = int(rng.integers(5, 9))
    t = np.linspace(0, 2 * np.pi, 260, endpoint=False)
    wave = 0.62 + 0.38 * np.cos(t * lobes + rng.random() * 6.3) * (
        0.75 + 0.25 * np.sin(t)
    )
    return np.stack([x + np.cos(t) * wide * wave, y + np.sin(t) * tall * wave], axis=1)


def _fields(stage: Stage) -> Ground:
    """Soft-edged blocks that glow against their ground."""
    canvas, rng = stage.canvas, stage.rng
    inks = inks_for(stage.colours, rng)
    size = canvas.field
    x, y = grid(size)
    wide, tall = canvas.width / canvas.unit, canvas.height / canvas.unit
    brush = fbm(rng, size, (9 * wide, 3 * tall), octaves=6) - 0.5
    ground = mix(inks[2], inks[-1], 0.35)
    field = np.asarray(ground, np.float32) * (1 + brush * 0.25)[..., None]
    cuts = np.sort(rng.uniform(0.22, 0.78, 1 if rng.random() < 0.4 else 2))
    edges = [0.06, *cuts.tolist(), 0.94]
    for index, (top, low) in enumerate(zip(edges[:-1], edges[1:], strict=True)):
        colour = inks[1 + (index * 2) % (len(inks) - 1)]
        soft = 0.018
        inside = smoothstep(top + soft, top + soft * 2.4, y + brush * 0.02)
        inside = inside * (
            1 - smoothstep(low - soft * 2.4, low - soft, y + brush * 0.02)
        )
        inside = (
            inside
            * smoothstep(0.06, 0.1, x + brush * 0.03)
            * (1 - smoothstep(0.9, 0.94, x + brush * 0.03))
        )
        glow = ramp(
            0.5 + brush * 1.4, (shade(colour, -0.14), colour, shade(colour, 0.16))
        )
        field = blend(field, glow, inside * np.float32(0.93))
    canvas.wash(field)
    return Ground(sky=(0.1, 0.4), floor=0.9, size=0.3)
