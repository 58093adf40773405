"""Still lifes: a vessel or some fruit on a table, in the light of a window."""

from dataclasses import dataclass

import numpy as np

from playground.generation.providers.painter import shapes
from playground.generation.providers.painter.fields import (
    Floats,
    Rgb,
    fbm,
    grid,
    ramp,
    smoothstep,
)
from playground.generation.providers.painter.lathe import (
    Form,
    Glaze,
    Stand,
    cast_shadow,
    turn,
)
from playground.generation.providers.painter.palettes import NAMED, mix, rgb, shade
from playground.generation.providers.painter.scenes.sprays import bouquet
from playground.generation.providers.painter.stage import Ground, Stage

VASES = (
    Form(
        (
            (0, 0.3),
            (0.12, 0.4),
            (0.45, 0.62),
            (0.85, 0.66),
            (1.2, 0.42),
            (1.45, 0.24),
            (1.62, 0.23),
            (1.74, 0.33),
        ),
        True,
    ),
    Form(
        (
            (0, 0.34),
            (0.2, 0.46),
            (0.7, 0.56),
            (1.2, 0.5),
            (1.6, 0.36),
            (1.85, 0.2),
            (2.15, 0.16),
            (2.3, 0.22),
        ),
        True,
    ),
    Form(
        (
            (0, 0.26),
            (0.1, 0.44),
            (0.35, 0.72),
            (0.62, 0.78),
            (0.92, 0.64),
            (1.1, 0.38),
            (1.22, 0.3),
            (1.32, 0.36),
        ),
        True,
    ),
    Form(
        (
            (0, 0.4),
            (0.3, 0.44),
            (0.9, 0.46),
            (1.4, 0.44),
            (1.6, 0.36),
            (1.7, 0.28),
            (1.86, 0.27),
            (1.96, 0.34),
        ),
        True,
        22,
    ),
)
APPLE = Form(
    (
        (0, 0.1),
        (0.02, 0.2),
        (0.12, 0.31),
        (0.3, 0.375),
        (0.45, 0.36),
        (0.55, 0.27),
        (0.59, 0.15),
        (0.57, 0.03),
    )
)
PEAR = Form(
    (
        (0, 0.1),
        (0.03, 0.22),
        (0.16, 0.35),
        (0.34, 0.36),
        (0.55, 0.24),
        (0.75, 0.16),
        (0.88, 0.12),
        (0.93, 0.02),
    )
)
ROUND = Form(
    (
        (0, 0.06),
        (0.03, 0.18),
        (0.14, 0.28),
        (0.3, 0.32),
        (0.46, 0.28),
        (0.56, 0.18),
        (0.6, 0.02),
    )
)
LEMON = Form(
    (
        (0, 0.02),
        (0.05, 0.06),
        (0.14, 0.2),
        (0.32, 0.27),
        (0.5, 0.2),
        (0.6, 0.07),
        (0.66, 0.02),
    )
)
BOTTLE = Form(
    (
        (0, 0.34),
        (0.05, 0.37),
        (0.9, 0.37),
        (1.25, 0.34),
        (1.5, 0.16),
        (1.7, 0.11),
        (2.2, 0.11),
        (2.25, 0.14),
        (2.34, 0.14),
    ),
    True,
)


@dataclass(frozen=True, slots=True)
class Fruit:
    """A form with its own colours and a size against the vase."""

    form: Form
    glaze: Glaze
    size: float = 1.0
    lean: float = 0.0
    has_stem: bool = False


FRUITS: dict[str, Fruit] = {
    "apple": Fruit(
        APPLE,
        Glaze(rgb("#c23a2e"), gloss=0.55, blush=rgb("#d99a45")),
        1.15,
        has_stem=True,
    ),
    "pear": Fruit(
        PEAR,
        Glaze(rgb("#b9a948"), gloss=0.35, blush=rgb("#b9743c")),
        1.15,
        has_stem=True,
    ),
    "orange_fruit": Fruit(ROUND, Glaze(rgb("#e2822b"), gloss=0.4, speckle=0.12)),
    "lemon": Fruit(LEMON, Glaze(rgb("#e6c13f"), gloss=0.4, speckle=0.08), 1.0, 78),
    "peach_fruit": Fruit(
        ROUND, Glaze(rgb("#eaa877"), gloss=0.14, blush=rgb("#c9554a")), 1.05
    ),
    "plum": Fruit(
        ROUND,
        Glaze(rgb("#5d3358"), gloss=0.35, blush=rgb("#7d4a78")),
        0.72,
        has_stem=True,
    ),
    "bottle": Fruit(BOTTLE, Glaze(rgb("#3d5a45"), gloss=0.7), 0.85),
}
TABLES = (
    ("#cdbfa9", "#b9a486"),
    ("#c4b7a6", "#a58f74"),
    ("#d6cbb9", "#a88c6c"),
    ("#39423f", "#5a4a3c"),
    ("#a9b3ab", "#b49c7c"),
    ("#c99f86", "#a4765a"),
)


