"""Webhooks by API: where an account listens, its secrets, and how each delivery went."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, TypeVar

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Status
from pydantic import BaseModel, StrictBool, StrictStr

from accounts.limits import MANAGE_WEBHOOKS
from playground.api.keys import acting, may
from playground.api.schemas import ERRORS, Refusal, listed
from playground.generation.database import in_thread
from playground.generation.errors import NotFound
from playground.generation.quoting import is_text
from playground.generation.request import Buyer
from playground.webhooks.endpoints import (
    Changes,
    change,
    found,
    open_endpoint,
    rotate,
    secret_of,
    shut,
    signer_of,
    standing,
)
from playground.webhooks.models import Delivery, DeliveryAttempt, Endpoint
from playground.webhooks.sending import rehearse, resend
from playground.webhooks.tasks import send_soon

Found = TypeVar("Found")
ANSWERS = {200: dict, **{status: ERRORS[status] for status in (400, 401, 404)}}
Limit = Annotated[int, Query(ge=1, le=100)]

router = Router(auth=may(MANAGE_WEBHOOKS))


class WebhookIn(BaseModel):
    """The body of POST and PATCH /v1/webhooks. Without events, all of them are sent."""

    url: StrictStr | None = None
    events: list[StrictStr] | StrictStr | None = None
    description: StrictStr | None = None
    is_enabled: StrictBool | None = None

    def changes(self) -> Changes:
        return Changes(self.url, listed(self.events), self.description, self.is_enabled)


async def for_owner(request: HttpRequest, work: Callable[[str], Found]) -> Found:
    """Do something with the caller's own webhooks."""
    return await in_thread(partial(work, owner_of(request)))


def owner_of(request: HttpRequest) -> str:
    buyer: Buyer = request.auth  # type: ignore[attr-defined]
    return buyer.account_id


@router.post("", response={201: dict, 400: Refusal, 401: Refusal})
@router.post("/", response={201: dict}, include_in_schema=False)
async def create_webhook(
    request: HttpRequest, body: WebhookIn
) -> Status[dict[str, Any]]:
    """Listen at an address. The answer is the only one that shows its secret."""
    endpoint = await for_owner(
        request,
        lambda owner: open_endpoint(owner, body.changes(), acting(request)),
    )
    return Status(201, with_secret(endpoint))


@router.get("", response={200: dict, 401: Refusal})
@router.get("/", response=dict, include_in_schema=False)
async def list_webhooks(request: HttpRequest) -> dict[str, Any]:
    """Every address the account listens at."""
    endpoints = await for_owner(
        request, lambda owner: list(standing(owner).order_by("-created_at"))
    )
    return {"object": "list", "data": [endpoint_out(one) for one in endpoints]}


@router.get("/secret", response={200: dict, 401: Refusal})
@router.get("/secret/", response=dict, include_in_schema=False)
async def show_call_secret(request: HttpRequest) -> dict[str, Any]:
    """The secret that signs what goes to the `webhook_url` of single calls."""
    return with_secret(await for_owner(request, signer_of))


@router.get("/deliveries/{delivery_id}", response=ANSWERS)
@router.get("/deliveries/{delivery_id}/", response=dict, include_in_schema=False)
async def show_delivery(request: HttpRequest, delivery_id: str) -> dict[str, Any]:
    """One delivery, with every attempt."""
    return await for_owner(
        request, lambda owner: delivery_out(delivery_of(owner, delivery_id))
    )


@router.post("/deliveries/{delivery_id}/resend", response={202: dict, **ANSWERS})
@router.post(
    "/deliveries/{delivery_id}/resend/", response={202: dict}, include_in_schema=False
)
async def resend_delivery(
    request: HttpRequest, delivery_id: str
) -> Status[dict[str, Any]]:
    """Send it once more, under the same webhook-id."""
    delivery = await for_owner(
        request, lambda owner: resend(delivery_of(owner, delivery_id))
    )
    return await on_its_way(delivery)


@router.get("/{endpoint_id}", response=ANSWERS)
@router.get("/{endpoint_id}/", response=dict, include_in_schema=False)
async def show_webhook(request: HttpRequest, endpoint_id: str) -> dict[str, Any]:
    """One address, and why it is disabled, if it is."""
    return endpoint_out(
        await for_owner(request, lambda owner: found(owner, endpoint_id))
    )


@router.patch("/{endpoint_id}", response=ANSWERS)
@router.patch("/{endpoint_id}/", response=dict, include_in_schema=False)
async def change_webhook(
    request: HttpRequest, endpoint_id: str, body: WebhookIn
) -> dict[str, Any]:
    """Change its address or events, or enable it again."""
    return endpoint_out(
        await for_owner(
            request,
            lambda owner: change(
                own(owner, endpoint_id), body.changes(), acting(request)
            ),
        )
    )


