"""An order by its id: how it stands, and what came of it.

Every call for pictures is such a task. When its answer was cut off, by a broken
line or a restart, the pictures wait here under the call's `x-request-id`.
"""

import asyncio
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router

from accounts.limits import EDIT, GENERATE, READ_USAGE
from playground.api.addresses import origin
from playground.api.answers import amount, entry, images_out, with_bytes
from playground.api.schemas import Refusal
from playground.generation.catalogue import catalogue
from playground.generation.database import in_thread
from playground.generation.errors import BadRequest, NotFound
from playground.generation.history import order_named
from playground.generation.horizon import no_longer_kept
from playground.generation.limits import check_scope
from playground.generation.lookout import until_ended
from playground.generation.models import Generation
from playground.generation.offered import UNKNOWN_SECONDS
from playground.generation.request import Buyer
from playground.generation.service import call_off
from playground.generation.twins import answer_again
from playground.generation.usual import typical_seconds
from playground.webhooks.tasks import tell_soon

State = Generation.State
LONGEST_WAIT_SECONDS = 60
PAINTED = (State.SUCCEEDED, State.PARTIALLY_SUCCEEDED)
# What a caller tells apart: a refusal is a failure whose error says that it was refused.
STATUSES = {State.REFUSED: State.FAILED}
ANSWERS = {200: dict, 401: Refusal, 404: Refusal}
Wait = Annotated[
    float,
    Query(
        ge=0,
        le=LONGEST_WAIT_SECONDS,
        description="Seconds to wait for the task's end before answering.",
    ),
]

router = Router()


@router.get("/tasks/{task_id}", response=ANSWERS)
@router.get("/tasks/{task_id}/", response=dict, include_in_schema=False)
@router.get(
    "/async/images/{task_id}",
    response=ANSWERS,
    operation_id="async_images",
    summary="Show queued images",
)
@router.get("/async/images/{task_id}/", response=dict, include_in_schema=False)
async def show_task(
    request: HttpRequest, task_id: str, wait: Wait = 0
) -> dict[str, Any]:
    """An order by the x-request-id of its call: how it stands, and what came of it."""
    generation = await task_of(request, task_id)
    if wait and generation.is_live:
        await until_ended(task_id, wait)
        generation = await task_of(request, task_id)
    return await task_out(generation, origin(request))


@router.post("/tasks/{task_id}/cancel", response=ANSWERS)
@router.post("/tasks/{task_id}/cancel/", response=dict, include_in_schema=False)
@router.post(
    "/async/images/{task_id}/cancel",
    response=ANSWERS,
    operation_id="cancel_async_images",
    summary="Cancel queued images",
)
@router.post("/async/images/{task_id}/cancel/", response=dict, include_in_schema=False)
async def cancel_task(request: HttpRequest, task_id: str) -> dict[str, Any]:
    """Stop an order: at once while it is queued, within seconds while it is painted.

    Pictures that were delivered before that are charged, and are the task's result.
    """
    asked = await task_of(request, task_id)
    buyer: Buyer = request.auth  # type: ignore[attr-defined]
    check_scope(buyer.limits, EDIT if asked.endpoint == "images.edits" else GENERATE)
    await call_off(task_id)
    generation = await task_of(request, task_id)
    if not generation.is_live:
        await asyncio.to_thread(tell_soon, task_id)
    return await task_out(generation, origin(request))


async def task_of(request: HttpRequest, task_id: str) -> Generation:
    buyer: Buyer = request.auth  # type: ignore[attr-defined]
    return await task_for(buyer, task_id)


async def task_for(buyer: Buyer, task_id: str) -> Generation:
    """Find an order of this account; another's looks like none.

    Whoever may make pictures or look at usage may look; a key for webhooks may not.
    """
    check_scope(buyer.limits, GENERATE, EDIT, READ_USAGE)
    generation = await in_thread(lambda: order_named(buyer.account_id, task_id))
    if generation is None:
        why = await in_thread(lambda: no_longer_kept(task_id))
        message = why or _("There is no task of this id.")
        raise NotFound(message, code="task_not_found")
    return generation


async def task_out(generation: Generation, site: str) -> dict[str, Any]:
    held = generation.quoted_microcredits if generation.is_live else 0
    ended = generation.finished_at
    return {
        "id": generation.id,
        "object": "task",
        "status": STATUSES.get(State(generation.state), generation.state),
        "model": generation.model,
        "created": int(generation.created_at.timestamp()),
        "finished": int(ended.timestamp()) if ended else None,
        "progress": progress_of(generation),
        "held": amount(held),
        "charged": amount(generation.charged_microcredits),
        **await came_of(generation, site),
    }


def progress_of(generation: Generation) -> dict[str, Any]:
    """How many pictures there are, and how long one usually takes."""
    request = generation.asked
    model = catalogue().known(generation.model)
    usual = typical_seconds(model, request.tier) if model else UNKNOWN_SECONDS
    begun, ended = generation.started_at, generation.finished_at
    elapsed = (ended or timezone.now()) - begun if begun else None
    return {
        "pictures": generation.delivered,
        "of": generation.n,
        "elapsed_seconds": round(elapsed.total_seconds(), 2) if elapsed else 0,
        "typical_seconds": usual,
    }


async def came_of(generation: Generation, site: str) -> dict[str, Any]:
    """The pictures, as the call's own answer would have had them, or why there are none.

    While it is painted, those that are kept so far.
    """
    error = error_of(generation)
    is_begun = generation.is_live and generation.delivered
    if generation.state not in PAINTED and not is_begun:
        return {"result": None, "error": error}
    try:
        return {"result": await result_of(generation, site), "error": error}
    except BadRequest as gone:
        return {"result": None, "error": {"code": gone.code, "message": gone.message}}


async def result_of(generation: Generation, site: str) -> dict[str, Any]:
    request = generation.asked
    pictures = await answer_again(generation)
    entries = [entry(picture, request, site) for picture in pictures]
    if request.response_format == "b64_json":
        entries = await asyncio.to_thread(with_bytes, entries, pictures)
    return images_out(generation, request, pictures, entries)


def error_of(generation: Generation) -> dict[str, str] | None:
    if not generation.error_code:
        return None
    return {"code": generation.error_code, "message": generation.error_message}
