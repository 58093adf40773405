"""Two ways in: API paths and files skip Django's middleware, pages do not.

The slim way builds Django's request and finds its view as usual, and does itself
what middleware would: a request id, security headers, a cap on the body. It also
opens and closes what the process's event loop shares.
"""

import asyncio
import gc
import io
import signal
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import lru_cache
from typing import IO, Any

import structlog
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

from accounts.ids import new_id
from playground.addresses import is_trusted, networks, parse
from playground.api import cors
from playground.api.addresses import being_answered
from playground.api.agents.door import LONGEST_CALL, answer_agent, is_for_agents
from playground.api.answers import Piece, Pieces, PiecesResponse
from playground.api.errors import answer_status
from playground.api.gemini import dialect
from playground.api.gemini.errors import answer_status as gemini_status
from playground.api.orders import REPLAYED
from playground.api.rate_headers import in_headers
from playground.api.straight import answer_straight, goes_straight
from playground.api.telemetry.doors import count, door_of
from playground.generation.limits import shown
from playground.generation.studio import background, close_studio, finish_studio
from playground.generation.tallied import sample
from playground.lines import note_delivery
from playground.telemetry import tracing
from playground.telemetry.sampling import sampling
from playground.trust.looking import Rounds
from playground.trust.models import Process
from playground.trust.pulse import Pulse

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Header = tuple[bytes, bytes]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Response = HttpResponseBase | Pieces

SLIM = (
    *("/v1", "/v1beta", "/openai/v1", "/files", "/mcp"),
    *("/healthz", "/readyz", "/metrics"),
)
UNDER_SLIM = tuple(f"{start}/" for start in SLIM)
STRICT = b"strict-transport-security"
WORN: tuple[Header, ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'"),
    (b"referrer-policy", b"no-referrer"),
)
PICTURES = ("/images/generations", "/images/edits")
MEGABYTE = 1024 * 1024
LONGEST_WISH, ROUND_A_FILE = MEGABYTE, MEGABYTE
IN_MEMORY = 2 * 1024 * 1024
COLLECT_EVERY = (10_000, 20, 20)
GONE = 499  # nginx's word for who went away


class TooLarge(Exception):
    """The body is larger than we read."""


class Gone(Exception):
    """Whoever asked went away before they had asked."""


class WithoutMiddleware(ASGIHandler):
    """Django's URLs and views, and nothing around them."""

    def load_middleware(self, is_async: bool = False) -> None:
        self._view_middleware: list[Any] = []
        self._template_response_middleware: list[Any] = []
        self._exception_middleware: list[Any] = []
        find_and_call_view = self._get_response_async  # type: ignore[attr-defined]
        self._middleware_chain = convert_exception_to_response(find_and_call_view)


class SlimWay:
    """The short way to a view, without signals and thread hops; the busiest goes straight."""

    def __init__(self) -> None:
        self._django = WithoutMiddleware()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> int:
        dialect.under_one_version(scope)
        request_id = new_id("img" if makes_pictures(scope) else "req")
        being_answered.set(scope)
        shown.set(())
        is_wanted = scope["method"] != "HEAD" or scope["path"].startswith("/files")
        if not is_wanted:
            scope = {**scope, "method": "GET"}
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        tracing.note(request_id=request_id)
        if asked_before := cors.preflight(scope):
            headers = [*dressed(asked_before, request_id), *cors.allowed(scope)]
            await send_whole(asked_before, headers, send)
            return asked_before.status_code
        response: Response
        try:
            with await read_body(scope, receive) as body:
                response = await self.answer(scope, body, request_id)
        except TooLarge:
            response = status_in_kind(scope, 413)
        except Gone:
            return GONE
        headers = [*dressed(response, request_id), *cors.allowed(scope)]
        headers += in_headers(shown.get())
        if REPLAYED in scope:
            headers.append((b"idempotent-replayed", b"true"))
        await send_whole(response, headers, send if is_wanted else without_body(send))
        return response.status_code

    async def answer(self, scope: Scope, body: IO[bytes], request_id: str) -> Response:
        if goes_straight(scope):
            return await answer_straight(scope, body.read(), request_id)
        if is_for_agents(scope):
            return await answer_agent(scope, body)
        if prefix := scope.get("root_path", ""):
            set_script_prefix(prefix)
        request, refusal = self._django.create_request(scope, body)
        if request is None:
            return refusal or status_in_kind(scope, 400)
        request.META["easel.request_id"] = request_id
        response: HttpResponseBase
        response = await self._django.get_response_async(request)
        if has_envelope(scope) and not is_json(response):
            return in_envelope(response, scope)
        return response


