"""Mountains, dunes and meadows: layers of paper, each a little nearer."""

import numpy as np

from playground.generation.providers.painter import shapes
from playground.generation.providers.painter.fields import (
    Floats,
    Rgb,
    blend,
    fbm,
    field_size,
    noise,
    smoothstep,
    stretched,
)
from playground.generation.providers.painter.palettes import mix, multiply, rgb, shade
from playground.generation.providers.painter.scenes.backdrop import sky
from playground.generation.providers.painter.stage import Ground, Stage

COLUMNS = 1600


def skyline(
    rng: np.random.Generator,
    cells: float,
    *,
    octaves: int = 7,
    gain: float = 0.5,
    is_ridged: bool = False,
) -> Floats:
    """One height per column, from about 0 to 1."""
    line = np.zeros(COLUMNS, np.float32)
    total = 0.0
    for octave in range(octaves):
        knots = max(2, int(cells * 2**octave)) + 1
        row = rng.random((1, knots), dtype=np.float32)
        step = stretched(np.repeat(row, 2, axis=0), (COLUMNS, 2))[0]
        share = gain**octave
        line += share * (1 - np.abs(2 * step - 1) if is_ridged else step)
        total += share
    return line / np.float32(total)


def paint_mountains(stage: Stage) -> Ground:
    """Ridge behind ridge in the mist, with the sun somewhere low."""
    canvas, light, rng = stage.canvas, stage.light, stage.rng
    sun = stage.chance(0.25, 0.75), stage.chance(0.2, 0.33)
    sky(stage, horizon=0.62, disc=sun)
    layers, wide = 6, canvas.width / canvas.unit
    high = min(1.0, canvas.unit * 1.25 / canvas.height)
    for layer in range(layers):
        t = layer / (layers - 1)
        line = skyline(rng, (2.2 + 1.6 * layer) * wide, is_ridged=layer in (0, 1, 3))
        base = 0.42 + 0.46 * t**1.1
        profile = (base - (0.32 - 0.2 * t) * (line - 0.42) * high) * canvas.height
        if layer >= layers - 2:
            profile = wooded(stage, profile, 0.02 + 0.035 * (layer == layers - 1))
        body = mix(light.far, light.near, t**0.85)
        if stage.brief.weather == "snow":
            body = mix(body, multiply(rgb("#e8eef2"), light.ambient), 0.62 - 0.25 * t)
        mist = mix(light.far, light.sky[-1], 0.45)
        canvas.ridge(profile, _slope(stage, profile, body, mist, 0.55 - 0.4 * t))
    return Ground(
        floor=0.93, sky=(0.08, 0.36), size=0.2, ambient=light.ambient, water=None
    )


def wooded(stage: Stage, profile: Floats, height: float) -> Floats:
    """The same skyline with a fringe of spruces along it."""
    canvas, rng = stage.canvas, stage.rng
    x = np.linspace(0, canvas.width, len(profile), dtype=np.float32)
    line = profile.copy()
    for _ in range(int(70 * canvas.width / canvas.unit)):
        at = rng.random() * canvas.width
        tall = height * canvas.unit * (0.45 + rng.random())
        reach = np.clip(1 - np.abs(x - at) / (tall * 0.24), 0, 1)
        boughs = reach + 0.16 * (reach > 0) * ((reach * 5) % 1 - 0.5)
        foot = np.interp(at, x, profile)
        line = np.minimum(line, np.where(reach > 0, foot - boughs * tall, line))
    return line.astype(np.float32)


def _slope(stage: Stage, profile: Floats, body: Rgb, mist: Rgb, haze: float) -> Floats:
    """The face of one ridge: rough at the crest, dissolving into mist below."""
    canvas = stage.canvas
    top = max(0.0, float(profile.min()))
    size = field_size(canvas.width, max(8.0, canvas.height - top), 300_000)
    line = np.interp(
        np.linspace(0, 1, size[0]), np.linspace(0, 1, len(profile)), profile
    )
    rows = top + (np.arange(size[1]) + 0.5) / size[1] * (canvas.height - top)
    depth = (rows[:, None] - line[None, :].astype(np.float32)) / canvas.unit
    wide = canvas.width / canvas.unit
    tall = (canvas.height - top) / canvas.unit
    rough = fbm(stage.rng, size, (26 * wide, 14 * tall), octaves=3) - 0.5
    face = np.broadcast_to(np.asarray(body, np.float32), (size[1], size[0], 3))
    face = face * (1 + rough * 0.26)[..., None]
    return blend(
        face, mist, smoothstep(0.0, 0.26, depth.astype(np.float32)) * np.float32(haze)
    )


def paint_dunes(stage: Stage) -> Ground:
    """Long soft crests, one side in the sun and one in shadow."""
    canvas, light, rng = stage.canvas, stage.light, stage.rng
    sun = stage.chance(0.25, 0.75), stage.chance(0.16, 0.3)
    sky(stage, horizon=0.5, disc=sun, clouds=0.7)
    sand = stage.colours[0] if stage.colours else rgb("#cf8a52")
    sand = multiply(sand, mix(light.ambient, light.sky[-1], 0.35))
    layers, wide = 5, canvas.width / canvas.unit
    high = min(1.0, canvas.unit / canvas.height)
    for layer in range(layers):
        t = layer / (layers - 1)
        line = skyline(rng, (1.5 + 0.4 * layer) * wide, octaves=2, gain=0.3)
        profile = (
            0.47 + 0.36 * t**1.15 - (0.11 + 0.1 * t) * (line - 0.4) * high
        ) * canvas.height
        lit = mix(mix(sand, light.sky[-1], 0.62), shade(sand, 0.12), t)
        dark = mix(mix(sand, light.sky[-2], 0.45), shade(sand, -0.5), t)
        canvas.ridge(profile, _dune(stage, profile, lit, dark, sun[0]))
    return Ground(floor=0.86, sky=(0.08, 0.36), size=0.2, ambient=light.ambient)


