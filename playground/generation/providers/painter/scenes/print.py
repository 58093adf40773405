"""Screen prints: a few flat inks on warm paper, overprinting where they meet."""

from collections.abc import Callable, Sequence

import numpy as np

from playground.generation.providers.painter import shapes
from playground.generation.providers.painter.canvas import Points
from playground.generation.providers.painter.fields import (
    Rgb,
    fbm,
    field_size,
    smoothstep,
)
from playground.generation.providers.painter.palettes import inks_for, shade
from playground.generation.providers.painter.stage import Ground, Stage


class Press:
    """Paper in a frame, and inks that darken each other like real ones."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.canvas = stage.canvas
        self.paper, *inks = inks_for(stage.colours, stage.rng)
        self.inks: tuple[Rgb, ...] = tuple(inks)
        size = self.canvas.field
        cells = (
            3 * self.canvas.width / self.canvas.unit,
            3 * self.canvas.height / self.canvas.unit,
        )
        mottle = fbm(stage.rng, size, cells, octaves=6) - 0.5
        sheet = np.asarray(self.paper, np.float32) * (1 + mottle * 0.05)[..., None]
        self.canvas.wash(sheet)

    def ink(self, index: int) -> Rgb:
        """One of the inks, round and round."""
        return self.inks[index % len(self.inks)]

    def lay(self, outlines: Sequence[Points], ink: Rgb, *, shift: float = 0.0) -> None:
        """Print these shapes in one ink; a small shift is the printer's charm."""
        moved = [outline + shift * self.canvas.unit * 0.004 for outline in outlines]
        self.canvas.fill(moved, ink, mode="multiply", alpha=0.94)

    def wear(self) -> None:
        """Tiny specks where the ink did not take."""
        canvas = self.canvas
        size = field_size(canvas.width, canvas.height, 900 * 900)
        cells = 300 * canvas.width / canvas.unit, 300 * canvas.height / canvas.unit
        missed = smoothstep(0.66, 0.8, fbm(self.stage.rng, size, cells, octaves=2))
        canvas.veil(self.paper, missed * np.float32(0.34))

    def frame(self, margin: float = 0.08) -> tuple[float, float, float, float]:
        """Left, top, width and height of the printed part."""
        edge = margin * min(self.canvas.width, self.canvas.height)
        words = self.canvas.height * 0.27 if self.stage.brief.quotes else 0.0
        wide, tall = self.canvas.width - 2 * edge, self.canvas.height - 2 * edge
        return edge, edge + words, wide, tall - words


def paint_geometry(stage: Stage) -> Ground:
    """One of five compositions, chosen by the seed."""
    press = Press(stage)
    plans: tuple[Callable[[Press], None], ...] = (
        _sun_and_peaks,
        _tiles,
        _turning_arcs,
        _stacked,
        _bauhaus,
    )
    plans[int(stage.rng.integers(len(plans)))](press)
    press.wear()
    return Ground(floor=0.9, sky=(0.1, 0.4), size=0.3)


def _sun_and_peaks(press: Press) -> None:
    """A great sun behind bars and two peaks."""
    left, top, wide, tall = press.frame()
    right, low = left + wide, top + tall
    radius = min(wide, tall) * 0.36
    press.lay(
        [shapes.circle(left + wide / 2, top + radius * 1.1, radius)], press.ink(0)
    )
    bars = []
    for index in range(9):
        y = top + tall * (0.44 + index * 0.062)
        bars.append(shapes.rectangle(left, y, wide, tall * (0.006 + 0.0034 * index)))
    press.lay(bars, press.ink(1))
    peak = press.stage.chance(0.3, 0.45)
    press.lay(
        [
            shapes.points(
                (left, low),
                (left + wide * peak, top + tall * 0.36),
                (left + wide * 0.7, low),
            )
        ],
        press.ink(2),
        shift=1,
    )
    press.lay(
        [
            shapes.points(
                (left + wide * 0.36, low),
                (left + wide * 0.72, top + tall * 0.52),
                (right, low),
            )
        ],
        press.ink(1),
        shift=-1,
    )


def _tiles(press: Press) -> None:
    """A grid of discs, quarters, halves and triangles."""
    rng = press.stage.rng
    left, top, wide, tall = press.frame()
    cell = min(wide, tall) / (4 if min(wide, tall) / max(wide, tall) > 0.3 else 2)
    columns, rows = max(1, round(wide / cell)), max(1, round(tall / cell))
    cw, ch = wide / columns, tall / rows
    cell = min(cw, ch)
    left, top = left + (wide - cell * columns) / 2, top + (tall - cell * rows) / 2
    for row in range(rows):
        for column in range(columns):
            x, y = left + column * cell, top + row * cell
            tile = _tile(int(rng.integers(7)), x, y, cell)
            press.lay(
                tile, press.ink(int(rng.integers(4))), shift=rng.uniform(-0.4, 0.4)
            )


