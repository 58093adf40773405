"""The sheet a picture is painted on, and the few ways paint gets onto it.

Soft things are small fields stretched over the sheet; edges are cut at full
size. That is what keeps a 4K picture both crisp and quick. Coordinates are
pixels; scenes multiply `width`, `height` and `unit` themselves.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from playground.generation.providers.painter.fields import (
    Floats,
    Rgb,
    as_image,
    field_size,
)

Points = NDArray[np.float64]
Box = tuple[int, int, int, int]
Mode = Literal["normal", "multiply", "add"]
Paint = Rgb | Floats

SOFT_EDGE = 360  # pixels on the long side of a blurred mask before it is stretched


class Canvas:
    """One RGB sheet. Everything painted on it is clipped to it."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.image = Image.new("RGB", (width, height))

    @property
    def unit(self) -> float:
        """The length things are measured by: kind to very long shapes."""
        short, long = sorted((self.width, self.height))
        return float(min((short * long) ** 0.5, short * 1.45))

    @property
    def field(self) -> tuple[int, int]:
        """The size of a field that covers the whole sheet."""
        return field_size(self.width, self.height)

    def wash(self, field: Floats) -> None:
        """Cover the whole sheet with a soft field of colour."""
        size = (self.width, self.height)
        self.image = as_image(field).resize(size, Image.Resampling.BICUBIC)

    def small(self) -> Floats:
        """What is on the sheet now, as a field."""
        shrunk = self.image.resize(self.field, Image.Resampling.BOX)
        return np.asarray(shrunk, np.float32)

    def fill(
        self,
        outlines: Sequence[Points],
        paint: Paint,
        *,
        alpha: float = 1.0,
        mode: Mode = "normal",
        holes: Sequence[Points] = (),
    ) -> None:
        """Cut these outlines out of paint and lay them down with clean edges."""
        box = self._box(outlines, 1)
        if box is None:
            return
        mask = self._mask(outlines, holes, box)
        self.lay(mask, box, paint, alpha=alpha, mode=mode)

    def stencil(
        self, outlines: Sequence[Points], image: Image.Image, at: tuple[int, int]
    ) -> None:
        """Show another picture, placed at `at`, through these outlines."""
        box = self._box(outlines, 0)
        if box is None:
            return
        seen = image.crop(
            (box[0] - at[0], box[1] - at[1], box[2] - at[0], box[3] - at[1])
        )
        self.image.paste(seen, box, self._mask(outlines, (), box))

    def soften(
        self,
        outlines: Sequence[Points],
        paint: Paint,
        *,
        blur: float,
        alpha: float = 1.0,
        mode: Mode = "normal",
    ) -> None:
        """The same with edges blurred over `blur` pixels: shadows, glows, fog."""
        box = self._box(outlines, blur * 2.5 + 1)
        if box is None:
            return
        width, height = box[2] - box[0], box[3] - box[1]
        scale = min(1.0, SOFT_EDGE / max(width, height))
        size = max(2, round(width * scale)), max(2, round(height * scale))
        mask = Image.new("L", size)
        draw = ImageDraw.Draw(mask)
        for outline in outlines:
            moved = (outline - np.array(box[:2])) * scale
            draw.polygon(_flat(moved), fill=255)
        mask = mask.filter(ImageFilter.GaussianBlur(max(0.6, blur * scale)))
        mask = mask.resize((width, height), Image.Resampling.BICUBIC)
        self.lay(mask, box, paint, alpha=alpha, mode=mode)

    def ridge(self, profile: Floats, paint: Paint, *, alpha: float = 1.0) -> None:
        """Everything below a skyline given as one height per column."""
        line = np.interp(
            np.linspace(0, 1, self.width), np.linspace(0, 1, len(profile)), profile
        ).astype(np.float32)
        top = max(0, int(line.min()) - 1)
        if top >= self.height:
            return
        low = min(self.height, max(top + 1, int(line.max()) + 2))
        cover = np.full((self.height - top, self.width), 255, np.uint8)
        rows = np.arange(top, low, dtype=np.float32)[:, None]
        edge = np.clip(rows - line[None, :] + 0.5, 0, 1) * 255
        cover[: low - top] = edge.astype(np.uint8)
        box = (0, top, self.width, self.height)
        self.lay(Image.fromarray(cover), box, paint, alpha=alpha)

    def veil(self, paint: Paint, amount: Floats) -> None:
        """Soft paint over the whole sheet, as much of it as `amount` says."""
        size = (self.width, self.height)
        cover = Image.fromarray((np.clip(amount, 0, 1) * 255).astype(np.uint8))
        mask = cover.resize(size, Image.Resampling.BICUBIC)
        self.lay(mask, (0, 0, *size), paint)

    def lay(
        self,
        mask: Image.Image,
        box: Box,
        paint: Paint,
        *,
        alpha: float = 1.0,
        mode: Mode = "normal",
    ) -> None:
        """Put paint through a mask that exactly covers the box."""
        if alpha < 1:
            mask = mask.point([round(value * alpha) for value in range(256)])
        if mode == "normal" and isinstance(paint, tuple):
            self.image.paste(paint, box, mask)
            return
        sheet = self._sheet(paint, mask.size)
        if mode == "multiply":
            sheet = ImageChops.multiply(self.image.crop(box), sheet)
        if mode == "add":
            sheet = ImageChops.add(self.image.crop(box), sheet)
        self.image.paste(sheet, box, mask)

    def _sheet(self, paint: Paint, size: tuple[int, int]) -> Image.Image:
        if isinstance(paint, tuple):
            return Image.new("RGB", size, paint)
        return as_image(paint).resize(size, Image.Resampling.BICUBIC)

    def _box(self, outlines: Sequence[Points], margin: float) -> Box | None:
        """The part of the sheet these outlines can touch, if any."""
        if not outlines:
            return None
        low = np.min([outline.min(axis=0) for outline in outlines], axis=0) - margin
        high = np.max([outline.max(axis=0) for outline in outlines], axis=0) + margin
        left, top = max(0, int(low[0])), max(0, int(low[1]))
        right = min(self.width, int(high[0]) + 1)
        bottom = min(self.height, int(high[1]) + 1)
        return (left, top, right, bottom) if right > left and bottom > top else None

    def _mask(
        self, outlines: Sequence[Points], holes: Sequence[Points], box: Box
    ) -> Image.Image:
        """Drawn too big and reduced, since Pillow's polygons have hard edges."""
        width, height = box[2] - box[0], box[3] - box[1]
        area = width * height
        over = 4 if area < 1_500_000 else 3 if area < 5_000_000 else 2
        mask = Image.new("L", (width * over, height * over))
        draw = ImageDraw.Draw(mask)
        for shapes, ink in ((outlines, 255), (holes, 0)):
            for outline in shapes:
                draw.polygon(_flat((outline - np.array(box[:2])) * over), fill=ink)
        return mask.reduce(over)


def finish(image: Image.Image, rng: np.random.Generator, strength: float) -> None:
    """Grain over the whole sheet, in place: it hides banding and feels like paper.

    One tile of noise is repeated; at a few levels of strength no eye finds the
    seam, and a band at a time keeps a 4K sheet within memory.
    """
    tile = 1024
    grain = rng.normal(0, strength * 255, (tile, tile))
    columns = np.resize(np.arange(tile), image.width)
    for top in range(0, image.height, tile):
        box = (0, top, image.width, min(top + tile, image.height))
        band = np.asarray(image.crop(box)).astype(np.int16)
        speck = np.rint(grain[: band.shape[0]]).astype(np.int16)[:, columns]
        band += speck[..., None]
        image.paste(Image.fromarray(np.clip(band, 0, 255).astype(np.uint8)), box)


def _flat(points: Points) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in points]
