"""A portrait in profile: cut from paper, with a landscape inside it."""

import numpy as np

from playground.generation.providers.painter import shapes
from playground.generation.providers.painter.canvas import Canvas, Points
from playground.generation.providers.painter.palettes import mix, shade
from playground.generation.providers.painter.scenes.landscape import paint_mountains
from playground.generation.providers.painter.scenes.print import Press
from playground.generation.providers.painter.scenes.sprays import ball
from playground.generation.providers.painter.stage import Ground, Stage

# The face looks left on a 100 x 100 sheet; a trailing 1 keeps a corner sharp.
FACE = (
    (46, 8, 0), (34, 14, 0), (29, 24, 0), (28.6, 30, 0), (29.6, 34, 0), (27.6, 38, 0),
    (23.4, 44.4, 0), (23.8, 46.6, 0), (28.2, 47.8, 1), (27.6, 51, 0), (25.4, 53, 0),
    (28.4, 55.2, 1), (25.8, 57.4, 0), (27.8, 60.4, 0), (28.2, 63, 0), (27.2, 66.4, 0),
    (30, 70.6, 0), (37, 71.4, 0), (45, 70, 0), (47, 76, 0), (45, 83, 0), (32, 90, 0),
    (17, 96, 0), (12, 108, 1), (98, 108, 1), (92, 95, 0), (76, 88, 0), (67, 81, 0),
    (66, 70, 0), (71, 58, 0), (75, 44, 0), (74, 28, 0), (66, 14, 0), (56, 8, 0),
)  # fmt: skip
HAIR = {
    "bun": (
        (44, 5, 0), (34, 12, 0), (33, 20, 1), (44, 25, 0), (50, 36, 0), (54, 48, 0),
        (60, 58, 0), (70, 62, 0), (78, 48, 0), (78, 28, 0), (70, 10, 0), (58, 3, 0),
    ),
    "long": (
        (44, 5, 0), (33, 12, 0), (32, 21, 1), (43, 26, 0), (48, 38, 0), (49, 52, 0),
        (55, 66, 0), (57, 84, 0), (66, 98, 0), (86, 100, 0), (88, 80, 0), (83, 56, 0),
        (80, 30, 0), (70, 10, 0), (58, 3, 0),
    ),
    "short": (
        (42, 4, 0), (31, 10, 0), (30, 20, 1), (42, 23, 0), (50, 27, 0), (53, 38, 1),
        (57, 36, 0), (60, 44, 0), (66, 58, 0), (74, 56, 0), (79, 38, 0), (76, 20, 0),
        (68, 8, 0), (56, 2, 0),
    ),
}  # fmt: skip


def paint_portrait(stage: Stage) -> Ground:
    """A profile over a disc; its inside is a landscape of the same light."""
    press = Press(stage)
    canvas, rng = stage.canvas, stage.rng
    height = min(canvas.height * 0.8, canvas.width * 0.95)
    left, top = canvas.width * 0.5 - height * 0.52, (canvas.height - height) * 0.62
    radius = min(canvas.width, canvas.height) * 0.36
    middle = canvas.width * 0.5, top + height * 0.4
    press.lay([shapes.circle(*middle, radius)], press.ink(0))
    _rays(press, middle, radius)
    press.wear()
    face = _bust(stage, left, top, height)
    canvas.soften(
        [face + height * 0.012],
        shade(press.ink(3), -0.3),
        blur=height * 0.02,
        alpha=0.35,
    )
    _fill_with_land(stage, face)
    style = str(rng.choice(["bun", "long", "short"]))
    hair = _outline(HAIR[style], left, top, height)
    dark = mix(press.ink(3), (28, 24, 34), 0.35)
    canvas.fill(
        [hair],
        np.asarray([[shade(dark, 0.1)], [shade(dark, -0.15)]], np.float32).repeat(
            2, axis=1
        ),
    )
    if style == "bun":
        bun = shapes.ellipse(
            left + height * 0.8, top + height * 0.26, height * 0.1, height * 0.105
        )
        canvas.fill([bun], dark)
    _strands(stage, hair, dark, height)
    if style != "short":
        _wreath(stage, left, top, height, press)
    return Ground(sky=(0.08, 0.3), size=0.2)


def _outline(
    knots: tuple[tuple[float, float, int], ...], left: float, top: float, height: float
) -> Points:
    spots = np.asarray([[x, y] for x, y, _ in knots]) / 100 * height
    corners = [bool(sharp) for *_, sharp in knots]
    return shapes.blob(spots + np.array([left, top]), corners)


def _bust(stage: Stage, left: float, top: float, height: float) -> Points:
    """The profile with its shoulders run down to the lower edge."""
    face = _outline(FACE, left, top, height)
    low = max(float(face[:, 1].max()), stage.canvas.height + height * 0.05)
    is_hem = face[:, 1] > top + height * 1.06
    return np.where(
        is_hem[:, None], np.stack([face[:, 0], np.full(len(face), low)], axis=1), face
    )


def _rays(press: Press, middle: tuple[float, float], radius: float) -> None:
    """Fine rings around the disc, broken by luck."""
    rng = press.stage.rng
    for index in range(4):
        reach = radius * (1.1 + 0.07 * index)
        start = rng.uniform(150, 240)
        arc = shapes.sector(
            *middle,
            reach,
            start,
            start + rng.uniform(90, 200),
            inner=reach - radius * 0.014,
        )
        press.lay([arc], press.ink(1))


def _fill_with_land(stage: Stage, face: Points) -> None:
    """Paint a smaller landscape and show it through the profile."""
    canvas = stage.canvas
    low, high = face.min(axis=0), face.max(axis=0)
    wide, tall = (max(8, int(span)) for span in (high - low))
    window = Canvas(wide, tall)
    inside = Stage(window, stage.brief, stage.light, stage.rng)
    paint_mountains(inside)
    canvas.stencil([face], window.image, (int(low[0]), int(low[1])))


def _strands(
    stage: Stage, hair: Points, dark: tuple[int, int, int], height: float
) -> None:
    """A few light lines that follow the back of the head."""
    low, high = hair.min(axis=0), hair.max(axis=0)
    middle = (low + high) / 2
    lines: list[Points] = []
    for share in (0.55, 0.68, 0.8):
        t = np.linspace(-1.9, 0.35, 30)
        arc = (
            middle + np.stack([np.cos(t), np.sin(t)], axis=1) * (high - low) / 2 * share
        )
        lines += shapes.ribbon(arc, np.sin(np.linspace(0, np.pi, 30)) * height * 0.005)
    stage.canvas.fill(lines, shade(dark, 0.3), alpha=0.7)


def _wreath(stage: Stage, left: float, top: float, height: float, press: Press) -> None:
    """Leaves and berries in the hair."""
    canvas, rng = stage.canvas, stage.rng
    for t in np.linspace(-2.35, -0.75, 9):
        x = left + height * (0.55 + 0.24 * np.cos(t))
        y = top + height * (0.32 + 0.265 * np.sin(t))
        long = height * rng.uniform(0.032, 0.05)
        tilt = float(np.degrees(t) + rng.uniform(40, 130))
        canvas.fill(
            [shapes.ellipse(x, y, long, long * 0.4, tilt=tilt)],
            shade(press.ink(1), rng.uniform(0, 0.25)),
        )
        if rng.random() < 0.6:
            spot = rng.normal(0, 0.014, 2) * height
            ball(stage, x + spot[0], y + spot[1], height * 0.014, press.ink(0))
