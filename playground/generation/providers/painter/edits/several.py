"""Several pictures on one sheet: side by side, in a grid, or through each other."""

import math

import numpy as np
from PIL import Image, ImageChops

from playground.generation.providers.painter.edits.desk import Desk
from playground.generation.providers.painter.edits.framing import PAPER, cover
from playground.generation.providers.painter.edits.grades import (
    Grade,
    brighter,
    contrast,
    graded,
    saturation,
    toned,
)
from playground.generation.providers.painter.edits.instructions import Act
from playground.generation.providers.painter.fields import Floats, Size
from playground.generation.providers.painter.palettes import INKS, NAMED, shade

SEVERAL = frozenset({"collage", "row", "column", "blend", "exposure", "match"})
FOUR = 4
PALE = 1.05  # two mean levels together, above which light on light is white
LOOSEST, TIGHTEST = 0.62, 1.6  # how far rows may be stretched to fill the sheet


def collage(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
    """All the pictures in rows that fill the sheet, with an even gutter."""
    pictures = _all(image, desk)
    rows = _best_rows(pictures, desk.size)
    return _hung(pictures, rows, act, desk.size)


def row(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
    pictures = _all(image, desk)
    return _hung(pictures, [len(pictures)], act, desk.size)


def column(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
    pictures = _all(image, desk)
    return _hung(pictures, [1] * len(pictures), act, desk.size)


def _all(image: Image.Image, desk: Desk) -> list[Image.Image]:
    """The pictures; one alone becomes four prints of itself in other inks."""
    if desk.others:
        return [image, *desk.others]
    inks = desk.luck("inks").permutation(len(INKS))[:FOUR]
    prints = []
    for number in inks:
        paper, *colours = INKS[int(number)]
        colour = colours[int(number) % 2]
        tones = (colours[-1], shade(colour, -0.25), shade(colour, 0.35), paper)
        small = image.resize(
            (max(1, image.width // 2), max(1, image.height // 2)), Image.Resampling.BOX
        )
        prints.append(graded(graded(small, contrast(0.8)), toned(tones)))
    return prints


def _best_rows(pictures: list[Image.Image], size: Size) -> list[int]:
    """How many pictures to a row, so that little is cut away or made small."""
    choices = [_dealt(len(pictures), rows) for rows in range(1, len(pictures) + 1)]
    return min(choices, key=lambda rows: _loss(pictures, rows, size))


def _dealt(count: int, rows: int) -> list[int]:
    """As even as it goes, the fuller rows below."""
    return [(count + place) // rows for place in range(rows)]


def _loss(pictures: list[Image.Image], rows: list[int], size: Size) -> float:
    loss = 0.0
    fair = size[0] * size[1] / len(pictures)
    boxes = _boxes([p.width / p.height for p in pictures], rows, size, 0)
    for picture, (left, top, right, low) in zip(pictures, boxes, strict=True):
        shape = max(1, right - left) / max(1, low - top)
        area = max(1, (right - left) * (low - top))
        loss += math.log(shape / (picture.width / picture.height)) ** 2
        loss += 0.5 * math.log(area / fair) ** 2  # nobody is shown as a stamp
    return loss


def _boxes(
    shapes: list[float], rows: list[int], size: Size, gap: int
) -> list[tuple[int, int, int, int]]:
    """Where each picture goes; wider ones get more of their row."""
    waiting = [min(2.2, max(0.5, shape)) for shape in shapes]
    lines: list[list[float]] = []
    for count in rows:
        lines.append(waiting[:count])
        waiting = waiting[count:]
    heights = [1 / sum(line) for line in lines]
    room, width = _filled(sum(heights), len(rows), size, gap)
    boxes = []
    top = (size[1] - room - gap * (len(rows) - 1)) / 2
    for line, tall in zip(lines, heights, strict=True):
        down = room * tall / sum(heights)
        wide = max(1.0, width - gap * (len(line) + 1))
        left = gap + (size[0] - width) / 2
        for shape in line:
            across = wide * shape / sum(line)
            box = (round(left), round(top), round(left + across), round(top + down))
            boxes.append(box)
            left += across + gap
        top += down + gap
    return boxes


def _filled(natural: float, rows: int, size: Size, gap: int) -> tuple[float, float]:
    """The height and width to use: all, unless the pictures were cut to ribbons."""
    room, width = size[1] - gap * (rows + 1), float(size[0])
    fill = natural * width / max(1, room)
    if fill < LOOSEST:
        return max(1.0, room * fill / LOOSEST), width
    if fill > TIGHTEST:
        return max(1.0, float(room)), max(1.0, width * TIGHTEST / fill)
    return max(1.0, float(room)), width


def _hung(
    pictures: list[Image.Image], rows: list[int], act: Act, size: Size
) -> Image.Image:
    paper = NAMED[act.colours[-1]] if act.colours else PAPER
    sheet = Image.new("RGB", size, paper)
    gap = round(min(size) * 0.018)
    boxes = _boxes([p.width / p.height for p in pictures], rows, size, gap)
    for picture, (left, top, right, low) in zip(pictures, boxes, strict=True):
        room = max(1, right - left), max(1, low - top)
        sheet.paste(cover(picture, room), (left, top))
    return sheet


def blend(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
    """Every picture with an equal say, and the contrast that averaging loses."""
    sheet = cover(image, desk.size)
    for number, other in enumerate(_through(sheet, desk), start=2):
        sheet = Image.blend(sheet, cover(other, desk.size), 1 / number)
    return graded(sheet, contrast(0.7))


def exposure(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
    """On one film: light adds up, unless both are so pale that only shadows tell."""
    sheet = cover(image, desk.size)
    for other in _through(sheet, desk)[:3]:
        second = graded(cover(other, desk.size), saturation(-0.25))
        if _sample(sheet).mean() + _sample(second).mean() > PALE:
            sheet = graded(ImageChops.multiply(sheet, second), brighter(0.75))
            continue
        sheet = ImageChops.screen(
            graded(sheet, brighter(-0.45)), graded(second, brighter(-0.55))
        )
    return graded(sheet, contrast(0.8))


def _through(sheet: Image.Image, desk: Desk) -> tuple[Image.Image, ...]:
    """What lies under the first picture; its own mirror image if nothing does."""
    return desk.others or (sheet.transpose(Image.Transpose.FLIP_LEFT_RIGHT),)


def match(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
    """The first picture in the colours of the second."""
    model = desk.others[0] if desk.others else image
    return graded(image, _matched(_sample(image), _sample(model)))


def _sample(image: Image.Image) -> Floats:
    small = image.resize((96, 96), Image.Resampling.BOX, reducing_gap=2.0)
    return np.asarray(small, np.float32).reshape(-1, 3) / 255


def _matched(own: Floats, wanted: Floats) -> Grade:
    """Brightness by its spread, colour by mean and spread, along grey and two hues."""
    turn = np.asarray(((1, 1, 1), (1, -1, 0), (0.5, 0.5, -1)), np.float32) / 3
    back = np.linalg.inv(turn).astype(np.float32)
    here, there = own @ turn.T, wanted @ turn.T
    gain = np.clip((there.std(axis=0) + 0.01) / (here.std(axis=0) + 0.01), 0.4, 2.2)

    def grade(colours: Floats) -> Floats:
        axes = (colours @ turn.T - here.mean(axis=0)) * gain + there.mean(axis=0)
        seen: Floats = (axes @ back.T).astype(np.float32)
        return seen

    return grade
