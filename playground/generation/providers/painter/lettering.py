"""Set quoted words into the picture: large, calm and always legible.

Latin, Greek and Cyrillic use the font beside this module. Other scripts use
whatever font the system has; with none, the words are left out rather than
shown as empty boxes.
"""

from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from playground.generation.providers.painter.fields import Rgb
from playground.generation.providers.painter.palettes import luminance

Font = ImageFont.FreeTypeFont

LONGEST = 160  # characters; a poster is not a page
BUNDLED = Path(__file__).parent / "fonts" / "Inter-Bold.ttf"
SYSTEM = (
    "NotoSansCJK-Bold.ttc NotoSansCJK-Regular.ttc NotoSansSC-Bold.otf wqy-zenhei.ttc "
    "wqy-microhei.ttc DroidSansFallbackFull.ttf PingFang.ttc msyh.ttc simhei.ttf "
    "NotoSans-Bold.ttf NotoNaskhArabic-Bold.ttf NotoSansHebrew-Bold.ttf "
    "NotoSansDevanagari-Bold.ttf NotoSansThai-Bold.ttf DejaVuSans-Bold.ttf "
    "DejaVuSans.ttf Arial-Unicode.ttf arialuni.ttf FreeSans.ttf unifont.ttf"
).split()
PALE: Rgb = (252, 247, 236)
DARK: Rgb = (30, 29, 38)


def letter(
    picture: Image.Image,
    quotes: tuple[str, ...],
    *,
    where: str = "",
    ink: Rgb | None = None,
) -> None:
    """Set the quotes where they are wanted, or on the calmest part, in place."""
    text = " ".join(" / ".join(quotes).split())
    text = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    font_file = font_for(text)
    if not text or font_file is None:
        return
    width, height = picture.size
    room = round(width * 0.84), round(height * 0.3)
    font, lines = _fitted(text, font_file, room)
    block = _size(font, lines)
    left, top = (width - block[0]) // 2, _top(picture, block[1], where)
    box = (left, top, left + block[0], top + block[1])
    if ink is None:
        ink, halo = _inks(picture, box)
    else:
        halo = DARK if luminance(ink) > 0.42 else PALE
    _halo(picture, box, halo, round(font.size * 0.5))
    draw = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        y = top + number * _leading(font)
        draw.text((width / 2, y), line, font=font, fill=ink, anchor="ma")


@cache
def _system_fonts() -> tuple[str, ...]:
    """The fonts of the list above that this machine has."""
    present = []
    for name in SYSTEM:
        try:
            present.append(str(ImageFont.truetype(name, 20).path))
        except OSError:
            continue
    return tuple(present)


def font_for(text: str) -> str | None:
    """The first font that has every letter of the text, or nearly."""
    letters = {mark for mark in text if not mark.isspace()}
    for path in (str(BUNDLED), *_system_fonts()):
        font = ImageFont.truetype(path, 20)
        missing = bytes(font.getmask("\U0010fffe"))
        if sum(bytes(font.getmask(mark)) == missing for mark in letters) * 5 <= len(
            letters
        ):
            return path
    return None


def _fitted(text: str, path: str, room: tuple[int, int]) -> tuple[Font, list[str]]:
    """The largest size at which the wrapped text fits its room."""
    low, high = 6, max(7, min(room[1], round(room[0] * 0.34)))
    best = ImageFont.truetype(path, low)
    lines = _wrapped(text, best, room[0])
    while low <= high:
        size = (low + high) // 2
        font = ImageFont.truetype(path, size)
        trial = _wrapped(text, font, room[0])
        across, down = _size(font, trial)
        is_broken = any(
            len(word) > 1 and font.getlength(word) > room[0] for word in text.split()
        )
        if across <= room[0] and down <= room[1] and not (is_broken and size > 24):
            best, lines, low = font, trial, size + 1
        else:
            high = size - 1
    return best, lines


def _wrapped(text: str, font: Font, width: int) -> list[str]:
    """Lines no wider than this; a word that is wider is broken."""
    lines = [""]
    for word in text.split():
        trial = f"{lines[-1]} {word}".strip()
        if font.getlength(trial) <= width:
            lines[-1] = trial
            continue
        if lines[-1]:
            lines.append("")
        for mark in word:
            if lines[-1] and font.getlength(lines[-1] + mark) > width:
                lines.append("")
            lines[-1] += mark
    return lines


def _leading(font: Font) -> int:
    return round(font.size * 1.16)


def _size(font: Font, lines: list[str]) -> tuple[int, int]:
    across = max(font.getlength(line) for line in lines)
    return round(across), _leading(font) * len(lines) + round(font.size * 0.12)


def _top(picture: Image.Image, tall: int, where: str) -> int:
    """How far down the words begin."""
    margin = round(picture.height * 0.07)
    match where:
        case "top":
            return margin
        case "centre":
            return (picture.height - tall) // 2
        case "bottom":
            return picture.height - margin - tall
    return _calmest(picture, tall)


def _calmest(picture: Image.Image, tall: int) -> int:
    """Near the top or the bottom, wherever less is going on."""
    height = picture.height
    margin = round(height * 0.07)
    choices = (margin, height - margin - tall)
    strips = [
        picture.crop((0, top, picture.width, top + tall)).resize((48, 16)).convert("L")
        for top in choices
    ]
    fuss = [
        float(np.abs(np.diff(np.asarray(s, np.float32), axis=1)).mean()) for s in strips
    ]
    return choices[0] if fuss[0] <= fuss[1] * 1.3 else choices[1]


def _inks(picture: Image.Image, box: tuple[int, int, int, int]) -> tuple[Rgb, Rgb]:
    """Pale words on a dark place or the reverse, and a halo of the other."""
    tone = float(np.asarray(picture.crop(box).resize((16, 16)).convert("L")).mean())
    return (DARK, PALE) if tone > 138 else (PALE, DARK)


def _halo(
    picture: Image.Image, box: tuple[int, int, int, int], halo: Rgb, spread: int
) -> None:
    """A soft veil under the words, only as strong as the place is busy."""
    around = (
        max(0, box[0] - spread * 2),
        max(0, box[1] - spread * 2),
        min(picture.width, box[2] + spread * 2),
        min(picture.height, box[3] + spread * 2),
    )
    under = np.asarray(picture.crop(around).resize((40, 16)).convert("L"), np.float32)
    strength = min(0.72, 0.12 + float(under.std()) / 70)
    width, height = around[2] - around[0], around[3] - around[1]
    scale = min(1.0, 200 / max(width, height))
    mask = Image.new("L", (max(2, round(width * scale)), max(2, round(height * scale))))
    inner = [
        (box[0] - around[0]) * scale,
        (box[1] - around[1]) * scale,
        (box[2] - around[0]) * scale,
        (box[3] - around[1]) * scale,
    ]
    ImageDraw.Draw(mask).rectangle(inner, fill=round(255 * strength))
    mask = mask.filter(ImageFilter.GaussianBlur(max(0.5, spread * scale * 0.8)))
    mask = mask.resize((width, height), Image.Resampling.BICUBIC)
    picture.paste(halo, around, mask)
