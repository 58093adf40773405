"""Wet and dry hands: watercolour, oil, ink wash, pencil, blueprint."""

import numpy as np
from PIL import Image, ImageFilter

from playground.generation.providers.painter.fields import (
    Floats,
    as_image,
    blend,
    fbm,
    grid,
    ramp,
    smoothstep,
    stretched,
)
from playground.generation.providers.painter.palettes import rgb
from playground.generation.providers.painter.touches.press import ironed


def _floats(image: Image.Image) -> Floats:
    return np.asarray(image, np.float32)


def _grey(image: Image.Image) -> Floats:
    return np.asarray(image.convert("L"), np.float32) / 255


def _edges(image: Image.Image, blur: float) -> Floats:
    """How strongly the tone turns at each place, about 0 to 1."""
    soft = _floats(image.filter(ImageFilter.GaussianBlur(blur)))
    down = np.abs(np.diff(soft, axis=0, append=soft[-1:])).max(axis=2)
    across = np.abs(np.diff(soft, axis=1, append=soft[:, -1:])).max(axis=2)
    return np.asarray(np.clip((down + across) / 34, 0, 1), np.float32)


def _span(image: Image.Image) -> float:
    """The picture's scale: 1.0 for a square of 1000 pixels."""
    return float((image.width * image.height) ** 0.5 / 1000)


def _cells(image: Image.Image, count: float) -> tuple[float, float]:
    side = (image.width * image.height) ** 0.5
    return count * image.width / side, count * image.height / side


def _wobbled(image: Image.Image, rng: np.random.Generator, reach: float) -> Floats:
    """The picture with its edges made unsteady, as a hand would."""
    width, height = image.size
    push = [
        (fbm(rng, image.size, _cells(image, 26), octaves=3) - 0.5) * reach * 2
        for _ in range(2)
    ]
    rows = np.clip(np.arange(height)[:, None] + push[0], 0, height - 1).astype(np.int32)
    columns = np.clip(np.arange(width)[None, :] + push[1], 0, width - 1)
    return _floats(image)[rows, columns.astype(np.int32)]


