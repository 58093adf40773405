"""Printed and projected hands: poster, woodblock, comic, mosaic, pixels, film."""

import numpy as np
from PIL import Image, ImageChops, ImageEnhance, ImageFilter, ImageOps

from playground.generation.providers.painter.fields import (
    Floats,
    Rgb,
    as_image,
    blend,
    fbm,
    grid,
    ramp,
    smoothstep,
)
from playground.generation.providers.painter.palettes import rgb, shade


def _span(image: Image.Image) -> float:
    return float((image.width * image.height) ** 0.5 / 1000)


def _cells(image: Image.Image, count: float) -> tuple[float, float]:
    side = (image.width * image.height) ** 0.5
    return count * image.width / side, count * image.height / side


def _reduced(image: Image.Image, colours: int) -> Image.Image:
    """The picture in a few flat colours."""
    few = image.quantize(
        colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
    )
    return few.convert("RGB")


def ironed(image: Image.Image, reach: float) -> Image.Image:
    """Small islands of colour given to their neighbours; at half size, for speed."""
    half = max(1, image.width // 2), max(1, image.height // 2)
    width = max(3, int(reach / 2) | 1)
    small = image.resize(half, Image.Resampling.NEAREST)
    small = small.filter(ImageFilter.ModeFilter(width))
    return small.resize(image.size, Image.Resampling.BICUBIC)


def _speckled(
    image: Image.Image, rng: np.random.Generator, paper: Rgb, share: float
) -> Image.Image:
    """Specks where the ink did not take."""
    missed = smoothstep(0.64, 0.8, fbm(rng, image.size, _cells(image, 200), octaves=2))
    return as_image(
        blend(np.asarray(image, np.float32), paper, missed * np.float32(share))
    )


def _framed(image: Image.Image, paper: Rgb, margin: float) -> Image.Image:
    """An unprinted border."""
    edge = round(margin * min(image.size))
    sheet = Image.new("RGB", image.size, paper)
    inside = (edge, edge, image.width - edge, image.height - edge)
    sheet.paste(image.crop(inside), inside)
    return sheet


def poster(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A screen print in nine inks with a paper border."""
    span = _span(image)
    paper = rgb("#f4ecdd")
    clear = ImageOps.autocontrast(image, cutoff=(0.5, 0.5), preserve_tone=True)
    flat = _reduced(clear.filter(ImageFilter.GaussianBlur(1.5 * span)), 12)
    flat = ironed(flat, 6 * span)
    flat = flat.filter(ImageFilter.GaussianBlur(0.5))
    warm = ImageEnhance.Color(flat).enhance(1.3)
    return _framed(_speckled(warm, rng, paper, 0.12), paper, 0.035)


def woodblock(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Flat blocks, a key line, and the grain of the board."""
    span = _span(image)
    flat = _reduced(image.filter(ImageFilter.GaussianBlur(2.4 * span)), 8)
    flat = ironed(flat, 7 * span)
    inked = flat.filter(ImageFilter.GaussianBlur(0.7))
    field: Floats = np.asarray(inked, np.float32)
    tan = np.asarray(rgb("#ecdcb8"), np.float32)
    field = field * (0.72 + 0.28 * tan / 255)
    width, height = image.size
    grain = (
        fbm(rng, image.size, (3.0, 260 * height / (width * height) ** 0.5), octaves=3)
        - 0.5
    )
    field = field * (1 + grain * 0.2)[..., None]
    soft = np.asarray(flat.filter(ImageFilter.GaussianBlur(1.1 * span)), np.float32)
    turn = np.abs(np.diff(soft, axis=0, append=soft[-1:])).max(axis=2)
    turn = turn + np.abs(np.diff(soft, axis=1, append=soft[:, -1:])).max(axis=2)
    key = smoothstep(7, 20, turn.astype(np.float32))
    field = blend(field, rgb("#22304a"), key * np.float32(0.85))
    return _framed(as_image(field), rgb("#efe3c8"), 0.03)


def comic(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Bright flats, round dots in the half-tones, and a black contour."""
    span = _span(image)
    bright = ImageEnhance.Color(image).enhance(1.7)
    flat = _reduced(bright.filter(ImageFilter.GaussianBlur(1.6 * span)), 9)
    flat = ironed(flat, 6 * span)
    field = np.asarray(flat, np.float32)
    grey = (
        np.asarray(
            image.convert("L").filter(ImageFilter.GaussianBlur(3 * span)), np.float32
        )
        / 255
    )
    pitch = np.float32(10 * span)
    rows, columns = np.mgrid[0 : image.height, 0 : image.width].astype(np.float32)
    u, v = (columns + rows) / pitch, (columns - rows) / pitch
    away = np.hypot(u % 1 - 0.5, v % 1 - 0.5)
    radius = 0.56 * np.sqrt(np.clip(1 - grey, 0, 1)) * (grey < 0.82)
    dots = smoothstep(-0.05, 0.05, (radius - away).astype(np.float32))
    field = np.minimum(field * 1.16 + 12, 255) * (1 - 0.2 * dots)[..., None]
    soft = np.asarray(bright.filter(ImageFilter.GaussianBlur(1.2 * span)), np.float32)
    turn = np.abs(np.diff(soft, axis=0, append=soft[-1:])).max(axis=2)
    turn = turn + np.abs(np.diff(soft, axis=1, append=soft[:, -1:])).max(axis=2)
    line = smoothstep(12, 30, turn.astype(np.float32))
    line = (
        np.asarray(
            Image.fromarray((line * 255).astype(np.uint8)).filter(
                ImageFilter.MaxFilter(3)
            ),
            np.float32,
        )
        / 255
    )
    return _framed(as_image(blend(field, rgb("#17161c"), line)), rgb("#fbf8ef"), 0.025)


def mosaic(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Panes of glass around scattered points, leaded together."""
    width, height = image.size
    pitch = max(6.0, 26 * _span(image))
    columns, rows = int(width / pitch) + 3, int(height / pitch) + 3
    jitter = rng.uniform(0.12, 0.88, (rows, columns, 2)).astype(np.float32)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) / np.float32(pitch)
    row, column = y.astype(np.int32) + 1, x.astype(np.int32) + 1
    first = np.full((height, width), 9.0, np.float32)
    second = first.copy()
    owner = np.zeros((height, width), np.int32)
    for down in (-1, 0, 1):
        for across in (-1, 0, 1):
            r, c = (
                np.clip(row + down, 0, rows - 1),
                np.clip(column + across, 0, columns - 1),
            )
            spot = jitter[r, c]
            away = np.hypot(x - (c - 1 + spot[..., 0]), y - (r - 1 + spot[..., 1]))
            is_nearer = away < first
            second = np.where(is_nearer, first, np.minimum(second, away))
            owner = np.where(is_nearer, r * columns + c, owner)
            first = np.where(is_nearer, away, first)
    field = _panes(image, owner, rows * columns, rng)
    lead = 1 - smoothstep(0.05, 0.13, second - first)
    domed = field * (1.1 - first * 0.2)[..., None]
    return as_image(blend(domed, rgb("#26242a"), lead * np.float32(0.9)))


def _panes(
    image: Image.Image,
    owner: np.ndarray[tuple[int, ...], np.dtype[np.int32]],
    count: int,
    rng: np.random.Generator,
) -> Floats:
    """Every pane in the mean colour of what lies behind it, each a shade apart."""
    flat = owner.ravel()
    members = np.maximum(np.bincount(flat, minlength=count), 1)
    pixels = np.asarray(ImageEnhance.Color(image).enhance(1.4), np.float32).reshape(
        -1, 3
    )
    sums = [
        np.bincount(flat, weights=pixels[:, part], minlength=count) for part in range(3)
    ]
    mean = np.stack(sums, axis=1) / members[:, None]
    mean = mean * rng.uniform(0.9, 1.12, (count, 1))
    return mean.astype(np.float32)[owner]


def pixel(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """About 128 square pixels a side in two dozen colours."""
    scale = 132 / (image.width * image.height) ** 0.5
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    clear = ImageOps.autocontrast(image, cutoff=(0.5, 0.5), preserve_tone=True)
    vivid = ImageEnhance.Color(clear).enhance(1.3)
    small = (
        ImageEnhance.Contrast(vivid).enhance(1.08).resize(size, Image.Resampling.BOX)
    )
    few = small.quantize(26, method=Image.Quantize.MEDIANCUT)
    return small.quantize(26, palette=few, dither=Image.Dither.NONE).convert("RGB")


def _vignette(image: Image.Image, strength: float) -> Floats:
    x, y = grid(image.size)
    away = np.clip(np.hypot(x - 0.5, y - 0.5) * 1.4 - 0.2, 0, 1)
    return np.asarray(1 - strength * away**1.6, np.float32)


def noir(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Silver print: deep blacks, one soft light, a closing dark."""
    grey = np.asarray(image.convert("L"), np.float32) / 255
    low, high = np.quantile(grey, (0.01, 0.99))
    tone = smoothstep(-0.02, 1.06, np.clip((grey - low) / max(0.1, high - low), 0, 1))
    tones = (
        rgb("#0b0b0d"),
        rgb("#3a393a"),
        rgb("#8b8986"),
        rgb("#d8d4cc"),
        rgb("#f4f0e8"),
    )
    return as_image(ramp(tone * _vignette(image, 0.75), tones))


def vintage(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A print that has been on a wall for sixty years."""
    grey = np.asarray(image.convert("L"), np.float32) / 255
    brown = ramp(grey, (rgb("#2e2018"), rgb("#7a5a3c"), rgb("#c9a878"), rgb("#f1e2c2")))
    field = np.asarray(image, np.float32) * 0.28 + brown * 0.72
    stain = fbm(rng, image.size, _cells(image, 3), octaves=5)
    field = blend(field, rgb("#e8cf9c"), smoothstep(0.52, 0.8, stain) * np.float32(0.3))
    return _framed(
        as_image(field * _vignette(image, 0.5)[..., None]), rgb("#f3ead6"), 0.04
    )


def neon(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Night, magenta and cyan; every edge a glowing tube."""
    span = _span(image)
    grey = np.asarray(image.convert("L"), np.float32) / 255
    base = ramp(
        grey,
        (
            rgb("#080616"),
            rgb("#1b1040"),
            rgb("#4a1a70"),
            rgb("#a1288a"),
            rgb("#ff7ab8"),
        ),
    )
    soft = np.asarray(image.filter(ImageFilter.GaussianBlur(1.2 * span)), np.float32)
    turn = np.abs(np.diff(soft, axis=0, append=soft[-1:])).max(axis=2)
    turn = turn + np.abs(np.diff(soft, axis=1, append=soft[:, -1:])).max(axis=2)
    tube = smoothstep(7, 22, turn.astype(np.float32))
    _, y = grid(image.size)
    hue = np.broadcast_to(y, tube.shape) + (
        fbm(rng, image.size, _cells(image, 2)) - 0.5
    )
    lamp = ramp(hue, (rgb("#46e6ff"), rgb("#7c7bff"), rgb("#ff4fc3"), rgb("#ffb14a")))
    lines = as_image(lamp * tube[..., None])
    halo = lines.filter(ImageFilter.GaussianBlur(11 * span))
    halo = ImageChops.add(halo, halo)
    lit = ImageChops.screen(as_image(base * 0.72), halo)
    return ImageChops.screen(lit, lines)


def pastel(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Chalk: pale, soft and a little dusty."""
    glow = image.filter(ImageFilter.GaussianBlur(5 * _span(image)))
    field = np.asarray(Image.blend(image, glow, 0.3), np.float32)
    field = field * 0.62 + np.asarray(shade(rgb("#f3d9d6"), 0.3), np.float32) * 0.4
    dust = fbm(rng, image.size, _cells(image, 260), octaves=2) - 0.5
    return as_image(field * (1 + dust * 0.16)[..., None])
