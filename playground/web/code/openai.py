"""A request in OpenAI's words: for curl, and for the clients OpenAI publishes.

Its clients know some of our fields by name and take the others as extras.
"""

import shlex
from typing import Any

from playground.web.code.said import (
    Said,
    as_javascript,
    as_json,
    as_python,
    indented,
    media_type,
)

KNOWN = (
    "model",
    "prompt",
    "n",
    "size",
    "quality",
    "background",
    "response_format",
    "output_format",
    "output_compression",
    "user",
)


def path(said: Said) -> str:
    return f"/v1/images/{said.verb}"


def curl(said: Said) -> str:
    lines = [f"curl {said.origin}{path(said)}"]
    lines.append('  -H "Authorization: Bearer $EASEL_API_KEY"')
    lines += [
        f"  -H {shlex.quote(f'{name}: {one}')}" for name, one in said.headers.items()
    ]
    if said.pictures:
        lines += [f"  -F 'image[]=@{name}'" for name in said.pictures]
        lines += [f"  -F mask=@{said.mask}"] if said.mask else []
        lines += [
            f"  --form-string {shlex.quote(f'{name}={in_a_form(value)}')}"
            for name, value in said.fields.items()
        ]
    else:
        lines.append('  -H "Content-Type: application/json"')
        lines.append(f"  -d {shlex.quote(indented(as_json(dict(said.fields)), 2))}")
    return " \\\n".join(lines)


def in_a_form(value: Any) -> str:
    return value if isinstance(value, str) else as_json(value)


def python(said: Said) -> str:
    known = {name: said.fields[name] for name in KNOWN if name in said.fields}
    extra = {name: one for name, one in said.fields.items() if name not in known}
    lines = []
    if said.pictures:
        opened = [f'open("{name}", "rb")' for name in said.pictures]
        lines.append(f"image=[{', '.join(opened)}]")
    if said.mask:
        lines.append(f'mask=open("{said.mask}", "rb")')
    lines += [f"{name}={as_python(value)}" for name, value in known.items()]
    lines += [f"extra_body={as_python(extra)}"] if extra else []
    lines += [f"extra_headers={as_python(said.headers)}"] if said.headers else []
    verb = "edit" if said.pictures else "generate"
    return (
        "from os import environ\n\nfrom openai import OpenAI\n\n"
        f'client = OpenAI(base_url="{said.origin}/v1",'
        ' api_key=environ["EASEL_API_KEY"])\n'
        f"answer = client.images.{verb}(\n"
        + "".join(f"    {line},\n" for line in lines)
        + f")\n{python_end(said)}"
    )


def python_end(said: Said) -> str:
    if said.fields.get("response_format") != "b64_json":
        return "print(answer.data[0].url)"
    return (
        "from base64 import b64decode\n\n"
        'with open("picture.png", "wb") as file:\n'
        "    file.write(b64decode(answer.data[0].b64_json))"
    )


def javascript(said: Said) -> str:
    body = as_javascript(dict(said.fields))
    verb, files = "generate", ["createReadStream"] if said.pictures else []
    if said.pictures:
        opened = ", ".join(f'createReadStream("{name}")' for name in said.pictures)
        mask = f'\n  mask: createReadStream("{said.mask}"),' if said.mask else ""
        body, verb = f"{{\n  image: [{opened}],{mask}{body[1:]}", "edit"
    end = "console.log(answer.data[0].url);"
    if said.fields.get("response_format") == "b64_json":
        files.append("writeFileSync")
        bytes_ = 'Buffer.from(answer.data[0].b64_json, "base64")'
        end = f'writeFileSync("picture.png", {bytes_});'
    start = f'import {{ {", ".join(files)} }} from "node:fs";\n' if files else ""
    options = (
        f", {{ headers: {as_javascript(dict(said.headers))} }}" if said.headers else ""
    )
    return (
        f'{start}import OpenAI from "openai";\n\nconst client = new OpenAI({{\n'
        f'  baseURL: "{said.origin}/v1",\n'
        "  apiKey: process.env.EASEL_API_KEY,\n});\n"
        f"const answer = await client.images.{verb}({body}{options});\n{end}"
    )


def body(said: Said) -> str:
    """The body for languages without an official client; pictures as data URIs.

    A picture stands there as its file's name, for the language to fill in.
    """
    tree = dict(said.fields)
    if said.pictures:
        tree["images"] = [{"image_url": f"<{name}>"} for name in said.pictures]
    if said.mask:
        tree["mask"] = {"image_url": f"<{said.mask}>"}
    return as_json(tree)


def before(name: str) -> str:
    """What stands before a picture's base64, in code."""
    return f'"data:{media_type(name)};base64," + '
