"""What every simulated provider shares: pictures to hand out, a memory, and bad days.

A shop speaks one provider's wire. It answers well unless the prompt says otherwise:

    [fault:429-wait]   [fault:truncated-png]   [fault:drip]

Faults of the line and of the pictures are the same in every shop and stand here; what a
provider says in its own words when it fails or refuses stands with the shop. A picture
that has an address of its own can have its day there: [fault:file-drip].
"""

import asyncio
import json
import re
import socket
import struct
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO

from aiohttp import web
from PIL import Image

COLOURS = ("#c8553d", "#588b8b", "#f28f3b", "#93b7be", "#2d3047", "#8fb339")
FAULT = re.compile(r"\[fault:([\w-]+)\]")
PAGE = "<!doctype html><html><title>Back soon</title><body>Maintenance</body></html>"
SLOW_SECONDS = 0.2
# What can be wrong with the pictures themselves.
SPOILS = ("wrong-size", "truncated-png", "not-a-picture", "broken-base64")
REDUCTION = 8
Answer = Callable[[], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: dict = field(default_factory=dict)


@dataclass
class Shop:
    """One simulated provider; `url` is where it stands once the street is open.

    Tests want pictures quickly, so each side is an eighth of what was asked for. A shop
    that is open to everybody paints whole ones, and models it knows no rules for.
    """

    name: str
    seen: list[Seen] = field(default_factory=list)
    url: str = ""
    is_open_to_all: bool = False

    @property
    def asked(self) -> list[Seen]:
        """The POSTs it saw."""
        return [one for one in self.seen if one.method == "POST"]

    def reduced(self, width: int, height: int) -> tuple[int, int]:
        """Return the size that is painted instead of the one asked for."""
        if self.is_open_to_all:
            return width, height
        return max(1, width // REDUCTION), max(1, height // REDUCTION)

    def address(self, fault: str, number: int, width: int, height: int) -> str:
        """Where a picture can be fetched, with the fault it has there."""
        return f"{self.url}/files/{fault}/{number}_{width}_{height}.png"

    def files(self) -> web.RouteDef:
        return web.get(f"/{self.name}/files/{{fault}}/{{name}}", self.file)

    async def file(self, request: web.Request) -> web.StreamResponse:
        """Hand out a picture at its address, unless it has its day there."""
        self.note(request)
        fault, name = request.match_info["fault"], request.match_info["name"]
        if fault == "expired":
            return web.Response(status=403, text="Request has expired")
        if fault == "url-redirect":
            return web.Response(status=302, headers={"location": f"../none/{name}"})
        number, width, height = map(int, name.removesuffix(".png").split("_"))
        picture = pictures_for(fault, width, height, number + 1)[-1]

        async def answer() -> web.Response:
            return web.Response(body=picture, content_type="image/png")

        trouble = fault.removeprefix("file-") if fault.startswith("file-") else ""
        return await on_the_line(trouble, request, answer)

    def note(self, request: web.Request, body: dict | None = None) -> None:
        headers = {name.lower(): value for name, value in request.headers.items()}
        path = request.path.removeprefix(f"/{self.name}")
        seen = Seen(request.method, path, dict(request.query), headers, body or {})
        self.seen.append(seen)


def fault_in(*texts: object) -> str:
    found = FAULT.search(" ".join(map(str, texts)))
    return found[1] if found else "none"


def base64(data: bytes) -> str:
    return b64encode(data).decode()


@lru_cache(maxsize=64)
def png(width: int, height: int, number: int = 0) -> bytes:
    image = Image.new("RGB", (width, height), COLOURS[number % len(COLOURS)])
    image.putpixel((0, 0), (number % 256, 0, 0))
    file = BytesIO()
    image.save(file, "PNG", compress_level=1)
    return file.getvalue()


def pictures_for(fault: str, width: int, height: int, count: int = 1) -> list[bytes]:
    """Paint plain pictures, spoiled when that is the day's fault."""
    if fault == "wrong-size":
        width, height = width // 2, height // 2
    painted = [png(width, height, number) for number in range(count)]
    if fault == "truncated-png":
        return [picture[: len(picture) // 2] for picture in painted]
    if fault == "not-a-picture":
        return [b"hello, I am text" for _ in painted]
    return painted


def spelled(fault: str, picture: bytes) -> str:
    return "%%% not base64 %%%" if fault == "broken-base64" else base64(picture)


async def on_the_line(
    fault: str, request: web.Request, answer: Answer
) -> web.StreamResponse:
    """Give an answer, unless the line has its day."""
    trouble = LINE.get(fault)
    return await trouble(request, answer) if trouble else await answer()


def hang_up(request: web.Request) -> None:
    """End a connection as a dying machine does: reset, not closed."""
    line = request.transport.get_extra_info("socket")
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.transport.abort()


async def sent(request: web.Request, whole: bytes, count: int) -> web.StreamResponse:
    """Promise a whole body, and send so much of it before hanging up."""
    response = web.StreamResponse(headers={"content-length": str(len(whole))})
    await response.prepare(request)
    request.transport.set_write_buffer_limits(high=0)
    await response.write(whole[:count])
    hang_up(request)
    return response


async def reset(request: web.Request, answer: Answer) -> web.StreamResponse:
    hang_up(request)
    return web.Response()


async def reset_before_body(request: web.Request, answer: Answer) -> web.StreamResponse:
    return await sent(request, (await answer()).body, 0)


async def reset_after_body(request: web.Request, answer: Answer) -> web.StreamResponse:
    whole = (await answer()).body
    return await sent(request, whole, len(whole))


async def cut(request: web.Request, answer: Answer) -> web.StreamResponse:
    whole = (await answer()).body
    return await sent(request, whole, len(whole) // 2)


async def huge_by_its_word(request: web.Request, answer: Answer) -> web.StreamResponse:
    """Promise a gigabyte."""
    response = web.StreamResponse(headers={"content-length": str(1024**3)})
    await response.prepare(request)
    await response.write(b" " * 1024)
    await asyncio.sleep(SLOW_SECONDS)
    hang_up(request)
    return response


async def truncated_json(request: web.Request, answer: Answer) -> web.StreamResponse:
    whole = (await answer()).body
    return web.Response(body=whole[: len(whole) // 2], content_type="application/json")


async def wrong_type(request: web.Request, answer: Answer) -> web.StreamResponse:
    return web.Response(body=(await answer()).body, content_type="text/plain")


async def slow(request: web.Request, answer: Answer) -> web.StreamResponse:
    await asyncio.sleep(SLOW_SECONDS)
    return await answer()


async def drip(request: web.Request, answer: Answer) -> web.StreamResponse:
    """Send the body in twenty sips."""
    whole = (await answer()).body
    response = web.StreamResponse(headers={"content-type": "application/json"})
    await response.prepare(request)
    sip = len(whole) // 20 + 1
    for start in range(0, len(whole), sip):
        await response.write(whole[start : start + sip])
        await asyncio.sleep(SLOW_SECONDS / 20)
    return response


async def hang(request: web.Request, answer: Answer) -> web.StreamResponse:
    await asyncio.sleep(60)
    return await answer()


async def huge(request: web.Request, answer: Answer) -> web.StreamResponse:
    """More than anyone asked for, its length not said beforehand."""
    response = web.StreamResponse()
    await response.prepare(request)
    for _ in range(128):
        await response.write(b" " * 1024 * 1024)
    return response


async def redirect(request: web.Request, answer: Answer) -> web.StreamResponse:
    return web.Response(status=307, headers={"location": "/elsewhere"})


async def html(request: web.Request, answer: Answer) -> web.StreamResponse:
    return web.Response(text=PAGE, content_type="text/html")


async def page_503(request: web.Request, answer: Answer) -> web.StreamResponse:
    return web.Response(status=503, text=PAGE, content_type="text/html")


LINE = {
    "reset": reset,
    "reset-before-body": reset_before_body,
    "reset-after-body": reset_after_body,
    "cut": cut,
    "truncated-json": truncated_json,
    "wrong-type": wrong_type,
    "slow": slow,
    "drip": drip,
    "hang": hang,
    "huge": huge,
    "huge-by-its-word": huge_by_its_word,
    "redirect": redirect,
    "html-200": html,
    "503-page": page_503,
}


def json_answer(body: object, status: int = 200, **headers: str) -> web.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return web.Response(
        body=json.dumps(body).encode(),
        status=status,
        headers=named,
        content_type="application/json",
    )
