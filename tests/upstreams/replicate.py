"""Replicate as it serves models: predictions that are held, looked at and called off.

[fault:E005]           the prediction fails with these words, as a refusal does
[fault:held-too-long]  it is still starting when the order's answer comes
[fault:look-reset]     the line has its day at the first look; the next are well
"""

import re
from dataclasses import dataclass, field

from aiohttp import web

from tests.upstreams.fields import (
    Rule,
    one_of,
    picture,
    pictures,
    text,
    whole,
    yes_or_no,
)
from tests.upstreams.shop import (
    Shop,
    base64,
    fault_in,
    json_answer,
    on_the_line,
    pictures_for,
)

TOKEN = "r8_0123456789abcdef0123456789abcdef01234"
VERSION = "5c7d5dc6dd8bf75c1acaa8565735e7986bc5b66206b55cca93cb72c9bf15ccaa"
RATIOS = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")
MATCHING = one_of("match_input_image", *RATIOS)
SCALES = {"512": 512, "1K": 1024, "2K": 2048, "3K": 3072, "4K": 4096}
NANO = {
    "prompt": text,
    "image_input": pictures(14),
    "aspect_ratio": MATCHING,
    "output_format": one_of("jpg", "png"),
}
PRO = {
    **NANO,
    "resolution": one_of("1K", "2K", "4K"),
    "safety_filter_level": one_of(
        "block_low_and_above", "block_medium_and_above", "block_only_high"
    ),
    "allow_fallback_model": yes_or_no,
}
NANO_2 = {
    **NANO,
    "aspect_ratio": one_of("match_input_image", *RATIOS, "1:4", "4:1", "1:8", "8:1"),
    "resolution": one_of("512", "1K", "2K", "4K"),
    "google_search": yes_or_no,
    "image_search": yes_or_no,
}
SEEDREAM = {
    "prompt": text,
    "image_input": pictures(14),
    "size": one_of("1K", "2K", "4K", "custom"),
    "aspect_ratio": MATCHING,
    "width": whole(1024, 4096),
    "height": whole(1024, 4096),
    "sequential_image_generation": one_of("disabled", "auto"),
    "max_images": whole(1, 15),
    "enhance_prompt": yes_or_no,
}
GPT = {
    "prompt": text,
    "aspect_ratio": one_of("1:1", "3:2", "2:3"),
    "input_images": pictures(10),
    "input_fidelity": one_of("low", "high"),
    "number_of_images": whole(1, 10),
    "quality": one_of("low", "medium", "high", "auto"),
    "background": one_of("auto", "transparent", "opaque"),
    "output_format": one_of("png", "jpeg", "webp"),
    "output_compression": whole(0, 100),
    "moderation": one_of("auto", "low"),
    "user_id": text,
}
FLUX = {
    "prompt": text,
    "aspect_ratio": one_of(*RATIOS, "9:21"),
    "num_outputs": whole(1, 4),
    "seed": whole(0, 2**32),
    "output_format": one_of("webp", "jpg", "png"),
    "output_quality": whole(0, 100),
    "megapixels": one_of("1", "0.25"),
    "go_fast": yes_or_no,
    "num_inference_steps": whole(1, 50),
    "disable_safety_checker": yes_or_no,
}
KONTEXT = {
    "prompt": text,
    "input_image": picture,
    "aspect_ratio": one_of("match_input_image", *RATIOS, "9:21"),
    "prompt_upsampling": yes_or_no,
    "safety_tolerance": whole(0, 6),
    "output_format": one_of("png", "jpg"),
    "seed": whole(0, 2**32),
}
FLUX_2 = {
    "prompt": text,
    "input_images": pictures(8),
    "aspect_ratio": one_of("match_input_image", "custom", *RATIOS),
    "resolution": one_of("match_input_image", "0.5 MP", "1 MP", "2 MP", "4 MP"),
    "width": whole(256, 2048),
    "height": whole(256, 2048),
    "safety_tolerance": whole(1, 5),
    "seed": whole(0, 2**32),
    "output_format": one_of("webp", "jpg", "png"),
    "output_quality": whole(0, 100),
}
MODELS: dict[str, dict[str, Rule]] = {
    "google/nano-banana": NANO,
    "google/nano-banana-2": NANO_2,
    "google/nano-banana-pro": PRO,
    "bytedance/seedream-4": SEEDREAM,
    "bytedance/seedream-4.5": SEEDREAM,
    "openai/gpt-image-1.5": GPT,
    "black-forest-labs/flux-schnell": FLUX,
    "black-forest-labs/flux-kontext-pro": KONTEXT,
    "black-forest-labs/flux-2-pro": FLUX_2,
}
SINGLE = ("google/", "black-forest-labs/flux-kontext", "black-forest-labs/flux-2")
ONE_BY_ONE = ("num_outputs", "number_of_images", "max_images")

