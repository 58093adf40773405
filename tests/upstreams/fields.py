"""What a shop knows of a field: which values it takes, and what is wrong with others.

A rule returns nothing for a good value, else the kind of mistake and a sentence about it.
"""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable
from io import BytesIO

from PIL import Image, UnidentifiedImageError

Mistake = tuple[str, str] | None
Rule = Callable[[object], Mistake]


def text(value: object) -> Mistake:
    return None if isinstance(value, str) else ("string_type", "not a valid string")


def yes_or_no(value: object) -> Mistake:
    return None if isinstance(value, bool) else ("bool_type", "not a valid boolean")


def one_of(*known: object) -> Rule:
    def rule(value: object) -> Mistake:
        is_known = any(value == one and type(value) is type(one) for one in known)
        return None if is_known else ("one_of", f"must be one of {known}")

    return rule


def whole(least: int, most: int) -> Rule:
    def rule(value: object) -> Mistake:
        if not isinstance(value, int) or isinstance(value, bool):
            return "int_type", "not a valid integer"
        if value < least:
            return "greater_than_equal", f"must be {least} or more"
        return ("less_than_equal", f"must be {most} or less") if value > most else None

    return rule


def picture(value: object) -> Mistake:
    """A picture's address, or the picture itself in a data URI."""
    if not isinstance(value, str) or not value.startswith(("data:image/", "https://")):
        return "image_load_error", "not an address of an image"
    if value.startswith("https://"):
        return None
    try:
        Image.open(BytesIO(b64decode(value.partition(",")[2], validate=True))).verify()
    except (NotBase64, UnidentifiedImageError, OSError):
        return "image_load_error", "the image could not be loaded"
    return None


def pictures(most: int) -> Rule:
    def rule(value: object) -> Mistake:
        if not isinstance(value, list):
            return "list_type", "not a valid list"
        if len(value) > most:
            return "sequence_too_long", f"at most {most} images"
        return next(filter(None, map(picture, value)), None)

    return rule


def either(*rules: Rule) -> Rule:
    def rule(value: object) -> Mistake:
        found = [one(value) for one in rules]
        return None if None in found else found[0]

    return rule


def pixels(least: int, most: int) -> Rule:
    """A width and a height, as an object."""

    def rule(value: object) -> Mistake:
        if not isinstance(value, dict) or value.keys() != {"width", "height"}:
            return "missing", "width and height are needed"
        return next(filter(None, map(whole(least, most), value.values())), None)

    return rule
