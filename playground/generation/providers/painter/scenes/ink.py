"""Ink on water: two noises push a third one about, and the result is dyed.

The value field is small and smooth; the dye is looked up at full size, so the
edges between two inks are sharp at any resolution.
"""

import numpy as np
from PIL import Image

from playground.generation.providers.painter.fields import (
    Floats,
    Rgb,
    colour_table,
    fbm,
    field_size,
    stretched,
)
from playground.generation.providers.painter.palettes import mix, rgb, shade
from playground.generation.providers.painter.stage import Ground, Stage

INK_AREA = 900 * 900
BAND = 512  # rows dyed at a time
STEPS = 4096
DYES: tuple[tuple[Rgb, ...], ...] = tuple(
    tuple(rgb(code) for code in row.split())
    for row in (
        "#10222b #1f5560 #d9cdb8 #c9572c #f2e8d8",
        "#1b1a22 #5b2a3c #c86a4a #e9c9a0 #f5eee2",
        "#0d1b16 #2e5a49 #93a98a #e8dfc4 #b98a3e",
        "#17202f #33507a #a9b8c2 #efe7da #d4a24e",
        "#241528 #5c3566 #c98a9a #f3dfcf #e0a03c",
    )
)


def paint_ink(stage: Stage) -> Ground:
    """Marbled paper over the whole sheet."""
    value, relief = _flow(stage)
    table = _dyes(stage)
    canvas = stage.canvas
    size = canvas.width, canvas.height
    tall, height = np.ptp(np.arange(value.shape[0])) + 1, canvas.height
    dyed, lit = Image.fromarray(value), Image.fromarray(relief)
    for top in range(0, height, BAND):
        rows = min(BAND, height - top)
        source = (
            0.0,
            top / height * tall,
            float(value.shape[1]),
            (top + rows) / height * tall,
        )
        part = _part(dyed, (size[0], rows), source)
        light = _part(lit, (size[0], rows), source)
        index = np.clip(part * (STEPS - 1), 0, STEPS - 1).astype(np.int16)
        band = table[index] + light[..., None] * np.float32(255)
        clean = np.clip(band, 0, 255).astype(np.uint8)
        canvas.image.paste(Image.fromarray(clean), (0, top))
    return Ground()


def _part(image: Image.Image, size: tuple[int, int], box: tuple[float, ...]) -> Floats:
    left, top, right, low = box
    part = image.resize(size, Image.Resampling.BICUBIC, box=(left, top, right, low))
    return np.asarray(part, np.float32)


def _flow(stage: Stage) -> tuple[Floats, Floats]:
    """The ink's thickness from 0 to 1, and the light on its folds."""
    canvas, rng = stage.canvas, stage.rng
    width, height = field_size(canvas.width, canvas.height, INK_AREA)
    wide, tall = canvas.width / canvas.unit, canvas.height / canvas.unit
    size = stage.chance(1.5, 2.3)
    cells = size * wide, size * tall
    push_x = fbm(rng, (width, height), cells, octaves=4) - 0.5
    push_y = fbm(rng, (width, height), cells, octaves=4) - 0.5
    still = fbm(rng, (width * 2, height * 2), (cells[0] * 2, cells[1] * 2), octaves=7)
    reach = canvas.unit / canvas.width * width * 1.15
    rows, columns = np.mgrid[0:height, 0:width]
    x = np.clip(columns + push_x * reach + width / 2, 0, 2 * width - 1)
    y = np.clip(rows + push_y * reach + height / 2, 0, 2 * height - 1)
    value = still[y.astype(np.int32), x.astype(np.int32)]
    value = _smoothed(value)
    low, high = np.quantile(value, (0.004, 0.996))
    value = np.clip((value - low) / (high - low), 0, 1).astype(np.float32)
    down, across = np.gradient(value)
    relief = np.clip((across * 0.7 + down * 0.7) * 7, -0.2, 0.2).astype(np.float32)
    return value, relief


def _smoothed(value: Floats) -> Floats:
    """Nearest-neighbour pushing leaves steps; this irons them out."""
    height, width = value.shape
    small = stretched(value, (max(8, width * 2 // 3), max(8, height * 2 // 3)))
    return stretched(small, (width, height))


def _dyes(stage: Stage) -> Floats:
    """Three turns through the inks, with a fine pale vein now and then."""
    dyes = DYES[int(stage.rng.integers(len(DYES)))]
    asked = stage.colours
    if len(asked) == 1:
        dyes = (
            shade(asked[0], -0.72),
            asked[0],
            shade(asked[0], 0.55),
            rgb("#f3e9d8"),
            shade(asked[0], -0.25),
        )
    if len(asked) > 1:
        dyes = (
            shade(asked[0], -0.6),
            asked[0],
            mix(asked[0], asked[1], 0.5),
            *asked[1:],
            shade(asked[-1], 0.6),
        )
    turn = colour_table((*dyes, dyes[0]), STEPS * 2 // 3)
    table = np.concatenate([turn, turn])[:STEPS]
    wave = np.abs((np.linspace(0, 9, STEPS) % 1) - 0.5)
    vein = np.clip((0.05 - wave) / 0.05, 0, 1)[:, None].astype(np.float32) * 0.4
    pale = np.asarray(shade(dyes[-1], 0.2), np.float32)
    return np.asarray(table * (1 - vein) + pale * vein, np.float32)
