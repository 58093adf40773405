"""Paint a prompt: the order in which a picture comes to be."""

import hashlib

import numpy as np
from PIL import Image

from playground.generation.providers.painter.canvas import Canvas, finish
from playground.generation.providers.painter.cast import place
from playground.generation.providers.painter.lettering import letter
from playground.generation.providers.painter.palettes import NAMED, Light, light_for
from playground.generation.providers.painter.reading import Brief, read
from playground.generation.providers.painter.scenes import scene_for
from playground.generation.providers.painter.stage import Stage
from playground.generation.providers.painter.styles import style_for
from playground.generation.providers.painter.weather import fall, gather


def paint(prompt: str, *, width: int, height: int, seed: int) -> Image.Image:
    """Paint the prompt as an RGB picture of exactly this size."""
    brief = read(prompt)
    style = style_for(brief)
    canvas = Canvas(*style.working_size(width, height))
    stage = Stage(
        canvas, brief, _light(brief, prompt, seed), _luck(prompt, seed, "scene")
    )
    ground = scene_for(brief, stage.rng)(stage)
    gather(stage)
    place(stage, ground)
    fall(stage)
    picture = style.applied(canvas.image, (width, height), _luck(prompt, seed, "style"))
    letter(picture, brief.quotes)
    finish(picture, _luck(prompt, seed, "grain"), style.grain)
    return picture


def _light(brief: Brief, prompt: str, seed: int) -> Light:
    asked = tuple(NAMED[name] for name in brief.colours)
    return light_for(brief.time, asked, _luck(prompt, seed, "light"))


def _luck(prompt: str, seed: int, part: str) -> np.random.Generator:
    """Dice that fall the same way in every process, one set for each part."""
    words = " ".join(prompt.split())
    digest = hashlib.sha256(f"{part}\0{seed}\0{words}".encode("utf-8", "replace"))
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest.digest(), "big")))
