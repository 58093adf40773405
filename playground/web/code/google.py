"""A request in Google's words: `generateContent`, and the clients Google publishes."""

import shlex
from typing import Any

from playground.web.code.said import Said, as_javascript, as_json, as_python, media_type

SAYABLE = {"model", "prompt", "n", "aspect_ratio", "resolution", "seed"}


def path(said: Said) -> str:
    return f"/v1beta/models/{said.fields['model']}:generateContent"


def config(said: Said) -> dict[str, Any]:
    """What is wished for, in the words of `generationConfig`."""
    if strange := said.fields.keys() - SAYABLE:
        raise ValueError(f"Google's words have no {', '.join(sorted(strange))}.")
    shape = {
        "aspectRatio": said.fields.get("aspect_ratio"),
        "imageSize": said.fields.get("resolution"),
    }
    wishes = {
        "responseModalities": ["IMAGE"],
        "imageConfig": {name: one for name, one in shape.items() if one},
        "candidateCount": said.fields.get("n"),
        "seed": said.fields.get("seed"),
    }
    return {name: one for name, one in wishes.items() if one not in (None, {})}


def body(said: Said) -> str:
    """The body; a picture stands there as its file's name, for the language to fill in."""
    parts: list[Any] = [{"text": said.fields["prompt"]}]
    parts += [
        {"inlineData": {"mimeType": media_type(name), "data": f"<{name}>"}}
        for name in said.pictures
    ]
    contents = [{"role": "user", "parts": parts}]
    return as_json({"contents": contents, "generationConfig": config(said)})


def before(name: str) -> str:
    """Google takes bare base64."""
    return ""


def curl(said: Said) -> str:
    data = shlex.quote(body(said))
    for name in said.pictures:
        data = data.replace(f"<{name}>", f"'\"$(base64 < {name} | tr -d '\\n')\"'")
    given = "\n".join(
        (
            f"curl {said.origin}{path(said)} \\",
            '  -H "x-goog-api-key: $EASEL_API_KEY" \\',
            '  -H "Content-Type: application/json" \\',
        )
    )
    if not said.pictures:
        return f"{given}\n  -d {data}"
    # A picture is longer than one argument may be, so it goes through a pipe.
    return f"printf %s {data} |\n{given}\n  -d @-"


def python(said: Said) -> str:
    words = {snake(name): one for name, one in config(said).items()}
    if shape := words.get("image_config"):
        words["image_config"] = {snake(name): one for name, one in shape.items()}
    lines = "".join(
        f"        {as_python(name)}: {as_python(one)},\n" for name, one in words.items()
    )
    contents = [as_python(said.fields["prompt"])]
    contents += [
        f'types.Part.from_bytes(data=open("{name}", "rb").read(),'
        f' mime_type="{media_type(name)}")'
        for name in said.pictures
    ]
    given = "".join(f"        {one},\n" for one in contents)
    brings = "from google.genai import types\n" if said.pictures else ""
    return (
        f"from os import environ\n\nfrom google import genai\n{brings}\n"
        'client = genai.Client(api_key=environ["EASEL_API_KEY"],'
        f' http_options={{"base_url": "{said.origin}"}})\n'
        "answer = client.models.generate_content(\n"
        f'    model="{said.fields["model"]}",\n'
        f"    contents=[\n{given}    ],\n"
        f"    config={{\n{lines}    }},\n)\n"
        'answer.parts[0].as_image().save("picture.png")'
    )


def snake(name: str) -> str:
    return "".join(f"_{one.lower()}" if one.isupper() else one for one in name)


def javascript(said: Said) -> str:
    contents: list[Any] = [{"text": said.fields["prompt"]}]
    contents += [
        {"inlineData": {"mimeType": media_type(name), "data": f"<{name}>"}}
        for name in said.pictures
    ]
    asked = as_javascript(
        {
            "model": said.fields["model"],
            "contents": contents,
            "config": config(said),
        }
    )
    reads = "readFileSync, " if said.pictures else ""
    for name in said.pictures:
        read = f'readFileSync("{name}").toString("base64")'
        asked = asked.replace(f'"<{name}>"', read)
    return (
        f'import {{ {reads}writeFileSync }} from "node:fs";\n'
        'import { GoogleGenAI } from "@google/genai";\n\n'
        "const client = new GoogleGenAI({\n"
        "  apiKey: process.env.EASEL_API_KEY,\n"
        f'  httpOptions: {{ baseUrl: "{said.origin}" }},\n}});\n'
        f"const answer = await client.models.generateContent({asked});\n"
        "const [part] = answer.candidates[0].content.parts;\n"
        'writeFileSync("picture.png", Buffer.from(part.inlineData.data, "base64"));'
    )
