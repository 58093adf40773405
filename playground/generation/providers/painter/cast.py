"""Put the things the prompt asked for into the world the scene painted."""

from dataclasses import dataclass

from playground.generation.providers.painter import shapes
from playground.generation.providers.painter.motif import Motif, Pose, draw, motifs
from playground.generation.providers.painter.palettes import NAMED
from playground.generation.providers.painter.reading import Subject
from playground.generation.providers.painter.stage import Ground, Stage

FRUIT = frozenset("apple pear orange_fruit lemon peach_fruit plum bottle".split())
SEEN_IN_SKIES = frozenset({"moon", "sun"})  # every sky has painted its own


@dataclass(frozen=True, slots=True)
class Spot:
    """A place for one thing: its feet as fractions of the sheet, and its scale."""

    x: float
    y: float
    scale: float
    is_standing: bool


def place(stage: Stage, ground: Ground) -> None:
    """Set out every subject, far ones first, each where it belongs."""
    waiting = [
        (motifs()[subject.name], subject)
        for subject in stage.brief.subjects
        if subject.name in motifs() and subject.name not in SEEN_IN_SKIES
    ]
    order = {"sky": 0, "water": 1, "ground": 2, "table": 3}
    waiting.sort(key=lambda pair: (order[pair[0].stands], -pair[0].size))
    for index, (motif, subject) in enumerate(waiting):
        for spot in _spots(stage, ground, (motif, subject), (index, len(waiting))):
            _put(stage, ground, motif, subject, spot)


def _spots(
    stage: Stage, ground: Ground, thing: tuple[Motif, Subject], turn: tuple[int, int]
) -> list[Spot]:
    """Where this subject's copies go; none if the scene has no place for it."""
    (motif, subject), (index, of) = thing, turn
    count = subject.count
    crowd = 1.0 if count == 1 else max(0.42, 1.05 / count**0.42)
    if motif.stands == "sky" and ground.sky is not None:
        return _in_the_sky(stage, ground, count, crowd)
    level = ground.water if motif.stands == "water" else ground.floor
    level = level if level is not None else ground.floor or ground.water
    if level is None and ground.sky is not None:
        return _in_the_sky(stage, ground, count, crowd)
    if level is None:
        return []
    if motif.stands == "water" and of > 1:
        level += 0.07 * (index - (of - 1) / 2)
    step = ground.spread / max(1, count)
    if count > 1:  # shoulder to shoulder, but not through each other
        room = step * stage.canvas.width * 1.02
        crowd = min(crowd, room / (ground.size * motif.size * stage.canvas.unit))
    start = ground.centre + (index - (of - 1) / 2) * ground.spread / (of + 0.6)
    spots = []
    for copy in range(count):
        along = (copy - (count - 1) / 2) * step
        x = start + along + stage.chance(-0.2, 0.2) * (step if count > 1 else 0.25)
        back = stage.chance(-0.02, 0.05) if count > 1 else 0.0
        spots.append(
            Spot(min(0.94, max(0.06, x)), level + back, crowd * (1 + back * 3), True)
        )
    return sorted(spots, key=lambda spot: spot.y)


def _in_the_sky(stage: Stage, ground: Ground, count: int, crowd: float) -> list[Spot]:
    low, high = ground.sky or (0.1, 0.5)
    spots = []
    for copy in range(count):
        x = (ground.centre if count == 1 else 0.5) + (
            copy - (count - 1) / 2
        ) * 0.76 / max(1, count)
        x += stage.chance(-0.12, 0.12) if count == 1 else stage.chance(-0.05, 0.05)
        y = stage.chance(low, high) if count > 1 else low + (high - low) * 0.72
        spots.append(Spot(x, y, crowd * stage.chance(0.75, 1.1), False))
    return spots


def _put(
    stage: Stage, ground: Ground, motif: Motif, subject: Subject, spot: Spot
) -> None:
    """One motif on its spot, with a shadow to hold it to the floor."""
    canvas = stage.canvas
    room = canvas.height * (0.9 if spot.is_standing else 0.7)
    height = min(ground.size * motif.size * spot.scale * canvas.unit, room)
    height = min(height, canvas.width * 0.86)
    x, y = spot.x * canvas.width, spot.y * canvas.height
    if not spot.is_standing:
        y = max(y + height * 0.5, height * 1.04)
    if spot.is_standing and motif.stands != "water":
        tone = ground.shadow or (30, 26, 40)
        patch = shapes.ellipse(x, y, height * 0.4, height * 0.035)
        canvas.soften([patch], tone, blur=height * 0.03, alpha=0.42)
    coat = NAMED[subject.colour] if subject.colour else None
    draw(
        canvas,
        motif,
        Pose(x, y, height, ground.ambient, coat, bool(stage.rng.random() < 0.35)),
    )
