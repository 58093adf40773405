"""The sea, a lake at rest, and what is below the surface."""

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
from playground.generation.providers.painter.scenes.backdrop import sky
from playground.generation.providers.painter.scenes.landscape import (
    COLUMNS,
    skyline,
    wooded,
)
from playground.generation.providers.painter.stage import Ground, Stage

HORIZON = 0.5


def paint_sea(stage: Stage) -> Ground:
    """A low sun, its path on the water, and paper waves rolling to the front."""
    canvas, light = stage.canvas, stage.light
    sun = stage.chance(0.3, 0.7), stage.chance(0.2, 0.38)
    sky(stage, horizon=HORIZON, disc=sun)
    deep = _water_colour(stage)
    _surface(stage, deep)
    _glints(stage, sun[0])
    if stage.rng.random() < 0.5:
        _island(stage)
    layers = 5
    for layer in range(layers):
        t = layer / (layers - 1)
        profile = _wave(stage, t)
        body = mix(mix(deep, light.sky[-1], 0.3), shade(deep, -0.45), t**0.8)
        canvas.ridge(profile - canvas.unit * (0.003 + 0.004 * t), shade(body, 0.5))
        canvas.ridge(profile, _wave_face(stage, profile, body))
    return Ground(
        floor=0.78,
        water=0.645,
        sky=(0.06, 0.3),
        size=0.24,
        ambient=light.ambient,
        shadow=shade(deep, -0.5),
    )


def _water_colour(stage: Stage) -> Rgb:
    light = stage.light
    asked = stage.colours[0] if stage.colours else rgb("#237a96")
    return multiply(mix(asked, light.near, 0.1), light.ambient)


def _surface(stage: Stage, deep: Rgb) -> None:
    """Water between the horizon and the waves, carrying the sky's colour."""
    canvas, light = stage.canvas, stage.light
    top = HORIZON * canvas.height
    size = field_size(canvas.width, canvas.height - top, 200_000)
    _, y = grid(size)
    stops = mix(light.sky[-1], deep, 0.55), mix(light.sky[-2], deep, 0.8), deep
    field = ramp(np.broadcast_to(y * 1.6, (size[1], size[0])), stops)
    wide = canvas.width / canvas.unit
    chop = fbm(stage.rng, size, (5 * wide, 60), octaves=3) - 0.5
    field = field * (1 + chop * 0.22 * (0.4 + y))[..., None]
    canvas.ridge(np.full(8, top, np.float32), field)


def _glints(stage: Stage, sun_x: float) -> None:
    """The sun's path: lens-shaped flecks, wider and sparser as they come near."""
    canvas, rng = stage.canvas, stage.rng
    top, tall = HORIZON * canvas.height, (1 - HORIZON) * canvas.height
    flecks: list[Points] = []
    for _ in range(230):
        near = rng.random() ** 1.4
        spread = (0.025 + 0.13 * near) * canvas.unit
        x = sun_x * canvas.width + rng.normal(0, 1) * spread
        long = canvas.unit * (0.006 + 0.035 * near) * (0.4 + rng.random())
        y = top + canvas.unit * 0.004 + near * tall * 0.62
        flecks.append(_lens(x, y, long, long * (0.05 + 0.05 * near)))
    canvas.fill(flecks, shade(stage.light.sun, 0.1), alpha=0.62)


def _lens(x: float, y: float, half: float, thick: float) -> Points:
    t = np.linspace(-1, 1, 9)
    bulge = (1 - t**2) * thick
    top = np.stack([x + t * half, y - bulge], axis=1)
    low = np.stack([x + t[::-1] * half, y + bulge[::-1]], axis=1)
    return np.concatenate([top, low])