def paint_still(stage: Stage) -> Ground:
    """A table, a vessel unless only fruit was asked for, and the fruit."""
    canvas, rng = stage.canvas, stage.rng
    wall, table = (rgb(code) for code in TABLES[int(rng.integers(len(TABLES)))])
    asked = list(stage.colours)
    wanted = [s for s in stage.brief.subjects if s.name in FRUITS]
    has_vessel = stage.brief.scene == "still" or not wanted
    glaze_colour = asked.pop(0) if asked and has_vessel else None
    if asked:
        wall, table = mix(wall, asked[0], 0.6), mix(table, asked[-1], 0.5)
    if stage.light.is_dark:
        wall, table = shade(wall, -0.62), shade(table, -0.58)
    _room(stage, wall, table)
    tone = shade(table, -0.72)
    scale = min(canvas.unit * 0.27, canvas.height * 0.26, canvas.width * 0.34)
    foot = canvas.height * 0.5 + canvas.unit * 0.27
    foot = min(foot, canvas.height * 0.86)
    form = VASES[int(rng.integers(len(VASES)))]
    scale = min(
        scale,
        canvas.unit * 0.44 / form.knots[-1][0],
        (foot - canvas.height * 0.04) / (form.knots[-1][0] + 0.95),
    )
    if has_vessel:
        _vessel(
            stage,
            form,
            glaze_colour,
            Stand(canvas.width * (0.46 if wanted else 0.5), foot, scale),
            tone,
        )
    _fruit(stage, foot, scale * (1.05 if has_vessel else 1.5), tone, has_vessel)
    return Ground(
        floor=min(0.93, foot / canvas.height + 0.05),
        size=0.26,
        spread=0.8,
        shadow=tone,
        ambient=(255, 246, 234),
    )


def _room(stage: Stage, wall: Rgb, table: Rgb) -> None:
    """Wall running into table in one sweep, crossed by the window's light."""
    canvas = stage.canvas
    size = canvas.field
    x, y = grid(size)
    wide = canvas.width / canvas.unit
    edge = 0.5 + canvas.unit / canvas.height * 0.06
    turn_at = smoothstep(
        edge - 0.09, edge + 0.12, np.broadcast_to(y, (size[1], size[0]))
    )
    field = ramp(turn_at, (wall, mix(wall, table, 0.6), table))
    weave = fbm(stage.rng, size, (30 * wide, 140), octaves=2) - 0.5
    light = 1.1 - 0.3 * np.hypot((x - 0.3) * 1.1, y - 0.35)
    if stage.rng.random() < 0.7:
        light = light * (
            0.78
            + 0.32 * _panes(stage, x * wide, y * canvas.height / canvas.unit, turn_at)
        )
    field = field * (light + weave * 0.05)[..., None]
    canvas.wash(field)


def _panes(stage: Stage, x: Floats, y: Floats, table: Floats) -> Floats:
    """Four or six panes thrown slantwise, bent where the wall meets the table."""
    lean = x * 1.5 + y * (0.32 + 0.9 * table) + stage.chance(0, 1)
    rise = y * (1.7 - 0.5 * table) + x * 0.22 + stage.chance(0, 1)
    across = np.abs(lean % 1 - 0.5)
    down = np.abs(rise % 1 - 0.5)
    return (1 - smoothstep(0.38, 0.46, across)) * (1 - smoothstep(0.38, 0.46, down))


