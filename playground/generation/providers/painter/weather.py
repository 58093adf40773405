"""What falls between the picture and the eye: rain, snow, mist."""

import numpy as np

from playground.generation.providers.painter import shapes
from playground.generation.providers.painter.fields import fbm, grid, smoothstep
from playground.generation.providers.painter.palettes import mix
from playground.generation.providers.painter.stage import Stage


def gather(stage: Stage) -> None:
    """Mist over the land, before anyone stands in it: faces stay clear."""
    if stage.brief.weather == "fog":
        _fog(stage)


def fall(stage: Stage) -> None:
    """Rain or snow, in front of everything."""
    match stage.brief.weather:
        case "rain":
            _rain(stage)
        case "snow":
            _snow(stage)


def _rain(stage: Stage) -> None:
    canvas, rng = stage.canvas, stage.rng
    tint = mix(stage.light.ambient, (215, 228, 238), 0.7)
    for alpha, length, width in ((0.16, 0.05, 0.0012), (0.3, 0.09, 0.002)):
        drops = []
        for _ in range(int(170 * canvas.width * canvas.height / canvas.unit**2)):
            x, y = rng.random() * canvas.width, rng.random() * canvas.height
            long = length * canvas.unit * (0.6 + rng.random() * 0.8)
            lean, half = long * 0.16, width * canvas.unit / 2
            drops.append(
                shapes.points(
                    (x - half, y),
                    (x + half, y),
                    (x + half - lean, y + long),
                    (x - half - lean, y + long),
                )
            )
        canvas.fill(drops, tint, alpha=alpha)


def _snow(stage: Stage) -> None:
    canvas, rng = stage.canvas, stage.rng
    for radius, count, alpha in (
        (0.0022, 240, 0.8),
        (0.0042, 110, 0.85),
        (0.009, 16, 0.5),
    ):
        flakes = []
        for _ in range(int(count * canvas.width * canvas.height / canvas.unit**2)):
            x, y = rng.random() * canvas.width, rng.random() * canvas.height
            flakes.append(
                shapes.circle(x, y, radius * canvas.unit * (0.6 + 0.7 * rng.random()))
            )
        canvas.fill(flakes, (252, 251, 248), alpha=alpha)


def _fog(stage: Stage) -> None:
    """Banks of mist, thickest a little below the middle."""
    canvas = stage.canvas
    size = canvas.field
    _, y = grid(size)
    wide, tall = canvas.width / canvas.unit, canvas.height / canvas.unit
    banks = smoothstep(
        0.25, 0.75, fbm(stage.rng, size, (2.2 * wide, 7 * tall), octaves=4)
    )
    depth = np.exp(-(((y - 0.6) / 0.28) ** 2)).astype(np.float32)
    amount = (banks * 0.5 + 0.2) * depth
    veil = mix(stage.light.sky[-1], stage.light.ambient, 0.5)
    canvas.veil(veil, np.minimum(amount, 0.75))
