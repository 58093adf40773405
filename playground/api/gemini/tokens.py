"""Tokens, as Google's clients expect them counted: estimates, and nothing is priced by them.

Easel charges by the picture. A word is some four letters to a token; a picture counts
as Google counts its own, by its scale.
"""

from typing import Any

from playground.generation.request import ImageRequest
from playground.generation.sizes import area_of

LETTERS_A_TOKEN = 4
SHOWN_PICTURE = 258
PAINTED_PICTURE = {"0.5K": 747, "1K": 1120, "2K": 1680, "4K": 2520}


def text_tokens(text: str) -> int:
    return -(-len(text) // LETTERS_A_TOKEN)


def prompt_tokens(text: str, pictures: int) -> tuple[int, list[dict[str, Any]]]:
    """Count what is sent, all of it and by kind."""
    counts = {"TEXT": text_tokens(text), "IMAGE": pictures * SHOWN_PICTURE}
    return sum(counts.values()), details(counts)


def details(counts: dict[str, int]) -> list[dict[str, Any]]:
    return [
        {"modality": kind, "tokenCount": count}
        for kind, count in counts.items()
        if count
    ]


def picture_tokens(tier: str) -> int:
    """Count a painted picture; scales Google has no number for count as the nearest."""
    names = {name: abs(area_of(name) - area_of(tier)) for name in PAINTED_PICTURE}
    return PAINTED_PICTURE[min(names, key=names.__getitem__)]


def usage_out(request: ImageRequest, pictures: int) -> dict[str, Any]:
    """What an order took, once so many of its pictures are there."""
    words = [piece.text for turn in request.turns for piece in turn.pieces]
    prompt, by_kind = prompt_tokens("".join(words) or request.prompt, request.looks_at)
    painted = pictures * picture_tokens(request.tier)
    return {
        "promptTokenCount": prompt,
        "candidatesTokenCount": painted,
        "totalTokenCount": prompt + painted,
        "promptTokensDetails": by_kind,
        "candidatesTokensDetails": details({"IMAGE": painted}),
    }
