"""Pictures that a page was given before anything is asked of them.

They wait apart from those that orders start from, and go after a day when nobody
used them. An order that is asked for with one keeps a copy of its own in the inbox.
A picture painted here may be named as well, by its id.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import IO

from django.core.files.storage import default_storage
from django.utils.translation import gettext as _
from PIL import Image

from playground.generation.brought_back import brought_back, is_name
from playground.generation.errors import BadRequest, TooMany
from playground.generation.inbox import INBOX, Parcel, packed, put_by
from playground.generation.inputs import MOST_FILES, picture_in
from playground.generation.models import Picture
from playground.generation.studio import studio

UPLOADS = "waiting"
MOST_WAITING = 64
TOKEN = re.compile(r"[0-9a-f]{64}\.(png|jpg|webp|avif|gif)")


@dataclass(frozen=True, slots=True)
class Upload:
    """A picture that waits: the name it is asked for by, and its size."""

    token: str
    width: int
    height: int


async def take_in(account_id: str, file: IO[bytes], name: str) -> Upload:
    """Look at a picture and keep it, or say in its own name what is wrong with it."""
    if await asyncio.to_thread(waiting, account_id) >= MOST_WAITING:
        raise TooMany(
            _("Many pictures wait already. Use some, or come back tomorrow."),
            param=name,
        )
    look = partial(looked_at, account_id, file, name)
    parcel = await studio().hands.one_of_few(look)
    apart = Parcel(parcel.name.replace(INBOX, UPLOADS, 1), parcel.picture)
    await asyncio.to_thread(put_by, [apart])
    return Upload(token_of(parcel.name), parcel.picture.width, parcel.picture.height)


def looked_at(account_id: str, file: IO[bytes], name: str) -> Parcel:
    return packed(account_id, picture_in(file, name))


def waiting(account_id: str) -> int:
    try:
        _, names = default_storage.listdir(f"{UPLOADS}/{account_id}")
    except FileNotFoundError:
        return 0
    return sum(1 for name in names if TOKEN.fullmatch(name))


def token_of(name: str) -> str:
    """Return what a page calls a stored picture."""
    return name.rpartition("/")[2]


def file_of(account_id: str, token: str) -> str | None:
    """Find what a page named among this account's pictures: waiting, used, or painted."""
    if is_name(token):
        picture = Picture.objects.filter(pk=token, account_id=account_id).first()
        return picture.file if picture else None
    if not TOKEN.fullmatch(token) or not account_id:
        return None
    places = (f"{folder}/{account_id}/{token}" for folder in (INBOX, UPLOADS))
    return next(filter(default_storage.exists, places), None)


@dataclass(frozen=True, slots=True)
class Carried:
    """What an order starts from: its pictures' names in the inbox, and the first's size."""

    names: tuple[str, ...] = ()
    first_size: tuple[int, int] | None = None


async def carry_over(account_id: str, tokens: Sequence[str]) -> Carried:
    """Put the pictures a page named into the inbox, for an order to start from."""
    if not tokens:
        return Carried()
    if len(tokens) > MOST_FILES:
        message = _("Add at most %(limit)d pictures.") % {"limit": MOST_FILES}
        raise BadRequest(message, param="reference")
    names = [await carry_one(account_id, token) for token in tokens]
    size = await asyncio.to_thread(size_of, names[0])
    return Carried(tuple(names), size)


async def carry_one(account_id: str, token: str) -> str:
    if is_name(token):
        file = await brought_back(token, account_id, "reference")
        with file:
            look = partial(looked_at, account_id, file, "reference")
            parcel = await studio().hands.one_of_few(look)
        await asyncio.to_thread(put_by, [parcel])
        return parcel.name
    name = await asyncio.to_thread(file_of, account_id, token)
    if name is None:
        raise no_longer_kept()
    return await asyncio.to_thread(into_the_inbox, account_id, name)


def no_longer_kept() -> BadRequest:
    return BadRequest(
        _("A reference is no longer kept here: add it again."),
        param="reference",
        code="pictures_expired",
    )


def into_the_inbox(account_id: str, name: str) -> str:
    """Copy a waiting picture to where orders find it."""
    wanted = f"{INBOX}/{account_id}/{token_of(name)}"
    if name != wanted and not default_storage.exists(wanted):
        with default_storage.open(name) as file:
            stored = default_storage.save(wanted, file)
        if stored != wanted:  # somebody was just faster, with the same picture
            default_storage.delete(stored)
    return wanted


def size_of(name: str) -> tuple[int, int]:
    with default_storage.open(name) as file, Image.open(file) as picture:
        return picture.size