def _island(stage: Stage) -> None:
    canvas, light = stage.canvas, stage.light
    x = np.linspace(0, 1, COLUMNS, dtype=np.float32)
    at, wide = stage.chance(0.1, 0.9), stage.chance(0.08, 0.2)
    hump = np.exp(-(((x - at) / wide) ** 2)) * (0.75 + 0.5 * skyline(stage.rng, 9))
    line = HORIZON * canvas.height + 1 - (hump - 0.12) * 0.075 * canvas.unit
    top = np.minimum(line, HORIZON * canvas.height + canvas.unit)
    body = mix(light.far, light.near, 0.35)
    shore = np.stack([x * canvas.width, top], axis=1)[hump > 0.12]
    if len(shore) > 2:
        canvas.fill([shore.astype(np.float64)], body)


def _wave(stage: Stage, t: float) -> Floats:
    """A crest line: round backs with pointed tops, as a printmaker cuts them."""
    canvas, rng = stage.canvas, stage.rng
    x = np.linspace(0, canvas.width / canvas.unit, COLUMNS, dtype=np.float32)
    count, phase = 4.6 - 2.6 * t, rng.random() * 6.3
    sway = np.sin(x * 1.7 + rng.random() * 6.3) * 0.6
    cusp = 1 - np.abs(np.sin(x * count + phase + sway))
    swell = np.sin(x * 2.1 + rng.random() * 6.3)
    height = (cusp**1.6 * 0.055 + swell * 0.014) * (0.3 + 0.95 * t)
    base = HORIZON + 0.14 + 0.33 * t**1.15
    line = base * canvas.height - height * canvas.unit
    return np.asarray(line, np.float32)


def _wave_face(stage: Stage, profile: Floats, body: Rgb) -> Floats:
    canvas = stage.canvas
    top = max(0.0, float(profile.min()))
    size = field_size(canvas.width, max(8.0, canvas.height - top), 160_000)
    x = np.linspace(0, 1, size[0])
    line = np.interp(x, np.linspace(0, 1, len(profile)), profile)
    rows = top + (np.arange(size[1]) + 0.5) / size[1] * (canvas.height - top)
    depth = ((rows[:, None] - line[None, :]) / canvas.unit).astype(np.float32)
    wide = canvas.width / canvas.unit
    grainy = fbm(stage.rng, size, (6 * wide, 40), octaves=3) - 0.5
    bands = np.sin(depth * 150 + grainy * 5) * np.exp(-depth * 11) * 0.09
    face = ramp(depth * 3.2, (shade(body, 0.2), body, shade(body, -0.22)))
    return face * (1 + bands + grainy * 0.1)[..., None]


def paint_lake(stage: Stage) -> Ground:
    """Still water with the far shore standing on its head."""
    canvas, light = stage.canvas, stage.light
    sun = stage.chance(0.25, 0.75), stage.chance(0.14, 0.26)
    sky(stage, horizon=0.55, disc=sun)
    shore = 0.56 * canvas.height
    wide = canvas.width / canvas.unit
    high = min(1.0, canvas.unit * 1.2 / canvas.height)
    for layer, t in enumerate((0.0, 0.4, 0.8)):
        line = skyline(stage.rng, (2 + 1.5 * layer) * wide, is_ridged=layer < 2)
        rise = (0.24 - 0.085 * layer) * (0.2 + line) * high * canvas.height
        profile = shore - rise
        if layer == 2:
            profile = wooded(stage, profile, 0.045)
        body = mix(light.far, light.near, t)
        canvas.ridge(profile.astype(np.float32), mix(body, light.sky[-1], 0.15))
    _mirror(stage, shore)
    return Ground(
        floor=0.9,
        water=0.74,
        sky=(0.05, 0.24),
        size=0.22,
        ambient=light.ambient,
        shadow=shade(light.near, -0.3),
    )


