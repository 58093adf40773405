"""Everything the studio next door can do wrong, or merely in its own way, by name."""

import asyncio
import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from io import BytesIO

from aiohttp import web
from PIL import Image

from tests.upstreams import shop

PAGE = "<!doctype html><html><title>Back soon</title><body>Maintenance</body></html>"


@dataclass(frozen=True)
class Order:
    """One request, and the pictures a good answer would hold."""

    request: web.Request
    pictures: list[bytes]
    origin: str
    port: int
    slow_seconds: float
    number: int
    allowed: Callable[[], int]

    @property
    def request_id(self) -> str:
        return f"req_{self.number}"

    @property
    def entries(self) -> list[dict]:
        return [{"b64_json": base64(picture)} for picture in self.pictures]


Fault = Callable[[Order], Awaitable[web.StreamResponse]]


def base64(data: bytes) -> str:
    return b64encode(data).decode()


def envelope(message: str, *, type_: str, code: str | None = None) -> dict:
    return {"error": {"message": message, "type": type_, "param": None, "code": code}}


def answered(entries, **more) -> web.Response:
    usage = {"input_tokens": 11, "output_tokens": 1120, "total_tokens": 1131}
    body = {"created": 1795200000, "data": entries, "usage": usage, **more}
    return web.json_response(body)


def as_jpeg(picture: bytes) -> bytes:
    file = BytesIO()
    Image.open(BytesIO(picture)).convert("RGB").save(file, "JPEG")
    return file.getvalue()


def says(status: int, body, **headers: str) -> Fault:
    """A fault that always answers the same."""

    async def answer(order: Order) -> web.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if isinstance(body, str):
            return web.Response(
                status=status, text=body, content_type="text/html", headers=named
            )
        return web.json_response(body, status=status, headers=named)

    return answer


def each(change: Callable[[Order, bytes], dict]) -> Fault:
    """A fault in every entry."""

    async def answer(order: Order) -> web.Response:
        return answered([change(order, picture) for picture in order.pictures])

    return answer


def at(path: str) -> Fault:
    """An answer whose pictures are at an address."""
    return each(lambda order, _: {"url": path.format(**vars(order))})


def line(trouble: str) -> Fault:
    """What may happen on the way to any shop."""

    async def answer(order: Order) -> web.StreamResponse:
        return await shop.on_the_line(trouble, order.request, lambda: none(order))

    return answer


def spoiled(how: str) -> Fault:
    """What may be wrong with any shop's pictures."""

    async def answer(order: Order) -> web.Response:
        width, height = Image.open(BytesIO(order.pictures[0])).size
        pictures = shop.pictures_for(how, width, height, len(order.pictures))
        return answered([{"b64_json": shop.spelled(how, one)} for one in pictures])

    return answer


async def none(order: Order) -> web.Response:
    return answered(order.entries)


async def wrong_type(order: Order) -> web.Response:
    text = json.dumps({"data": order.entries})
    return web.Response(text=text, content_type="text/plain")


async def no_created(order: Order) -> web.Response:
    return web.json_response({"data": order.entries})


async def fewer(order: Order) -> web.Response:
    return answered(order.entries[:1])


async def more(order: Order) -> web.Response:
    return answered(order.entries * 3)


async def partial(order: Order) -> web.Response:
    error = {"error": {"code": "InternalServiceError", "message": "one failed"}}
    return answered([error, *order.entries[1:]])


async def partial_broken(order: Order) -> web.Response:
    return answered([{"b64_json": "not base64!"}, *order.entries[1:]])


async def refusal_second(order: Order) -> web.Response:
    codes = ("InternalServiceError", "OutputImageSensitiveContentDetected")
    return answered([{"error": {"code": code, "message": ""}} for code in codes])


async def revised(order: Order) -> web.Response:
    said = 'the words "b64_json": "AAAA" \\" in a prompt'
    entries = [{"revised_prompt": said, "seed": 7, **one} for one in order.entries]
    return answered(entries)


async def reset(order: Order) -> web.Response:
    order.request.transport.abort()
    return web.Response()


async def cut(order: Order) -> web.StreamResponse:
    response = web.StreamResponse(headers={"content-length": "100000"})
    await response.prepare(order.request)
    await response.write(b'{"data": [{"b64_json": "')
    order.request.transport.abort()
    return response


async def slow(order: Order) -> web.Response:
    await asyncio.sleep(order.slow_seconds)
    return answered(order.entries)


async def in_turn(order: Order) -> web.Response:
    """Each answer waits until the test allows so many."""
    async with asyncio.timeout(60):
        while order.number > order.allowed():
            await asyncio.sleep(0.01)
    return answered(order.entries)


