"""An order by its id: how it stands, and what came of it.

Every call for pictures is such a task. When its answer was cut off, by a broken
line or a restart, the pictures wait here under the call's `x-request-id`.
"""

from typing import Any

import pybase64
from django.utils.translation import gettext as _

from playground.api.answers import amount, entry, images_out
from playground.generation.database import in_thread
from playground.generation.errors import NotFound
from playground.generation.models import Generation
from playground.generation.request import ImageRequest
from playground.generation.twins import answer_again

PAINTED = (Generation.State.SUCCEEDED, Generation.State.PARTIALLY_SUCCEEDED)


async def task_of(account_id: str, task_id: str, site: str) -> dict[str, Any]:
    """Return one order of this account; another's looks like none."""
    orders = Generation.objects.filter(pk=task_id, account_id=account_id)
    generation = await in_thread(orders.first)
    if generation is None:
        raise NotFound(_("There is no task of this id."), code="task_not_found")
    return await task_out(generation, site)


async def task_out(generation: Generation, site: str) -> dict[str, Any]:
    held = generation.quoted_microcredits if generation.is_live else 0
    return {
        "id": generation.id,
        "object": "task",
        "status": generation.state,
        "model": generation.model,
        "created": int(generation.created_at.timestamp()),
        "held": amount(held),
        "charged": amount(generation.charged_microcredits),
        "result": await result_of(generation, site),
        "error": error_of(generation),
    }


async def result_of(generation: Generation, site: str) -> dict[str, Any] | None:
    """The same shape as the call's own answer would have had."""
    if generation.state not in PAINTED:
        return None
    request = ImageRequest.from_json(generation.request)
    pictures = await answer_again(generation)
    entries = [entry(picture, request, site) for picture in pictures]
    if request.response_format == "b64_json":
        for shown, picture in zip(entries, pictures, strict=True):
            shown["b64_json"] = pybase64.b64encode_as_string(picture.data)
    return images_out(generation, request, pictures, entries)


def error_of(generation: Generation) -> dict[str, str] | None:
    if not generation.error_code:
        return None
    return {"code": generation.error_code, "message": generation.error_message}
