"""Noise, ramps and light: the soft stuff under every picture.

A field is a small float array that is stretched to the picture's size later.
Its size depends on the picture's shape and never on its resolution, so the
same prompt gives the same composition at 0.5K and at 4K.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Floats = NDArray[np.floating[Any]]
Rgb = tuple[int, int, int]
Size = tuple[int, int]

FIELD_AREA = 560 * 560


def field_size(width: float, height: float, area: int = FIELD_AREA) -> Size:
    """The size of a field with this shape, always of about the same area."""
    scale = (area / (width * height)) ** 0.5
    return max(8, round(width * scale)), max(8, round(height * scale))


def stretched(field: Floats, size: Size) -> Floats:
    """One channel, smoothly resized; shrinking is antialiased by Pillow."""
    image = Image.fromarray(np.ascontiguousarray(field, dtype=np.float32))
    return np.asarray(image.resize(size, Image.Resampling.BICUBIC), dtype=np.float32)


def noise(rng: np.random.Generator, size: Size, cells: tuple[float, float]) -> Floats:
    """Smooth random hills, about `cells` of them across and down."""
    columns, rows = (max(2, int(count) + 1) for count in cells)
    return stretched(rng.random((rows, columns), dtype=np.float32), size)


def fbm(
    rng: np.random.Generator,
    size: Size,
    cells: tuple[float, float],
    *,
    octaves: int = 5,
    gain: float = 0.5,
) -> Floats:
    """Noise on noise, the shape of clouds and rock; about 0 to 1."""
    total = np.zeros((size[1], size[0]), np.float32)
    weight = 0.0
    for octave in range(octaves):
        share = gain**octave
        total += share * noise(rng, size, (cells[0] * 2**octave, cells[1] * 2**octave))
        weight += share
    return total / np.float32(weight)


def grid(size: Size) -> tuple[Floats, Floats]:
    """x and y of every cell, from 0 to 1, as arrays that broadcast."""
    x = (np.arange(size[0], dtype=np.float32) + 0.5) / size[0]
    y = (np.arange(size[1], dtype=np.float32) + 0.5) / size[1]
    return x[None, :], y[:, None]


def ramp(amount: Floats, colours: Sequence[Rgb]) -> Floats:
    """Colours along a scale from 0 to 1, blended evenly."""
    table = colour_table(colours, 1024)
    return table[(np.clip(amount, 0, 1) * 1023).astype(np.int16)]


def colour_table(colours: Sequence[Rgb], steps: int) -> Floats:
    """The ramp written out once, so a picture is one look-up per pixel."""
    stops = np.asarray(colours, np.float32)
    at = np.linspace(0, 1, len(stops))
    place = np.linspace(0, 1, steps)
    channels = [np.interp(place, at, stops[:, channel]) for channel in range(3)]
    return np.stack(channels, axis=1).astype(np.float32)


def blend(under: Floats, colour: Rgb | Floats, amount: Floats) -> Floats:
    """Lay a colour over an RGB field, as much as `amount` says."""
    share = amount[..., None]
    mixed: Floats = under * (1 - share) + np.asarray(colour, np.float32) * share
    return mixed


def smoothstep(low: float, high: float, value: Floats) -> Floats:
    """A soft edge from 0 at `low` to 1 at `high`."""
    t = np.clip((value - np.float32(low)) / np.float32(high - low), 0, 1)
    edge: Floats = t * t * (3 - 2 * t)
    return edge


def as_image(field: Floats) -> Image.Image:
    """An RGB field from 0 to 255 as a picture of its own small size."""
    return Image.fromarray(np.clip(field, 0, 255).astype(np.uint8))
