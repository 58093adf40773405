"""What lies on the desk while a picture is changed."""

import hashlib
from dataclasses import dataclass

import numpy as np
from PIL import Image

from playground.generation.providers.painter.fields import Size


@dataclass(frozen=True, slots=True)
class Desk:
    """The size wanted, the other pictures, and the luck of the seed."""

    size: Size
    others: tuple[Image.Image, ...]
    prompt: str
    seed: int
    is_masked: bool = False

    def luck(self, part: str) -> np.random.Generator:
        """Dice that fall the same way in every process, one set for each part."""
        return dice(f"{part}\0{self.seed}")


def dice(words: str) -> np.random.Generator:
    digest = hashlib.sha256(words.encode("utf-8", "replace")).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest, "big")))
