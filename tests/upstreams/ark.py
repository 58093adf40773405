"""Seedream as Volcengine Ark and BytePlus serve it: strict and on demand bad.

A field a model does not have is a 400; so is a size out of its range. An error may stand
beside good pictures, in an entry of its own.
"""

import re
from dataclasses import dataclass

from aiohttp import web

from tests.upstreams.fields import (
    Mistake,
    Rule,
    either,
    one_of,
    picture,
    pictures,
    text,
    whole,
    yes_or_no,
)
from tests.upstreams.shop import (
    Shop,
    fault_in,
    json_answer,
    on_the_line,
    pictures_for,
    spelled,
)

KEY = "ark-0123456789abcdef"
SCALES = {"1K": 1024, "2K": 2048, "3K": 3072, "4K": 4096}
MOST_PIXELS = 16_777_216


def size(least_pixels: int, *scales: str) -> Rule:
    """A scale, or a width and a height that are in range together."""

    def rule(value: object) -> Mistake:
        if value in scales:
            return None
        match = re.fullmatch(r"(\d+)x(\d+)", str(value))
        if not match:
            return "InvalidParameter", f"size must be WxH or one of {scales}"
        width, height = int(match[1]), int(match[2])
        is_known = least_pixels <= width * height <= MOST_PIXELS
        is_fair = 1 / 16 <= width / height <= 16
        said = "image size must be within the pixels and the ratio of this model"
        return None if is_known and is_fair else ("InvalidParameter", said)

    return rule


def sequence(value: object) -> Mistake:
    is_known = isinstance(value, dict) and value.keys() <= {"max_images"}
    wrong = ("InvalidParameter", "only max_images is known")
    return whole(1, 15)(value.get("max_images", 15)) if is_known else wrong


COMMON = {
    "model": text,
    "prompt": text,
    "image": either(picture, pictures(14)),
    "sequential_image_generation": one_of("disabled", "auto"),
    "sequential_image_generation_options": sequence,
    "response_format": one_of("url", "b64_json"),
    "watermark": yes_or_no,
    "stream": one_of(False),
}
MODELS: dict[str, dict[str, Rule]] = {
    "seedream-4-0-250828": {
        **COMMON,
        "size": size(921_600, "1K", "2K", "4K"),
        "optimize_prompt_options": lambda value: None,
    },
    "seedream-4-5-251128": {**COMMON, "size": size(3_686_400, "2K", "4K")},
    "seedream-5-0-260128": {
        **COMMON,
        "size": size(3_686_400, "2K", "3K"),
        "output_format": one_of("png", "jpeg"),
        "tools": lambda value: None,
    },
}


def error(status: int, code: str, message: str, **headers: str) -> web.Response:
    kind = {401: "Unauthorized", 403: "Forbidden", 404: "NotFound"}.get(status)
    kind = kind or ("TooManyRequests" if status == 429 else "BadRequest")
    said = f"{message} Request id: 021763699200000"
    told = {"code": code, "message": said, "param": "", "type": kind}
    return json_answer({"error": told}, status, **headers)


SAYS = {
    "400": (400, "InvalidParameter", "The parameter `size` is not valid."),
    "400-missing": (400, "MissingParameter", "The parameter `prompt` is missing."),
    "401": (401, "AuthenticationError", "The API key is missing or invalid."),
    "403": (403, "AccessDenied", "You have no access to this model."),
    "403-overdue": (403, "AccountOverdueError", "Your account has an overdue balance."),
    "404": (404, "InvalidEndpointOrModel.NotFound", "The model does not exist."),
    "404-closed": (404, "ModelNotOpen", "Your account has not activated the model."),
    "429": (429, "RateLimitExceeded.EndpointRPMExceeded", "Requests were too many."),
    "429-wait": (429, "ServerOverloaded", "The service is overloaded."),
    "429-quota": (429, "QuotaExceeded", "Your free trial quota is used up."),
    "429-limit": (429, "SetLimitExceeded", "Your account reached its set limit."),
    "500": (500, "InternalServiceError", "The service met an internal error."),
    "503": (503, "ServiceUnavailable", "The service is unavailable."),
    "refusal-text": (
        400,
        "InputTextSensitiveContentDetected",
        "The request failed because the input text may contain sensitive information.",
    ),
    "refusal-image": (
        400,
        "InputImageSensitiveContentDetected",
        "The request failed because the input image may contain sensitive information.",
    ),
    "refusal-output": (
        400,
        "OutputImageSensitiveContentDetected",
        "The request failed because the output image may contain sensitive information.",
    ),
}
SPOILED = {
    "one-refused": ("OutputImageSensitiveContentDetected", "It may be sensitive."),
    "one-broken": ("InternalServiceError", "This image could not be made."),
}


ODD = ("no-image", "empty", "text-only")


@dataclass
class ArkShop(Shop):
    """Ark in China or abroad: the same wire."""

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post(f"/{self.name}/api/v3/images/generations", self.generate),
            self.files(),
        ]

    async def generate(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.note(request, body)
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return error(*SAYS["401"])
        if body.get("model") not in MODELS and not self.is_open_to_all:
            return error(*SAYS["404"])
        if wrong := next(mistakes(body), ""):
            return error(400, "InvalidParameter", wrong)
        fault = fault_in(body["prompt"])
        if fault in SAYS:
            waits = {"retry_after": "7"} if fault == "429-wait" else {}
            return error(*SAYS[fault], **waits)

        async def answer() -> web.Response:
            return json_answer(self.painted(body, fault))

        return await on_the_line(fault, request, answer)

    def painted(self, body: dict, fault: str) -> dict:
        width, height = self.reduced(*size_in(body))
        entries = []
        for number in range(count_in(body)):
            painted = pictures_for(fault, width, height, number + 1)[-1]
            url = self.address(fault, number, width, height)
            if body.get("response_format", "url") == "b64_json":
                entry = {"b64_json": spelled(fault, painted)}
            else:
                entry = {"url": url}
            entries.append({**entry, "size": f"{width}x{height}"})
        if fault in SPOILED:
            code, message = SPOILED[fault]
            entries[0] = {"error": {"code": code, "message": message}}
        entries = [] if fault in ("empty", "no-image") else entries
        if fault == "text-only":
            entries = [{"text": "Here is what I would paint."}]
        tokens = sum(width * height // 256 for _ in entries)
        usage = {"generated_images": len(entries), "output_tokens": tokens}
        told = {"model": body["model"], "created": 1795200000, "data": entries}
        return {**told, "usage": {**usage, "total_tokens": tokens}}


def mistakes(body: dict):
    rules = MODELS.get(body["model"])
    if rules is None:
        return
    if "prompt" not in body:
        yield "The parameter `prompt` is missing."
    for name, value in body.items():
        if name not in rules:
            yield f"The parameter `{name}` is not supported by this model."
        elif mistake := rules[name](value):
            yield f"The parameter `{name}` is not valid: {mistake[1]}."


def count_in(body: dict) -> int:
    if body.get("sequential_image_generation") != "auto":
        return 1
    options = body.get("sequential_image_generation_options", {})
    return options.get("max_images", 15)


def size_in(body: dict) -> tuple[int, int]:
    """Read the size asked for. A scale alone leaves the shape to the words."""
    said = body.get("size", "2048x2048")
    if said in SCALES:
        return SCALES[said], SCALES[said]
    width, height = map(int, said.split("x"))
    return width, height
