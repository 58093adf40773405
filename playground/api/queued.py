"""Asking for pictures without waiting for them: what is said at once, and where to look.

The same bodies as at the doors that wait, and the same price. The order is written and
its money held before anything is answered; a worker paints it.
"""

import asyncio

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import Router

from playground.api.callers import Caller, caller_of
from playground.api.edits import taken_in
from playground.api.orders import taken
from playground.api.quotes import answer_quote
from playground.api.schemas import ERRORS, GenerationsIn
from playground.api.tasks import task_out
from playground.generation.models import Generation
from playground.generation.request import Ask
from playground.generation.tasks import send

router = Router()
ANSWERS = {202: dict, **{status: ERRORS[status] for status in ERRORS if status != 200}}


@router.post("/async/images/generations", response=ANSWERS)
@router.post("/async/images/generations/", response=dict, include_in_schema=False)
async def queue_images(request: HttpRequest, body: GenerationsIn) -> HttpResponse:
    """Have pictures painted from a prompt; answers at once with a task."""
    return await queued(
        body.to_ask(), caller_of(request, "images.generations").saying(body.said())
    )


@router.post("/async/images/edits", response=ANSWERS)
@router.post("/async/images/edits/", response=dict, include_in_schema=False)
async def queue_edit(request: HttpRequest) -> HttpResponse:
    """Have pictures changed by words; answers at once with a task."""
    caller, ask = await taken_in(request, caller_of(request, "images.edits"))
    return await queued(ask, caller)


async def queued(ask: Ask, caller: Caller) -> HttpResponse:
    """Take the order, and ask a worker to paint it; or only say what it would cost."""
    if caller.is_dry:
        return answer_quote(ask, caller)
    generation, is_replayed = await taken(ask, caller, Generation.State.QUEUED)
    if not is_replayed:
        await asyncio.to_thread(send, generation.id)
    response = HttpResponse(
        orjson.dumps(await task_out(generation, caller.site)),
        status=202,
        content_type="application/json",
    )
    response["Location"] = f"{caller.site}/v1/tasks/{generation.id}"
    if is_replayed:
        response["idempotent-replayed"] = "true"
    return response