def watercolour(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Pools of pigment with dark rims, paper tooth, and a ragged white border."""
    span = _span(image)
    flat = ironed(image, 7 * span)
    flat = flat.filter(ImageFilter.GaussianBlur(1.3 * span))
    field = _wobbled(flat, rng, 13 * span)
    rims = _edges(as_image(field), 1.6 * span)
    bleed = fbm(rng, image.size, _cells(image, 4), octaves=6) - 0.5
    tooth = fbm(rng, image.size, _cells(image, 300), octaves=2) - 0.5
    white = np.asarray(rgb("#fbf7ee"), np.float32)
    lift = np.clip(0.2 + bleed * 0.75, 0.0, 0.6)
    field = field * (1 - 0.34 * rims)[..., None]
    field = blend(field, white, lift.astype(np.float32))
    field = field * (1 + tooth * 0.13)[..., None]
    x, y = grid(image.size)
    margin = np.minimum(
        np.minimum(x, 1 - x) * image.width, np.minimum(y, 1 - y) * image.height
    )
    ragged = margin / (1000 * span) + bleed * 0.075
    cover = smoothstep(0.03, 0.042, ragged.astype(np.float32))
    pooled = 1 - 0.16 * np.exp(-(((ragged - 0.046) / 0.008) ** 2))
    field = field * pooled[..., None].astype(np.float32)
    return as_image(blend(field, white * (1 + tooth * 0.06)[..., None], 1 - cover))


def oil(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Dabs laid along the form, thick enough to catch the light."""
    span = _span(image)
    width, height = image.size
    source = image.filter(ImageFilter.GaussianBlur(2.2 * span))
    tone = np.asarray(
        source.convert("L").filter(ImageFilter.GaussianBlur(9 * span)), np.float32
    )
    flow = fbm(rng, image.size, _cells(image, 3), octaves=2) * 6.3
    down, across = np.gradient(tone)
    angle = np.arctan2(across, -down) + np.where(np.hypot(down, across) < 0.18, flow, 0)
    colours = _floats(source)
    bristle = fbm(rng, image.size, _cells(image, 330), octaves=1)
    dx, dy = np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    streak: Floats = np.zeros((height, width), np.float32)
    smear: Floats = np.zeros_like(colours)
    steps = np.linspace(-1, 1, 5)
    for step in steps:
        at_y = np.clip(rows + dy * np.float32(step * 9 * span), 0, height - 1).astype(
            np.int32
        )
        at_x = np.clip(columns + dx * np.float32(step * 9 * span), 0, width - 1).astype(
            np.int32
        )
        streak += bristle[at_y, at_x]
        smear += colours[at_y, at_x]
    streak, smear = streak / len(steps) - 0.5, smear / len(steps)
    relief = streak - np.roll(streak, (2, 2), axis=(0, 1))
    grey = smear.mean(axis=2, keepdims=True)
    rich = grey + (smear - grey) * 1.28
    return as_image(rich * (1 + streak * 0.5 + relief * 0.75)[..., None])


def sumi(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Black ink in five waters on warm paper, and one breath of colour."""
    span = _span(image)
    flat = ironed(image, 9 * span)
    field = _wobbled(flat.filter(ImageFilter.GaussianBlur(2 * span)), rng, 16 * span)
    soft = as_image(field)
    grey = _grey(soft)
    low, high = np.quantile(grey, (0.02, 0.9))
    tone = np.clip((grey - low) / max(0.05, high - low), 0, 1) ** 0.8
    rims = _edges(soft, 1.5 * span)
    bleed = fbm(rng, image.size, _cells(image, 5), octaves=6) - 0.5
    tone = np.clip(tone + bleed * 0.32 - rims * 0.22, 0, 1).astype(np.float32)
    paper = ramp(
        tone,
        (
            rgb("#1d1d22"),
            rgb("#55565a"),
            rgb("#a3a29c"),
            rgb("#dcd6c8"),
            rgb("#f3ecdc"),
        ),
    )
    vivid = (field.max(axis=2) - field.min(axis=2)) / 255
    red = smoothstep(
        0.24, 0.5, ((field[..., 0] - field[..., 2]) / 255).astype(np.float32)
    ) * smoothstep(0.4, 0.66, vivid)
    return as_image(blend(paper, rgb("#b8382c"), red * np.float32(0.75)))


def _hatch(
    image: Image.Image, rng: np.random.Generator, pitch: float, slope: float
) -> Floats:
    """Parallel strokes, a little unsteady; 0 on a stroke and 1 between."""
    rows, columns = np.mgrid[0 : image.height, 0 : image.width].astype(np.float32)
    sway = (fbm(rng, image.size, _cells(image, 9), octaves=3) - 0.5) * pitch * 3
    wave = np.sin(
        (rows * np.float32(slope) + columns + sway) * np.float32(2 * np.pi / pitch)
    )
    return np.asarray(wave * 0.5 + 0.5, np.float32)


def _drawn(image: Image.Image, rng: np.random.Generator) -> Floats:
    """Contours and two directions of hatching, as ink from 0 to 1."""
    span = _span(image)
    unsteady = as_image(_wobbled(image, rng, 3.0 * span))
    contour = smoothstep(0.1, 0.42, _edges(unsteady, 0.9 * span))
    grey = stretched(
        _grey(image.filter(ImageFilter.GaussianBlur(3 * span))), image.size
    )
    low, high = np.quantile(grey, (0.02, 0.66))
    dark = 1 - np.clip((grey - low) / max(0.08, high - low), 0, 1)
    pitch = 6.5 * span
    ink = contour
    for share, slope in ((0.46, 1.0), (0.72, -1.1), (0.9, 0.15)):
        stroke = _hatch(image, rng, pitch, slope)
        reach = np.clip((dark - share) * 1.25 + 0.06 * (dark > share), 0, 0.5)
        ink = np.maximum(
            ink, smoothstep(-0.12, 0.12, (reach - stroke).astype(np.float32)) * 0.72
        )
    return np.asarray(ink, np.float32)


def line(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Pen and ink on cream paper."""
    ink = _drawn(image, rng)
    paper = np.broadcast_to(np.asarray(rgb("#f6f0e2"), np.float32), (*ink.shape, 3))
    tooth = fbm(rng, image.size, _cells(image, 220), octaves=2) - 0.5
    wash = np.asarray(image.filter(ImageFilter.GaussianBlur(4)), np.float32)
    paper = paper * 0.9 + wash * 0.1
    return as_image(
        blend(paper * (1 + tooth * 0.05)[..., None], rgb("#2a2a33"), ink * 0.94)
    )


def blueprint(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """White lines on Prussian blue, over a draughtsman's grid."""
    ink = smoothstep(0.08, 0.4, _edges(image, 0.9 * _span(image)))
    mottle = fbm(rng, image.size, _cells(image, 4), octaves=6)
    paper = ramp(mottle, (rgb("#173a68"), rgb("#1f4a80"), rgb("#28588f")))
    step = 1000 * _span(image) / 24
    rows = (np.arange(image.height) % step < 1.2)[:, None]
    columns = (np.arange(image.width) % step < 1.2)[None, :]
    paper = blend(paper, rgb("#6f9acb"), (rows | columns).astype(np.float32) * 0.3)
    grey = _grey(image)
    paper = blend(paper, rgb("#a9c6e6"), (grey * 0.16).astype(np.float32))
    return as_image(blend(paper, rgb("#eef5fb"), ink * np.float32(0.92)))
