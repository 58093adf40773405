"""What is said of an order that has ended: small, with links and ids, never pictures."""

from typing import Any

import orjson
from django.utils import timezone

from playground.generation.links import picture_path
from playground.generation.models import Generation, Picture
from playground.generation.shortfall import in_credits

State = Generation.State
TEST = "webhook.test"
EVENTS = {
    State.SUCCEEDED: "image.generation.completed",
    State.PARTIALLY_SUCCEEDED: "image.generation.partially_completed",
    State.FAILED: "image.generation.failed",
    State.REFUSED: "image.generation.failed",
    State.CANCELLED: "image.generation.cancelled",
}
OF_BATCHES = ("batch.completed", "batch.failed", "batch.expired", "batch.cancelled")
NAMES = (*dict.fromkeys(EVENTS.values()), *OF_BATCHES)


def body_of(event: str, timestamp: str, data: dict[str, Any]) -> str:
    """Write the body once; these very bytes are signed and sent, each time."""
    return orjson.dumps({"type": event, "timestamp": timestamp, "data": data}).decode()


def ended_body(generation: Generation, site: str, task_url: str) -> str:
    ended = generation.finished_at or timezone.now()
    was_refused = generation.state == State.REFUSED
    error = {"code": generation.error_code, "message": generation.error_message}
    charged = generation.charged_microcredits
    data = {
        "task_id": generation.id,
        "task_url": task_url,
        "model": generation.model,
        "status": State.FAILED if was_refused else generation.state,
        "requested": generation.n,
        "images": [
            shown(picture, site) for picture in generation.pictures.order_by("position")
        ],
        "credits_charged": orjson.Fragment(in_credits(charged)),
        "microcredits_charged": charged,
        "error": error if generation.error_code else None,
        "user": generation.user,
        "metadata": generation.metadata,
        "is_test": generation.is_test,
        "created_at": generation.created_at.isoformat(),
        "finished_at": ended.isoformat(),
    }
    return body_of(EVENTS[State(generation.state)], ended.isoformat(), data)


def shown(picture: Picture, site: str) -> dict[str, Any]:
    path, expires = picture_path(picture.id, picture.format, picture.expires_at)
    return {
        "id": picture.id,
        "url": site + path,
        "expires_at": expires,
        "width": picture.width,
        "height": picture.height,
    }


def test_body(endpoint_id: str) -> str:
    moment = timezone.now().isoformat()
    return body_of(TEST, moment, {"webhook_id": endpoint_id})