@router.delete("/{endpoint_id}", response=ANSWERS)
@router.delete("/{endpoint_id}/", response=dict, include_in_schema=False)
async def delete_webhook(request: HttpRequest, endpoint_id: str) -> dict[str, Any]:
    """Stop listening there; its deliveries are forgotten."""
    await for_owner(
        request, lambda owner: shut(own(owner, endpoint_id), acting(request))
    )
    return {"id": endpoint_id, "object": "webhook", "deleted": True}


@router.post("/{endpoint_id}/rotate", response=ANSWERS)
@router.post("/{endpoint_id}/rotate/", response=dict, include_in_schema=False)
async def rotate_secret(request: HttpRequest, endpoint_id: str) -> dict[str, Any]:
    """Make a new secret and show it. For 24 hours the old one signs too."""
    return with_secret(
        await for_owner(
            request,
            lambda owner: rotate(found(owner, endpoint_id), acting(request)),
        )
    )


@router.post("/{endpoint_id}/test", response={202: dict, **ANSWERS})
@router.post("/{endpoint_id}/test/", response={202: dict}, include_in_schema=False)
async def test_webhook(
    request: HttpRequest, endpoint_id: str
) -> Status[dict[str, Any]]:
    """Send an event of the type webhook.test."""

    return await on_its_way(
        await for_owner(request, lambda owner: rehearse(own(owner, endpoint_id)))
    )


@router.get("/{endpoint_id}/deliveries", response=ANSWERS)
@router.get("/{endpoint_id}/deliveries/", response=dict, include_in_schema=False)
async def list_deliveries(
    request: HttpRequest, endpoint_id: str, limit: Limit = 20, after: str = ""
) -> dict[str, Any]:
    """What was sent there, newest first; `after` is the `next_after` of the page before."""

    def page(owner: str) -> list[dict[str, Any]]:
        rows = found(owner, endpoint_id).deliveries.order_by("-id")
        rows = rows.prefetch_related("attempts")
        older = rows.filter(pk__lt=delivery_of(owner, after).pk) if after else rows
        return [delivery_out(one) for one in older[: limit + 1]]

    entries = await for_owner(request, page)
    has_more = len(entries) > limit
    return {
        "object": "list",
        "data": entries[:limit],
        "has_more": has_more,
        "next_after": entries[limit - 1]["id"] if has_more else None,
    }


async def on_its_way(delivery: Delivery) -> Status[dict[str, Any]]:
    await asyncio.to_thread(send_soon, delivery.pk)
    return Status(202, await in_thread(partial(delivery_out, delivery)))


def own(owner: str, endpoint_id: str) -> Endpoint:
    """One that the account opened itself: the signer of single calls is not changed."""
    endpoint = found(owner, endpoint_id)
    if endpoint.url:
        return endpoint
    raise NotFound(_("There is no webhook of this id."), code="webhook_not_found")


def delivery_of(owner: str, delivery_id: str) -> Delivery:
    deliveries = Delivery.objects.select_related("endpoint")
    mine = deliveries.filter(pk=delivery_id, endpoint__account_id=owner)
    if is_text(delivery_id) and (delivery := mine.first()):
        return delivery
    raise NotFound(_("There is no delivery of this id."), code="delivery_not_found")


def endpoint_out(endpoint: Endpoint) -> dict[str, Any]:
    return {
        "id": endpoint.pk,
        "object": "webhook",
        "url": endpoint.url or None,
        "description": endpoint.description,
        "events": endpoint.events or None,
        "is_enabled": endpoint.is_enabled,
        "disabled_reason": endpoint.why_disabled or None,
        "created": int(endpoint.created_at.timestamp()),
    }


def with_secret(endpoint: Endpoint) -> dict[str, Any]:
    return {**endpoint_out(endpoint), "secret": secret_of(endpoint)}


def delivery_out(delivery: Delivery) -> dict[str, Any]:
    upcoming = delivery.next_attempt_at
    return {
        "id": delivery.pk,
        "object": "webhook.delivery",
        "webhook": delivery.endpoint_id,
        "task": delivery.generation_id or None,
        "type": delivery.event,
        "url": delivery.url or delivery.endpoint.url,
        "status": delivery.state,
        "created": int(delivery.created_at.timestamp()),
        "next_attempt": int(upcoming.timestamp()) if upcoming else None,
        "attempts": [
            attempt_out(one)
            for one in sorted(delivery.attempts.all(), key=lambda one: one.pk)
        ],
    }


def attempt_out(attempt: DeliveryAttempt) -> dict[str, Any]:
    return {
        "at": int(attempt.started_at.timestamp()),
        "status": attempt.status,
        "error": attempt.error or None,
        "duration_ms": attempt.duration_ms,
        "answer": attempt.answer,
    }
