"""Where a picture may be changed: read the mask, and keep everything else as it is.

OpenAI's convention: fully transparent is to be edited. A mask without
transparency is read as black and white, white being the place to edit.
"""

import numpy as np
from PIL import Image, ImageChops, ImageFilter

from playground.generation.providers.painter.canvas import Box
from playground.generation.providers.painter.edits.framing import cover
from playground.generation.providers.painter.fields import Floats, Rgb, Size

STILL_CLEAR = 8  # alpha that a lossy format may leave where there was none
DECIDED = 0.97  # the share of a mask that is black or white, if it is one


def editable(mask: Image.Image, picture: Size, size: Size) -> Image.Image:
    """255 where the picture may change, 0 elsewhere, at the size of the result."""
    flat = _flat(mask)
    if flat.size != picture:
        flat = flat.resize(picture, Image.Resampling.BILINEAR)
    return cover(flat, size).point([0] * 128 + [255] * 128)


def _flat(mask: Image.Image) -> Image.Image:
    if "transparency" in mask.info or mask.mode == "PA":
        mask = mask.convert("RGBA")
    if "A" in mask.getbands():
        alpha = mask.getchannel("A")
        low = alpha.getextrema()[0]
        if (low if isinstance(low, int | float) else 0) < 255:
            clear = [255 if level <= STILL_CLEAR else 0 for level in range(256)]
            return alpha.point(clear)
        mask = mask.convert("RGB")
        if not _is_drawn(mask):
            return Image.new("L", mask.size)
    return mask.convert("L").point([0] * 128 + [255] * 128)


def _is_drawn(mask: Image.Image) -> bool:
    """Black and white, and not an ordinary picture that lost its transparency."""
    counts = mask.convert("L").histogram()
    return bool(sum(counts[:24] + counts[232:]) >= DECIDED * sum(counts))


def soft_edge(mask: Image.Image, box: Box) -> Image.Image:
    """The part of the mask in the box, fading inwards over a few pixels only."""
    radius = min(12.0, max(1.2, (mask.width * mask.height) ** 0.5 * 0.0025))
    blurred = mask.filter(ImageFilter.GaussianBlur(radius)).crop(box)
    inner = blurred.point([max(0, value * 2 - 255) for value in range(256)])
    hard = mask.crop(box)
    strongest = inner.getextrema()[1]
    if not isinstance(strongest, int) or strongest < 200:
        return hard  # a line too thin to fade
    return ImageChops.darker(inner, hard)


def healed(image: Image.Image, hole: Image.Image) -> Image.Image:
    """The hole filled from its rim inwards, as if the thing had never been there."""
    grown = hole.filter(ImageFilter.MaxFilter(5))
    scale = min(1.0, 640 / max(image.size))
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    colours = np.asarray(image.resize(size, Image.Resampling.BOX), np.float32)
    covered = np.asarray(grown.resize(size, Image.Resampling.BOX)) < 8
    filled = _pulled(colours, covered.astype(np.float32))
    patch = Image.fromarray(np.clip(filled, 0, 255).astype(np.uint8))
    large = patch.resize(image.size, Image.Resampling.BICUBIC)
    return Image.composite(large, image, grown.filter(ImageFilter.GaussianBlur(1)))


def _pulled(
    colours: Floats,
    known: Floats,
) -> Floats:
    """Halve until nothing is missing, then fill each size from the one below."""
    height, width = known.shape
    if known.all() or min(height, width) <= 2:
        share = known[..., None]
        mean = (colours * share).sum(axis=(0, 1)) / max(1.0, float(known.sum()))
        flat: Floats = colours * share + mean * (1 - share)
        return flat
    half = (max(1, width // 2), max(1, height // 2))
    weights = _resized(known, half, Image.Resampling.BOX)
    layers = [
        _resized(colours[..., c] * known, half, Image.Resampling.BOX)
        / np.maximum(weights, 1e-6)
        for c in range(3)
    ]
    below = _pulled(np.stack(layers, axis=-1), (weights > 0.01).astype(np.float32))
    guess = np.stack(
        [
            _resized(below[..., c], (width, height), Image.Resampling.BILINEAR)
            for c in range(3)
        ],
        axis=-1,
    )
    share = known[..., None]
    filled: Floats = colours * share + guess * (1 - share)
    return filled


def _resized(
    field: Floats,
    size: Size,
    how: Image.Resampling,
) -> Floats:
    image = Image.fromarray(np.ascontiguousarray(field, dtype=np.float32))
    return np.asarray(image.resize(size, how), np.float32)


def on_paper(picture: Image.Image, paper: Rgb) -> Image.Image:
    """The picture as RGB; what is transparent shows the paper."""
    if picture.mode == "RGB":
        return picture
    if "transparency" in picture.info or "A" in picture.getbands():
        seen = picture.convert("RGBA")
        sheet = Image.new("RGB", picture.size, paper)
        sheet.paste(seen, (0, 0), seen)
        return sheet
    return picture.convert("RGB")
