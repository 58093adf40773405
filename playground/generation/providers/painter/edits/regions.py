"""Find the sky, or what lies behind a thing: smooth ground that reaches the edge.

No model guesses here. A place belongs to the ground when its colour is one of the
colours along the edge, nothing stands between, and the tone does not jump.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from playground.generation.providers.painter.fields import Floats

Flags = NDArray[np.bool_]

REGION_SIDE = 420  # pixels on the long side; the mask is stretched afterwards
EDGE_COLOURS = 6


def sky(image: Image.Image) -> Image.Image | None:
    """A mask of the sky, or None where the top of the picture is not one."""
    small = _shrunk(image)
    field = np.asarray(small.filter(ImageFilter.GaussianBlur(1)), np.float32)
    seeds = np.zeros(field.shape[:2], bool)
    seeds[0] = True
    found = _grown(seeds, _smooth(field, 13) & _like_the_edge(field, field[:2], 120))
    rows = np.arange(len(found))[:, None] / len(found)
    share, reach = float(found.mean()), float(found[0].mean())
    tone = float(field[found].mean()) if found.any() else 0.0
    sinks = float((found & (rows > 0.85)).sum()) / max(1, found[:, 0].size)
    if share < 0.07 or share > 0.9 or reach < 0.45 or tone < 45 or sinks > 60:
        return None
    return _stretched(found, image)


def background(image: Image.Image) -> Image.Image:
    """A mask of what lies behind the thing in the middle."""
    small = _shrunk(image)
    field = np.asarray(small.filter(ImageFilter.GaussianBlur(0.8)), np.float32)
    seeds = np.zeros(field.shape[:2], bool)
    seeds[0] = seeds[:, 0] = seeds[:, -1] = True
    border = np.concatenate([field[:2].reshape(-1, 3), field[:, :2].reshape(-1, 3)])
    border = np.concatenate([border, field[:, -2:].reshape(-1, 3)])
    found = _grown(seeds, _smooth(field, 60) & _like_the_edge(field, border, 38))
    if found.mean() < 0.12:
        found = _outside_the_middle(found.shape)
    return _stretched(_tidied(found, 9), image)


def _outside_the_middle(shape: tuple[int, ...]) -> Flags:
    """When nothing can be told apart: all but an upright oval."""
    y, x = np.mgrid[-1 : 1 : shape[0] * 1j, -1 : 1 : shape[1] * 1j]
    return np.asarray((x / 0.72) ** 2 + (y / 0.88) ** 2 > 1)


def _shrunk(image: Image.Image) -> Image.Image:
    scale = min(1.0, REGION_SIDE / max(image.size))
    size = max(2, round(image.width * scale)), max(2, round(image.height * scale))
    return image.resize(size, Image.Resampling.BOX, reducing_gap=2.0)


def _smooth(field: Floats, jump: float) -> Flags:
    """Where the tone does not jump from one pixel to the next."""
    down = np.abs(np.diff(field, axis=0, append=field[-1:])).max(axis=2)
    across = np.abs(np.diff(field, axis=1, append=field[:, -1:])).max(axis=2)
    return np.asarray(np.maximum(down, across) < jump)


def _like_the_edge(field: Floats, border: Floats, reach: float) -> Flags:
    """Where the colour is near one of the main colours along the edge."""
    strip = Image.fromarray(border.reshape(1, -1, 3).astype(np.uint8))
    few = strip.quantize(EDGE_COLOURS, method=Image.Quantize.MEDIANCUT)
    palette = np.asarray(few.getpalette() or [0, 0, 0], np.float32).reshape(-1, 3)
    counts = np.bincount(np.asarray(few).ravel(), minlength=len(palette))
    nearest = np.full(field.shape[:2], np.inf, np.float32)
    for colour, count in zip(palette, counts, strict=False):
        if count > counts.sum() * 0.04:
            away = np.sqrt(((field - colour) ** 2).sum(axis=2))
            nearest = np.minimum(nearest, away)
    return np.asarray(nearest < reach)


def _grown(seeds: Flags, ground: Flags) -> Flags:
    """Everything the seeds reach over ground, along rows and columns in turn."""
    found = seeds & ground
    size = -1
    while found.sum() != size:
        size = int(found.sum())
        found = _along(found, ground)
        found = _along(found.T, ground.T).T
    return found


def _along(found: Flags, ground: Flags) -> Flags:
    """Whole runs of ground in a row that hold anything found."""
    breaks = np.ones(ground.shape, bool)
    breaks[:, 1:] = ground[:, 1:] != ground[:, :-1]
    runs = np.cumsum(breaks.ravel()).reshape(ground.shape)
    touched = np.bincount(runs.ravel(), weights=found.ravel()) > 0
    return np.asarray(touched[runs] & ground)


def _tidied(found: Flags, width: int) -> Flags:
    """Without crumbs and cracks thinner than half this width."""
    mask = Image.fromarray(found.astype(np.uint8) * 255)
    return np.asarray(mask.filter(ImageFilter.MedianFilter(width))) > 127


def _stretched(found: Flags, image: Image.Image) -> Image.Image:
    """The mask without specks, at the picture's size, with a soft edge."""
    mask = Image.fromarray(found.astype(np.uint8) * 255)
    mask = mask.filter(ImageFilter.MaxFilter(3)).filter(ImageFilter.MedianFilter(5))
    mask = mask.filter(ImageFilter.GaussianBlur(0.9))
    large = mask.resize(image.size, Image.Resampling.BICUBIC)
    return large.point([min(255, max(0, (value - 64) * 2)) for value in range(256)])
