"""A run as code: exactly this request, for curl and for openai-python."""

import json
import shlex
from dataclasses import dataclass

from playground.generation.models import Generation


@dataclass(frozen=True, slots=True)
class Snippet:
    """One language's way to say it."""

    slug: str
    language: str
    text: str


def snippets(generation: Generation, origin: str, seed: int | None) -> list[Snippet]:
    """Write the run for each language, reading the key from the environment."""
    body = body_of(generation, seed)
    return [
        Snippet("curl", "cURL", curl(body, origin)),
        Snippet("python", "Python", python(body, origin)),
    ]


def body_of(generation: Generation, seed: int | None) -> dict[str, object]:
    request = generation.asked
    body: dict[str, object] = {
        "model": generation.model,
        "prompt": generation.prompt,
        "n": generation.n,
        "aspect_ratio": request.shape,
        "resolution": request.tier,
        "output_format": request.output_format,
        "negative_prompt": request.negative_prompt,
        "seed": seed,
    }
    return {name: value for name, value in body.items() if value is not None}


def curl(body: dict[str, object], origin: str) -> str:
    data = json.dumps(body, indent=2, ensure_ascii=False)
    return (
        f"curl {origin}/v1/images/generations \\\n"
        '  -H "Authorization: Bearer $EASEL_API_KEY" \\\n'
        '  -H "Content-Type: application/json" \\\n'
        f"  -d {shlex.quote(data)}"
    )


def python(body: dict[str, object], origin: str) -> str:
    """OpenAI's client knows some of our fields; the others go as `extra_body`."""
    known = {
        name: body[name]
        for name in ("model", "prompt", "n", "output_format")
        if name in body
    }
    extra = {name: value for name, value in body.items() if name not in known}
    arguments = "".join(f"    {name}={value!r},\n" for name, value in known.items())
    return (
        "from os import environ\n\nfrom openai import OpenAI\n\n"
        f'client = OpenAI(base_url="{origin}/v1", api_key=environ["EASEL_API_KEY"])\n'
        f"answer = client.images.generate(\n{arguments}    extra_body={extra!r},\n)\n"
        "print(answer.data[0].url)"
    )
