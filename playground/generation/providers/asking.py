"""What is sent to a server that speaks OpenAI's images API: JSON, or a form with files.

A picture to be edited goes the way the server's profile says. Nothing is sent that the
profile does not list, because strict servers refuse what they do not know.
"""

from collections.abc import Callable, Iterator, Mapping
from secrets import token_hex
from types import MappingProxyType
from typing import Any

import orjson
import pybase64

from playground.generation.providers.base import Bytes, Commission
from playground.generation.providers.servers import CompatibleServer, SizeFormat

Sent = tuple[str, bytes]  # content type, body
Part = tuple[bytes, Bytes]  # head, data

SIZES: Mapping[SizeFormat, Callable[[Commission], dict[str, Any]]] = MappingProxyType(
    {
        "1024x1024": lambda wanted: {"size": f"{wanted.width}x{wanted.height}"},
        "1024*1024": lambda wanted: {"size": f"{wanted.width}*{wanted.height}"},
        "2K": lambda wanted: {"size": wanted.tier},
        "16:9": lambda wanted: {"size": wanted.shape},
        "auto": lambda wanted: {"size": "auto"},
        "object": lambda wanted: {
            "size": {"width": wanted.width, "height": wanted.height}
        },
        "width+height": lambda wanted: {"width": wanted.width, "height": wanted.height},
    }
)
SIGNATURES = ((b"\x89PNG", "png"), (b"\xff\xd8\xff", "jpeg"), (b"GIF8", "gif"))


def written(server: CompatibleServer, commission: Commission) -> Sent:
    """Write a request as this server reads it."""
    fields = fields_for(server, commission)
    if server.has_previews and commission.previews:
        fields |= {"stream": True, "partial_images": commission.previews}
    if commission.pictures and server.edits.startswith("form:"):
        return a_form(fields, files_of(server, commission))
    if commission.pictures:
        fields |= pictures_in_json(server, commission)
    return "application/json", orjson.dumps(fields)


def fields_for(server: CompatibleServer, commission: Commission) -> dict[str, Any]:
    """Choose what is sent: the server's fields, then the offer's own, which win."""
    asked: dict[str, Any] = {
        "n": commission.n,
        "seed": commission.seed,
        "negative_prompt": commission.negative_prompt,
        "quality": commission.quality,
        "output_format": commission.output_format,
    }
    sent = {
        "model": commission.upstream,
        "prompt": commission.prompt,
        **{name: value for name, value in asked.items() if name in server.fields},
        **(SIZES[server.size_format](commission) if "size" in server.fields else {}),
        "response_format": server.response_format,
        **commission.parameters,
    }
    return {name: value for name, value in sent.items() if value is not None}


def pictures_in_json(
    server: CompatibleServer, commission: Commission
) -> dict[str, Any]:
    """Put pictures into JSON, under the server's name for them, as data URIs."""
    name = server.edits.removeprefix("json:")
    uris = [data_uri(picture) for picture in commission.pictures]
    listed = [{"image_url": uri} for uri in uris] if name == "images" else uris
    # "image" is a string or a list of them; the plural names are always lists.
    pictures: Any = uris[0] if name == "image" and len(uris) == 1 else listed
    mask = {"mask": data_uri(commission.mask)} if commission.mask else {}
    return {name: pictures, **mask}


def files_of(
    server: CompatibleServer, commission: Commission
) -> list[tuple[str, Bytes]]:
    name = server.edits.removeprefix("form:")
    files = [(name, picture) for picture in commission.pictures]
    return [*files, ("mask", commission.mask)] if commission.mask else files


def a_form(fields: Mapping[str, Any], files: list[tuple[str, Bytes]]) -> Sent:
    """Write multipart/form-data; every scalar is text there."""
    boundary = f"easel-{token_hex(12)}"
    parts = [*text_parts(fields), *file_parts(files)]
    opened = f"--{boundary}\r\nContent-Disposition: form-data; ".encode()
    body = b"".join(
        opened + head + b"\r\n\r\n" + data + b"\r\n" for head, data in parts
    )
    closed = f"--{boundary}--\r\n".encode()
    return f"multipart/form-data; boundary={boundary}", body + closed


def text_parts(fields: Mapping[str, Any]) -> Iterator[Part]:
    for name, value in fields.items():
        text = value if isinstance(value, str) else orjson.dumps(value).decode()
        yield f'name="{name}"'.encode(), text.encode()


def file_parts(files: list[tuple[str, Bytes]]) -> Iterator[Part]:
    """Name each file by what it is: some servers refuse a part of no image type."""
    for number, (name, data) in enumerate(files):
        kind = kind_of(data)
        head = (
            f'name="{name}"; filename="{number}.{kind}"\r\nContent-Type: image/{kind}'
        )
        yield head.encode(), data


def data_uri(picture: Bytes) -> str:
    return (
        f"data:image/{kind_of(picture)};base64,{pybase64.b64encode_as_string(picture)}"
    )


def kind_of(data: Bytes) -> str:
    """Tell a picture's type by its first bytes."""
    return next(
        (kind for head, kind in SIGNATURES if data[:4].startswith(head)), "webp"
    )