FAILS = {
    "E005": "The input or output was flagged as sensitive. Please try again with"
    " different inputs. (E005) (gmSTLDOfeb)",
    "E005-alone": "Prediction failed. (E005) (gmSTLDOfeb)",
    "flagged": "Your prompt was flagged as sensitive.",
    "nsfw": "NSFW content detected. Try running it again, or try a different prompt.",
    "content-policy": "Your request was rejected by the content policy.",
    "safety": "The image was blocked by our safety system.",
    "E004": "Service is temporarily unavailable. Please try again later. (E004)",
    "E003": "Service is currently unavailable due to high demand. (E003)",
    "cuda": "CUDA out of memory. Tried to allocate 2.00 GiB.",
    "interrupted": "Prediction interrupted; please retry (code: PA)",
}
ODD = (
    *("never", "never-ends", "canceled", "aborted", "held-too-long", "half-told"),
    *("look-lost", "look-reset", "look-503-page", "held-too-long-elsewhere"),
    *("no-image", "empty", "text-only", "removed", "data-uri"),
)
THROTTLED = "Request was throttled. Expected available in 4 seconds."
SAYS = {
    "400": (400, "Bad request", "The body could not be read."),
    "401": (401, "Unauthenticated", "You did not pass a valid authentication token"),
    "402": (402, "Insufficient credit", "You have insufficient credit to run this."),
    "403": (403, "Forbidden", "You do not have permission to run this model."),
    "404": (404, "Not found", "The requested resource could not be found."),
    "422": (422, "Input validation failed", "- input.go_fast: must be a boolean\n"),
    "422-version": (
        422,
        "Invalid version or not permitted",
        "The specified version does not exist (or you may not use it).",
    ),
    "429": (429, "", "You are sending too many requests."),
    "429-wait": (429, "", "You are sending too many requests."),
    "429-words": (429, "", THROTTLED),
    "500": (500, "Internal server error", "Something went wrong."),
    "502": (502, "Bad gateway", ""),
    "504": (504, "Gateway timeout", ""),
}


@dataclass
class Prediction:
    """A prediction, as it goes."""

    number: str
    model: str
    input: dict
    fault: str
    status: str = "starting"
    looks: int = 0
    has_had_its_day: bool = False

    @property
    def is_over(self) -> bool:
        return self.status not in ("starting", "processing")

    def goes_on(self) -> None:
        if self.is_over or self.fault in ("never", "never-ends"):
            self.status = "processing" if self.fault == "never-ends" else self.status
            return
        self.looks += 1
        is_begun = self.looks > 1 or self.fault == "half-told"
        self.status = self.last_status if is_begun else "processing"

    def ends(self) -> None:
        self.status = self.last_status

    @property
    def last_status(self) -> str:
        if self.fault in ("canceled", "aborted"):
            return self.fault
        return "failed" if self.fault in FAILS else "succeeded"


