"""Bring in the pictures of an answer: those that stand in it, and those that are elsewhere.

Good pictures survive bad ones; what is wrong with the others is kept beside them.
"""

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from yarl import URL

from playground.generation.providers.base import (
    NOTHING,
    Broken,
    PaintedPicture,
    ProviderFailure,
    Refused,
)
from playground.generation.providers.encoded import (
    Document,
    Inline,
    looks_like_a_picture,
)
from playground.generation.providers.entries import (
    address_in,
    complaint_of,
    painted,
    picture_inside,
)
from playground.generation.providers.wire import Errand, Wire

FETCH_SECONDS = 60.0
MEGABYTE = 1024 * 1024
PICTURE_BYTES = 48 * MEGABYTE
BASE64_GROWTH = 1.4
Found = PaintedPicture | ProviderFailure


@dataclass(frozen=True, slots=True)
class Basket:
    """What pictures are brought in with: how long it may take, and how large they may be.

    `headers` let us in at `home`, and go nowhere else. No `secrets` are in a reason.
    """

    wire: Wire
    home: URL
    ends: float
    most_bytes: int
    headers: Mapping[str, str] = field(default_factory=lambda: NOTHING, repr=False)
    may_be_private: bool = False
    secrets: tuple[str, ...] = field(default=(), repr=False)


def answer_bytes(count: int, picture_bytes: int = PICTURE_BYTES) -> int:
    """How large an answer may be that holds so many pictures."""
    return int(picture_bytes * BASE64_GROWTH * count) + MEGABYTE


async def pictures_of(
    basket: Basket, document: Document, entries: list[dict[str, Any]], most: int
) -> tuple[PaintedPicture, ...]:
    """Return the good pictures; raise what is wrong when there are none."""
    found = await collected(basket, document, entries, most)
    pictures = pictures_among(found)
    if not pictures:
        raise weightiest(found) or Broken("the answer held no picture", ran="yes")
    return pictures


async def collected(
    basket: Basket, document: Document, entries: list[dict[str, Any]], most: int
) -> list[Found]:
    """Read the entries, good and bad; what is only an address is fetched."""
    hopeful = [entry for entry in entries if not entry.get("error")][:most]
    spoiled = [entry for entry in entries if entry.get("error")]
    found: list[Found] = []
    fetching: list[Coroutine[Any, Any, Found]] = []
    for entry in hopeful:
        if picture := picture_inside(document, entry):
            found.append(painted(picture, entry))
        elif address := address_in(document, entry):
            fetching.append(fetched(basket, entry, address))
        else:
            spoiled.append(entry)
    if fetching:
        found.extend(await asyncio.gather(*fetching))
    return [*found, *(complaint_of(entry, *basket.secrets) for entry in spoiled)]


async def fetched(basket: Basket, entry: dict[str, Any], address: str) -> Found:
    errand = Errand(
        url=address,
        home=basket.home,
        headers=basket.headers,
        timeout_seconds=min(FETCH_SECONDS, max(basket.ends - monotonic(), 0.1)),
        most_bytes=basket.most_bytes,
        may_be_private=basket.may_be_private,
    )
    try:
        data = await basket.wire.fetch(errand)
    except ProviderFailure as error:
        return error
    if not looks_like_a_picture(data):
        return Broken("what its address holds is no picture", ran="yes")
    return painted(Inline(data), entry)


def pictures_among(found: list[Found]) -> tuple[PaintedPicture, ...]:
    return tuple(one for one in found if isinstance(one, PaintedPicture))


def weightiest(found: list[Found]) -> ProviderFailure | None:
    """Choose the failure that says most: a refusal is the model's answer."""
    failures = [one for one in found if isinstance(one, ProviderFailure)]
    refusals = [one for one in failures if isinstance(one, Refused)]
    return next(iter([*refusals, *failures]), None)
