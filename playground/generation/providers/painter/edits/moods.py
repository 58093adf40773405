"""Another hour, other weather: the light first, then the sky, then what falls."""

from dataclasses import replace

import numpy as np
from PIL import Image, ImageChops

from playground.generation.providers.painter import shapes
from playground.generation.providers.painter.canvas import Canvas
from playground.generation.providers.painter.edits import regions
from playground.generation.providers.painter.edits.desk import Desk
from playground.generation.providers.painter.edits.grades import (
    Grade,
    both,
    brighter,
    contrast,
    graded,
    grey_of,
    likeness,
    lit,
    painted,
    saturation,
    warmth,
)
from playground.generation.providers.painter.edits.instructions import Act
from playground.generation.providers.painter.edits.surface import softened, span
from playground.generation.providers.painter.fields import (
    Floats,
    Rgb,
    as_image,
    fbm,
    field_size,
    grid,
    ramp,
    smoothstep,
)
from playground.generation.providers.painter.palettes import (
    HOURS,
    NAMED,
    Light,
    rgb,
    shade,
)
from playground.generation.providers.painter.reading import Brief
from playground.generation.providers.painter.stage import Stage
from playground.generation.providers.painter.weather import fall, gather


def night(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
    """Moonlight over everything; what shone warm still does; stars where sky is."""
    above = regions.sky(image)
    light = HOURS["night"][int(desk.luck("night").integers(3))]
    fallen = graded(image, both(_moonlit(_level(image)), saturation(-0.1)))
    if above is not None:
        fallen = _skied(fallen, above, light, 0.82)
        return _starry(fallen, above, desk)
    return fallen


def _level(image: Image.Image) -> float:
    small = image.resize((48, 48), Image.Resampling.BOX, reducing_gap=2.0)
    return float(np.asarray(small.convert("L"), np.float32).mean())


def _moonlit(level: float) -> Grade:
    """Darker the brighter it was; lamps, windows and fires keep their colour."""
    exposure = 1.25 + 0.75 * min(1.0, level / 170)
    moon = lit(rgb("#7287bd"), exposure=exposure, lift=rgb("#070a16"))

    def grade(colours: Floats) -> Floats:
        warm = colours[..., 0] - colours[..., 2]
        shines = smoothstep(0.25, 0.6, warm) * smoothstep(0.78, 0.95, colours[..., 0])
        share = (shines * 0.5)[..., None]
        dark = moon(colours)
        mixed: Floats = dark + (colours - dark) * share
        return mixed

    return grade


def _skied(
    image: Image.Image, above: Image.Image, light: Light, share: float
) -> Image.Image:
    """The hour's own sky where the sky is, its clouds still to be felt."""
    box = above.getbbox() or (0, 0, *image.size)
    stops = np.linspace(0, 1, 64, dtype=np.float32)
    reach = max(0.1, box[3] / image.height)
    field = ramp(np.clip(stops / reach, 0, 1)[:, None], light.sky)
    paint = as_image(field).resize(image.size, Image.Resampling.BICUBIC)
    mask = above.point([round(value * share) for value in range(256)])
    return Image.composite(paint, image, mask)


def _starry(image: Image.Image, above: Image.Image, desk: Desk) -> Image.Image:
    """Small stars, thinning out towards the land."""
    rng = desk.luck("stars")
    canvas = Canvas(*image.size)
    canvas.image = image.copy()
    unit = canvas.unit
    floor = (above.getbbox() or (0, 0, *image.size))[3]
    few = above.resize((64, 64), Image.Resampling.BOX, reducing_gap=2.0)
    seen = np.asarray(few, np.float32)
    stars = []
    for _ in range(240):
        x, y = rng.random(), rng.random() ** 1.35 * floor / image.height * 0.92
        radius = (0.0008 + 0.0016 * rng.random() ** 3) * unit
        if seen[min(63, int(y * 64)), min(63, int(x * 64))] > 235:
            spot = (x * image.width, y * image.height)
            stars.append(shapes.circle(*spot, max(0.6, radius)))
    canvas.fill(stars, (255, 250, 238), alpha=0.85)
    return canvas.image


def stars(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
    return night(image, act, desk)


def day(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
    """Sunlight: shadows opened, colours fresh, a clear sky."""
    lift = max(0.3, min(1.3, (150 - _level(image)) / 70))
    clear = both(brighter(lift), both(contrast(0.35), saturation(0.3)))
    above = regions.sky(image)
    bright = graded(image, both(clear, warmth(0.12)))
    if above is None:
        return bright
    return _skied(bright, above, HOURS["day"][0], 0.62)


def dusk(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
    """Sunset: gold in the lights, violet in the shadows, a burning sky."""
    light = HOURS["dusk"][2]
    return _low_sun(image, light, (rgb("#ffb978"), rgb("#3a2148")), 0.9)


def dawn(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
    """Sunrise: pale rose and a little haze."""
    light = HOURS["dawn"][1]
    rosy = _low_sun(image, light, (rgb("#ffd3bd"), rgb("#6f7299")), 0.55)
    return _hazed(rosy, rgb("#f3d9d2"), 0.16)


def _low_sun(
    image: Image.Image, light: Light, tones: tuple[Rgb, Rgb], strength: float
) -> Image.Image:
    above = regions.sky(image)
    turned = graded(image, _split(tones[0], tones[1], strength))
    if above is not None:
        turned = _skied(turned, above, light, 0.78)
    x, y = grid((64, 64))
    horizon = 0.55 if above is None else (above.getbbox() or (0, 0, 1, 1))[3]
    level = horizon if above is None else min(0.75, horizon / image.height)
    glow = np.exp(-(((x - 0.68) / 0.42) ** 2) - ((y - level) / 0.32) ** 2)
    lamp = np.asarray(light.sun, np.float32) * (glow * 0.34 * strength)[..., None]
    halo = as_image(lamp).resize(image.size, Image.Resampling.BICUBIC)
    return ImageChops.screen(turned, halo)


def _split(bright: Rgb, dark: Rgb, strength: float) -> Grade:
    """Lights lean to one colour, shadows to another."""
    high, low = (np.asarray(c, np.float32) / 255 for c in (bright, dark))

    def grade(colours: Floats) -> Floats:
        grey = np.clip(grey_of(colours), 0, 1)
        lights = colours * (high / high.max())
        shadows = colours * 0.62 + low * 0.34
        toned = shadows + (lights - shadows) * smoothstep(0.05, 0.7, grey)
        mixed: Floats = colours + (toned * 0.94 - colours) * min(1.0, strength)
        return mixed

    return both(grade, saturation(0.2))


def sky(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
    """The sky in another colour; the whole upper half when there is none to find."""
    colour = NAMED[act.colours[0]]
    above = regions.sky(image) or _upper_half(image.size)
    light = replace(
        HOURS["day"][0],
        sky=tuple(shade(colour, amount) for amount in (-0.15, 0.05, 0.3, 0.55)),
    )
    return _skied(image, above, light, 0.8)


def _upper_half(size: tuple[int, int]) -> Image.Image:
    fade = np.clip(1.1 - 2 * np.linspace(0, 1, 64), 0, 1)[:, None] * np.ones((1, 2))
    mask = Image.fromarray((fade * 200).astype(np.uint8))
    return mask.resize(size, Image.Resampling.BICUBIC)


def rain(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
    """A grey, wet light, and the rain in front of it."""
    wet = both(saturation(-0.5), both(warmth(-0.12), brighter(-0.42)))
    soft = Image.blend(image, softened(image, 3 * span(image)), 0.45)
    return _weathered(_hazed(graded(soft, wet), rgb("#8d99a4"), 0.22), "rain", desk)


def snow(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
    """Cold light, white on what faces up, and flakes in the air."""
    cold = both(saturation(-0.45), both(warmth(-0.14), brighter(0.22)))
    lying = _snowed(graded(image, cold), desk)
    return _weathered(lying, "snow", desk)


def _snowed(image: Image.Image, desk: Desk) -> Image.Image:
    """White lies where a darker thing has light above it, and on the ground."""
    size = field_size(*image.size)
    tone = softened(image, 2 * span(image)).convert("L")
    tones = np.asarray(tone.resize(size, Image.Resampling.BOX), np.float32) / 255
    ledge = np.clip(tones[:-2] - tones[2:], 0, 1)
    ledges = smoothstep(0.02, 0.11, np.pad(ledge, ((0, 2), (0, 0))))
    _, y = grid(size)
    patches = fbm(desk.luck("drifts"), size, (4, 9), octaves=5)
    lies = 0.5 + 0.5 * smoothstep(0.3, 0.6, patches + tones * 0.3)
    ground = smoothstep(0.5, 0.98, y) * lies
    cover = np.clip(np.maximum(ledges * 0.85, ground * 0.86), 0, 0.9)
    mask = Image.fromarray((cover * 255).astype(np.uint8))
    mask = mask.resize(image.size, Image.Resampling.BICUBIC)
    sheet = image.copy()
    sheet.paste((240, 244, 250), (0, 0, *image.size), mask)
    return sheet


def fog(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
    """Far things pale first; banks of mist lie below the middle."""
    pale = graded(image, both(saturation(-0.35), contrast(-0.35)))
    light = rgb("#d5dadb") if _level(image) > 75 else rgb("#59636f")
    return _weathered(_hazed(pale, light, 0.46 * act.strength), "fog", desk)


def wind(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
    """A long exposure: the picture drawn out sideways, the still one under it."""
    reach = max(2, round(image.width * 0.02))
    drawn = image
    for step in range(1, 4):
        moved = ImageChops.offset(image, reach * step // 3, 0)
        drawn = Image.blend(drawn, moved, 1 / (step + 1))
    return Image.blend(image, drawn, 0.6)


def _hazed(image: Image.Image, colour: Rgb, amount: float) -> Image.Image:
    """Air between the eye and the upper, farther part of the picture."""
    down = np.linspace(0, 1, 64)
    depth = amount * (1 - 0.75 * smoothstep(0.35, 1.0, down.astype(np.float32)))
    cover = np.clip(depth, 0, 0.85)[:, None] * np.ones((1, 2))
    mask = Image.fromarray((cover * 255).astype(np.uint8))
    sheet = image.copy()
    large = mask.resize(image.size, Image.Resampling.BICUBIC)
    sheet.paste(colour, (0, 0, *image.size), large)
    return sheet


def _weathered(image: Image.Image, weather: str, desk: Desk) -> Image.Image:
    """The painter's own rain, snow or mist over the picture."""
    canvas = Canvas(*image.size)
    canvas.image = image.copy()
    level = min(1.0, 0.45 + _level(image) / 255)
    ambient = (round(236 * level), round(240 * level), round(244 * level))
    light = replace(HOURS["day"][2], ambient=ambient, sky=(ambient,))
    stage = Stage(canvas, Brief(weather=weather), light, desk.luck(weather))
    gather(stage)
    fall(stage)
    return canvas.image


def cinematic(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
    """Warm lights over teal shadows."""
    split = _split(rgb("#ffdcb4"), rgb("#0f4a5a"), 0.62)
    return graded(image, both(split, contrast(0.3)))


def autumn(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
    """Greens gone to rust and gold, in a low light."""
    rust, gold = rgb("#b5552a"), rgb("#dba03c")

    def turned(colours: Floats) -> Floats:
        green = np.maximum(likeness(colours, NAMED["green"]), _leafy(colours))[
            ..., None
        ]
        share = smoothstep(0.15, 0.6, grey_of(colours))
        leaf = painted(colours, rust) * (1 - share) + painted(colours, gold) * share
        mixed: Floats = colours + (leaf - colours) * green * 0.9
        return mixed

    return graded(image, both(turned, warmth(0.4)))


def _leafy(colours: Floats) -> Floats:
    """Yellow-greens and olive, which no name quite covers."""
    both_named = likeness(colours, rgb("#8a9a3a")) + likeness(colours, rgb("#3f7a4f"))
    leafy: Floats = np.clip(both_named, 0, 1)
    return leafy
