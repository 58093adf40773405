"""Change pictures by words: the painter's answer to an edit.

It does what it reads, in order, and only inside the mask when there is one.
What it does not understand becomes another hand over the same picture, chosen
by the words. The same pictures, words, size and seed always give the same pixels.
"""

from collections.abc import Sequence

from PIL import Image

from playground.generation.providers.painter.edits.acts import HANDS, SHAPING
from playground.generation.providers.painter.edits.desk import Desk
from playground.generation.providers.painter.edits.framing import cover, middle_box
from playground.generation.providers.painter.edits.instructions import (
    Act,
    instructions,
    is_a_description,
)
from playground.generation.providers.painter.edits.masks import (
    editable,
    healed,
    on_paper,
    soft_edge,
)
from playground.generation.providers.painter.edits.several import SEVERAL
from playground.generation.providers.painter.fields import Size
from playground.generation.providers.painter.painting import paint

__all__ = ["edit", "shape_after"]

WHITE = (255, 255, 255)


def edit(
    prompt: str,
    pictures: Sequence[Image.Image],
    *,
    mask: Image.Image | None,
    width: int,
    height: int,
    seed: int,
) -> Image.Image:
    """The first picture changed as asked, as an RGB picture of exactly this size.

    Further pictures are what it is put together with. With a mask, nothing
    outside it changes; the size of the result is then the picture's own.
    """
    size = (width, height)
    acts = instructions(prompt)
    first, *others = (_eased(picture, size) for picture in pictures)
    desk = Desk(size, tuple(others), prompt, seed, mask is not None)
    if mask is None:
        return _carried_out(first, _without_a_mask(acts, desk), desk)
    place = editable(mask, pictures[0].size, size)
    return _inside(cover(first, size), place, acts, desk)


def shape_after(prompt: str, width: int, height: int) -> Size:
    """The shape a picture of this shape has once it is turned and cut as asked.

    For whoever chooses the size of a result before it is made.
    """
    for act in instructions(prompt):
        if act.name == "rotate" and act.number % 180 == 90:
            width, height = height, width
        if act.name == "crop" and act.number:
            left, top, right, low = middle_box((width, height), act.number)
            width, height = max(1, round(right - left)), max(1, round(low - top))
    return width, height


def _eased(picture: Image.Image, size: Size) -> Image.Image:
    """As RGB, and no larger than it takes to fill the sheet twice over."""
    limit = 2 * max(size[0] / picture.width, size[1] / picture.height)
    if limit < 0.75:
        small = round(picture.width * limit), round(picture.height * limit)
        picture = picture.resize((max(1, small[0]), max(1, small[1])), reducing_gap=3.0)
    return on_paper(picture, WHITE)


def _without_a_mask(acts: tuple[Act, ...], desk: Desk) -> tuple[Act, ...]:
    """What was read, and what the number of pictures says by itself."""
    acts = tuple(act for act in acts if act.name != "erase")
    if desk.others and not any(act.name in SEVERAL for act in acts):
        return (Act("collage"), *acts)
    return acts or (Act("restyle"),)


def _carried_out(
    picture: Image.Image, acts: tuple[Act, ...], desk: Desk
) -> Image.Image:
    """One act after the other; the picture is fitted before the first that paints."""
    for act in acts:
        if act.name not in SHAPING and act.name not in SEVERAL:
            picture = cover(picture, desk.size)
        picture = HANDS[act.name](picture, act, desk)
    sheet = cover(picture, desk.size)
    return sheet if acts else sheet.copy()


def _inside(
    sheet: Image.Image, place: Image.Image, acts: tuple[Act, ...], desk: Desk
) -> Image.Image:
    """The part under the mask is a picture of its own; the rest is not touched."""
    box = place.getbbox()
    if box is None:
        return sheet.copy()
    part_size = (box[2] - box[0], box[3] - box[1])
    inner = Desk(part_size, desk.others, desk.prompt, desk.seed, True)
    edge = soft_edge(place, box)
    source = sheet
    if any(act.name == "erase" for act in acts):
        source = healed(sheet, place)
    acts = tuple(_within(act) for act in acts if act.name != "erase")
    part = source.crop(box)
    if acts or source is sheet:
        part = _changed(part, acts, inner)
    result = sheet.copy()
    result.paste(part, box, edge)
    return result


def _within(act: Act) -> Act:
    """Under a mask there is no stepping back: to extend a picture is to go on with it."""
    return Act("onward") if act.name == "zoom_out" else act


def _changed(part: Image.Image, acts: tuple[Act, ...], desk: Desk) -> Image.Image:
    """The place under the mask: edited, given the second picture, or painted anew."""
    if desk.others and not any(act.name in SEVERAL for act in acts):
        part = cover(desk.others[0], desk.size)
        return _carried_out(part, acts, desk) if acts else part
    if is_a_description(desk.prompt):
        width, height = desk.size
        return paint(desk.prompt, width=width, height=height, seed=desk.seed)
    return _carried_out(part, acts or (Act("restyle"),), desk)
