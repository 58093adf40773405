"""Colours: their names, the light of each hour, and inks that print well together.

Everything is plain RGB from 0 to 255. A `Light` is what a landscape needs to
know about the hour; an ink set is what a print needs to know about itself.
"""

import colorsys
from dataclasses import dataclass, replace

import numpy as np

from playground.generation.providers.painter.fields import Rgb


def rgb(code: str) -> Rgb:
    """'#d9682f' as three numbers."""
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)


NAMED: dict[str, Rgb] = {
    name: rgb(code)
    for name, code in {
        "red": "#c8402f",
        "orange": "#e07a34",
        "yellow": "#e8b93f",
        "gold": "#d0a044",
        "green": "#4f7f52",
        "olive": "#7b7c45",
        "mint": "#9cc7ad",
        "teal": "#2f7473",
        "turquoise": "#3fa7a3",
        "blue": "#3a66a0",
        "navy": "#233656",
        "sky": "#8fb8d3",
        "purple": "#6d4f8c",
        "lavender": "#a99bc9",
        "burgundy": "#6b2737",
        "pink": "#e097a4",
        "coral": "#e8765c",
        "peach": "#f0b38f",
        "brown": "#7a4f36",
        "terracotta": "#bb5f3f",
        "ochre": "#c28a36",
        "beige": "#d9c6a5",
        "cream": "#f2e6cf",
        "white": "#f4f0e7",
        "silver": "#b9bdc0",
        "grey": "#83868a",
        "black": "#25242a",
        "indigo": "#35406f",
        "magenta": "#b83f7c",
    }.items()
}


def mix(one: Rgb, other: Rgb, amount: float) -> Rgb:
    """Some of the other colour stirred into the first."""
    red, green, blue = (
        round(a + (b - a) * amount) for a, b in zip(one, other, strict=True)
    )
    return red, green, blue


def shade(colour: Rgb, amount: float) -> Rgb:
    """Darker below zero, lighter above, and a little warmer or cooler with it."""
    if amount < 0:
        return mix(colour, (24, 20, 38), -amount)
    return mix(colour, (255, 248, 232), amount)


def multiply(colour: Rgb, light: Rgb) -> Rgb:
    """The colour of a thing seen in coloured light."""
    red, green, blue = (round(a * b / 255) for a, b in zip(colour, light, strict=True))
    return red, green, blue


def luminance(colour: Rgb) -> float:
    """How bright it looks, 0 to 1."""
    return (0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2]) / 255


def turned(colour: Rgb, degrees: float, *, saturation: float = 1.0) -> Rgb:
    """The same colour a little further round the wheel."""
    hue, light, full = colorsys.rgb_to_hls(*(part / 255 for part in colour))
    parts = colorsys.hls_to_rgb(
        (hue + degrees / 360) % 1, light, min(1, full * saturation)
    )
    return round(parts[0] * 255), round(parts[1] * 255), round(parts[2] * 255)


@dataclass(frozen=True, slots=True)
class Light:
    """One hour's light: the sky from top to horizon, the land, and the lamp."""

    sky: tuple[Rgb, ...]
    near: Rgb
    far: Rgb
    sun: Rgb
    ambient: Rgb  # what white paper looks like in this light
    is_dark: bool = False


def _light(sky: str, land: str, air: str) -> Light:
    stops = tuple(rgb(code) for code in sky.split())
    near, far = (rgb(code) for code in land.split())
    sun, ambient = (rgb(code) for code in air.split())
    return Light(stops, near, far, sun, ambient, luminance(ambient) < 0.66)


