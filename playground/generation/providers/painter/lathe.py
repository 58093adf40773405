"""Things turned on a wheel: vases, bowls and fruit, lit like a studio shot.

A turned thing is only a radius for every height, so its front surface, its
normals and its outline can be written down directly; no ray is marched.
"""

from dataclasses import dataclass

import numpy as np

from playground.generation.providers.painter import shapes
from playground.generation.providers.painter.canvas import Canvas, Points
from playground.generation.providers.painter.fields import (
    Floats,
    Rgb,
    blend,
    fbm,
    ramp,
    smoothstep,
)
from playground.generation.providers.painter.palettes import mix, shade

RINGS = 256
TILT_SIN, TILT_COS = 0.2, 0.98  # the camera looks down a little
LAMP = np.array([-0.66, 0.46, 0.6])
SIDE = 420  # cells across the field a thing is shaded in

Knots = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Form:
    """A profile in its own units: height up from the table, radius outwards."""

    knots: Knots
    is_open: bool = False
    flutes: int = 0

    def rings(self) -> tuple[Floats, Floats]:
        """Heights and smoothed radii, evenly spaced from foot to lip."""
        line = shapes.curve(np.asarray(self.knots), steps=24)
        top = line[-1, 0]
        heights = np.linspace(0, top, RINGS)
        radii = np.interp(heights, np.maximum.accumulate(line[:, 0]), line[:, 1])
        return heights.astype(np.float32), np.maximum(radii, 0.002).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Glaze:
    """What the surface is made of."""

    body: Rgb
    foot: Rgb | None = None  # bare clay left below the glaze
    gloss: float = 0.3
    speckle: float = 0.0
    blush: Rgb | None = None


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a thing stands: the middle of its foot, and pixels per unit."""

    x: float
    y: float
    scale: float
    lean: float = 0.0  # degrees


def silhouette(form: Form, stand: Stand) -> Points:
    """The outline as the camera sees it."""
    heights, radii = form.rings()
    arc = np.linspace(0, np.pi, 40)
    side = np.stack([radii, heights * TILT_COS], axis=1)
    lip = np.stack(
        [
            np.cos(arc) * radii[-1],
            heights[-1] * TILT_COS + np.sin(arc) * radii[-1] * TILT_SIN,
        ],
        axis=1,
    )
    other = np.stack([-radii, heights * TILT_COS], axis=1)[::-1]
    foot = np.stack(
        [-np.cos(arc) * radii[0], -np.sin(arc) * radii[0] * TILT_SIN], axis=1
    )
    return _placed(np.concatenate([side, lip, other, foot]), stand)


def _placed(line: Points, stand: Stand) -> Points:
    turn = np.radians(stand.lean)
    x = line[:, 0] * np.cos(turn) + line[:, 1] * np.sin(turn)
    y = line[:, 1] * np.cos(turn) - line[:, 0] * np.sin(turn)
    return np.stack([stand.x + x * stand.scale, stand.y - y * stand.scale], axis=1)


def cast_shadow(canvas: Canvas, form: Form, stand: Stand, tone: Rgb) -> None:
    """A long soft shadow to the right, and a dark one where it touches."""
    heights, radii = form.rings()
    scale, foot = stand.scale, stand.y
    reach, rise = 1.15, 0.1
    discs = [
        shapes.ellipse(
            stand.x + heights[i] * reach * scale,
            foot - heights[i] * rise * scale,
            radii[i] * scale,
            radii[i] * scale * 0.3,
        )
        for i in range(0, RINGS, 6)
    ]
    canvas.soften(discs, tone, blur=0.055 * scale, alpha=0.4)
    wide = float(radii[: RINGS // 4].max()) * scale
    touch = shapes.ellipse(
        stand.x + wide * 0.06, foot + wide * 0.05, wide * 0.95, wide * 0.25
    )
    canvas.soften([touch], shade(tone, -0.3), blur=wide * 0.13, alpha=0.62)


def turn(
    canvas: Canvas, form: Form, glaze: Glaze, stand: Stand, rng: np.random.Generator
) -> None:
    """Paint the thing itself, and the dark of its mouth if it has one."""
    outline = silhouette(form, stand)
    canvas.fill([outline], _surface(form, glaze, stand, outline, rng))
    if form.is_open:
        _mouth(canvas, form, glaze, stand)


def _surface(
    form: Form, glaze: Glaze, stand: Stand, outline: Points, rng: np.random.Generator
) -> Floats:
    heights, radii = form.rings()
    low, high = outline.min(axis=0), outline.max(axis=0)
    size = (
        SIDE,
        max(16, min(900, round(SIDE * (high[1] - low[1]) / (high[0] - low[0])))),
    )
    sx = (
        np.linspace(low[0] - stand.x, high[0] - stand.x, size[0])[None, :] / stand.scale
    )
    sy = (
        -np.linspace(low[1] - stand.y, high[1] - stand.y, size[1])[:, None]
        / stand.scale
    )
    angle = np.radians(stand.lean)
    x = (sx * np.cos(angle) - sy * np.sin(angle)).astype(np.float32)
    up = (sy * np.cos(angle) + sx * np.sin(angle)).astype(np.float32)
    height = up / TILT_COS
    for _ in range(4):
        radius = np.interp(height, heights, radii)
        depth = np.sqrt(np.clip(radius**2 - x**2, 0, None))
        height = (up + depth * TILT_SIN) / TILT_COS
    radius = np.maximum(np.interp(height, heights, radii), 1e-3)
    slope = np.interp(height, heights, np.gradient(radii, heights))
    across = np.clip(x / radius, -1, 1)
    front = np.sqrt(1 - across**2)
    if form.flutes:
        around = np.arcsin(across)
        across = across + 0.35 * np.sin(around * form.flutes) * front
    return _lit(form, glaze, (across, front, slope, height / heights[-1]), rng)


def _lit(
    form: Form, glaze: Glaze, surface: tuple[Floats, ...], rng: np.random.Generator
) -> Floats:
    """Light from the upper left, a soft return from the table, and a glint."""
    across, front, slope, height = surface
    long = np.sqrt(1 + slope**2)
    nx, ny, nz = across / long, -slope / long, front / long
    facing = nx * LAMP[0] + ny * LAMP[1] + nz * LAMP[2]
    lit = smoothstep(-0.25, 1.0, facing.astype(np.float32))
    colours = (
        shade(glaze.body, -0.74),
        shade(glaze.body, -0.38),
        glaze.body,
        shade(glaze.body, 0.22),
    )
    paint = ramp(lit * 0.96 + 0.02, colours)
    size = lit.shape[1], lit.shape[0]
    if glaze.blush is not None:
        patch = smoothstep(
            0.42, 0.72, fbm(rng, size, (2.4, 2.4), octaves=4) + across * 0.15
        )
        warm = ramp(
            lit, (shade(glaze.blush, -0.6), glaze.blush, shade(glaze.blush, 0.15))
        )
        paint = blend(paint, warm, patch.astype(np.float32) * 0.75)
    if glaze.foot is not None:
        edge = 0.3 + 0.05 * np.sin(np.arcsin(across) * 2.3 + 1)
        bare = 1 - smoothstep(-0.015, 0.015, (height - edge).astype(np.float32))
        clay = ramp(
            lit,
            (shade(glaze.foot, -0.7), shade(glaze.foot, -0.25), shade(glaze.foot, 0.1)),
        )
        paint = blend(paint, clay, bare)
    if glaze.speckle:
        dots = smoothstep(0.67, 0.76, fbm(rng, size, (70, 70), octaves=2))
        paint = blend(paint, shade(glaze.body, -0.7), dots * np.float32(glaze.speckle))
    glint = np.clip(nx * -0.42 + ny * 0.42 + nz * 0.8, 0, 1) ** 38
    paint = blend(paint, (255, 250, 240), (glint * glaze.gloss).astype(np.float32))
    bounce = np.clip(nx * 0.75 - ny * 0.35, 0, 1) ** 2 * 0.16
    return blend(
        paint, mix(glaze.body, (236, 206, 170), 0.6), bounce.astype(np.float32)
    )


def _mouth(canvas: Canvas, form: Form, glaze: Glaze, stand: Stand) -> None:
    heights, radii = form.rings()
    radius = float(radii[-1]) * stand.scale
    y = stand.y - float(heights[-1]) * TILT_COS * stand.scale
    rim = shapes.ellipse(stand.x, y, radius, radius * TILT_SIN)
    hole = shapes.ellipse(
        stand.x, y + radius * 0.01, radius * 0.88, radius * TILT_SIN * 0.8
    )
    canvas.fill([rim], shade(glaze.body, 0.16))
    dark, wall = shade(glaze.body, -0.86), shade(glaze.body, -0.5)
    canvas.fill(
        [hole], np.asarray([[dark, wall], [shade(dark, -0.2), wall]], np.float32)
    )
