"""What Google's clients say about the picture itself, in the places they say it.

`imageConfig` is the usual place, `imageOutputOptions` is Vertex's, and `responseFormat`
the newest, with words for numbers.
"""

import re
from dataclasses import dataclass

from playground.api.gemini.words import (
    GenerationConfig,
    ImageConfig,
    ImageFormat,
    OutputOptions,
)

SCALES = {"FIVE_TWELVE": "512", "ONE_K": "1K", "TWO_K": "2K", "FOUR_K": "4K"}
SCALE = re.compile(rf"IMAGE_SIZE_({'|'.join(SCALES)})")
NUMBERS = {"ONE": 1, "TWO": 2, "THREE": 3, "FOUR": 4, "FIVE": 5, "EIGHT": 8}
NUMBERS |= {"NINE": 9, "SIXTEEN": 16, "TWENTY_ONE": 21}
SIDE = f"({'|'.join(NUMBERS)})"
RATIO = re.compile(f"ASPECT_RATIO_{SIDE}_BY_{SIDE}")
UNSAID = re.compile(r"\w+_UNSPECIFIED")


@dataclass(frozen=True, slots=True)
class PictureWords:
    """The picture that is wanted; `None` was not said."""

    aspect_ratio: str | None
    image_size: str | None
    format: str | None
    compression: int | None
    by_address: bool


def picture_words(config: GenerationConfig) -> PictureWords:
    image = config.image_config or ImageConfig()
    formats = [one.image for one in config.response_format or () if one.image]
    newest = formats[0] if formats else ImageFormat()
    options = image.image_output_options or OutputOptions()
    mime_type = options.mime_type or image.output_mime_type or newest.mime_type
    compression = options.compression_quality
    if compression is None:
        compression = image.output_compression_quality
    return PictureWords(
        aspect_ratio=ratio_said(image.aspect_ratio or newest.aspect_ratio),
        image_size=scale_said(image.image_size or newest.image_size),
        format=format_said(mime_type),
        compression=compression,
        by_address=said(newest.delivery or "").upper() == "URI",
    )


def said(text: str) -> str:
    """Return what was said; an enum's `…_UNSPECIFIED` says nothing."""
    return "" if UNSAID.fullmatch(text.strip()) else text.strip()


def ratio_said(text: str | None) -> str | None:
    found = RATIO.fullmatch((text or "").strip())
    if not found:
        return said(text or "") or None
    return f"{NUMBERS[found[1]]}:{NUMBERS[found[2]]}"


def scale_said(text: str | None) -> str | None:
    found = SCALE.fullmatch((text or "").strip())
    return SCALES[found[1]] if found else said(text or "") or None


def format_said(mime_type: str | None) -> str | None:
    return said(mime_type or "").lower().removeprefix("image/") or None
