"""OpenAI's images API as OpenAI serves it: strict, in JSON, as a form and as a stream.

It always answers base64 and refuses `response_format`, and any field it does not know.
Named so that it is not taken for the client it is checked with.
"""

import json
import re
from dataclasses import dataclass

from aiohttp import web

from tests.upstreams.fields import Mistake, Rule, either, one_of, text, whole, yes_or_no
from tests.upstreams.shop import (
    Shop,
    fault_in,
    json_answer,
    on_the_line,
    pictures_for,
    png,
    spelled,
)

KEY = "sk-proj-0123456789abcdef"
EDGE, RATIO, MOST_PIXELS, LEAST_PIXELS = 3840, 3, 8_294_400, 655_360


def free_size(value: object) -> Mistake:
    match = re.fullmatch(r"(\d+)x(\d+)", str(value))
    width, height = (int(match[1]), int(match[2])) if match else (0, 0)
    is_known = (
        match is not None
        and width % 16 == height % 16 == 0
        and max(width, height) <= EDGE
        and max(width, height) <= RATIO * min(width, height)
        and LEAST_PIXELS <= width * height <= MOST_PIXELS
    )
    return None if is_known else ("invalid_value", "is no size of this model")


COMMON: dict[str, Rule] = {
    "model": text,
    "prompt": text,
    "n": whole(1, 10),
    "quality": one_of("low", "medium", "high", "auto"),
    "background": one_of("transparent", "opaque", "auto"),
    "output_format": one_of("png", "jpeg", "webp"),
    "output_compression": whole(0, 100),
    "stream": yes_or_no,
    "partial_images": whole(0, 3),
    "user": text,
    "safety_identifier": text,
}
FIXED = one_of("auto", "1024x1024", "1536x1024", "1024x1536")
SIZES: dict[str, Rule] = {
    "gpt-image-1": FIXED,
    "gpt-image-1-mini": FIXED,
    "gpt-image-1.5": FIXED,
    "gpt-image-2": either(one_of("auto"), free_size),
}
GENERATIONS: dict[str, Rule] = {**COMMON, "moderation": one_of("low", "auto")}
EDITS: dict[str, Rule] = {**COMMON, "input_fidelity": one_of("low", "high")}
NUMBERS = ("n", "output_compression", "partial_images")

REFUSAL = (
    "Your request was rejected by the safety system. If you believe this is an error,"
    " contact us and include the request ID req_1. safety_violations=[violence]."
)
QUOTA = "You exceeded your current quota, please check your plan and billing details."
SAYS = {
    "400": (400, "Invalid size.", "invalid_request_error", "invalid_value"),
    "401": (
        401,
        "Incorrect API key provided.",
        "invalid_request_error",
        "invalid_api_key",
    ),
    "403": (403, "Your organization must be verified.", "invalid_request_error", None),
    "404": (
        404,
        "The model does not exist.",
        "invalid_request_error",
        "model_not_found",
    ),
    "429": (429, "Rate limit reached.", "requests", "rate_limit_exceeded"),
    "429-wait": (429, "Rate limit reached.", "requests", "rate_limit_exceeded"),
    "429-quota": (429, QUOTA, "insufficient_quota", "insufficient_quota"),
    "billing-limit": (
        400,
        "Billing hard limit has been reached.",
        "billing_limit_user_error",
        "billing_hard_limit_reached",
    ),
    "refusal": (400, REFUSAL, "image_generation_user_error", "moderation_blocked"),
    "refusal-old": (400, REFUSAL, "invalid_request_error", "content_policy_violation"),
    "500": (500, "The server had an error.", "server_error", None),
    "503": (503, "The engine is overloaded.", "service_unavailable_error", None),
}


SENDS: dict[str, list[dict]] = {
    "no-image": [],
    "text-only": [{"revised_prompt": "Here is what I would paint."}],
}


def error(
    status: int, message: str, kind: str, code: str | None, **headers: str
) -> web.Response:
    told = {"message": message, "type": kind, "param": None, "code": code}
    return json_answer({"error": told}, status, x_request_id="req_1", **headers)


