"""What is put in vases: berry twigs, leafy stems and blossom."""

import numpy as np

from playground.generation.providers.painter import shapes
from playground.generation.providers.painter.canvas import Points
from playground.generation.providers.painter.fields import Rgb
from playground.generation.providers.painter.palettes import NAMED, rgb, shade
from playground.generation.providers.painter.stage import Stage

Spot = tuple[float, float]
FLOWERS = ("flower", "tulip", "sunflower")


def bouquet(stage: Stage, mouth: Spot, scale: float) -> None:
    """A few stems out of the vase's mouth; their kind follows the prompt or luck."""
    rng = stage.rng
    blooms = next((s for s in map(stage.subject, FLOWERS) if s), None)
    is_flowery = blooms is not None or "flowers" in stage.brief.also
    kind = (
        "bloom" if is_flowery else str(rng.choice(["berry", "leaf", "bloom", "berry"]))
    )
    count = max(3, blooms.count if blooms else 0) + (4 if kind == "bloom" else 1)
    colour = (
        NAMED[blooms.colour] if blooms and blooms.colour else _bloom_colour(stage, kind)
    )
    for index in range(count):
        lean = (index - (count - 1) / 2) / count * 1.5 + rng.normal(0, 0.08)
        _stem(stage, mouth, scale * stage.chance(0.8, 1.25), lean, (kind, colour))


def _bloom_colour(stage: Stage, kind: str) -> Rgb:
    if kind == "leaf":
        return (rgb("#6f8a6a"), rgb("#8a9a72"), rgb("#5a7a72"))[
            int(stage.rng.integers(3))
        ]
    if kind == "bloom" and len(stage.colours) > 1:
        return stage.colours[1]
    colours = rgb("#c2512c"), rgb("#e9e2d2"), rgb("#d9868a"), rgb("#e2b04a")
    return colours[int(stage.rng.integers(len(colours)))]


def _stem(
    stage: Stage, mouth: Spot, tall: float, lean: float, spray: tuple[str, Rgb]
) -> None:
    kind, colour = spray
    canvas, rng = stage.canvas, stage.rng
    knots = [(mouth[0] + lean * tall * 0.04, mouth[1] + tall * 0.16)]
    angle = lean * 0.55
    for _ in range(5):
        angle += rng.normal(0, 0.13) + lean * 0.07
        x, y = knots[-1]
        knots.append((x + np.sin(angle) * tall * 0.24, y - np.cos(angle) * tall * 0.24))
    line = shapes.curve(np.asarray(knots))
    twig = rgb("#4a3424") if kind == "berry" else shade(rgb("#5a6b48"), -0.15)
    widths = np.linspace(0.034, 0.014, len(line)) * tall
    canvas.fill(shapes.ribbon(line, widths), twig)
    along = line[len(line) // 3 :: 5]
    if kind == "berry":
        _berries(stage, along, tall, twig, colour)
    if kind == "leaf":
        _leaves(stage, along, tall, colour)
    if kind == "bloom":
        _leaves(stage, along[:2], tall, rgb("#6b8560"))
        _bloom(stage, tuple(line[-1]), tall * stage.chance(0.13, 0.2), colour)


def _berries(stage: Stage, along: Points, tall: float, twig: Rgb, colour: Rgb) -> None:
    canvas, rng = stage.canvas, stage.rng
    for x, y in along:
        for _ in range(2):
            angle, reach = rng.random() * 6.3, tall * stage.chance(0.05, 0.12)
            bx, by = x + np.cos(angle) * reach, y + np.sin(angle) * reach * 0.8
            canvas.fill(shapes.ribbon(np.array([[x, y], [bx, by]]), tall * 0.012), twig)
            radius = tall * stage.chance(0.028, 0.048)
            ball(stage, bx, by, radius, colour)


def ball(stage: Stage, x: float, y: float, radius: float, colour: Rgb) -> None:
    """A small round thing with light on it."""
    canvas = stage.canvas
    canvas.fill([shapes.circle(x, y, radius)], shade(colour, -0.38))
    canvas.fill(
        [shapes.circle(x - radius * 0.12, y - radius * 0.14, radius * 0.78)], colour
    )
    canvas.fill(
        [shapes.circle(x - radius * 0.3, y - radius * 0.34, radius * 0.28)],
        shade(colour, 0.45),
    )


def _leaves(stage: Stage, along: Points, tall: float, colour: Rgb) -> None:
    canvas, rng = stage.canvas, stage.rng
    for index, (x, y) in enumerate(along):
        side = 1 if index % 2 else -1
        angle = -90 + side * stage.chance(35, 75)
        long = tall * stage.chance(0.1, 0.17)
        cx = x + np.cos(np.radians(angle)) * long
        cy = y + np.sin(np.radians(angle)) * long
        tone = shade(colour, float(rng.uniform(-0.2, 0.16)))
        canvas.fill([shapes.ellipse(cx, cy, long, long * 0.42, tilt=angle)], tone)
        vein = np.array([[x, y], [cx + (cx - x) * 0.7, cy + (cy - y) * 0.7]])
        canvas.fill(shapes.ribbon(vein, tall * 0.007), shade(tone, -0.25))


def _bloom(stage: Stage, at: Spot, radius: float, colour: Rgb) -> None:
    """Two rings of petals around a golden middle."""
    canvas, rng = stage.canvas, stage.rng
    x, y = at
    start = rng.random() * 360
    for ring, (count, reach, tone) in enumerate(((9, 1.0, -0.14), (7, 0.68, 0.06))):
        for petal in range(count):
            angle = start + petal * 360 / count + ring * 20
            px = x + np.cos(np.radians(angle)) * radius * reach * 0.6
            py = y + np.sin(np.radians(angle)) * radius * reach * 0.5
            leaf = shapes.ellipse(
                px, py, radius * reach * 0.5, radius * reach * 0.29, tilt=angle
            )
            canvas.fill([leaf], shade(colour, tone + float(rng.uniform(-0.06, 0.06))))
    canvas.fill([shapes.ellipse(x, y, radius * 0.24, radius * 0.21)], rgb("#e0a83c"))
    canvas.fill([shapes.ellipse(x, y, radius * 0.13, radius * 0.11)], rgb("#a86f2a"))