HOURS: dict[str, tuple[Light, ...]] = {
    "dawn": (
        _light("#8da5ba #c6c2c8 #f0cbb6 #f8e2c4", "#33445c #bba9b2", "#fff3d9 #fbeee6"),
        _light("#7f8fb0 #b8a5bf #edb7ae #fbdcb8", "#3a3557 #b79cae", "#ffe9c9 #f8e6ea"),
        _light("#a9bcbf #d3d6cd #efe2cb #f7ead2", "#2f4a47 #b3bfb6", "#fff8e6 #fbf6ec"),
    ),
    "day": (
        _light("#6fa3c4 #a6c6d3 #d8e2d8 #f2ead6", "#24504a #a9c1bd", "#fff9e6 #ffffff"),
        _light("#8fb6c9 #bdd2d4 #e4e2d2 #f4ead4", "#3c5a3b #b9c6a9", "#fffbea #ffffff"),
        _light("#9fb4bd #c3ced0 #e4e2da #efe9dc", "#20332f #b7c4c2", "#fffdf4 #fbfbf8"),
    ),
    "dusk": (
        _light("#2b3a55 #7b7f93 #d9a58a #f3cfa6", "#1a2433 #b99a94", "#ffe6bd #f4dccb"),
        _light("#e9d6c0 #efc9a4 #e79b78 #c96f5a", "#3a2430 #d89a80", "#fff1d6 #fbe3cf"),
        _light("#3b2b4f #8a4a5a #e08a5a #f6c98c", "#2b1a30 #c97f6a", "#ffe2b0 #f6d9c2"),
        _light("#4b5d86 #a487a3 #ec9d86 #fbd09a", "#27243f #b88492", "#ffedc4 #f6dccf"),
    ),
    "night": (
        _light("#0f1420 #1d2a44 #40507a #8f84a0", "#090d14 #4d5578", "#f4efe2 #8f9dc4"),
        _light("#0b1526 #14304a #2a5a70 #6f9a9c", "#071018 #3a6070", "#fbf3dc #86a8bb"),
        _light("#150f2a #2d1f4d #5a3f77 #a3718c", "#0d0a1c #5d4a7a", "#fff0dc #a096c8"),
    ),
}

INKS: tuple[tuple[Rgb, ...], ...] = tuple(
    tuple(rgb(code) for code in row.split())
    for row in (
        "#f3eadb #f0643c #2c4a5a #e9b44c #26303a",
        "#efe6d6 #2f5d62 #e07a3f #d9b65b #26303a",
        "#f1e9dc #c8472b #24343f #8aa39b #d9a441",
        "#f4ecdf #d6523a #2f4a3c #f2c9a5 #26302c",
        "#f2ecdf #27477a #e2573c #f0bf4e #1d2433",
        "#f5eee0 #7a3b52 #e58f65 #e9c46a #2c2338",
        "#eef0e6 #2d6a5f #f08a5d #b8d0b3 #1f332f",
        "#f6ead8 #3d3a6b #ee8572 #f3c677 #23223d",
    )
)


def inks_for(colours: tuple[Rgb, ...], rng: np.random.Generator) -> tuple[Rgb, ...]:
    """Paper, three inks and a dark, led by the colours that were asked for."""
    paper, *inks = INKS[int(rng.integers(len(INKS)))]
    dark = inks.pop()
    asked = [colour for colour in colours if luminance(colour) < 0.82]
    if len(asked) == 1:
        asked += [shade(asked[0], 0.45), shade(asked[0], -0.4)]
    inks = (asked + inks)[: max(3, len(asked))]
    if colours and not asked:
        paper = colours[0]
    return (paper, *inks, dark)


def light_for(time: str, colours: tuple[Rgb, ...], rng: np.random.Generator) -> Light:
    """The light of that hour, leaning towards the colours that were asked for."""
    hour = time or str(rng.choice(["dawn", "day", "dusk", "dusk"]))
    choices = HOURS[hour]
    light = choices[int(rng.integers(len(choices)))]
    if not colours:
        return light
    first, second = colours[0], colours[-1]
    near = mix(light.near, multiply(shade(first, -0.35), light.ambient), 0.75)
    far = mix(light.far, mix(first, light.sky[-1], 0.35), 0.7)
    above = second if len(colours) > 1 else turned(first, 20)
    depth = (0.35, 0.4, 0.35, 0.2) if len(colours) > 1 else (0.2, 0.25, 0.2, 0.1)
    tinted = multiply(above, light.ambient) if light.is_dark else shade(above, 0.25)
    sky = tuple(mix(c, tinted, d) for c, d in zip(light.sky, depth, strict=True))
    return replace(light, sky=sky, near=near, far=far)