def _mirror(stage: Stage, shore: float) -> None:
    """Turn the upper part over into the water, dimmed and rippled."""
    canvas, light = stage.canvas, stage.light
    small = canvas.small()
    rows = small.shape[0]
    line = int(rows * shore / canvas.height)
    depth = np.arange(rows - line)
    wobble = fbm(stage.rng, (small.shape[1], rows - line), (7, 40), octaves=3) - 0.5
    source = line - 1 - depth[:, None] * 0.95 - wobble * (4 + depth[:, None] * 0.22)
    index = np.clip(source, 0, line - 1).astype(np.int32)
    water = small[index, np.arange(small.shape[1])[None, :]]
    fade = np.clip(depth / max(1, rows - line), 0, 1).astype(np.float32)[:, None]
    cool = mix(light.near, light.sky[0], 0.5)
    if stage.colours:
        cool = mix(cool, stage.colours[0], 0.6)
    water = blend(water * 0.93, cool, 0.1 + 0.42 * np.broadcast_to(fade, wobble.shape))
    streak = smoothstep(0.62, 0.8, wobble + 0.5)
    canvas.ridge(
        np.full(8, shore, np.float32), blend(water, light.sky[-1], streak * 0.3)
    )


def paint_underwater(stage: Stage) -> Ground:
    """Shafts of light, weed, bubbles and a few fish who live here."""
    canvas, rng = stage.canvas, stage.rng
    tint = stage.colours[0] if stage.colours else rgb("#2b8396")
    tint = multiply(tint, mix(stage.light.ambient, (255, 255, 255), 0.3))
    size = canvas.field
    x, y = grid(size)
    stops = shade(tint, 0.62), shade(tint, 0.2), shade(tint, -0.25), shade(tint, -0.62)
    field = ramp(np.broadcast_to(y, (size[1], size[0])) + 0 * x, stops)
    lean = (x - 0.4 * y + 0.1) * canvas.width / canvas.unit
    shaft = sum(
        np.exp(-(((lean - rng.random() * 1.4) / (0.03 + 0.05 * rng.random())) ** 2))
        for _ in range(6)
    )
    glow = np.clip(shaft, 0, 1) * (1 - y) ** 1.6 * 0.35
    canvas.wash(blend(field, (235, 250, 240), glow.astype(np.float32)))
    for layer in range(3):
        line = skyline(
            rng, (2 + layer) * canvas.width / canvas.unit, octaves=3, gain=0.4
        )
        profile = (0.8 + 0.075 * layer - 0.12 * (line - 0.4)) * canvas.height
        body = shade(tint, -0.35 - 0.2 * layer)
        _weeds(stage, profile, body, 0.16 + 0.09 * layer)
        canvas.ridge(profile.astype(np.float32), body)
    bubbles = [
        shapes.circle(
            rng.random() * canvas.width,
            rng.random() * canvas.height,
            canvas.unit * (0.003 + 0.011 * rng.random() ** 2),
        )
        for _ in range(46)
    ]
    canvas.fill(bubbles, shade(tint, 0.75), alpha=0.35)
    return Ground(
        floor=0.9,
        water=0.6,
        size=0.36,
        ambient=shade(multiply((255, 255, 255), stage.light.ambient), -0.06),
        shadow=shade(tint, -0.8),
    )


def _weeds(stage: Stage, profile: Floats, colour: Rgb, tall: float) -> None:
    canvas, rng = stage.canvas, stage.rng
    blades: list[Points] = []
    for _ in range(int(9 * canvas.width / canvas.unit) + 3):
        x = rng.random() * canvas.width
        foot = float(np.interp(x / canvas.width, np.linspace(0, 1, COLUMNS), profile))
        height = tall * canvas.unit * (0.4 + rng.random())
        t = np.linspace(0, 1, 24)
        sway = np.sin(t * 5 + rng.random() * 6.3) * 0.022 * canvas.unit * t
        line = np.stack([x + sway, foot + 4 - t * height], axis=1)
        blades += shapes.ribbon(line, (1 - t * 0.85) * 0.017 * canvas.unit)
    canvas.fill(blades, shade(colour, 0.08))
