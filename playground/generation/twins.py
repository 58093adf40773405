"""Asking twice for the same thing: one order, one charge, the same answer.

A caller names an order with a key. The books give each key to one order; whoever
comes with it again waits for that order and gets its answer. A key is free again
when its order ended without pictures, unless the model refused.
"""

import asyncio

from django.core.files.storage import default_storage
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from playground.generation.database import in_thread
from playground.generation.deliver import Delivered
from playground.generation.entries import PictureRow
from playground.generation.errors import (
    BadRequest,
    KeyReused,
    RefusedByModel,
    TwinAhead,
)
from playground.generation.models import Generation, IdempotencyKey, Picture
from playground.generation.request import KEY_HOURS, Once

State = Generation.State
LONGEST_WAIT_SECONDS = 240
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.1, 1.0


async def twin_of(
    account_id: str, once: Once | None, *, ended: bool = True
) -> Generation | None:
    """Return the order that has this key, `None` when it is free; wait for its end, or not."""
    if once is None:
        return None
    pause, waited = FIRST_PAUSE_SECONDS, 0.0
    while generation := await in_thread(lambda: holder(account_id, once)):
        if not (ended and generation.is_live):
            return generation
        if waited > LONGEST_WAIT_SECONDS:
            raise still_painted()
        await asyncio.sleep(pause)
        waited += pause
        pause = min(pause * 1.5, LONGEST_PAUSE_SECONDS)
    return None


def still_painted() -> TwinAhead:
    return TwinAhead(_("This order is still being painted: ask again in a while."))


def holder(account_id: str, once: Once) -> Generation | None:
    """Find the order that has the key now, and check that it is the same request."""
    row = IdempotencyKey.objects.filter(
        account_id=account_id, key=once.key, expires_at__gt=timezone.now()
    ).first()
    if row is None:
        return None
    freed = Q(state__in=[State.FAILED, State.CANCELLED])
    generation = Generation.objects.exclude(freed).filter(pk=row.generation_id).first()
    if generation is not None and row.fingerprint != once.fingerprint:
        raise key_reused()
    return generation


def key_reused() -> KeyReused:
    message = _(
        "This Idempotency-Key was used for another request in the last %(hours)d"
        " hours: send a new key with a new request."
    )
    return KeyReused(message % {"hours": KEY_HOURS})


def give_key_back(account_id: str, once: Once, generation_id: str) -> None:
    """Free a key whose order did not come to be."""
    IdempotencyKey.objects.filter(
        account_id=account_id, key=once.key, generation_id=generation_id
    ).delete()


async def answer_again(generation: Generation) -> list[Delivered]:
    """Return what the order delivered, or raise its refusal once more."""
    if generation.state == State.REFUSED:
        raise RefusedByModel(generation.error_message)
    wants_bytes = generation.asked.response_format == "b64_json"
    return await in_thread(lambda: read_again(generation, with_bytes=wants_bytes))


def read_again(generation: Generation, *, with_bytes: bool) -> list[Delivered]:
    """Return what an order delivered, and note its tries on it."""
    tries = generation.attempts.order_by("pk")
    generation.tried = tuple(one.as_written() for one in tries)
    pictures = pictures_of(generation, with_bytes=with_bytes)
    if not pictures:
        raise gone()
    return pictures


def gone() -> BadRequest:
    return BadRequest(
        _("The pictures of this order are no longer kept: send a new key."),
        code="pictures_expired",
    )


def pictures_of(generation: Generation, *, with_bytes: bool) -> list[Delivered]:
    """Return the pictures an order has in the books, in their order."""
    rows = generation.pictures.order_by("position")
    return [kept(picture, with_bytes) for picture in rows]


def kept(picture: Picture, wants_bytes: bool) -> Delivered:
    names = PictureRow.__dataclass_fields__
    row = PictureRow(**{name: getattr(picture, name) for name in names})
    if not wants_bytes:
        return Delivered(row, b"")
    try:
        with default_storage.open(picture.file) as file:
            return Delivered(row, file.read())
    except FileNotFoundError as error:
        raise gone() from error
