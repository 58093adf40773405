"""Which hand carries out which act."""

from collections.abc import Callable

from PIL import Image

from playground.generation.providers.painter.edits import (
    additions,
    colours,
    framing,
    moods,
    restyle,
    several,
    surface,
)
from playground.generation.providers.painter.edits.desk import Desk
from playground.generation.providers.painter.edits.grades import (
    Grade,
    brighter,
    contrast,
    graded,
    inverted,
    saturation,
    toned,
    warmth,
)
from playground.generation.providers.painter.edits.instructions import Act
from playground.generation.providers.painter.palettes import rgb

Hand = Callable[[Image.Image, Act, Desk], Image.Image]

SEPIA = (rgb("#1d140d"), rgb("#6a4a2e"), rgb("#c8a67a"), rgb("#f8ecd4"))


def _grading(grade_for: Callable[[float], Grade]) -> Hand:
    """A hand that only grades colours, as strongly as was said."""

    def hand(image: Image.Image, act: Act, desk: Desk) -> Image.Image:
        return graded(image, grade_for(act.strength))

    return hand


# These change the picture's shape, so they come before it is fitted to the sheet.
SHAPING: dict[str, Hand] = {
    "mirror": framing.mirror,
    "flip": framing.flip,
    "upside": framing.upside,
    "rotate": framing.rotate,
    "crop": framing.crop,
    "zoom_in": framing.crop,
}

HANDS: dict[str, Hand] = SHAPING | {
    "brighter": _grading(lambda strength: brighter(0.75 * strength)),
    "darker": _grading(lambda strength: brighter(-0.75 * strength)),
    "crisp": _grading(lambda strength: contrast(0.9 * strength)),
    "flat": _grading(lambda strength: contrast(-strength)),
    "vivid": _grading(lambda strength: saturation(0.75 * strength)),
    "muted": _grading(lambda strength: saturation(-0.5 * strength)),
    "warmer": _grading(lambda strength: warmth(0.62 * strength)),
    "colder": _grading(lambda strength: warmth(-0.62 * strength)),
    "grey": _grading(lambda strength: saturation(-1)),
    "sepia": _grading(lambda strength: toned(SEPIA)),
    "invert": _grading(lambda strength: inverted),
    "blur": surface.blur,
    "bokeh": surface.bokeh,
    "sharpen": surface.sharpen,
    "denoise": surface.denoise,
    "glow": surface.glow,
    "pixelate": surface.pixelate,
    "vignette": surface.vignette,
    "grain": surface.grain,
    "zoom_out": framing.zoom_out,
    "frame": framing.frame,
    "polaroid": framing.polaroid,
    "rounded": framing.rounded,
    "recolour": colours.recolour,
    "repaint": colours.repaint,
    "drain": colours.drain,
    "tint": colours.tint,
    "cutout": colours.cutout,
    "night": moods.night,
    "day": moods.day,
    "dusk": moods.dusk,
    "dawn": moods.dawn,
    "stars": moods.stars,
    "rain": moods.rain,
    "snow": moods.snow,
    "fog": moods.fog,
    "wind": moods.wind,
    "autumn": moods.autumn,
    "cinematic": moods.cinematic,
    "sky": moods.sky,
    "text": additions.text,
    "motif": additions.motif,
    "style": restyle.style,
    "restyle": restyle.restyle,
    "onward": restyle.onward,
    "collage": several.collage,
    "row": several.row,
    "column": several.column,
    "blend": several.blend,
    "exposure": several.exposure,
    "match": several.match,
}
