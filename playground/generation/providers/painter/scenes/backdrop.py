"""Skies: the gradient, the clouds, the disc, the stars. Most scenes begin here."""

import numpy as np

from playground.generation.providers.painter import shapes
from playground.generation.providers.painter.fields import (
    Floats,
    blend,
    fbm,
    grid,
    ramp,
    smoothstep,
)
from playground.generation.providers.painter.palettes import mix, shade
from playground.generation.providers.painter.stage import Stage


def sky(
    stage: Stage,
    *,
    horizon: float = 0.6,
    disc: tuple[float, float] | None = None,
    clouds: float = 1.0,
) -> None:
    """Wash the sheet with sky down to the horizon, with its glow and clouds."""
    canvas, light = stage.canvas, stage.light
    size = canvas.field
    x, y = grid(size)
    field = ramp(np.broadcast_to(y / horizon, (size[1], size[0])), light.sky)
    if disc is not None:
        field = blend(field, light.sun, _glow(stage, disc, x, y))
    cells = canvas.width / canvas.unit * 3.2, canvas.height / canvas.unit * 11
    cover = smoothstep(0.5, 0.78, fbm(stage.rng, size, cells))
    lit = mix(light.sky[-1], light.sun, 0.6) if not light.is_dark else light.sky[-1]
    field = blend(
        field, lit, cover * (1 - y / max(horizon, 0.1) * 0.8).clip(0, 1) * 0.42 * clouds
    )
    canvas.wash(field)
    if light.is_dark:
        stars(stage, horizon * 0.9)
    if disc is not None:
        sun_disc(stage, disc)


def _glow(stage: Stage, disc: tuple[float, float], x: Floats, y: Floats) -> Floats:
    canvas = stage.canvas
    across = (x - disc[0]) * canvas.width / canvas.unit
    down = (y - disc[1]) * canvas.height / canvas.unit
    distance = np.hypot(across, down)
    reach = 0.22 if stage.light.is_dark else 0.34
    strength = 0.3 if stage.light.is_dark else 0.55
    glow = np.exp(-((distance / reach) ** 2)) * strength
    return np.asarray(glow, np.float32)


def sun_disc(stage: Stage, disc: tuple[float, float]) -> None:
    """The sun, or at night the moon with its seas, perhaps as a crescent."""
    canvas, light = stage.canvas, stage.light
    x, y = disc[0] * canvas.width, disc[1] * canvas.height
    radius = canvas.unit * (0.05 if light.is_dark else stage.chance(0.045, 0.075))
    wants = stage.subject("moon" if light.is_dark else "sun")
    radius *= 1.9 if wants else 1.0
    canvas.fill([shapes.circle(x, y, radius)], shade(light.sun, 0.25))
    if not light.is_dark:
        return
    for dx, dy, part in ((-0.3, -0.25, 0.24), (0.25, 0.1, 0.3), (-0.1, 0.4, 0.17)):
        spot = shapes.circle(x + dx * radius, y + dy * radius, part * radius)
        canvas.soften([spot], shade(light.sun, -0.25), blur=radius * 0.05, alpha=0.3)


def stars(stage: Stage, down_to: float, *, count: int = 160) -> None:
    """Small stars, thinning towards the horizon, a few of them bright."""
    canvas, rng = stage.canvas, stage.rng
    small, bright = [], []
    for _ in range(count):
        x, y = (
            rng.random() * canvas.width,
            rng.random() ** 1.5 * down_to * canvas.height,
        )
        radius = canvas.unit * 0.0011 * (0.6 + rng.random())
        if rng.random() < 0.07:
            bright.append(shapes.circle(x, y, radius * 1.8))
        else:
            small.append(shapes.circle(x, y, radius))
    tint = mix(stage.light.sun, (255, 255, 255), 0.4)
    for dots, alpha in ((small, 0.65), (bright, 0.95)):
        for dot in dots:
            canvas.fill([dot], tint, alpha=alpha)
