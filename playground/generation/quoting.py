"""Say a caller's own words back to them, safely.

What people send may be long, half a character or a control code; a message
that repeats it must still be one short, valid line.
"""

LONGEST = 60


def quoted(text: str) -> str:
    """Return `text` in quotes, shortened, with nothing in it that cannot be shown."""
    whole = text.encode("utf-8", "replace").decode()
    shown = "".join(
        letter if letter.isprintable() else "?" for letter in whole[: LONGEST + 1]
    )
    return f"“{shown[:LONGEST]}…”" if len(shown) > LONGEST else f"“{shown}”"


def is_text(text: str) -> bool:
    """Say whether `text` is something every database and encoder accepts."""
    try:
        text.encode()  # fails on half a character
    except UnicodeEncodeError:
        return False
    return "\0" not in text