def _tile(kind: int, x: float, y: float, cell: float) -> list[Points]:
    middle = cell / 2
    match kind:
        case 0:
            return [shapes.circle(x + middle, y + middle, middle)]
        case 1:
            return [shapes.sector(x, y + cell, cell, 270, 360)]
        case 2:
            return [shapes.sector(x + cell, y, cell, 90, 180)]
        case 3:
            return [shapes.rectangle(x, y, cell, cell)]
        case 4:
            return [shapes.points((x, y + cell), (x + cell, y), (x + cell, y + cell))]
        case 5:
            return [
                shapes.sector(x + middle, y, middle, 0, 180),
                shapes.sector(x + middle, y + middle, middle, 0, 180),
            ]
        case _:
            rings = (0.5, 0.36, 0.22)
            return [
                shapes.sector(
                    x, y + cell, cell * r * 2, 270, 360, inner=cell * (r - 0.08) * 2
                )
                for r in rings
            ]


def _turning_arcs(press: Press) -> None:
    """Arcs each turned a little further, around one eye."""
    canvas = press.canvas
    left, top, wide, tall = press.frame()
    x, y = canvas.width / 2, top + tall * 0.42
    reach = min(wide * 0.5, tall * 0.42)
    for index in range(14):
        radius = reach * (1 - 0.066 * index)
        arc = shapes.sector(
            x, y, radius, 180 + index * 7, 360 + index * 7, inner=radius - reach * 0.027
        )
        press.lay([arc], press.ink(index % 3))
    press.lay([shapes.circle(x, y, reach * 0.2)], press.ink(0))
    base = top + tall
    press.lay(
        [shapes.rectangle(left, base - tall * 0.15, wide, tall * 0.006)], press.ink(1)
    )
    split = press.stage.chance(0.4, 0.65)
    press.lay(
        [shapes.rectangle(left, base - tall * 0.11, wide * split, tall * 0.11)],
        press.ink(2),
    )
    press.lay(
        [
            shapes.rectangle(
                left + wide * (split + 0.04),
                base - tall * 0.11,
                wide * (0.96 - split),
                tall * 0.11,
            )
        ],
        press.ink(0),
    )


def _stacked(press: Press) -> None:
    """Balanced stones: half-discs, discs and arches in a column."""
    rng = press.stage.rng
    left, top, wide, tall = press.frame(0.1)
    x, y = left + wide / 2, top + tall
    index = int(rng.integers(3))
    while y > top + tall * 0.14:
        high = min(y - top, min(wide, tall) * rng.uniform(0.12, 0.3))
        kind = int(rng.integers(3))
        half = min(wide / 2, high * rng.uniform(0.9, 1.7))
        aside = rng.uniform(-0.1, 0.1) * wide
        if kind == 0:
            stone = [shapes.circle(x + aside, y - high / 2, high / 2)]
        elif kind == 1:
            stone = [
                shapes.rectangle(
                    x + aside - half, y - high, half * 2, high, corner=high * 0.5
                )
            ]
        else:
            stone = [shapes.sector(x + aside, y, high, 180, 360, inner=high * 0.42)]
        press.lay(stone, press.ink(index), shift=rng.uniform(-0.6, 0.6))
        y -= high * 0.97
        index += 1


def _bauhaus(press: Press) -> None:
    """Disc, bar and triangle set against each other on the slant."""
    rng = press.stage.rng
    left, top, wide, tall = press.frame()
    span = min(wide, tall)
    x, y = left + wide * rng.uniform(0.4, 0.6), top + tall * rng.uniform(0.36, 0.5)
    press.lay([shapes.circle(x, y, span * 0.32)], press.ink(0))
    press.lay(
        [shapes.sector(x + span * 0.1, y + span * 0.16, span * 0.42, 0, 180)],
        press.ink(1),
        shift=1,
    )
    slant = np.radians(rng.uniform(-55, -35))
    along = np.array([np.cos(slant), np.sin(slant)])
    across = np.array([-along[1], along[0]])
    middle = np.array([x, y])
    for offset, thick in ((-0.3, 0.045), (-0.22, 0.012), (-0.19, 0.012), (0.36, 0.02)):
        start = middle + across * offset * span - along * span * 0.62
        end = middle + across * offset * span + along * span * 0.62
        side = across * thick * span / 2
        press.lay(
            [np.stack([start - side, start + side, end + side, end - side])],
            press.ink(3),
        )
    press.lay(
        [
            shapes.points(
                (x - span * 0.42, y + span * 0.56),
                (x - span * 0.05, y + span * 0.1),
                (x + span * 0.12, y + span * 0.56),
            )
        ],
        press.ink(2),
        shift=-1,
    )
    dots = [
        shapes.circle(
            x + span * (0.2 + 0.07 * i), y - span * (0.4 - 0.07 * j), span * 0.014
        )
        for i in range(4)
        for j in range(3)
    ]
    press.lay(dots, press.ink(3))


