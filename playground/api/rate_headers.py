"""How a limited key's rates stand, in the headers that OpenAI's clients know."""

from collections.abc import Iterable

from playground.generation.rates import Reading

Header = tuple[bytes, bytes]
NAMES = {"requests": "requests", "pictures": "images"}


def in_headers(readings: Iterable[Reading]) -> list[Header]:
    """Say of each rate its limit, what is left of it, and when all of it is again."""
    headers = []
    for reading in readings:
        name = NAMES[reading.rate.what]
        said = {
            "limit": f"{reading.rate.most}",
            "remaining": f"{reading.left}",
            "reset": f"{reading.window.forgotten_in}s",
        }
        headers += [
            (f"x-ratelimit-{fact}-{name}".encode(), value.encode())
            for fact, value in said.items()
        ]
    return headers
