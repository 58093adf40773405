"""The studio next door: a small OpenAI-like images server that errs on demand.

It paints plain PNGs of the size asked for, answers as OpenAI does, and keeps what
it was sent. A fault is asked for in the prompt or the model's name:

    [fault:429]   [fault:url-redirect]   [fault:fewer]

`faults.py` lists them; `upstream.fault = "500"` is for whatever is asked. It runs in a
thread with a loop of its own:

    with studio_next_door() as upstream:
        upstream.url    # http://127.0.0.1:40123/v1
        upstream.asked  # the POSTs it saw, oldest first
"""

import asyncio
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from itertools import count

from aiohttp import web
from PIL import Image

from tests.upstreams.faults import FAULTS, Order

COLOURS = ("#c8553d", "#588b8b", "#f28f3b", "#93b7be", "#2d3047", "#8fb339")
FAULT = re.compile(r"\[fault:([\w-]+)\]")


@dataclass(frozen=True)
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: dict = field(default_factory=dict)
    connection: int = 0
    files: tuple["File", ...] = ()


@dataclass(frozen=True)
class File:
    """One file of a form."""

    field: str
    name: str
    kind: str
    data: bytes


class StudioNextDoor:
    """The server, and its memory. Times are short so that tests are."""

    def __init__(self, *, slow_seconds: float = 0.15, port: int = 0):
        self.seen: list[Seen] = []
        self.slow_seconds = slow_seconds
        self.allowed = 0
        self.fault = ""
        self.port = port
        self._numbers = count(1)
        self._ready = threading.Event()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve()), daemon=True
        )

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.origin}/v1"

    @property
    def asked(self) -> list[Seen]:
        """The POSTs it saw."""
        return [one for one in self.seen if one.method == "POST"]

    @property
    def fetched(self) -> list[Seen]:
        """The results that were collected from it by address."""
        return [one for one in self.seen if one.method == "GET"]

    def forget(self) -> None:
        """Begin anew: as if nobody had asked yet."""
        self.seen.clear()
        self.allowed, self.fault, self._numbers = 0, "", count(1)

    def start(self) -> None:
        self._thread.start()
        if not self._ready.wait(10):
            raise RuntimeError("The studio next door did not open.")

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(10)

    async def _serve(self) -> None:
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_post("/v1/images/generations", self._generations)
        app.router.add_post("/v1/images/edits", self._edits)
        app.router.add_get("/v1/models", self._models)
        app.router.add_get("/files/{name}", self._file)
        runner = web.AppRunner(
            app, shutdown_timeout=0.1, handle_signals=False, access_log=None
        )
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self.port)
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._ended.wait()
        await runner.cleanup()

    async def _generations(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self._note(request, body)
        return await self._answered(request, body)

    async def _edits(self, request: web.Request) -> web.StreamResponse:
        """Take pictures as files of a form, or in JSON."""
        if request.content_type == "application/json":
            return await self._generations(request)
        body, files = {}, []
        async for part in await request.multipart():
            if part.filename is None:
                body[part.name] = await part.text()
            else:
                kind, data = part.headers["Content-Type"], bytes(await part.read())
                files.append(File(part.name, part.filename, kind, data))
        self._note(request, body, tuple(files))
        return await self._answered(request, body)

    async def _answered(self, request: web.Request, body: dict) -> web.StreamResponse:
        order = Order(
            request=request,
            pictures=pictures_for(body),
            origin=self.origin,
            port=self.port,
            slow_seconds=self.slow_seconds,
            number=next(self._numbers),
            allowed=lambda: self.allowed,
        )
        answer = await FAULTS[self.fault or fault_in(body)](order)
        if not answer.prepared:
            answer.headers["x-request-id"] = order.request_id
        return answer

    async def _models(self, request: web.Request) -> web.Response:
        self._note(request, {})
        model = {"id": "studio-1", "object": "model", "created": 0, "owned_by": "us"}
        return web.json_response({"object": "list", "data": [model]})

    async def _file(self, request: web.Request) -> web.Response:
        """Serve a result: what its name says, right or wrong."""
        self._note(request, {})
        name = request.match_info["name"]
        if name == "moved.png":
            return web.Response(status=302, headers={"location": "/files/there.png"})
        if name == "moved-next-door.png":
            there = f"http://localhost:{self.port}/files/there.png"
            return web.Response(status=302, headers={"location": there})
        if name == "round.png":
            return web.Response(status=302, headers={"location": "/files/round.png"})
        if name == "gone.png":
            return web.Response(status=404, text="gone")
        if name == "page.png":
            return web.Response(
                text="<html>please wait</html>", content_type="text/html"
            )
        if name == "huge.png":
            return web.Response(body=png(64, 64, 0) + bytes(4 * 1024 * 1024))
        return web.Response(
            body=png(64, 64, 0), content_type="application/octet-stream"
        )

    def _note(
        self, request: web.Request, body: dict, files: tuple[File, ...] = ()
    ) -> None:
        headers = {name.lower(): value for name, value in request.headers.items()}
        _, port = request.transport.get_extra_info("peername")
        self.seen.append(
            Seen(
                request.method,
                request.raw_path,
                headers,
                body,
                connection=port,
                files=files,
            )
        )


@contextmanager
def studio_next_door() -> Iterator[StudioNextDoor]:
    """Open the studio on a free port, and close it afterwards."""
    upstream = StudioNextDoor()
    upstream.start()
    try:
        yield upstream
    finally:
        upstream.stop()


def fault_in(body: Mapping) -> str:
    found = FAULT.search(f"{body.get('prompt', '')} {body.get('model', '')}")
    return found[1] if found else "none"


def pictures_for(body: Mapping) -> list[bytes]:
    """Paint what was asked for: `n` plain pictures of that size."""
    width, height = size_asked(body)
    return [png(width, height, number) for number in range(int(body.get("n", 1)))]


def size_asked(body: Mapping) -> tuple[int, int]:
    found = re.fullmatch(r"(\d+)[x*](\d+)", str(body.get("size", "")))
    if found:
        return int(found[1]), int(found[2])
    return int(body.get("width", 64)), int(body.get("height", 64))


@lru_cache(maxsize=64)
def png(width: int, height: int, number: int) -> bytes:
    image = Image.new("RGB", (width, height), COLOURS[number % len(COLOURS)])
    image.putpixel((0, 0), (number % 256, 0, 0))
    file = BytesIO()
    image.save(file, "PNG", compress_level=1)
    return file.getvalue()
