"""Tokens, as Google's clients expect them counted: estimates, and nothing is priced by them.

Easel charges by the picture. A word is some four letters to a token; a picture counts
as Google counts its own, by its scale.
"""

from typing import Any

from playground.api.answers import usage_out
from playground.generation.models import Generation
from playground.generation.request import ImageRequest
from playground.generation.sizes import area_of

LETTERS_A_TOKEN = 4
SHOWN_PICTURE = 258
PAINTED_PICTURE = {"0.5K": 747, "1K": 1120, "2K": 1680, "4K": 2520}


def prompt_tokens(text: str, pictures: int) -> dict[str, int]:
    """Count what is sent, by kind."""
    return {
        "TEXT": -(-len(text) // LETTERS_A_TOKEN),
        "IMAGE": pictures * SHOWN_PICTURE,
    }


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


def usage_metadata(
    generation: Generation, request: ImageRequest, pictures: int
) -> dict[str, Any]:
    """What an order took: as its providers counted, or as we estimate."""
    if known := usage_out(generation):
        kinds = known["input_tokens_details"]
        by_kind = {"TEXT": kinds["text_tokens"], "IMAGE": kinds["image_tokens"]}
        return counted_out(by_kind, known["output_tokens"])
    words = [piece.text for turn in request.turns for piece in turn.pieces]
    by_kind = prompt_tokens("".join(words) or request.prompt, request.looks_at)
    return counted_out(by_kind, pictures * picture_tokens(request.tier))


def counted_out(by_kind: dict[str, int], painted: int) -> dict[str, Any]:
    prompt = sum(by_kind.values())
    return {
        "promptTokenCount": prompt,
        "candidatesTokenCount": painted,
        "totalTokenCount": prompt + painted,
        "promptTokensDetails": details(by_kind),
        "candidatesTokensDetails": details({"IMAGE": painted}),
    }