def status_in_kind(scope: Scope, status: int) -> HttpResponse:
    """Say a status in the dialect that is spoken."""
    if dialect.speaks_gemini(scope):
        return gemini_status(status)
    return answer_status(status)


def in_envelope(response: HttpResponseBase, scope: Scope) -> HttpResponse:
    """Say what Django says of paths and methods in the dialect's shape."""
    status = response.status_code if response.status_code in (404, 405) else 500
    answer = status_in_kind(scope, status)
    if "Allow" in response.headers:
        answer["Allow"] = response.headers["Allow"]
    return answer


def makes_pictures(scope: Scope) -> bool:
    path: str = scope["path"]
    return path.rstrip("/").endswith(PICTURES) or dialect.makes_pictures(scope)


def has_envelope(scope: Scope) -> bool:
    return bool(scope["path"].startswith(("/v1", "/openai/v1")))  # and so /v1beta


def is_json(response: HttpResponseBase) -> bool:
    """Say whether an answer is ours already: JSON, or events that hold JSON."""
    kind = response.headers.get("Content-Type", "")
    return kind.startswith(("application/json", "text/event-stream"))


async def read_body(scope: Scope, receive: Receive) -> IO[bytes]:
    """Read the whole body to memory or disk; stop as soon as it is too large."""
    limit, size, more = most_bytes(scope), 0, True
    body: IO[bytes] = io.BytesIO()
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise TooLarge
        if size > IN_MEMORY and isinstance(body, io.BytesIO):
            body = on_disk(body)
        body.write(chunk)
        more = message.get("more_body", False)
    body.seek(0)
    lengths = [pair for pair in scope["headers"] if pair[0] != b"content-length"]
    scope["headers"] = [*lengths, (b"content-length", str(size).encode())]
    return body


def most_bytes(scope: Scope) -> int:
    """A prompt and its settings are small; nothing larger is read for them."""
    most: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if is_for_agents(scope):
        return min(most, LONGEST_CALL)
    if scope["path"].rstrip("/").endswith("/v1/files"):
        return max(most, settings.BATCH_FILE_MB * MEGABYTE + ROUND_A_FILE)
    return min(most, LONGEST_WISH) if goes_straight(scope) else most


def on_disk(begun: io.BytesIO) -> IO[bytes]:
    """Go on in a file that vanishes when it is closed."""
    file = tempfile.TemporaryFile()
    file.write(begun.getvalue())
    return file


def dressed(response: Response, request_id: str) -> list[Header]:
    """Return an answer's headers, and what every answer wears unless it has its own."""
    own = [(spelled(name), value.encode("latin-1")) for name, value in response.items()]
    names = {name for name, _ in own}
    worn = [header for header in WORN if header[0] not in names]
    if settings.IS_HTTPS and STRICT not in names:
        worn.append((STRICT, f"max-age={settings.SECURE_HSTS_SECONDS}".encode()))
    return [*own, *worn, (b"x-request-id", request_id.encode())]


@lru_cache(maxsize=256)
def spelled(name: str) -> bytes:
    """Write a header's name as it is sent."""
    return name.lower().encode("ascii")