def event(kind: str, **data) -> bytes:
    said = json.dumps({"type": f"image_generation.{kind}", **data})
    return f"event: image_generation.{kind}\r\ndata: {said}\r\n\r\n".encode()


async def streams(order: Order) -> web.StreamResponse:
    """Previews at once and the picture in its turn, for whoever asks for a stream."""
    asked = await order.request.json()
    if not asked.get("stream"):
        return answered(order.entries)
    response = web.StreamResponse(headers={"content-type": "text/event-stream"})
    await response.prepare(order.request)
    await response.write(b": keep-alive\n\n")
    picture = order.entries[0]
    for number in range(asked["partial_images"]):
        said = event("partial_image", partial_image_index=number, **picture)
        await response.write(said[:100])
        await response.write(said[100:])
    await in_turn(order)
    usage = {"input_tokens": 11, "output_tokens": 1120, "total_tokens": 1131}
    await response.write(event("completed", **picture, usage=usage))
    await response.write(b"data: [DONE]\n\n")
    return response


async def streams_and_fails(order: Order) -> web.StreamResponse:
    """A stream that turns into a refusal after its first preview."""
    response = web.StreamResponse(headers={"content-type": "text/event-stream"})
    await response.prepare(order.request)
    await response.write(
        event("partial_image", partial_image_index=0, b64_json="rubbish")
    )
    await response.write(event("partial_image", **order.entries[0]))
    await response.write(f"data: {json.dumps(REFUSAL)}\n\n".encode())
    return response


async def odd_500(order: Order) -> web.Response:
    """The first and the third call are answered, all others break."""
    if order.number in (1, 3):
        return answered(order.entries)
    return web.json_response(BROKE, status=500)


async def hang(order: Order) -> web.Response:
    await asyncio.sleep(60)
    return answered([])


async def huge(order: Order) -> web.StreamResponse:
    """More than anyone asked for, its length not said beforehand."""
    response = web.StreamResponse()
    await response.prepare(order.request)
    for _ in range(64):
        await response.write(b" " * 1024 * 1024)
    return response


async def huge_and_says_so(order: Order) -> web.Response:
    return web.Response(body=b" " * 16 * 1024 * 1024, content_type="application/json")


async def large(order: Order) -> web.Response:
    """Pictures long enough to be cut out of the bytes instead of parsed."""
    pictures = [picture + bytes(200_000) for picture in order.pictures]
    return answered([{"b64_json": base64(one)} for one in pictures])


async def twenty_megabytes(order: Order) -> web.Response:
    """Answers as long as a 4K picture's, spelled in base64."""
    pictures = [picture + bytes(15_000_000) for picture in order.pictures]
    return answered([{"b64_json": base64(one)} for one in pictures])


async def large_escaped(order: Order) -> web.Response:
    """The same from a server that escapes every slash."""
    answer = await large(order)
    text = answer.text.replace("/", "\\/")
    return web.Response(text=text, content_type="application/json")


async def retry_at_a_date(order: Order) -> web.Response:
    date = format_datetime(datetime.now(UTC) + timedelta(minutes=5), usegmt=True)
    return await says(429, RATE_LIMITED, retry_after=date)(order)


async def echo(order: Order) -> web.Response:
    """A complaint that repeats the key, the prompt and a picture."""
    prompt = (await order.request.json())["prompt"]
    key = order.request.headers.get("authorization", "")
    picture = f"data:image/png;base64,{base64(order.pictures[0])[:80]}"
    said = f"cannot paint {prompt} with {key} like {picture}"
    return web.json_response({"detail": said}, status=400)


def in_lines(order: Order, picture: bytes) -> dict:
    text = base64(picture)
    lines = [text[at : at + 76] for at in range(0, len(text), 76)]
    return {"b64_json": "\r\n".join(lines)}


RATE_LIMITED = envelope("Slow down.", type_="requests", code="rate_limit_exceeded")
REFUSAL = envelope(
    "Your request was rejected by the safety system.",
    type_="image_generation_user_error",
    code="moderation_blocked",
)
BROKE = envelope("The server had an error.", type_="server_error")
TASK = {"task_id": "task_8", "status": "queued"}