def paint_flowers(stage: Stage) -> Ground:
    """A botanical print: stems of different habits over one tinted panel."""
    press = Press(stage)
    rng = stage.rng
    left, top, wide, tall = press.frame(0.1)
    low = top + tall
    press.lay(
        [shapes.rectangle(left, top, wide, tall * 0.66)], shade(press.ink(2), 0.5)
    )
    if rng.random() < 0.6:
        reach = min(wide, tall) * 0.2
        press.lay(
            [
                shapes.circle(
                    left + wide * rng.uniform(0.25, 0.75), top + tall * 0.26, reach
                )
            ],
            shade(press.ink(0), 0.35),
        )
    green = (47, 90, 68) if not stage.colours else press.ink(1)
    count = max(3, min(14, round(5 * wide / (tall * 0.75))))
    for index in range(count):
        x = left + wide * (index + 0.5 + rng.uniform(-0.22, 0.22)) / count
        height = tall * rng.uniform(0.42, 0.8)
        _plant(press, (x, low), height, green, index)
    press.lay([shapes.rectangle(left, low, wide, tall * 0.008)], press.ink(3))
    press.wear()
    return Ground(floor=0.9, sky=(0.12, 0.4), size=0.26)


def _plant(
    press: Press, foot: tuple[float, float], height: float, green: Rgb, index: int
) -> None:
    x, low = foot
    rng = press.stage.rng
    unit = press.canvas.unit
    bend = rng.normal(0, 0.05) * height
    stem = shapes.curve(
        np.array(
            [[x, low], [x + bend * 0.3, low - height * 0.5], [x + bend, low - height]]
        )
    )
    press.lay([shapes.ribbon(stem, unit * 0.007)[0]], green)
    leaf = unit * rng.uniform(0.035, 0.055)
    pairs = int(rng.integers(3, 6))
    for pair in range(pairs):
        at = stem[int(len(stem) * (0.12 + 0.68 * pair / pairs))]
        for side in (-1, 1):
            if rng.random() < 0.16:
                continue
            angle = -90 + side * rng.uniform(40, 68)
            centre = (
                at
                + np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
                * leaf
            )
            tone = green if rng.random() < 0.75 else press.ink(1)
            press.lay(
                [shapes.ellipse(centre[0], centre[1], leaf, leaf * 0.36, tilt=angle)],
                tone,
            )
    _head(press, stem[-1], unit * rng.uniform(0.05, 0.085), index)


def _head(press: Press, at: Points, radius: float, index: int) -> None:
    """The flower itself: daisy, tulip, poppy or umbel."""
    rng = press.stage.rng
    x, y = float(at[0]), float(at[1])
    colour, other = press.ink(0 if rng.random() < 0.7 else 2), press.ink(3)
    kind = (index + int(rng.integers(2))) % 4
    if kind == 0:
        petals = [
            shapes.ellipse(
                x + np.cos(a) * radius * 0.66,
                y + np.sin(a) * radius * 0.66,
                radius * 0.42,
                radius * 0.2,
                tilt=np.degrees(a),
            )
            for a in np.linspace(0, 2 * np.pi, 11)[:-1]
        ]
        press.lay(petals, colour)
        press.lay([shapes.circle(x, y, radius * 0.26)], other)
    if kind == 1:
        cup = np.array(
            [
                [x - radius * 0.6, y - radius * 0.9],
                [x - radius * 0.25, y - radius * 0.4],
                [x, y - radius * 1.1],
                [x + radius * 0.25, y - radius * 0.4],
                [x + radius * 0.6, y - radius * 0.9],
                [x + radius * 0.55, y],
                [x, y + radius * 0.45],
                [x - radius * 0.55, y],
            ]
        )
        press.lay(
            [shapes.blob(cup, [True, True, True, True, True, False, False, False])],
            colour,
        )
    if kind == 2:
        press.lay(
            [shapes.ellipse(x - radius * 0.3, y, radius * 0.72, radius * 0.66)], colour
        )
        press.lay(
            [
                shapes.ellipse(
                    x + radius * 0.3, y - radius * 0.06, radius * 0.66, radius * 0.6
                )
            ],
            colour,
        )
        press.lay([shapes.circle(x, y, radius * 0.18)], other)
    if kind == 3:
        for a in np.linspace(np.pi * 1.12, np.pi * 1.88, 7):
            tip = np.array([x + np.cos(a) * radius * 1.1, y + np.sin(a) * radius])
            press.lay(
                [shapes.ribbon(np.stack([np.array([x, y]), tip]), radius * 0.05)[0]],
                other,
            )
            press.lay([shapes.circle(tip[0], tip[1], radius * 0.2)], colour)
