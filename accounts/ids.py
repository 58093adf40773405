"""Names for rows: text that sorts by time and is made before the insert.

An id is a prefix, 48 bits of milliseconds and 80 random bits in Crockford's
alphabet, so that it can be handed out before the row exists and never collides.
"""

import os
import time
from datetime import datetime

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
PAIRS = [first + second for first in ALPHABET for second in ALPHABET]
LETTERS = bytes(ord(ALPHABET[byte % 32]) for byte in range(256))
MOMENT, CHANCE = 10, 16  # letters of an id


def new_id(prefix: str) -> str:
    """Return a fresh id such as `img_01kaf3…`."""
    return an_id(prefix, int(time.time() * 1000))


def id_of(prefix: str, moment: datetime) -> str:
    """Return an id as it would have been made at this moment."""
    return an_id(prefix, milliseconds(moment))


def first_id(prefix: str, moment: datetime) -> str:
    """Return what sorts before every id made from this moment on, and after all earlier."""
    return f"{prefix}_{encode(milliseconds(moment), MOMENT)}{ALPHABET[0] * CHANCE}"


def an_id(prefix: str, milliseconds: int) -> str:
    chance = os.urandom(CHANCE).translate(LETTERS).decode()
    return f"{prefix}_{encode(milliseconds, MOMENT)}{chance}"


def moment_of(name: str) -> int:
    """Return when an id was made, in milliseconds."""
    letters = name.partition("_")[2][:MOMENT]
    moment = 0
    for letter in letters:
        moment = moment * len(ALPHABET) + ALPHABET.index(letter)
    return moment


def milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def encode(number: int, length: int) -> str:
    """Write a number in Crockford's base 32, padded to a fixed length."""
    places = range(10 * ((length - 1) // 2), -1, -10)  # two at a time: half the steps
    return "".join([PAIRS[(number >> place) & 1023] for place in places])[-length:]
