"""Put something into a picture that was not there: a fox, a moon, a line of text."""

import numpy as np
from PIL import Image

from playground.generation.providers.painter import shapes
from playground.generation.providers.painter.canvas import Canvas
from playground.generation.providers.painter.cast import SEEN_IN_SKIES, place
from playground.generation.providers.painter.edits.desk import Desk
from playground.generation.providers.painter.edits.instructions import Act
from playground.generation.providers.painter.fields import Rgb
from playground.generation.providers.painter.lettering import letter
from playground.generation.providers.painter.motif import Pose, draw, motifs
from playground.generation.providers.painter.palettes import HOURS, NAMED, mix
from playground.generation.providers.painter.reading import Brief, Subject
from playground.generation.providers.painter.stage import Ground, Stage

SIDES = {"left": 0.24, "right": 0.76, "centre": 0.5}
COLUMNS = 24


def text(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
    sheet = image.copy()
    ink = NAMED[act.colours[0]] if act.colours else None
    letter(sheet, (act.words,), where=act.where, ink=ink)
    return sheet


def motif(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
    """Where the picture is calm: on its ground, or high in its sky."""
    subject = act.subject
    if subject is None:
        return image
    canvas = Canvas(*image.size)
    canvas.image = image.copy()
    if subject.name in SEEN_IN_SKIES:
        _shine(canvas, subject, act.where)
        return canvas.image
    stands = motifs()[subject.name].stands
    is_high = (stands == "sky" or act.where == "top") and act.where != "bottom"
    ambient = _ambient(image, 0.25 if is_high else 0.8)
    rng = desk.luck(subject.name)
    brief = Brief(subjects=(subject,))
    stage = Stage(canvas, brief, HOURS["day"][0], rng)
    place(stage, _ground(image, act, ambient, is_high))
    return canvas.image


def _ground(image: Image.Image, act: Act, ambient: Rgb, is_high: bool) -> Ground:
    """The calmest place that is left, or the side that was named."""
    band = (0.05, 0.45) if is_high else (0.4, 0.96)
    centre = SIDES.get(act.where) or _calmest(image, band)
    size = 0.44 if image.width < image.height * 1.2 else 0.4
    sky = (0.08, 0.3) if is_high else None
    floor = None if is_high else 0.93
    return Ground(
        floor=floor, water=floor, sky=sky, size=size, ambient=ambient, centre=centre
    )


def _calmest(image: Image.Image, band: tuple[float, float]) -> float:
    """Across the picture, where least goes on; neither edge nor dead centre."""
    box = (0, round(band[0] * image.height), image.width, round(band[1] * image.height))
    strip = image.resize((COLUMNS, 32), Image.Resampling.BOX, box)
    tones = np.asarray(strip, np.float32)
    usual = np.median(tones, axis=1, keepdims=True)
    fuss = np.abs(tones - usual).mean(axis=(0, 2))
    around = np.convolve(np.pad(fuss, 3, mode="edge"), np.ones(7) / 7, "valid")
    places = (np.arange(COLUMNS) + 0.5) / COLUMNS
    thirds = np.minimum(np.abs(places - 0.3), np.abs(places - 0.7))
    cost = around / (around.mean() + 0.5) + 2.0 * thirds
    cost[np.abs(places - 0.5) > 0.32] = np.inf
    return float(places[int(cost.argmin())])


def _ambient(image: Image.Image, level: float) -> Rgb:
    """The light at that height of the picture, with most of its colour let go."""
    row = (0.0, max(0, level - 0.2) * image.height, image.width)
    box = (*row, min(1.0, level + 0.2) * image.height)
    mean = np.asarray(image.resize((8, 8), Image.Resampling.BOX, box), np.float32)
    red, green, blue = (int(part) for part in mean.reshape(-1, 3).mean(axis=0))
    bright = max(1, max(red, green, blue))
    tone = min(1.0, 0.42 + bright / 255 * 0.62)
    hue = (red * 255 // bright, green * 255 // bright, blue * 255 // bright)
    return mix((0, 0, 0), mix((255, 255, 255), hue, 0.4), tone)


def _shine(canvas: Canvas, subject: Subject, where: str) -> None:
    """A moon or a sun, small and high, with its light around it."""
    name = subject.name
    image, unit = canvas.image, canvas.unit
    x = (SIDES.get(where) or _calmest(image, (0.03, 0.4))) * canvas.width
    height = (0.17 if name == "moon" else 0.2) * unit
    y = {"centre": 0.5, "bottom": 0.8}.get(where, 0.2) * canvas.height
    coat = NAMED[subject.colour] if subject.colour else None
    lamp = coat or (NAMED["cream"] if name == "moon" else NAMED["yellow"])
    for reach, alpha in ((1.5, 0.16), (0.75, 0.22)):
        disc = shapes.circle(x, y, height * reach * 0.6)
        canvas.soften([disc], lamp, blur=height * reach * 0.4, alpha=alpha)
    draw(canvas, motifs()[name], Pose(x, y + height / 2, height, coat=coat))
