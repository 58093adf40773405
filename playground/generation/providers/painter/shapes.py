"""Outlines: the circles, curves and ribbons that everything is cut from."""

from collections.abc import Sequence

import numpy as np

from playground.generation.providers.painter.canvas import Points


def points(*pairs: tuple[float, float]) -> Points:
    """A polygon from its corners."""
    return np.asarray(pairs, np.float64)


def ellipse(
    x: float, y: float, across: float, down: float, *, tilt: float = 0
) -> Points:
    """An ellipse by its two radii, turned by `tilt` degrees."""
    steps = 96
    angle = np.linspace(0, 2 * np.pi, steps, endpoint=False)
    turn = np.radians(tilt)
    px, py = np.cos(angle) * across, np.sin(angle) * down
    return np.stack(
        [
            x + px * np.cos(turn) - py * np.sin(turn),
            y + px * np.sin(turn) + py * np.cos(turn),
        ],
        axis=1,
    )


def circle(x: float, y: float, radius: float) -> Points:
    """A round disc."""
    return ellipse(x, y, radius, radius)


def rectangle(
    x: float, y: float, width: float, height: float, *, corner: float = 0
) -> Points:
    """A rectangle by its top left corner; `corner` rounds it."""
    if corner <= 0:
        right, low = x + width, y + height
        return points((x, y), (right, y), (right, low), (x, low))
    corner = min(corner, width / 2, height / 2)
    turns = []
    for quarter, (cx, cy) in enumerate(
        (
            (x + width - corner, y + height - corner),
            (x + corner, y + height - corner),
            (x + corner, y + corner),
            (x + width - corner, y + corner),
        )
    ):
        angle = np.linspace(0, np.pi / 2, 8) + quarter * np.pi / 2
        turns.append(
            np.stack([cx + corner * np.cos(angle), cy + corner * np.sin(angle)], axis=1)
        )
    return np.concatenate(turns)


def sector(
    x: float, y: float, radius: float, *degrees: float, inner: float = 0
) -> Points:
    """A slice of a disc or ring between two angles, clockwise from the right."""
    start, end = degrees
    angle = np.radians(np.linspace(start, end, max(12, int(abs(end - start) / 2))))
    rim = np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], axis=1)
    if inner <= 0:
        return np.concatenate([rim, [[x, y]]])
    back = np.stack([x + inner * np.cos(angle), y + inner * np.sin(angle)], axis=1)
    return np.concatenate([rim, back[::-1]])


def curve(knots: Points, *, is_closed: bool = False, steps: int = 10) -> Points:
    """A smooth line through every knot (Catmull-Rom)."""
    if len(knots) < 3:
        return knots
    if is_closed:
        padded = np.concatenate([knots[-1:], knots, knots[:2]])
    else:
        padded = np.concatenate([knots[:1], knots, knots[-1:]])
    t = np.linspace(0, 1, steps, endpoint=False)[None, :, None]
    a, b, c, d = (padded[i : len(padded) - 3 + i, None, :] for i in range(4))
    line = 0.5 * (
        2 * b
        + (c - a) * t
        + (2 * a - 5 * b + 4 * c - d) * t**2
        + (3 * b - a - 3 * c + d) * t**3
    )
    flat: Points = line.reshape(-1, 2)
    return flat if is_closed else np.concatenate([flat, knots[-1:]])


def blob(knots: Points, corners: Sequence[bool]) -> Points:
    """A closed smooth outline that keeps the corners it is told to keep."""
    if not any(corners):
        return curve(knots, is_closed=True)
    first = list(corners).index(True)
    turned = np.roll(knots, -first, axis=0)
    sharp = list(corners[first:]) + list(corners[:first])
    turned = np.concatenate([turned, turned[:1]])
    breaks = [i for i, is_corner in enumerate(sharp) if is_corner] + [len(knots)]
    pieces = [
        curve(turned[start : end + 1])[:-1]
        for start, end in zip(breaks[:-1], breaks[1:], strict=True)
    ]
    return np.concatenate(pieces)


def ribbon(line: Points, widths: Points | float) -> list[Points]:
    """A stroke along a line, round at both ends; widths may vary along it."""
    line = np.asarray(line, np.float64)
    half = np.broadcast_to(np.asarray(widths, np.float64) / 2, (len(line),))
    along = np.gradient(line, axis=0)
    length = np.hypot(along[:, 0], along[:, 1]) + 1e-9
    across = np.stack([-along[:, 1] / length, along[:, 0] / length], axis=1)
    side = across * half[:, None]
    body = np.concatenate([line + side, (line - side)[::-1]])
    ends = [circle(line[i, 0], line[i, 1], max(float(half[i]), 0.01)) for i in (0, -1)]
    return [body, *ends]
