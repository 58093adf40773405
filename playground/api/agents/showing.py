"""Pictures and refusals as an agent gets to see them.

A model reads every byte of an answer, so a large picture is shown by its small copy,
and there is its address. What went wrong is said with what to do next.
"""

import asyncio
from dataclasses import dataclass

import pybase64
from pydantic import BaseModel

from playground.api.addresses import being_answered
from playground.api.agents.words import Credits, OrderOut, PictureOut, Problem, Shown
from playground.api.errors import code_of
from playground.api.orders import REPLAYED
from playground.generation.deliver import Delivered
from playground.generation.entries import PictureRow
from playground.generation.errors import EaselError
from playground.generation.links import EXTENSIONS, TYPES, picture_path
from playground.generation.models import Generation
from playground.generation.request import ImageRequest
from playground.generation.thumbnails import content_of, small_copy

WHOLE_BYTES = 1024 * 1024  # of all pictures of an answer together
SMALL_WIDTH = 640
READ_BY_AGENTS = ("png", "jpeg", "webp", "gif")


@dataclass(frozen=True, slots=True)
class Seen:
    """A picture as it stands in an answer: base64, and its type."""

    base64: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Link:
    """A picture that stands in an answer by its address."""

    url: str
    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Told:
    """An answer: as data, in words, and what there is to see."""

    data: BaseModel
    words: str
    pictures: tuple[Seen, ...] = ()
    links: tuple[Link, ...] = ()


async def shown(order: Generation, pictures: list[Delivered], site: str) -> Told:
    """Tell of an order: what it cost, where its pictures are, and how they look."""
    rows = [one.row for one in pictures]
    how = how_shown(rows)
    seen = [await look(one, how) for one in pictures]
    out = [
        picture_out(row, site, how if got else "not")
        for row, got in zip(rows, seen, strict=True)
    ]
    told = order_out(order, out)
    return Told(
        told,
        words_of(told),
        tuple(one for one in seen if one),
        tuple(map(link_to, out)),
    )


def how_shown(rows: list[PictureRow]) -> Shown:
    """Show pictures whole where all of them are few bytes together, else small."""
    is_little = sum(row.bytes for row in rows) <= WHOLE_BYTES
    return (
        "whole"
        if is_little and all(r.format in READ_BY_AGENTS for r in rows)
        else "small"
    )


async def look(picture: Delivered, how: Shown) -> Seen | None:
    """Return what is shown of a picture; nothing when its file is just gone."""
    row = picture.row
    if how == "whole":
        data = picture.data
        if not data:
            data = await asyncio.to_thread(lambda: content_of(row.file) or b"")
        return Seen(spelled(data), TYPES[EXTENSIONS[row.format]]) if data else None
    try:
        return Seen(spelled(await small_copy(row.file, SMALL_WIDTH)), TYPES["webp"])
    except FileNotFoundError:
        return None


def spelled(data: bytes) -> str:
    text: str = pybase64.b64encode_as_string(data)
    return text


def picture_out(row: PictureRow, site: str, how: Shown) -> PictureOut:
    path, expires = picture_path(row.id, row.format, row.expires_at)
    return PictureOut(
        id=row.id,
        url=site + path,
        url_expires_at=expires,
        width=row.width,
        height=row.height,
        format=row.format,
        bytes=row.bytes,
        seed=row.seed,
        shown=how,
    )


def link_to(picture: PictureOut) -> Link:
    kind = TYPES[EXTENSIONS[picture.format]]
    return Link(picture.url, picture.id, kind, picture.bytes)


def order_out(order: Generation, pictures: list[PictureOut]) -> OrderOut:
    request: ImageRequest = order.asked
    problem = None
    if order.error_code:
        problem = problem_of(EaselError(order.error_message, code=order.error_code))
    return OrderOut(
        task_id=order.id,
        status=order.state,
        model=order.model,
        charged=Credits.of(order.charged_microcredits),
        held=Credits.of(order.quoted_microcredits if order.is_live else 0),
        is_test=order.is_test,
        is_replay=REPLAYED in (being_answered.get() or {}),
        pictures=pictures,
        warnings=[note.message for note in request.notes],
        error=problem,
    )


def words_of(order: OrderOut) -> str:
    """Say it in a few lines, for whoever reads no data."""
    lines = [
        f"{order.task_id}: {order.status}, {order.charged.credits:g} credits charged."
    ]
    lines += [
        f"{one.id}: {one.width}x{one.height} {one.format}"
        f"{', shown smaller here' if one.shown == 'small' else ''}, {one.url}"
        for one in order.pictures
    ]
    lines += order.warnings
    if order.error:
        lines.append(f"{order.error.message} {order.error.hint}".strip())
    if not order.pictures and not order.error:
        lines.append(f"Ask get_task for {order.task_id} in a while.")
    return "\n".join(lines)


def problem_of(error: EaselError) -> Problem:
    """Say what went wrong, and what to do next."""
    hint = str(code_of(error).hint)
    return Problem(code=error.code, message=error.message, hint=hint)
