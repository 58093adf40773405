"""Asking for pictures without waiting for them: what is said at once, and where to look.

The same bodies as at the doors that wait, and the same price. The order is written and
its money held before anything is answered; a worker paints it.
"""

import asyncio
from functools import partial

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router

from playground.api.addresses import page_address
from playground.api.callers import Caller, caller_of
from playground.api.edits import taken_in
from playground.api.orders import call_it_a_replay, taken
from playground.api.quotes import answer_quote
from playground.api.schemas import ERRORS, GenerationsIn
from playground.api.tasks import task_out
from playground.generation.database import in_thread
from playground.generation.errors import BadRequest
from playground.generation.models import Generation
from playground.generation.request import Ask
from playground.generation.tasks import send
from playground.webhooks.notices import Wanted, forget_unless_ordered, note_down
from playground.webhooks.tasks import tell

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
    """Take the order, to be painted and told of by a worker; or only say what it costs."""
    if caller.asked.stream:
        raise BadRequest(
            _("A task is not streamed: leave 'stream' out, and fetch the task."),
            param="stream",
        )
    if caller.is_dry:
        return answer_quote(ask, caller)
    generation = await begun(ask, caller)
    response = HttpResponse(
        orjson.dumps(await task_out(generation, caller.site)),
        status=202,
        content_type="application/json",
    )
    response["Location"] = page_address(f"/v1/tasks/{generation.id}")
    return response


async def begun(ask: Ask, caller: Caller) -> Generation:
    """Take the order and hand it to a worker; one asked for before is as it stands."""
    generation, is_replayed = await taken_and_noted(ask, caller)
    if is_replayed:
        call_it_a_replay()
    else:
        await asyncio.to_thread(partial(send, generation, then=tell.s()))
    return generation


async def taken_and_noted(ask: Ask, caller: Caller) -> tuple[Generation, bool]:
    """Take the order, having noted first who wants to be told of it."""
    name, terms = caller.request_id, caller.terms
    task_url = page_address(f"/v1/tasks/{name}")
    wanted = Wanted(terms.webhook_url, terms.webhook_events, caller.site, task_url)
    await in_thread(partial(note_down, name, caller.buyer.account_id, wanted))
    is_new = False
    try:
        generation, is_replayed = await taken(ask, caller, Generation.State.QUEUED)
        is_new = not is_replayed
    finally:
        if not is_new:
            await in_thread(partial(forget_unless_ordered, name))
    return generation, is_replayed
