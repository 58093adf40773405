"""Names for rows: text that sorts by time and is made before the insert.

An id is a prefix, 48 bits of milliseconds and 80 random bits in Crockford's
alphabet, so that it can be handed out before the row exists and never collides.
"""

import os
import time

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
PAIRS = [first + second for first in ALPHABET for second in ALPHABET]
LETTERS = bytes(ord(ALPHABET[byte % 32]) for byte in range(256))


def new_id(prefix: str) -> str:
    """Return a fresh id such as `img_01kaf3…`."""
    milliseconds = encode(int(time.time() * 1000), 10)
    return f"{prefix}_{milliseconds}{os.urandom(16).translate(LETTERS).decode()}"


def encode(number: int, length: int) -> str:
    """Write a number in Crockford's base 32, padded to a fixed length."""
    places = range(10 * ((length - 1) // 2), -1, -10)  # two at a time: half the steps
    return "".join([PAIRS[(number >> place) & 1023] for place in places])[-length:]
