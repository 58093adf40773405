"""What is measured of models, in the API's description: the shape, with an example."""

from typing import Any, Literal

from playground.api.openapi.shapes import Shape

Json = dict[str, Any]


class MeasuredShare(Shape):
    """A part from 0 to 1, and between what it lies with 95 % certainty."""

    part: float
    low: float
    high: float


class Failures(Shape):
    ours: int
    provider: int
    caller: int
    refused: int


class Measured(Shape):
    """What is null rests on fewer than 20 tries, or is not counted by anybody."""

    tries: int
    samples: int
    p50_seconds: float | None
    p95_seconds: float | None
    first_byte_p50_seconds: float | None
    success: MeasuredShare | None
    uptime: MeasuredShare | None
    failures: Failures
    pictures: int
    pictures_per_minute: float
    tokens_per_second: float | None


class MeasuredProvider(Measured):
    provider: str


class UptimeLine(Shape):
    provider: str | None
    steps: list[float | None]


class UptimeOverTime(Shape):
    starts: list[int]
    together: UptimeLine
    providers: list[UptimeLine]
    least_stable: str | None


class ModelMetrics(Shape):
    object: Literal["model.metrics"]
    model: str
    window: Literal["24h", "7d", "30d", "90d"]
    demo: bool
    together: Measured
    providers: list[MeasuredProvider]
    uptime: UptimeOverTime


EVERY: tuple[type[Shape], ...] = (
    *(MeasuredShare, Failures, Measured, MeasuredProvider, UptimeLine),
    *(UptimeOverTime, ModelMetrics),
)

FIGURES: Json = {
    "tries": 412,
    "samples": 285,
    "p50_seconds": 21.949,
    "p95_seconds": 32.966,
    "first_byte_p50_seconds": 20.033,
    "success": {"part": 0.6917, "low": 0.6456, "high": 0.7343},
    "uptime": {"part": 0.9102, "low": 0.8783, "high": 0.9344},
    "failures": {"ours": 2, "provider": 37, "caller": 0, "refused": 88},
    "pictures": 285,
    "pictures_per_minute": 0.198,
    "tokens_per_second": 51.027,
}
METRICS: Json = {
    "object": "model.metrics",
    "model": "gemini-3-pro-image-preview",
    "window": "7d",
    "from": 1_794_700_800,
    "to": 1_795_226_400,
    "demo": False,
    "together": FIGURES,
    "providers": [{"provider": "gemini", **FIGURES}],
    "uptime": {
        "starts": [1_794_700_800, 1_794_787_200],
        "together": {"provider": None, "steps": [0.9102, None]},
        "providers": [{"provider": "gemini", "steps": [0.9102, None]}],
        "least_stable": "gemini",
    },
}
