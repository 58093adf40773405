"""Gemini as Google serves it, at the Gemini API and at Vertex AI: strict and on demand bad.

A field nobody at Google knows is a 400; an unknown key a 400 with API_KEY_INVALID. What
Google says when it fails, refuses or sends no picture is in `SAYS` and `SENDS`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.upstreams.shop import (
    Shop,
    base64,
    fault_in,
    json_answer,
    on_the_line,
    pictures_for,
    png,
    spelled,
)

KEY = "goog-key-0123456789"
TOKEN = "ya29.simulated"
SIDES = {"512": 512, "1K": 1024, "2K": 2048, "4K": 4096}
FIELDS = {
    *("contents", "systemInstruction", "generationConfig", "safetySettings", "tools"),
    *("toolConfig", "cachedContent", "labels", "serviceTier"),
}
CONFIG = {
    *("responseModalities", "imageConfig", "candidateCount", "seed", "temperature"),
    *("topP", "topK", "maxOutputTokens", "stopSequences", "mediaResolution"),
    *("thinkingConfig", "responseFormat"),
}
IMAGE_CONFIG = {"aspectRatio", "imageSize", "personGeneration"}
VERTEX_IMAGE_CONFIG = {"imageOutputOptions", "prominentPeople"}
RETRY = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "3s"}
BAD_KEY = {
    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
    "reason": "API_KEY_INVALID",
}


def error(code: int, status: str, message: str, *details: dict) -> web.Response:
    said = {"code": code, "message": message, "status": status}
    return json_answer(
        {"error": said | ({"details": details} if details else {})}, code
    )


SAYS: dict[str, Callable[[], web.Response]] = {
    "400": lambda: error(400, "INVALID_ARGUMENT", "Unsupported aspect ratio."),
    "400-key": lambda: error(
        400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid one.", BAD_KEY
    ),
    "400-precondition": lambda: error(
        400, "FAILED_PRECONDITION", "User location is not supported for the API use."
    ),
    "401": lambda: error(401, "UNAUTHENTICATED", "Request had invalid credentials."),
    "403": lambda: error(403, "PERMISSION_DENIED", "The caller has no permission."),
    "404": lambda: error(404, "NOT_FOUND", "models/x is not found for API version v1."),
    "429": lambda: error(429, "RESOURCE_EXHAUSTED", "Quota exceeded."),
    "429-wait": lambda: error(429, "RESOURCE_EXHAUSTED", "Quota exceeded.", RETRY),
    "500": lambda: error(500, "INTERNAL", "An internal error has occurred."),
    "503": lambda: error(503, "UNAVAILABLE", "The model is overloaded."),
    "504": lambda: error(504, "DEADLINE_EXCEEDED", "Deadline expired."),
}


FACTS = {
    "modelVersion": "simulated",
    "responseId": "resp_1",
    "usageMetadata": {
        "promptTokenCount": 270,
        "candidatesTokenCount": 1120,
        "totalTokenCount": 1390,
        "promptTokensDetails": [
            {"modality": "TEXT", "tokenCount": 12},
            {"modality": "IMAGE", "tokenCount": 258},
        ],
    },
}


def ended(reason: str, *parts: dict) -> dict[str, Any]:
    """Answer with these parts and this reason; Google leaves empty content out."""
    candidate: dict[str, Any] = {"finishReason": reason, "index": 0}
    if parts:
        candidate["content"] = {"role": "model", "parts": list(parts)}
    return {"candidates": [candidate], **FACTS}


SENDS: dict[str, Callable[[], dict[str, Any]]] = {
    "refusal": lambda: ended("IMAGE_SAFETY"),
    "refusal-prohibited": lambda: ended("PROHIBITED_CONTENT"),
    "refusal-prompt": lambda: {"promptFeedback": {"blockReason": "SAFETY"}, **FACTS},
    "no-image": lambda: ended("NO_IMAGE"),
    "text-only": lambda: ended("STOP", {"text": "Here is what I would paint."}),
    "thought-only": lambda: ended(
        "STOP",
        {
            "thought": True,
            "inlineData": {"mimeType": "image/png", "data": base64(png(64, 64))},
        },
    ),
    "empty": dict,
}


@dataclass
class GeminiShop(Shop):
    """The Gemini API, or Vertex AI when that is its name."""

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post(f"/{self.name}/token", self.token),
            web.post(f"/{self.name}/{{path:.+}}:generateContent", self.generate),
        ]

    async def token(self, request: web.Request) -> web.StreamResponse:
        """Sign a service account in."""
        body = await request.json()
        self.note(request, body)
        if body.get("assertion", "").count(".") != 2:
            return json_answer({"error": "invalid_grant"}, 400)
        return json_answer({"access_token": TOKEN, "expires_in": 3600})

    async def generate(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.note(request, body)
        if not self.lets_in(request):
            return SAYS["400-key"]()
        if complaint := self.wrong_in(body):
            return error(400, "INVALID_ARGUMENT", complaint)
        fault = fault_in(words_of(body))
        if fault in SAYS:
            return SAYS[fault]()

        async def answer() -> web.Response:
            return json_answer(
                SENDS[fault]() if fault in SENDS else self.painted(body, fault)
            )

        return await on_the_line(fault, request, answer)

    def lets_in(self, request: web.Request) -> bool:
        if request.headers.get("Authorization") == f"Bearer {TOKEN}":
            return self.name == "vertex"
        given = request.headers.get("x-goog-api-key") or request.query.get("key")
        return given == KEY

    def wrong_in(self, body: dict) -> str:
        """Name the first field that Google does not know."""
        config = body.get("generationConfig", {})
        known = IMAGE_CONFIG | (VERTEX_IMAGE_CONFIG if self.name == "vertex" else set())
        unknown = [
            *sorted(body.keys() - FIELDS),
            *sorted(config.keys() - CONFIG),
            *sorted(config.get("imageConfig", {}).keys() - known),
        ]
        if unknown:
            return f'Invalid JSON payload received. Unknown name "{unknown[0]}".'
        if not body.get("contents"):
            return "contents is not specified"
        if self.name == "vertex" and any(
            one.get("role") not in ("user", "model") for one in body["contents"]
        ):
            return "Please use a valid role: user, model."
        if config.get("candidateCount", 1) != 1:
            return "Multiple candidates is not enabled for this model"
        return ""

    def painted(self, body: dict, fault: str) -> dict[str, Any]:
        width, height = self.reduced(*size_in(body))
        [picture] = pictures_for(fault, width, height)
        sketch = {"mimeType": "image/png", "data": base64(png(64, 64, 3))}
        image = {"mimeType": "image/png", "data": spelled(fault, picture)}
        return ended(
            "STOP",
            {"thought": True, "inlineData": sketch},
            {"text": "Here it is."},
            {"inlineData": image, "thoughtSignature": "c2lnbmVk/+o="},
        )


def words_of(body: dict) -> str:
    parts = [part for turn in body["contents"] for part in turn.get("parts", [])]
    return " ".join(str(part.get("text", "")) for part in parts)


def size_in(body: dict) -> tuple[int, int]:
    """Read the size asked for: a scale, in a shape."""
    image = body.get("generationConfig", {}).get("imageConfig", {})
    side = SIDES.get(image.get("imageSize", "1K"), 1024)
    match = re.fullmatch(r"(\d+):(\d+)", image.get("aspectRatio", "1:1"))
    across, down = (int(match[1]), int(match[2])) if match else (1, 1)
    return side, max(1, side * down // across)
