"""Webhooks in the API's description: the shapes of their answers, with an example of each."""

from typing import Any, Literal

from playground.api.openapi.shapes import Shape

Json = dict[str, Any]


class Webhook(Shape):
    id: str
    object: Literal["webhook"]
    url: str | None
    description: str
    events: list[str] | None
    is_enabled: bool
    disabled_reason: str | None
    created: int


class WebhookOpened(Webhook):
    secret: str


class Webhooks(Shape):
    object: Literal["list"]
    data: list[Webhook]


class WebhookDeleted(Shape):
    id: str
    object: Literal["webhook"]
    deleted: Literal[True]


class DeliveryTried(Shape):
    at: int
    status: int | None
    error: str | None
    duration_ms: int
    answer: str


class Delivery(Shape):
    id: str
    object: Literal["webhook.delivery"]
    webhook: str
    task: str | None
    type: str
    url: str
    status: Literal["pending", "delivered", "failed"]
    created: int
    next_attempt: int | None
    attempts: list[DeliveryTried]


class Deliveries(Shape):
    object: Literal["list"]
    data: list[Delivery]
    has_more: bool
    next_after: str | None


EVERY: tuple[type[Shape], ...] = (
    *(Webhook, WebhookOpened, Webhooks, WebhookDeleted, Delivery, Deliveries),
)

WANTED: Json = {
    "url": "https://shop.example.com/easel",
    "events": ["image.generation.completed", "image.generation.failed"],
    "description": "The shop",
}
CHANGES: Json = {"events": ["image.generation.failed"], "description": "Failures"}
ONE: Json = {
    "id": "whk_01kaf3x2m8q4v7t9b1c5d6e8fg",
    "object": "webhook",
    "url": "https://shop.example.com/easel",
    "description": "The shop",
    "events": ["image.generation.completed", "image.generation.failed"],
    "is_enabled": True,
    "disabled_reason": None,
    "created": 1795204800,
}
OPENED: Json = {**ONE, "secret": "whsec_ZWFzZWwtY29udHJhY3QtdGVzdC1zZWNyZXQtMDAwMQ=="}
SIGNER: Json = {**OPENED, "url": None, "description": "", "events": None}
LIST: Json = {"object": "list", "data": [ONE]}
DELETED: Json = {"id": ONE["id"], "object": "webhook", "deleted": True}
WAITING: Json = {
    "id": "msg_01kaf3x2m8q4v7t9b1c5d6e8fg",
    "object": "webhook.delivery",
    "webhook": ONE["id"],
    "task": "img_01kaf3x2m8q4v7t9b1c5d6e8fg",
    "type": "image.generation.completed",
    "url": ONE["url"],
    "status": "pending",
    "created": 1795204800,
    "next_attempt": 1795204800,
    "attempts": [],
}
DONE: Json = {
    **WAITING,
    "status": "delivered",
    "next_attempt": None,
    "attempts": [
        {
            "at": 1795204801,
            "status": 200,
            "error": None,
            "duration_ms": 84,
            "answer": "ok",
        }
    ],
}
DELIVERIES: Json = {
    "object": "list",
    "data": [DONE],
    "has_more": False,
    "next_after": None,
}