async def send_whole(response: Response, headers: list[Header], send: Send) -> None:
    """Send an answer, in the pieces it is in or as it streams."""
    pieces = pieces_of(response)
    if pieces is not None:
        length = sum(map(len, pieces))
        headers.append((b"content-length", str(length).encode()))
    await send(
        {
            "type": "http.response.start",
            "status": response.status_code,
            "headers": headers,
        }
    )
    if pieces is None:
        async for part in response:  # type: ignore[union-attr]
            await send({"type": "http.response.body", "body": part, "more_body": True})
        pieces = [b""]
    for piece in pieces[:-1]:
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": pieces[-1]})


def without_body(send: Send) -> Send:
    """Send the headers of an answer, its length among them, and nothing after."""

    async def send_headers(message: dict[str, Any]) -> None:
        body = {"body": b""} if message["type"] == "http.response.body" else {}
        await send({**message, **body})

    return send_headers


def pieces_of(response: Response) -> Sequence[Piece] | None:
    """Return the body in the pieces it stands in; `None` when it streams."""
    if isinstance(response, Pieces | PiecesResponse):
        return response.pieces
    return [response.content] if isinstance(response, HttpResponse) else None


class Easel:
    """The application: which way in a path takes, and what happens at start and end."""

    def __init__(self) -> None:
        self._pages = ASGIHandler()
        self._slim = SlimWay()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await live(receive, send)
            return
        forget_hearsay(scope)
        came_at, status, door = time.perf_counter(), GONE, door_of(scope)
        way = self._slim if is_slim(scope["path"]) else self._page
        try:
            with tracing.door(door, scope["headers"]):
                status = await way(scope, receive, send)
                tracing.note(status=status)
        finally:
            count(door, status, time.perf_counter() - came_at)
        await note_delivery(scope, status, send)

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> int:
        """Have Django make a page, and look which status it has."""
        seen = GONE

        async def look(message: dict[str, Any]) -> None:
            nonlocal seen
            if message["type"] == "http.response.start":
                seen = message["status"]
            await send(message)

        await self._pages(scope, receive, look)  # type: ignore[arg-type]
        return seen


def forget_hearsay(scope: Scope) -> None:
    """Only a proxy of ours may say that the caller came by https."""
    if all(pair[0] != b"x-forwarded-proto" for pair in scope["headers"]):
        return
    peer = parse((scope.get("client") or ("",))[0])
    if not is_trusted(peer, networks(tuple(settings.TRUSTED_PROXIES))):
        scope["headers"] = [
            pair for pair in scope["headers"] if pair[0] != b"x-forwarded-proto"
        ]


def is_slim(path: str) -> bool:
    return path in SLIM or path.startswith(UNDER_SLIM)


async def live(receive: Receive, send: Send) -> None:
    """Answer the server's lifespan: at its end, finish what is being painted."""
    rounds: asyncio.Task[None] | None = None
    pulse = Pulse(Process.Kind.WEB)
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            settle_in()
            finish_at_the_first_sign()
            sampling.begin("web", sample)
            if settings.STATUS_SECONDS:
                rounds = asyncio.create_task(Rounds().go_on())
                pulse.start()
            await send({"type": "lifespan.startup.complete"})
        else:
            if rounds:
                rounds.cancel()
            pulse.stop()
            await close_studio(settings.GRACE_SECONDS * 0.1)
            background.stop(settings.GRACE_SECONDS * 0.1)
            sampling.end()
            await send({"type": "lifespan.shutdown.complete"})
            return


def finish_at_the_first_sign() -> None:
    """When the server is told to stop, stop taking orders and finish what is begun.

    The server itself would first wait for open requests and then cut them off;
    this way each of them gets an answer before that.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        servers_own = signal.getsignal(number)

        def stop(number: int, frame: Any, then: Any = servers_own) -> None:
            asyncio.run_coroutine_threadsafe(
                finish_studio(settings.GRACE_SECONDS * 0.4), loop
            )
            background.finish_soon(settings.GRACE_SECONDS * 0.4)
            if callable(then):
                then(number, frame)

        signal.signal(number, stop)


def settle_in() -> None:
    """Tell the collector that what is loaded now stays, and to look less often.

    By default it walks through all of Django hundreds of times a minute, for a
    tenth of every request.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_EVERY)


application = Easel()
