"""fal.ai as it serves models: directly, and through its queue; strict and on demand bad.

[fault:content_policy_violation]   the model fails so, whichever way it was asked
[fault:reset]                      the line has its day when the work is asked for
[fault:status-reset]               … at the first look at the queue; the next are well
[fault:result-503-page]            … at the first look at the result
"""

from dataclasses import dataclass, field

from aiohttp import web

from tests.upstreams.fields import (
    Rule,
    either,
    one_of,
    picture,
    pictures,
    pixels,
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

KEY = "fal-id-0123456789:fal-secret-0123456789"
SEED = 4242
RATIOS = ("21:9", "16:9", "3:2", "4:3", "5:4", "1:1", "4:5", "3:4", "2:3", "9:16")
PRESETS = {
    "square_hd": (1024, 1024),
    "square": (512, 512),
    "portrait_4_3": (768, 1024),
    "portrait_16_9": (576, 1024),
    "landscape_4_3": (1024, 768),
    "landscape_16_9": (1024, 576),
}
SCALES = {"0.5K": 512, "1K": 1024, "2K": 2048, "4K": 4096}
PLAIN = {"prompt": text, "seed": whole(0, 2**32), "sync_mode": yes_or_no}
TOLERANCE = {"safety_tolerance": one_of(*"123456")}
NANO = {
    **PLAIN,
    **TOLERANCE,
    "num_images": whole(1, 4),
    "aspect_ratio": one_of("auto", *RATIOS),
    "output_format": one_of("jpeg", "png", "webp"),
    "limit_generations": yes_or_no,
}
PRO = {
    **NANO,
    "resolution": one_of("1K", "2K", "4K"),
    "enable_web_search": yes_or_no,
}
NANO_2 = {
    **PRO,
    "aspect_ratio": one_of("auto", *RATIOS, "4:1", "1:4", "8:1", "1:8"),
    "resolution": one_of(*SCALES),
    "thinking_level": one_of("minimal", "high"),
}
GPT = {
    "prompt": text,
    "sync_mode": yes_or_no,
    "image_size": one_of("1024x1024", "1536x1024", "1024x1536"),
    "quality": one_of("low", "medium", "high"),
    "background": one_of("auto", "transparent", "opaque"),
    "num_images": whole(1, 4),
    "output_format": one_of("jpeg", "png", "webp"),
}
GPT_EDIT = {
    **GPT,
    "image_size": one_of("auto", "1024x1024", "1536x1024", "1024x1536"),
    "image_urls": pictures(16),
    "mask_image_url": picture,
    "input_fidelity": one_of("low", "high"),
}
SEEDREAM = {
    **PLAIN,
    "image_size": either(one_of(*PRESETS, "auto_2K", "auto_4K"), pixels(960, 4096)),
    "num_images": whole(1, 6),
    "max_images": whole(1, 6),
    "enable_safety_checker": yes_or_no,
}
FLUX_2 = {
    **PLAIN,
    "image_size": either(one_of(*PRESETS), pixels(256, 2048)),
    "output_format": one_of("jpeg", "png"),
    "safety_tolerance": one_of(*"12345"),
    "enable_safety_checker": yes_or_no,
}
FLUX = {
    **PLAIN,
    "image_size": either(one_of(*PRESETS), pixels(256, 2048)),
    "num_images": whole(1, 4),
    "num_inference_steps": whole(1, 50),
    "guidance_scale": whole(1, 20),
    "output_format": one_of("jpeg", "png"),
    "enable_safety_checker": yes_or_no,
    "acceleration": one_of("none", "regular", "high"),
}
KONTEXT = {
    **PLAIN,
    **TOLERANCE,
    "image_url": picture,
    "aspect_ratio": one_of(*RATIOS),
    "num_images": whole(1, 4),
    "output_format": one_of("jpeg", "png"),
    "enhance_prompt": yes_or_no,
    "guidance_scale": whole(1, 20),
}
EDIT = {"image_urls": pictures(14)}
APPS: dict[str, dict[str, Rule]] = {
    "fal-ai/nano-banana": NANO,
    "fal-ai/nano-banana/edit": NANO | EDIT,
    "fal-ai/nano-banana-pro": PRO,
    "fal-ai/nano-banana-pro/edit": PRO | EDIT,
    "fal-ai/nano-banana-2": NANO_2,
    "fal-ai/nano-banana-2/edit": NANO_2 | EDIT,
    "fal-ai/gpt-image-1.5": GPT,
    "fal-ai/gpt-image-1.5/edit": GPT_EDIT,
    "fal-ai/bytedance/seedream/v4/text-to-image": SEEDREAM,
    "fal-ai/bytedance/seedream/v4/edit": SEEDREAM | {"image_urls": pictures(10)},
    "fal-ai/bytedance/seedream/v4.5/text-to-image": SEEDREAM,
    "fal-ai/bytedance/seedream/v4.5/edit": SEEDREAM | {"image_urls": pictures(10)},
    "fal-ai/flux/schnell": FLUX,
    "fal-ai/flux/dev": FLUX,
    "fal-ai/flux-2-pro": FLUX_2,
    "fal-ai/flux-2-pro/edit": FLUX_2 | {"image_urls": pictures(9)},
    "fal-ai/flux-2-max": FLUX_2,
    "fal-ai/flux-pro/kontext": KONTEXT,
}
NEEDED = ("prompt", "image_urls", "image_url")

# What a model, and what the platform, says in its own words: the word, and its status.
MODEL_WORDS = {
    "content_policy_violation": 422,
    "no_media_generated": 422,
    "image_too_small": 422,
    "image_too_large": 422,
    "image_load_error": 422,
    "file_download_error": 422,
    "file_too_large": 422,
    "face_detection_error": 422,
    "unsupported_image_format": 422,
    "greater_than": 422,
    "greater_than_equal": 422,
    "less_than": 422,
    "less_than_equal": 422,
    "multiple_of": 422,
    "sequence_too_short": 422,
    "sequence_too_long": 422,
    "one_of": 422,
    "value_error": 422,
    "missing": 422,
    "feature_not_supported": 422,
    "internal_server_error": 500,
    "generation_timeout": 504,
    "downstream_service_error": 400,
    "downstream_service_unavailable": 500,
}
PLATFORM_WORDS = {
    "request_timeout": 504,
    "startup_timeout": 504,
    "runner_scheduling_failure": 503,
    "runner_connection_timeout": 503,
    "runner_disconnected": 503,
    "runner_connection_refused": 503,
    "runner_connection_error": 503,
    "runner_incomplete_response": 502,
    "runner_server_error": 500,
    "internal_error": 500,
    "client_disconnected": 499,
    "client_cancelled": 499,
    "bad_request": 400,
}
LOCKED = (
    "User is locked. Reason: Exhausted balance. Top up at fal.ai/dashboard/billing."
)
# What is said at once, without a place in the queue.
AT_THE_DOOR = {
    "401": (401, "Cannot access application. Authentication is required."),
    "403": (403, LOCKED),
    "404": (404, "Application not found"),
    "429": (429, "Too many concurrent requests"),
    "429-wait": (429, "Too many concurrent requests"),
    "500-plain": (500, "Internal Server Error"),
}


LASTING = ("status-lost", "status-busy")  # every look has these
ODD = (
    *("never", "never-ends", "error-with-200", "elsewhere", *LASTING),
    *("status-reset", "status-503-page", "result-reset", "result-503-page"),
    *("no-image", "text-only", "empty", "null", "black", "black-one", "revised"),
)


@dataclass
class Job:
    """Work in the queue."""

    number: str
    place: str
    app: str
    body: dict
    fault: str
    looks: int = 0
    is_cancelled: bool = False
    had_its_day: set[str] = field(default_factory=set)

    @property
    def status(self) -> str:
        if self.is_cancelled:
            return "COMPLETED"
        if self.fault in ("never", "never-ends"):
            return "IN_QUEUE" if self.fault == "never" else "IN_PROGRESS"
        steps = ("IN_QUEUE", "IN_QUEUE", "IN_PROGRESS", "COMPLETED")
        return steps[min(self.looks, 3)]


@dataclass
class FalShop(Shop):
    """queue.fal.run at its own address, fal.run below it at /run."""

    jobs: dict[str, Job] = field(default_factory=dict)

    def routes(self) -> list[web.RouteDef]:
        job = f"/{self.name}/{{place:[^/]+/[^/]+}}/requests/{{number}}"
        return [
            self.files(),
            web.post(f"/{self.name}/run/{{app:.+}}", self.run),
            web.get(f"{job}/status", self.look),
            web.get(job, self.result),
            web.put(f"{job}/cancel", self.cancel),
            web.post(f"/{self.name}/{{app:.+}}", self.submit),
        ]

    async def run(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.note(request, body)
        app, fault = request.match_info["app"], fault_in(body.get("prompt"))
        if wrong := self.turned_away(request, app, fault):
            return wrong

        async def answer() -> web.Response:
            return self.outcome(app, body, fault)

        return await on_the_line(fault, request, answer)

    async def submit(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.note(request, body)
        app, fault = request.match_info["app"], fault_in(body.get("prompt"))
        if wrong := self.turned_away(request, app, fault):
            return wrong
        number = f"00000000-0000-4000-8000-{len(self.jobs):012}"
        place = "/".join(app.split("/")[:2])
        self.jobs[number] = Job(number, place, app, body, fault)
        here = self.url if fault != "elsewhere" else "http://localhost:9/fal"
        address = f"{here}/{place}/requests/{number}"

        async def answer() -> web.Response:
            return json_answer(
                {
                    "status": "IN_QUEUE",
                    "request_id": number,
                    "response_url": address,
                    "status_url": f"{address}/status",
                    "cancel_url": f"{address}/cancel",
                    "queue_position": 0,
                },
                x_fal_request_id=number,
            )

        return await on_the_line(fault, request, answer)

    async def look(self, request: web.Request) -> web.StreamResponse:
        self.note(request)
        job = self.jobs.get(request.match_info["number"])
        if job is None or not lets_in(request):
            return detail(404, "Request not found")
        job.looks += 1
        if trouble := self.trouble(job, "status"):
            return await on_the_line(trouble, request, job_is_away)
        if job.fault == "status-lost":
            return await on_the_line("503-page", request, job_is_away)
        if job.fault == "status-busy":
            return detail(429, "Too many requests", retry_after="60")
        told: dict = {"status": job.status, "request_id": job.number, "logs": None}
        if job.status == "IN_QUEUE":
            told["queue_position"] = 3
        if job.status == "COMPLETED":
            told["metrics"] = {"inference_time": 1.2}
            outcome = self.outcome(job.app, job.body, job.fault)
            if job.is_cancelled or outcome.status >= 300:
                told["error"] = f"Invalid status code: {outcome.status}"
            if job.fault == "error-with-200":
                told |= {"error": "It fell over.", "error_type": "internal_error"}
        return json_answer(told, 200 if job.status == "COMPLETED" else 202)

    async def result(self, request: web.Request) -> web.StreamResponse:
        self.note(request)
        job = self.jobs.get(request.match_info["number"])
        if job is None or not lets_in(request):
            return detail(404, "Request not found")
        if job.is_cancelled:
            return platform(499, "client_cancelled", job.number)
        if job.status != "COMPLETED":
            return detail(400, "Request is still in progress")
        if trouble := self.trouble(job, "result"):
            return await on_the_line(trouble, request, job_is_away)
        return self.outcome(job.app, job.body, job.fault)

    async def cancel(self, request: web.Request) -> web.StreamResponse:
        self.note(request)
        job = self.jobs.get(request.match_info["number"])
        if job is None or not lets_in(request):
            return json_answer({"status": "NOT_FOUND"}, 404)
        if job.status == "COMPLETED":
            return json_answer({"status": "ALREADY_COMPLETED"}, 400)
        job.is_cancelled = True
        return json_answer({"status": "CANCELLATION_REQUESTED"}, 202)

    def turned_away(
        self, request: web.Request, app: str, fault: str
    ) -> web.Response | None:
        if not lets_in(request):
            return detail(*AT_THE_DOOR["401"])
        if app not in APPS and not self.is_open_to_all:
            return detail(404, f"Application '{app}' not found")
        if float(request.headers.get("X-Fal-Request-Timeout", "2")) <= 1:
            return detail(400, "X-Fal-Request-Timeout must be greater than 1")
        if fault in AT_THE_DOOR:
            waits = {"retry_after": "7"} if fault == "429-wait" else {}
            return detail(*AT_THE_DOOR[fault], **waits)
        return None

    def trouble(self, job: Job, where: str) -> str:
        """Say which fault this look has, if it has one: only the first one does."""
        is_here = job.fault.startswith(f"{where}-") and job.fault not in LASTING
        if not is_here or where in job.had_its_day:
            return ""
        job.had_its_day.add(where)
        return job.fault.removeprefix(f"{where}-")

    def outcome(self, app: str, body: dict, fault: str) -> web.Response:
        """What the model makes of it, or why it does not."""
        if wrong := list(mistakes(app, body)):
            return answered({"detail": wrong}, 422)
        if fault in MODEL_WORDS:
            return model_error(MODEL_WORDS[fault], fault, body["prompt"])
        if fault in PLATFORM_WORDS:
            return platform(PLATFORM_WORDS[fault], fault)
        sends = {
            "no-image": {"images": []},
            "text-only": {"images": [], "description": "Here is what I would paint."},
            "empty": {},
            "null": {"images": None},
        }
        if fault in sends:
            return answered(sends[fault])
        return answered(self.painted(body, fault), x_fal_billable_units="1")

    def painted(self, body: dict, fault: str) -> dict:
        width, height = self.reduced(*size_in(body))
        count = body.get("num_images", 1) * body.get("max_images", 1)
        images = []
        for number in range(count):
            if body.get("sync_mode"):
                picture = pictures_for(fault, width, height, count)[number]
                url = f"data:image/png;base64,{spelled(fault, picture)}"
            else:
                url = self.address(fault, number, width, height)
            images.append({"url": url, "content_type": "image/png", "width": None})
        flags = {"black": [True] * count, "black-one": [True] + [False] * (count - 1)}
        told = {"images": images, "seed": body.get("seed", SEED)}
        told["prompt"] = "a better prompt" if fault == "revised" else body["prompt"]
        return told | {"has_nsfw_concepts": flags.get(fault, [False] * count)}


async def job_is_away() -> web.Response:
    return platform(503, "runner_disconnected")


def lets_in(request: web.Request) -> bool:
    return request.headers.get("Authorization") == f"Key {KEY}"


def answered(body: object, status: int = 200, **headers: str) -> web.Response:
    return json_answer(body, status, x_fal_request_id="req-of-fal", **headers)


def detail(status: int, words: str, **headers: str) -> web.Response:
    return answered({"detail": words}, status, **headers)


def platform(status: int, word: str, number: str = "") -> web.Response:
    body = {"detail": f"The request failed: {word}", "error_type": word}
    return answered(body, status, x_fal_error_type=word)


def model_error(status: int, word: str, prompt: str) -> web.Response:
    one = {"loc": ["body", "prompt"], "msg": f"About {prompt!r}", "type": word}
    said = {**one, "url": f"https://docs.fal.ai/errors#{word}", "input": prompt}
    return answered({"detail": [said]}, status, x_fal_retryable="false")


def mistakes(app: str, body: dict):
    rules = APPS.get(app)
    if rules is None:
        return
    for name in NEEDED:
        if name in rules and name not in body:
            yield {"loc": ["body", name], "msg": "Field required", "type": "missing"}
    for name, value in body.items():
        rule = rules.get(name)
        if rule is None:
            said = "Extra inputs are not permitted"
            yield {"loc": ["body", name], "msg": said, "type": "extra_forbidden"}
        elif mistake := rule(value):
            kind, said = mistake
            yield {"loc": ["body", name], "msg": said, "type": kind}


def size_in(body: dict) -> tuple[int, int]:
    """Read the size asked for: pixels, a preset, or a scale in a shape."""
    size = body.get("image_size", "square_hd")
    if isinstance(size, dict):
        return size["width"], size["height"]
    if "x" in size:
        width, height = size.split("x")
        return int(width), int(height)
    ratio = body.get("aspect_ratio", "auto")
    if ratio == "auto":
        return PRESETS.get(size, (1024, 1024))
    across, down = map(float, ratio.split(":"))
    side = SCALES.get(body.get("resolution", "1K").upper(), 1024)
    return side, max(1, int(side * down / across))