FAULTS: dict[str, Fault] = {
    **{name: line(name) for name in shop.LINE},
    **{name: spoiled(name) for name in shop.SPOILS},
    "none": none,
    # Errors by status.
    "400": says(400, envelope("Invalid value.", type_="invalid_request_error")),
    "400-unknown": says(
        400,
        envelope(
            "Unknown parameter: 'moderation'.",
            type_="invalid_request_error",
            code="unknown_parameter",
        ),
    ),
    "401": says(401, envelope("Incorrect API key.", type_="invalid_request_error")),
    "402": says(402, {"message": "Payment required"}),
    "403": says(403, {"error": "Forbidden"}),
    "403-overdue": says(403, envelope("Pay first.", type_="", code="AccountOverdue")),
    "403-balance": says(403, {"message": "Your account balance is too low"}),
    "404": says(404, {"detail": "Not Found"}),
    "429": says(429, RATE_LIMITED),
    "429-wait": says(429, RATE_LIMITED, retry_after="7"),
    "429-wait-ms": says(429, RATE_LIMITED, retry_after_ms="1500"),
    "429-date": retry_at_a_date,
    "429-nonsense": says(429, RATE_LIMITED, retry_after="soon"),
    "500": says(500, BROKE),
    "500-refusal": says(500, REFUSAL),
    "503": says(503, PAGE),
    "503-wait": says(503, PAGE, retry_after="3"),
    "redirect": says(307, "", location="/elsewhere"),
    # Refusals and errors in disguise.
    "refusal": says(400, REFUSAL),
    "refusal-200": says(200, REFUSAL),
    "refusal-empty": says(200, {"data": [], "message": "prompt hit content_filter"}),
    "refusal-entry": each(lambda *_: {"error": {"code": "OutputImageSensitive"}}),
    "refusal-second": refusal_second,
    "exhausted-words": says(400, {"detail": "You have exceeded your current quota"}),
    "exhausted": says(400, envelope("Out.", type_="", code="insufficient_quota")),
    "error-200": says(200, envelope("It broke.", type_="new_api_error")),
    "error-200-429": says(200, {"error": {"code": 429, "message": "busy"}}),
    "code-200": says(200, {"code": 1001, "message": "it broke"}),
    "html-200": says(200, PAGE),
    "task": says(202, TASK),
    "empty": says(200, {"created": 1, "data": []}),
    "null": says(200, {"created": 1, "data": None}),
    "empty-entry": each(lambda *_: {"revised_prompt": "nothing here"}),
    "scalar": says(200, 42),
    # Where the words of an error may stand.
    "words-error": says(400, {"error": "error as text"}),
    "words-message": says(400, {"message": "message on top"}),
    "words-detail": says(400, {"detail": "detail as text"}),
    "words-detail-list": says(400, {"detail": [{"msg": "detail in a list"}]}),
    "words-errors": says(400, {"errors": [{"message": "first of errors"}]}),
    "words-body": says(400, "just  a\n body " + "x" * 900),
    "echo": echo,
    # Other spellings of a good answer.
    "wrong-type": wrong_type,
    "no-created": no_created,
    "fewer": fewer,
    "more": more,
    "partial": partial,
    "partial-broken": partial_broken,
    "revised": revised,
    "large": large,
    "large-escaped": large_escaped,
    "in-lines": each(in_lines),
    "urlsafe": each(
        lambda _, it: {"b64_json": urlsafe_b64encode(it).decode().rstrip("=")}
    ),
    "prefixed": each(lambda _, it: {"b64_json": "data:image/png;base64," + base64(it)}),
    "b64": each(lambda _, it: {"b64": base64(it)}),
    "image": each(lambda _, it: {"image": base64(it)}),
    "image-url": each(
        lambda _, it: {"image_url": {"url": "data:image/png;base64," + base64(it)}}
    ),
    "data-uri": each(lambda _, it: {"url": "data:image/png;base64," + base64(it)}),
    "truncated-jpeg": each(lambda _, it: {"b64_json": base64(as_jpeg(it)[:-30])}),
    "truncated": each(lambda _, it: {"b64_json": base64(it[: len(it) // 2])}),
    # Pictures at an address.
    "url": at("{origin}/files/there.png"),
    "url-signed": at("{origin}/files/there.png?sig=a%2Fb%7E%2B%3D&x=1+2"),
    "url-relative": at("/files/there.png"),
    "url-next-door": at("http://localhost:{port}/files/there.png"),
    "url-redirect": at("{origin}/files/moved.png"),
    "url-redirect-away": at("{origin}/files/moved-next-door.png"),
    "url-round": at("{origin}/files/round.png"),
    "url-gone": at("{origin}/files/gone.png"),
    "url-page": at("{origin}/files/page.png"),
    "url-huge": at("{origin}/files/huge.png"),
    "url-file": at("file:" + "///etc/hostname"),
    "url-nonsense": at("http://[nowhere"),
    "url-nobody": at("http://127.0.0.1:1/there.png"),
    # Trouble on the line.
    "reset": reset,
    "cut": cut,
    "slow": slow,
    "in-turn": in_turn,
    "odd-500": odd_500,
    "streams": streams,
    "streams-and-fails": streams_and_fails,
    "hang": hang,
    "huge": huge,
    "20-mb": twenty_megabytes,
    "huge-and-says-so": huge_and_says_so,
}