def _dune(stage: Stage, profile: Floats, lit: Rgb, dark: Rgb, sun_x: float) -> Floats:
    """A dune's face: a curving line divides the lit side from the shaded one."""
    canvas = stage.canvas
    top = max(0.0, float(profile.min()))
    size = field_size(canvas.width, max(8.0, canvas.height - top), 300_000)
    x = np.linspace(0, 1, size[0], dtype=np.float32)
    line = np.interp(x, np.linspace(0, 1, len(profile)), profile).astype(np.float32)
    rows = top + (np.arange(size[1], dtype=np.float32) + 0.5) / size[1] * (
        canvas.height - top
    )
    depth = (rows[:, None] - line[None, :]) / np.float32(canvas.unit)
    wide = canvas.width / canvas.unit
    drift = noise(stage.rng, size, (2.5 * wide, 3)) - 0.5
    side = 1.0 if sun_x < 0.5 else -1.0
    slope = np.gradient(line) / (canvas.unit / size[0])
    sweep = side * (0.3 * depth.clip(0, 1) ** 0.8 + drift * depth.clip(0, 0.4) * 0.9)
    swept = np.interp(x[None, :] - sweep * canvas.unit / canvas.width, x, slope) * side
    edge = 0.012 + depth.clip(0, 1) * 0.5
    shaded = np.clip(swept / edge + 0.5, 0, 1)
    shaded = shaded * shaded * (3 - 2 * shaded) * np.exp(-depth.clip(0, 1) * 2.2)
    ripple = np.sin(depth * 150 + drift * 34) * 0.02 * smoothstep(0.02, 0.15, depth)
    amount = np.clip(0.1 + 0.62 * shaded + depth * 0.75 + drift * 0.12 + ripple, 0, 1)
    face = np.broadcast_to(np.asarray(lit, np.float32), (size[1], size[0], 3))
    return blend(face, dark, amount.astype(np.float32))


def paint_meadow(stage: Stage) -> Ground:
    """Rolling hills with hedges and small round trees."""
    canvas, light, rng = stage.canvas, stage.light, stage.rng
    sky(stage, horizon=0.58, disc=(stage.chance(0.2, 0.8), stage.chance(0.14, 0.28)))
    green = stage.colours[0] if stage.colours else rgb("#7d9a5b")
    if stage.brief.weather == "snow":
        green = rgb("#dfe6e8")
    green = multiply(green, light.ambient)
    layers, wide = 5, canvas.width / canvas.unit
    high = min(1.0, canvas.unit / canvas.height)
    for layer in range(layers):
        t = layer / (layers - 1)
        line = skyline(rng, (1.3 + 0.35 * layer) * wide, octaves=2, gain=0.3)
        profile = (
            0.5 + 0.3 * t - (0.16 - 0.03 * t) * (line - 0.4) * high
        ) * canvas.height
        body = mix(mix(light.far, green, 0.5), shade(green, -0.26 * t), t**0.6)
        pale = mix(body, shade(light.sky[-1], 0.1), 0.34 - 0.14 * t)
        canvas.ridge(profile, _slope(stage, profile, pale, body, 0.95))
        if 0 < layer < layers - 1:
            _hedge(
                stage,
                profile,
                mix(shade(body, -0.28), shade(green, -0.4), 0.5),
                0.013 + 0.022 * t,
            )
    return Ground(
        floor=0.88,
        sky=(0.08, 0.34),
        size=0.26,
        ambient=light.ambient,
        shadow=shade(green, -0.55),
    )


def _hedge(stage: Stage, profile: Floats, colour: Rgb, size: float) -> None:
    """A few groups of round trees along a crest."""
    canvas, rng = stage.canvas, stage.rng
    crowns, lights, trunks = [], [], []
    along = np.linspace(0, 1, len(profile))
    for _ in range(int(3 * canvas.width / canvas.unit) + 1):
        group = rng.random() * canvas.width
        slim = 0.45 if rng.random() < 0.3 else 1.0  # poplars now and then
        for _ in range(int(rng.integers(2, 6))):
            x = group + rng.normal(0, size * 2.6) * canvas.unit
            foot = float(np.interp(x / canvas.width, along, profile))
            radius = size * canvas.unit * (0.6 + 0.6 * rng.random())
            wide, tall = radius * slim, radius * (1.15 if slim == 1 else 1.8)
            middle = foot - tall * 1.12
            crowns.append(shapes.ellipse(x, middle, wide, tall))
            lights.append(
                shapes.ellipse(
                    x - wide * 0.22, middle - tall * 0.16, wide * 0.62, tall * 0.7
                )
            )
            trunk = radius * 0.14
            trunks.append(shapes.rectangle(x - trunk / 2, middle, trunk, tall * 1.25))
    canvas.fill(trunks, shade(colour, -0.3))
    canvas.fill(crowns, colour)
    canvas.fill(lights, shade(colour, 0.14), alpha=0.8)
