"""Paint two dozen prompts on one labelled sheet, and say how long each took.

For looking: after a change to the painter, one glance shows what it did.
"""

import resource
import sys
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from PIL import Image, ImageDraw, ImageFont

from playground.generation.providers.painter import paint
from playground.generation.providers.painter.lettering import font_for

SIDES = {"0.5K": 512, "1K": 1024, "2K": 2048, "4K": 4096}
COLUMNS, CELL, LABEL, GAP = 6, 420, 34, 12

PROMPTS = (
    "Desert ridges at sunset, layered paper",
    "A red fox in a misty forest at dawn",
    "a matte black vase on linen, soft side light",
    "Suminagashi ink, burgundy and cream",
    "three apples",
    "A lighthouse by the sea, watercolour",
    "a cat on a windowsill, the sea outside",
    "city at night in the rain",
    "saturn, lavender and gold",
    "Mid-century botanical print, three inks",
    'a travel poster that says "VISIT THE MOON"',
    "portrait of a woman, dusk",
    "un velero amarillo en el mar al atardecer",
    "tres osos en la nieve, acuarela",
    "dunas al amanecer con dos globos rojos",
    "ciudad de noche, arte de píxeles",
    "月光下的森林和猫头鹰",
    "水墨画，山和湖",
    "蓝色花瓶和两个梨，静物",
    "a robot holding hands with the future",
    "a whale and five fish under water",
    "bicycle in a meadow, line drawing",
    "northern lights over a tent, woodblock",
    "the sound of one hand clapping",
)


class Command(BaseCommand):
    """manage.py contact_sheet --out sheet.png [--seed 1] [--size 1K]"""

    requires_system_checks = ()  # it touches neither pages nor money
    help = "Paint 24 prompts with the demo painter on one labelled sheet."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to, with which seed, and how large each picture is painted."""
        parser.add_argument("--out", required=True, type=Path)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--size", choices=sorted(SIDES), default="1K")

    def handle(self, *args: Any, **options: Any) -> None:
        """Paint, paste, label, and report."""
        side, seed = SIDES[options["size"]], options["seed"]
        rows = -(-len(PROMPTS) // COLUMNS)
        sheet = Image.new(
            "RGB",
            (COLUMNS * (CELL + GAP) + GAP, rows * (CELL + LABEL + GAP) + GAP),
            "#fbfaf7",
        )
        for number, prompt in enumerate(PROMPTS):
            picture, seconds = _timed(prompt, side, seed)
            self.stdout.write(f"{seconds:6.2f} s  {prompt}")
            _paste(sheet, picture, number, prompt)
        sheet.save(options["out"])
        _, seconds = _timed(PROMPTS[0], SIDES["4K"], seed)
        self.stdout.write(f"{seconds:6.2f} s  {PROMPTS[0]} (4K)")
        self.stdout.write(f"Peak memory {_peak_megabytes():.0f} MB. {options['out']}")


def _timed(prompt: str, side: int, seed: int) -> tuple[Image.Image, float]:
    started = time.process_time()
    picture = paint(prompt, width=side, height=side, seed=seed)
    return picture, time.process_time() - started


def _paste(sheet: Image.Image, picture: Image.Image, number: int, prompt: str) -> None:
    x = GAP + number % COLUMNS * (CELL + GAP)
    y = GAP + number // COLUMNS * (CELL + LABEL + GAP)
    sheet.paste(picture.resize((CELL, CELL), Image.Resampling.LANCZOS), (x, y))
    font_file = font_for(prompt)
    if font_file is None:  # no font here for this script: the number will do
        prompt, font_file = f"Prompt {number + 1}", font_for("Prompt")
    font = ImageFont.truetype(str(font_file), 15)
    ImageDraw.Draw(sheet).text((x, y + CELL + 7), prompt, font=font, fill="#3a3732")


def _peak_megabytes() -> float:
    """Linux counts in kilobytes, macOS in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)
