"""A run as code: exactly this request, for curl and for OpenAI's two clients."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from playground.generation.models import Generation
from playground.generation.request import ImageRequest
from playground.generation.uploads import token_of

KNOWN = ("model", "prompt", "n", "quality", "background", "output_format")


@dataclass(frozen=True, slots=True)
class Snippet:
    """One language's way to say it."""

    slug: str
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """The request: where it goes, its fields, and the pictures it brings."""

    origin: str
    fields: Mapping[str, Any]
    pictures: tuple[str, ...] = ()


def snippets(generation: Generation, origin: str, seed: int | None) -> list[Snippet]:
    """Write the run for each language, reading the key from the environment."""
    request = generation.asked
    pictures = tuple(
        f"reference-{place}.{token_of(name).rpartition('.')[2]}"
        for place, name in enumerate(request.references, 1)
    )
    said = Said(origin, fields_of(generation, request, seed), pictures)
    return [
        Snippet("curl", "cURL", curl(said)),
        Snippet("python", "Python", python(said)),
        Snippet("javascript", "JavaScript", javascript(said)),
    ]


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


def curl(said: Said) -> str:
    head = '  -H "Authorization: Bearer $EASEL_API_KEY" \\\n'
    if not said.pictures:
        data = json.dumps(said.fields, indent=2, ensure_ascii=False)
        return (
            f"curl {said.origin}/v1/images/generations \\\n{head}"
            '  -H "Content-Type: application/json" \\\n'
            f"  -d {shlex.quote(data)}"
        )
    pictures = [f"  -F image[]=@{name}" for name in said.pictures]
    words = [
        f"  -F {shlex.quote(f'{name}={in_a_form(value)}')}"
        for name, value in said.fields.items()
    ]
    lines = " \\\n".join([*pictures, *words])
    return f"curl {said.origin}/v1/images/edits \\\n{head}{lines}"


def in_a_form(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def python(said: Said) -> str:
    """OpenAI's client knows some of our fields; the others go as `extra_body`."""
    known = {name: said.fields[name] for name in KNOWN if name in said.fields}
    extra = {name: one for name, one in said.fields.items() if name not in known}
    arguments = "".join(f"    {name}={value!r},\n" for name, value in known.items())
    if said.pictures:
        files = ", ".join(f'open("{name}", "rb")' for name in said.pictures)
        arguments = f"    image=[{files}],\n{arguments}"
    verb = "edit" if said.pictures else "generate"
    return (
        "from os import environ\n\nfrom openai import OpenAI\n\n"
        f'client = OpenAI(base_url="{said.origin}/v1",'
        ' api_key=environ["EASEL_API_KEY"])\n'
        f"answer = client.images.{verb}(\n{arguments}    extra_body={extra!r},\n)\n"
        "print(answer.data[0].url)"
    )


def javascript(said: Said) -> str:
    body = json.dumps(said.fields, indent=2, ensure_ascii=False)
    start, verb = "", "generate"
    if said.pictures:
        files = ", ".join(f'createReadStream("{name}")' for name in said.pictures)
        body = f"{{\n  image: [{files}],{body[1:]}"
        start, verb = 'import { createReadStream } from "node:fs";\n', "edit"
    return (
        f'{start}import OpenAI from "openai";\n\n'
        "const client = new OpenAI({\n"
        f'  baseURL: "{said.origin}/v1",\n'
        "  apiKey: process.env.EASEL_API_KEY,\n});\n"
        f"const answer = await client.images.{verb}({body});\n"
        "console.log(answer.data[0].url);"
    )
