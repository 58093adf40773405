"""GET /v1/metrics/models/{id}: how fast and how reliable a model is here, for everybody.

No key is needed. A number that rests on fewer than 20 tries is null.
"""

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from playground.api.queries import choice_in
from playground.api.schemas import Refusal
from playground.generation.catalogue import catalogue
from playground.generation.database import in_thread
from playground.generation.histogram import Share
from playground.generation.metrics import (
    Figures,
    Scope,
    Stability,
    Uptime,
    figures,
    figures_by,
    stability,
)
from playground.generation.replica import may_lag
from playground.generation.summing import WINDOWS, Window

router = Router(auth=None)
FRESH_SECONDS = 60  # it is added up once a minute


@router.get("/models/{path:name}", response={200: dict, 400: Refusal, 404: Refusal})
async def show_metrics(
    request: HttpRequest, response: HttpResponse, name: str
) -> dict[str, Any]:
    """Latency, success and uptime of a model and its providers: ?window=24h, 7d, 30d, 90d."""
    model = catalogue().find(name.rstrip("/"))
    named = choice_in(request.GET, "window", WINDOWS) or WINDOWS[0]
    window, scope = Window.last(named), Scope(model.id)

    @may_lag
    def read() -> tuple[Figures, dict[tuple[str, ...], Figures], Stability]:
        of_each = figures_by(scope, window, "provider", depth="first_bytes")
        return figures(scope, window), of_each, stability(model.id, window)

    together, of_each, steady = await in_thread(read)
    response["Cache-Control"] = f"public, max-age={FRESH_SECONDS}"
    return {
        "object": "model.metrics",
        "model": model.id,
        "window": named,
        "from": int(window.since.timestamp()),
        "to": int(window.until.timestamp()),
        "demo": together.is_demo,
        "together": figures_out(together),
        "providers": [
            {"provider": provider, **figures_out(one)}
            for (provider,), one in of_each.items()
        ],
        "uptime": uptime_out(steady),
    }


def figures_out(known: Figures) -> dict[str, Any]:
    """Say what is known of some tries."""
    return {
        "tries": known.tries,
        "samples": known.samples,
        "p50_seconds": rounded(known.p50_seconds),
        "p95_seconds": rounded(known.p95_seconds),
        "first_byte_p50_seconds": rounded(known.first_byte_seconds),
        "success": share_out(known.success),
        "uptime": share_out(known.uptime),
        "failures": {
            "ours": known.ours,
            "provider": known.providers,
            "caller": known.callers,
            "refused": known.refused,
        },
        "pictures": known.pictures,
        "pictures_per_minute": rounded(known.pictures_per_minute),
        "tokens_per_second": rounded(known.tokens_per_second),
    }


def uptime_out(steady: Stability) -> dict[str, Any]:
    """Say how available the model was, step by step, and who was least."""

    def line(one: Uptime) -> dict[str, Any]:
        steps = [step and rounded(step.part, 4) for step in one.steps]
        return {"provider": one.name or None, "steps": steps}

    worst = steady.least_stable
    return {
        "starts": [int(start.timestamp()) for start in steady.starts],
        "together": line(steady.together),
        "providers": [line(one) for one in steady.providers],
        "least_stable": worst.name if worst else None,
    }


def share_out(known: Share | None) -> dict[str, float] | None:
    if known is None:
        return None
    return {name: round(value, 4) for name, value in asdict(known).items()}


def rounded(value: float | None, places: int = 3) -> float | None:
    return None if value is None else round(value, places)
