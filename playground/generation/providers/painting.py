"""The painter's own process: reads an order a line, writes a picture each.

The bytes of what is to be edited follow the line.

Run as a module of its own, it loads the painter and nothing else of Easel.
"""

import io
import json
import os
import sys
from collections.abc import Sequence
from typing import IO, Any

from PIL import Image

from playground.generation.providers.painter import edit, paint

FORMATS = ("PNG", "JPEG", "WEBP")

SAVING: dict[str, dict[str, int]] = {
    "png": {"compress_level": 1},
    "jpeg": {"quality": 92},
    "webp": {"quality": 90, "method": 2},
    "avif": {"quality": 75, "speed": 8},
    "gif": {},
}


class Pictures(Sequence[Image.Image]):
    """Pictures that are decoded when they are looked at, and then not kept."""

    def __init__(self, files: Sequence[bytes]) -> None:
        self._files = files

    def __len__(self) -> int:
        return len(self._files)

    def __getitem__(self, place: Any) -> Any:
        return opened(self._files[place])


def serve() -> None:
    """Paint until the input ends."""
    for line in sys.stdin.buffer:
        order = json.loads(line)
        picture = painted(order, sys.stdin.buffer)
        file = io.BytesIO()
        picture.save(file, order["format"].upper(), **SAVING[order["format"]])
        sys.stdout.buffer.write(b"%d\n" % file.tell() + file.getvalue())
        sys.stdout.buffer.flush()


def painted(order: dict[str, Any], following: IO[bytes]) -> Image.Image:
    """Paint the order, or change the pictures whose bytes follow it, and its mask's."""
    size = {"width": order["width"], "height": order["height"]}
    files = [following.read(length) for length in order["pictures"]]
    mask = opened(following.read(order["mask"])) if order["mask"] else None
    if not files:
        return paint(order["prompt"], **size, seed=order["seed"])
    return edit(order["prompt"], Pictures(files), mask=mask, **size, seed=order["seed"])


def opened(file: bytes) -> Image.Image:
    return Image.open(io.BytesIO(file), formats=FORMATS)


if __name__ == "__main__":
    os.nice(int(sys.argv[1]))
    serve()
