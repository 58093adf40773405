"""An account's requests: the list, one of them, and taking its payloads away.

Whatever came in by whichever door is listed, with what it cost; rehearsals are
marked as tests and kept out of the summary.
"""

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router

from accounts.limits import GENERATE, READ_USAGE
from playground.api.addresses import origin
from playground.api.answers import (
    amount,
    attempt_out,
    cost_out,
    upstream_out,
    usage_out,
    warnings_out,
)
from playground.api.keys import may
from playground.api.queries import count_in, is_on, wanted_in
from playground.api.schemas import Refusal
from playground.gallery.captions import forget_caption
from playground.gallery.keeping import mark_of
from playground.generation.database import in_thread
from playground.generation.errors import BadRequest, NotFound
from playground.generation.history import (
    Totals,
    order_named,
    orders_like,
    totals,
)
from playground.generation.horizon import no_longer_kept
from playground.generation.links import picture_path
from playground.generation.looking_back import page_like
from playground.generation.models import Generation, Picture
from playground.generation.purging import Removed, purge
from playground.generation.request import Buyer

router = Router(auth=may(READ_USAGE))
maker = may(GENERATE)  # whoever may have pictures made may have them taken away


@router.get("", response={200: dict, 400: Refusal, 401: Refusal})
@router.get("/", response=dict, include_in_schema=False)
async def list_requests(request: HttpRequest) -> dict[str, Any]:
    """The account's requests, newest first; `?summary=true` adds them up."""
    buyer: Buyer = request.auth  # type: ignore[attr-defined]
    wanted, count = wanted_in(request.GET), count_in(request.GET)
    after, has_summary = request.GET.get("after", ""), is_on(request.GET, "summary")

    def read() -> tuple[list[Generation], bool, Totals | None]:
        account_id = buyer.account_id
        last_seen = order_of(account_id, after) if after else None
        return (
            *page_like(account_id, wanted, count, last_seen),
            totals(orders_like(account_id, wanted)) if has_summary else None,
        )

    orders, has_more, added_up = await in_thread(read)
    answer: dict[str, Any] = {
        "object": "list",
        "data": [line_out(order) for order in orders],
        "has_more": has_more,
        "next_after": orders[-1].pk if has_more else None,
    }
    if added_up:
        answer["summary"] = summary_out(added_up)
    return answer


@router.get(
    "/{request_id}",
    response={200: dict, 401: Refusal, 404: Refusal},
)
@router.get("/{request_id}/", response=dict, include_in_schema=False)
async def show_request(request: HttpRequest, request_id: str) -> dict[str, Any]:
    """One request: what was asked, tried, delivered and charged."""
    buyer: Buyer = request.auth  # type: ignore[attr-defined]

    def read() -> tuple[Generation, list[Picture]]:
        order = existing(buyer.account_id, request_id)
        order.tried = tuple(one.as_written() for one in order.attempts.order_by("pk"))
        return order, list(order.pictures.select_related("note").order_by("position"))

    order, pictures = await in_thread(read)
    return whole_out(order, pictures, origin(request))


@router.delete(
    "/{request_id}/payloads",
    response={200: dict, 401: Refusal, 404: Refusal, 409: Refusal},
    auth=maker,
)
@router.delete(
    "/{request_id}/payloads/", response=dict, include_in_schema=False, auth=maker
)
async def purge_request(request: HttpRequest, request_id: str) -> dict[str, Any]:
    """Remove a request's prompt and pictures for good, and say what was removed."""
    buyer: Buyer = request.auth  # type: ignore[attr-defined]

    def remove() -> Removed:
        removed = purge(existing(buyer.account_id, request_id))
        forget_caption(request_id)
        return removed

    removed = await in_thread(remove)
    return {
        "id": request_id,
        "object": "request.payloads",
        "deleted": True,
        "removed": asdict(removed),
    }


def order_of(account_id: str, request_id: str) -> Generation:
    """Find where a page begins."""
    try:
        return existing(account_id, request_id)
    except NotFound as error:
        message = _(
            "after: there is no request of this id; use `next_after` of a page."
        )
        raise BadRequest(message, param="after") from error


def existing(account_id: str, request_id: str) -> Generation:
    """Find one order of the account; another's looks like none."""
    order = order_named(account_id, request_id)
    if order is None:
        message = no_longer_kept(request_id) or _("There is no request of this id.")
        raise NotFound(message, code="request_not_found")
    return order


def line_out(order: Generation) -> dict[str, Any]:
    """What a list says of one."""
    took = order.finished_at - order.created_at if order.finished_at else None
    return {
        "id": order.pk,
        "object": "request",
        "created": int(order.created_at.timestamp()),
        "status": order.state,
        "is_test": order.is_test,
        "is_demo": order.is_demo,
        "source": order.lane,
        "endpoint": order.endpoint,
        "key": {"id": order.key.pk, "name": order.key.name} if order.key else None,
        "model": order.model,
        "provider": order.provider or None,
        "n": order.n,
        "delivered": order.delivered,
        "user": order.user,
        "metadata": order.metadata or {},
        "cost": cost_out(order),
        "duration_ms": round(took.total_seconds() * 1000) if took else None,
        "error": error_out(order),
    }


def whole_out(order: Generation, pictures: list[Picture], site: str) -> dict[str, Any]:
    request = order.asked
    return {
        **line_out(order),
        "prompt": order.prompt or None,
        "requested": request.requested_size,
        "shape": request.shape,
        "tier": request.tier,
        "quality": request.quality,
        "inputs": len(request.references),
        "has_mask": bool(request.mask),
        "warnings": warnings_out(request),
        "upstream": upstream_out(order),
        "usage": usage_out(order),
        "attempts": [attempt_out(one) for one in order.tried],
        "pictures": [picture_out(picture, site) for picture in pictures],
        "are_payloads_removed": not order.prompt,
    }


def picture_out(picture: Picture, site: str) -> dict[str, Any]:
    until = picture.expires_at
    path, expires = picture_path(
        picture.pk, picture.format, until, mark=mark_of(picture)
    )
    return {
        "id": picture.pk,
        "url": site + path,
        "expires_at": expires,
        "kept_until": int(until.timestamp()) if until else None,
        "width": picture.width,
        "height": picture.height,
        "format": picture.format,
        "bytes": picture.bytes,
        "seed": picture.seed,
    }


def error_out(order: Generation) -> dict[str, str] | None:
    if not order.error_code:
        return None
    return {"code": order.error_code, "message": order.error_message}


def summary_out(added_up: Totals) -> dict[str, Any]:
    return {
        "requests": added_up.requests,
        "pictures": added_up.pictures,
        "failed": added_up.failed,
        "charged": amount(added_up.charged_microcredits),
    }