@dataclass
class OpenAIShop(Shop):
    def routes(self) -> list[web.RouteDef]:
        return [
            web.post(f"/{self.name}/v1/images/generations", self.generate),
            web.post(f"/{self.name}/v1/images/edits", self.edit),
        ]

    async def generate(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.note(request, body)
        return await self.answered(request, body, GENERATIONS)

    async def edit(self, request: web.Request) -> web.StreamResponse:
        """A form: each scalar is text, each picture a file with a type of its own."""
        form = await request.post()
        body = {
            name: in_words(name, value)
            for name, value in form.items()
            if isinstance(value, str)
        }
        files = [
            (name, one.filename, one.content_type, one.file.read())
            for name, one in form.items()
            if not isinstance(one, str)
        ]
        self.note(request, {**body, "files": files})
        names = {name for name, *_ in files}
        if not names & {"image", "image[]"} or names - {"image", "image[]", "mask"}:
            return error(400, "image is missing", "invalid_request_error", None)
        if any(not kind.startswith("image/") for _, _, kind, _ in files):
            return error(400, "unsupported mimetype", "invalid_request_error", None)
        return await self.answered(request, body, EDITS)

    async def answered(
        self, request: web.Request, body: dict, rules: dict[str, Rule]
    ) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return error(*SAYS["401"])
        if body.get("model") not in SIZES and not self.is_open_to_all:
            return error(*SAYS["404"])
        known = {**rules, "size": SIZES.get(body["model"], free_size)}
        if wrong := next(mistakes(body, known), None):
            code, message = wrong
            return error(400, message, "invalid_request_error", code)
        fault = fault_in(body["prompt"])
        if fault in SAYS:
            waits = {"retry_after": "7"} if fault == "429-wait" else {}
            return error(*SAYS[fault], **waits)
        is_edit = "edits" in request.path
        if body.get("stream"):
            return await streamed(request, self.told(body, fault), body, is_edit)

        async def answer() -> web.Response:
            return json_answer(self.told(body, fault), x_request_id="req_1")

        return await on_the_line(fault, request, answer)

    def told(self, body: dict, fault: str) -> dict:
        """The answer, with the settings that were really used."""
        width, height = self.reduced(*size_in(body))
        entries = [
            {"b64_json": spelled(fault, one)}
            for one in pictures_for(fault, width, height, body.get("n", 1))
        ]
        usage = {
            "input_tokens": 211,
            "input_tokens_details": {"text_tokens": 11, "image_tokens": 200},
            "output_tokens": 1120,
            "total_tokens": 1331,
        }
        return {
            "created": 1795200000,
            "background": "opaque",
            "output_format": body.get("output_format", "png"),
            "quality": "high",
            "size": f"{width}x{height}",
            "data": SENDS.get(fault, entries),
            "usage": usage,
        }


async def streamed(
    request: web.Request, answer: dict, body: dict, is_edit: bool
) -> web.StreamResponse:
    """Partial images, then a completed event for each picture."""
    response = web.StreamResponse(
        headers={"content-type": "text/event-stream", "x-request-id": "req_1"}
    )
    await response.prepare(request)
    kind = "image_edit" if is_edit else "image_generation"
    shared = {k: answer[k] for k in ("size", "quality", "background", "output_format")}
    for number in range(body.get("partial_images", 0)):
        partial = {"b64_json": spelled("none", png(16, 16, number))}
        partial |= {"partial_image_index": number, "created_at": answer["created"]}
        await sent(response, {"type": f"{kind}.partial_image", **partial, **shared})
    if fault_in(body["prompt"]) == "stream-refusal":
        said = json.loads(error(*SAYS["refusal"]).body)
        await sent(response, {"type": "error", **said})
        return response
    for entry in answer["data"]:
        facts = {"created_at": answer["created"], "usage": answer["usage"], **shared}
        await sent(response, {"type": f"{kind}.completed", **entry, **facts})
    return response


async def sent(response: web.StreamResponse, event: dict) -> None:
    lines = f"event: {event['type']}\ndata: {json.dumps(event)}\n\n"
    await response.write(lines.encode())


def mistakes(body: dict, known: dict[str, Rule]):
    for name, value in body.items():
        if name not in known:
            yield "unknown_parameter", f"Unknown parameter: '{name}'."
        elif mistake := known[name](value):
            yield "invalid_value", f"Invalid value: '{name}' {mistake[1]}."
    if not body.get("prompt"):
        yield "missing_required_parameter", "Missing required parameter: 'prompt'."
    if body.get("partial_images") and not body.get("stream"):
        yield "invalid_value", "partial_images needs stream."


def in_words(name: str, value: str) -> object:
    if name in NUMBERS and value.isdigit():
        return int(value)
    return {"true": True, "false": False}.get(value, value)


def size_in(body: dict) -> tuple[int, int]:
    said = body.get("size", "auto")
    width, height = (1024, 1024) if said == "auto" else map(int, said.split("x"))
    return width, height