def _vessel(
    stage: Stage, form: Form, colour: Rgb | None, stand: Stand, tone: Rgb
) -> None:
    canvas, rng = stage.canvas, stage.rng
    plain = (
        rgb("#e4dccb"),
        rgb("#d8cdb8"),
        rgb("#31518f"),
        rgb("#7d8f86"),
        rgb("#2a2826"),
        rgb("#b5694a"),
    )
    body = colour or plain[int(rng.integers(len(plain)))]
    is_two_toned = rng.random() < 0.5 and not form.flutes
    glaze = Glaze(
        body,
        foot=rgb("#a98763") if is_two_toned else None,
        gloss=stage.chance(0.12, 0.4),
        speckle=0.5 if is_two_toned or rng.random() < 0.3 else 0.0,
    )
    cast_shadow(canvas, form, stand, tone)
    heights, _ = form.rings()
    mouth = stand.y - float(heights[-1]) * stand.scale
    bouquet(stage, (stand.x, mouth), stand.scale)
    turn(canvas, form, glaze, stand, rng)
    bouquet_front(stage, stand, mouth)


def bouquet_front(stage: Stage, stand: Stand, mouth: float) -> None:
    """A little shade inside the lip, where the stems go in."""
    lip = shapes.ellipse(
        stand.x, mouth + stand.scale * 0.02, stand.scale * 0.16, stand.scale * 0.03
    )
    stage.canvas.soften([lip], (40, 32, 30), blur=stand.scale * 0.02, alpha=0.3)


def _fruit(stage: Stage, foot: float, scale: float, tone: Rgb, beside: bool) -> None:
    """Every piece of fruit asked for, the far ones first, none standing on another."""
    canvas, rng = stage.canvas, stage.rng
    wanted = [(FRUITS[s.name], s) for s in stage.brief.subjects if s.name in FRUITS]
    pieces = [
        (fruit, subject) for fruit, subject in wanted for _ in range(subject.count)
    ]
    if not pieces and beside and rng.random() < 0.5:
        kind = str(rng.choice(["orange_fruit", "lemon", "pear", "plum"]))
        pieces = [(FRUITS[kind], None)] * int(rng.integers(1, 4))  # type: ignore[list-item]
    room = canvas.width * (0.8 if not beside else 0.86)
    step = min(scale * 0.82, room / max(1, len(pieces)))
    scale = min(scale, step * 1.35) if len(pieces) > 1 else scale
    middle = (len(pieces) - 1) / 2
    order = sorted(range(len(pieces)), key=lambda i: i % 2 == 0)
    for index in order:
        fruit, subject = pieces[index]
        offset = (index - middle) * step
        if beside:
            side = 1 if index % 2 == 0 else -1
            offset = side * (scale * 0.86 + (index // 2) * step) + canvas.width * 0.0
        x = min(
            canvas.width * 0.95, max(canvas.width * 0.05, canvas.width * 0.5 + offset)
        )
        y = (
            foot
            + scale * (0.16 if index % 2 == 0 else -0.06)
            + rng.normal(0, 0.015) * scale
        )
        glaze = fruit.glaze
        if subject is not None and (subject.colour or (not beside and stage.colours)):
            body = NAMED[subject.colour] if subject.colour else stage.colours[0]
            glaze = Glaze(
                body, gloss=glaze.gloss, speckle=glaze.speckle, blush=shade(body, 0.3)
            )
        _one(stage, fruit, glaze, Stand(x, y, scale * fruit.size, fruit.lean), tone)


def _one(stage: Stage, fruit: Fruit, glaze: Glaze, stand: Stand, tone: Rgb) -> None:
    canvas, rng = stage.canvas, stage.rng
    cast_shadow(canvas, ROUND if fruit.lean else fruit.form, stand, tone)
    if fruit.lean:  # lying on its side: raised so that it rests on the table
        stand = Stand(
            stand.x - stand.scale * 0.3,
            stand.y - stand.scale * 0.26,
            stand.scale,
            fruit.lean,
        )
    turn(canvas, fruit.form, glaze, stand, rng)
    if fruit.has_stem:
        heights, _ = fruit.form.rings()
        top = stand.y - float(heights[-1]) * stand.scale * 0.95
        bend = stand.scale * stage.chance(-0.06, 0.09)
        knots = np.array(
            [
                [stand.x, top],
                [stand.x + bend * 0.3, top - stand.scale * 0.08],
                [stand.x + bend, top - stand.scale * 0.16],
            ]
        )
        canvas.fill(
            shapes.ribbon(shapes.curve(knots), stand.scale * 0.028), rgb("#4a3626")
        )
