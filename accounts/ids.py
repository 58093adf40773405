"""Names for rows: text that sorts by time and is made before the insert.

An id is a prefix, 48 bits of milliseconds and 80 random bits in Crockford's
alphabet, so that it can be handed out before the row exists and never collides.
"""

import secrets
import time

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 26


def new_id(prefix: str) -> str:
    """Return a fresh id such as `img_01kaf3…`."""
    number = (int(time.time() * 1000) << 80) | secrets.randbits(80)
    return f"{prefix}_{encode(number, LENGTH)}"


def encode(number: int, length: int) -> str:
    """Write a number in Crockford's base 32, padded to a fixed length."""
    digits = [ALPHABET[(number >> (5 * place)) & 31] for place in range(length)]
    return "".join(reversed(digits))
