"""A run as code: exactly this request, for each language."""

from typing import Any

from playground.generation.models import Generation
from playground.generation.request import ImageRequest
from playground.generation.uploads import token_of
from playground.web.code.said import Said, Snippet
from playground.web.code.writing import snippets_of


def snippets(generation: Generation, origin: str, seed: int | None) -> list[Snippet]:
    """Write the run for each language."""
    request = generation.asked
    pictures = tuple(
        f"reference-{place}.{token_of(name).rpartition('.')[2]}"
        for place, name in enumerate(request.references, 1)
    )
    return snippets_of(Said(origin, fields_of(generation, request, seed), pictures))


def fields_of(
    generation: Generation, request: ImageRequest, seed: int | None
) -> dict[str, Any]:
    wishes = request.wishes
    provider: dict[str, Any] = {"only": list(wishes.only)} if wishes.only else {}
    if wishes.sort != "balanced":
        provider["sort"] = wishes.sort
    fields: dict[str, Any] = {
        "model": generation.model,
        "prompt": generation.prompt,
        "n": generation.n,
        "aspect_ratio": request.shape,
        "resolution": request.tier,
        "quality": request.quality,
        "output_format": request.output_format,
        "negative_prompt": request.negative_prompt,
        "seed": seed,
        "provider": provider or None,
        **dict(request.extras),
    }
    return {name: value for name, value in fields.items() if value is not None}