@dataclass
class ReplicateShop(Shop):
    predictions: dict[str, Prediction] = field(default_factory=dict)

    def routes(self) -> list[web.RouteDef]:
        v1 = f"/{self.name}/v1"
        return [
            web.post(f"{v1}/models/{{owner}}/{{model}}/predictions", self.create),
            web.get(f"{v1}/models/{{owner}}/{{model}}/versions/{{id}}", self.version),
            web.post(f"{v1}/predictions", self.create),
            web.get(f"{v1}/predictions/{{number}}", self.look),
            web.post(f"{v1}/predictions/{{number}}/cancel", self.cancel),
            self.files(),
        ]

    async def create(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.note(request, body)
        fault = fault_in(body.get("input", {}).get("prompt"))
        model = self.model_of(request, body)
        if wrong := self.turned_away(request, body, model, fault):
            return wrong
        number = f"rm{len(self.predictions):024}"
        one = Prediction(number, model, body["input"], fault)
        self.predictions[number] = one
        is_slow = fault.startswith(("held-too-long", "look-", "never"))
        if "Prefer" in request.headers and not is_slow:
            one.ends()

        async def answer() -> web.Response:
            return json_answer(self.told(one), 201)

        return await on_the_line(fault, request, answer)

    async def look(self, request: web.Request) -> web.StreamResponse:
        self.note(request)
        one = self.predictions.get(request.match_info["number"])
        if one is None or not lets_in(request):
            return problem(*SAYS["404"])
        one.goes_on()
        if one.fault == "look-lost":
            return problem(500, "Internal server error", "Something went wrong.")
        if one.fault.startswith("look-") and not one.has_had_its_day:
            one.has_had_its_day = True
            trouble = one.fault.removeprefix("look-")
            return await on_the_line(trouble, request, throttled)
        return json_answer(self.told(one))

    async def cancel(self, request: web.Request) -> web.StreamResponse:
        self.note(request)
        one = self.predictions.get(request.match_info["number"])
        if one is None or not lets_in(request):
            return problem(*SAYS["404"])
        if not one.is_over:
            one.status = "canceled"
        return json_answer(self.told(one))

    async def version(self, request: web.Request) -> web.StreamResponse:
        self.note(request)
        schema = {"components": {"schemas": {"Output": {"type": "string"}}}}
        told = {"id": request.match_info["id"], "created_at": "2026-11-01T00:00:00Z"}
        return json_answer({**told, "cog_version": "0.16.0", "openapi_schema": schema})

    def model_of(self, request: web.Request, body: dict) -> str:
        """The model at the address, or the one whose version is named."""
        if "model" in request.match_info:
            return f"{request.match_info['owner']}/{request.match_info['model']}"
        name, _, version = str(body.get("version", "")).rpartition(":")
        return (name or "google/nano-banana") if version == VERSION else ""

    def turned_away(
        self, request: web.Request, body: dict, model: str, fault: str
    ) -> web.Response | None:
        if not lets_in(request):
            return problem(*SAYS["401"])
        if not model:
            return problem(*SAYS["422-version"])
        if model not in MODELS and not self.is_open_to_all:
            return problem(*SAYS["404"])
        if wrong := list(mistakes(request, model, body)):
            said = "".join(f"- {one}\n" for one in wrong)
            return problem(422, "Input validation failed", said)
        if fault in SAYS:
            waits = {"retry_after": "7"} if fault == "429-wait" else {}
            return problem(*SAYS[fault], **waits)
        return None

    def told(self, one: Prediction) -> dict:
        """The prediction as Replicate shows it."""
        here = f"{self.url}/v1/predictions/{one.number}"
        if one.fault == "held-too-long-elsewhere":
            here = f"http://localhost:9/v1/predictions/{one.number}"
        is_waiting = one.status in ("starting", "aborted")
        told = {
            "id": one.number,
            "model": one.model,
            "version": "hidden",
            "input": one.input,
            "logs": "",
            "output": self.output(one) if one.status == "succeeded" else None,
            "error": FAILS.get(one.fault) if one.status == "failed" else None,
            "status": one.status,
            "created_at": "2026-11-21T00:00:00.000Z",
            "started_at": None if is_waiting else "2026-11-21T00:00:01.000Z",
            "completed_at": "2026-11-21T00:00:09.000Z" if one.is_over else None,
            "data_removed": one.fault == "removed",
            "metrics": {"predict_time": 8.0} if one.is_over else {},
            "urls": {"get": here, "cancel": f"{here}/cancel"},
        }
        if one.fault == "half-told" and one.looks == 0:
            told["status"], one.status = "processing", "processing"
        return told

    def output(self, one: Prediction) -> object:
        sends = {
            "no-image": None,
            "empty": [],
            "text-only": "Here is what I would paint.",
            "removed": None,
        }
        if one.fault in sends:
            return sends[one.fault]
        width, height = self.reduced(*size_in(one.input))
        count = next((one.input[name] for name in ONE_BY_ONE if name in one.input), 1)
        addresses = [
            self.address(one.fault, number, width, height) for number in range(count)
        ]
        if one.fault == "data-uri":
            painted = pictures_for("none", width, height, count)
            addresses = [f"data:image/png;base64,{base64(one)}" for one in painted]
        return addresses[0] if one.model.startswith(SINGLE) else addresses


async def throttled() -> web.Response:
    return problem(429, "", THROTTLED)


def lets_in(request: web.Request) -> bool:
    return request.headers.get("Authorization") == f"Bearer {TOKEN}"


def problem(status: int, title: str, detail: str, **headers: str) -> web.Response:
    told = {"title": title, "detail": detail, "status": status}
    body = {name: value for name, value in told.items() if value}
    return json_answer(body, status, **headers)


def mistakes(request: web.Request, model: str, body: dict):
    known = {"input", "version", "webhook", "webhook_events_filter", "stream"}
    yield from (
        f"{name}: Additional property is not allowed" for name in body.keys() - known
    )
    prefer = request.headers.get("Prefer", "wait")
    if not (held := re.fullmatch(r"wait(?:=(\d+))?", prefer)):
        yield "Prefer: must be wait or wait=N"
    elif not 1 <= int(held[1] or 60) <= 60:
        yield "Prefer: must wait between 1 and 60 seconds"
    after = re.fullmatch(r"(\d+)([smh])", request.headers.get("Cancel-After", "5s"))
    if not after or (after[2] == "s" and int(after[1]) < 5):
        yield "Cancel-After: must be at least 5s"
    rules = MODELS.get(model)
    if "prompt" not in body.get("input", {}):
        yield "input: prompt is required"
    for name, value in body.get("input", {}).items():
        if rules is None:
            return
        if name not in rules:
            yield f"input: Additional property {name} is not allowed"
        elif mistake := rules[name](value):
            yield f"input.{name}: {mistake[1]}"


def size_in(said: dict) -> tuple[int, int]:
    """Read the size asked for: pixels, or a scale in a shape."""
    if "width" in said and "height" in said:
        return said["width"], said["height"]
    scale = said.get("resolution", said.get("size", "1K"))
    side = SCALES.get(scale, 1024)
    ratio = said.get("aspect_ratio", "1:1")
    across, down = map(float, ratio.split(":")) if ":" in ratio else (1, 1)
    return side, max(1, int(side * down / across))
