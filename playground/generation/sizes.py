"""Sizes: what people write, what models paint, and the arithmetic between.

A shape is a ratio of width to height ("16:9"); a tier is a scale, named ("2K")
or in megapixels ("4MP"). Distances are measured on a log scale, so that twice
as wide and half as wide are equally far away. Pure: no catalogue, no request.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import floor, isclose, log, sqrt

Pixels = tuple[int, int]

MEGAPIXEL = 1024 * 1024
SHAPES = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")

# A size outside these is a slip of the keyboard, not a picture.
LEAST_SIDE, MOST_SIDE = 16, 16_384
MOST_PIXELS = 32 * MEGAPIXEL
MOST_STRETCH = 32

_PIXELS = re.compile(r"(\d{1,5})\s*[xX×*]\s*(\d{1,5})", re.ASCII)
_SHAPE = re.compile(
    r"(\d{1,5}(?:\.\d{1,4})?)\s*[:/]\s*(\d{1,5}(?:\.\d{1,4})?)", re.ASCII
)
_TIER = re.compile(r"(\d{1,5}(?:\.\d{1,4})?)\s*(k|mp)", re.ASCII | re.IGNORECASE)
_SCALE = re.compile(r"(\d{1,5}(?:\.\d{1,4})?)\s*(k|mp|px|)", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FreeSizes:
    """The limits of a model that paints any width and height."""

    multiple_of: int = 1
    least_side: int = LEAST_SIDE
    most_side: int = MOST_SIDE
    least_pixels: int = 1
    most_pixels: int = MOST_PIXELS
    most_stretch: float = MOST_STRETCH

    def painted_for(self, pixels: Pixels) -> Pixels | None:
        """Return the size to paint for `pixels`, or None when the model cannot."""
        width, height = (
            -(-side // self.multiple_of) * self.multiple_of for side in pixels
        )
        shorter, longer = sorted((width, height))
        fits = (
            self.least_side <= shorter
            and longer <= self.most_side
            and self.least_pixels <= width * height <= self.most_pixels
            and longer <= shorter * self.most_stretch
        )
        return (width, height) if fits else None


@dataclass(frozen=True, slots=True)
class Sizes:
    """What one model paints: shape by tier, in the vendor's own pixels.

    Where the vendor does not tell its pixels, they are approximate.
    """

    native: Mapping[str, Mapping[str, Pixels]]
    default_shape: str
    default_tier: str
    free: FreeSizes | None = None
    is_approximate: bool = False

    @property
    def shapes(self) -> tuple[str, ...]:
        return tuple(self.native)

    @property
    def tiers(self) -> tuple[str, ...]:
        """Every tier of any shape, smallest first."""
        return tuple(
            sorted({tier for row in self.native.values() for tier in row}, key=area_of)
        )

    def has(self, shape: str, tier: str) -> bool:
        return tier in self.native.get(shape, {})

    def pixels(self, shape: str, tier: str) -> Pixels:
        return self.native[shape][tier]

    def place_of(self, pixels: Pixels) -> tuple[str, str] | None:
        """Return the shape and tier that paint exactly `pixels`, if any do."""
        places = ((shape, tier) for shape in self.native for tier in self.native[shape])
        return next((place for place in places if self.pixels(*place) == pixels), None)

    def nearest_shape(self, ratio: float, tier: str | None = None) -> str:
        """Return the shape nearest to `ratio`, among those painted at `tier`."""
        shapes = [
            shape for shape in self.native if tier is None or tier in self.native[shape]
        ]
        return nearest(ratio, {shape: ratio_of(shape) for shape in shapes})

    def nearest_tier(self, area: float, shape: str) -> str:
        """Return the tier of `shape` nearest in area; the smaller one on a tie."""
        tiers = sorted(self.native[shape], key=area_of)
        return nearest(area, {tier: area_of(tier) for tier in tiers})


def pixels_in(text: str) -> Pixels | None:
    """Read "1920x1080"."""
    match = _PIXELS.fullmatch(text)
    return (int(match[1]), int(match[2])) if match else None


def ratio_in(text: str) -> float | None:
    """Read "16:9" as width over height; nothing usable (16:0) is None too."""
    match = _SHAPE.fullmatch(text)
    if not match or not float(match[1]) or not float(match[2]):
        return None
    return float(match[1]) / float(match[2])


def tier_area_in(text: str) -> float | None:
    """Read "2K" or "4MP", and no bare number, as an area in pixels."""
    match = _TIER.fullmatch(text)
    return _area(float(match[1]), match[2].lower()) if match else None


def scale_area_in(text: str) -> float | None:
    """Read "2K", "4MP", "1024" (a side) or "0.25" (megapixels) as an area in pixels."""
    match = _SCALE.fullmatch(text)
    if not match:
        return None
    number, unit = float(match[1]), match[2].lower()
    return _area(number, unit or ("px" if number >= 64 else "mp"))


def _area(number: float, unit: str) -> float | None:
    side = {"k": number * 1024, "px": number, "mp": sqrt(number * MEGAPIXEL)}[unit]
    return side * side if LEAST_SIDE <= side <= MOST_SIDE else None


def is_sensible(pixels: Pixels) -> bool:
    """Say whether a width and height could be a picture at all."""
    shorter, longer = sorted(pixels)
    is_in_reach = LEAST_SIDE <= shorter and longer <= MOST_SIDE
    return (
        is_in_reach
        and shorter * longer <= MOST_PIXELS
        and longer <= shorter * MOST_STRETCH
    )


def is_sensible_ratio(ratio: float) -> bool:
    return 1 / MOST_STRETCH <= ratio <= MOST_STRETCH


@lru_cache(maxsize=1024)
def ratio_of(shape: str) -> float:
    """Return width over height of a well-formed shape."""
    ratio = ratio_in(shape)
    if ratio is None:
        raise ValueError(f"{shape!r} is not a shape")
    return ratio


@lru_cache(maxsize=1024)
def area_of(tier: str) -> float:
    """Return the pixels a well-formed tier stands for."""
    area = tier_area_in(tier)
    if area is None:
        raise ValueError(f"{tier!r} is not a tier")
    return area


def nearest(value: float, candidates: Mapping[str, float]) -> str:
    """Return the name whose value is nearest on a log scale; the first on a tie."""
    return min(
        candidates, key=lambda name: round(abs(log(value / candidates[name])), 9)
    )


def is_same(one: float, other: float) -> bool:
    return isclose(one, other, rel_tol=1e-6)


def sized_by_area(shape: str, tier: str) -> Pixels:
    """Return the gateway's size for a shape and tier: area kept, height first.

    Half goes up both times and the width uses the rounded height; Python's
    `round` (half to even) misses one of the thirty published sizes.
    """
    ratio = ratio_of(shape)
    height = floor(sqrt(area_of(tier) / ratio) + 0.5)
    return floor(height * ratio + 0.5), height


def native_by_area(
    shapes: Iterable[str], tiers: Iterable[str]
) -> dict[str, dict[str, Pixels]]:
    """Return the whole table of `sized_by_area`."""
    tiers = tuple(tiers)
    return {
        shape: {tier: sized_by_area(shape, tier) for tier in tiers} for shape in shapes
    }


# The thirty sizes that gateways publish: each stands for one shape and tier.
STANDARD: Mapping[Pixels, tuple[str, str]] = {
    sized_by_area(shape, tier): (shape, tier)
    for tier in ("1K", "2K", "4K")
    for shape in SHAPES
}
