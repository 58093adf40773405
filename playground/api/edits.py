"""The door for edits: pictures and words come in, pictures changed by words go out.

Pictures come as files in a form, or as addresses and data URIs in JSON. They are
looked at before anything is promised, and stored before the order is taken, so that
the order can be painted by whoever has time.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router
from ninja.errors import HttpError
from ninja.errors import ValidationError as BadFields
from pydantic import ValidationError

from playground.api.addresses import origin
from playground.api.forms import PictureForm, Sent, media_type, read_form
from playground.api.orders import Caller, paint_images
from playground.api.schemas import ERRORS, GenerationsIn
from playground.generation.errors import BadRequest
from playground.generation.fetching import fetch_picture
from playground.generation.inbox import name_for, put_by
from playground.generation.inputs import (
    InputPicture,
    check_count,
    mask_in,
    picture_in,
)
from playground.generation.request import Ask, Buyer
from playground.generation.service import quote
from playground.generation.studio import studio

router = Router()
JSON = ("application/json", "text/json", "")
NUMBER = re.compile(r"-?[0-9]{1,18}")
NUMBERS = ("n", "seed", "output_compression")
TRUTHS = {"true": True, "false": False, "1": True, "0": False}


class EditsIn(GenerationsIn):
    """The body of POST /v1/images/edits: pictures, and all that a generation takes."""

    images: Any = None
    image: Any = None
    image_url: Any = None
    mask: Any = None


@dataclass(frozen=True, slots=True)
class Looked:
    """The pictures of an edit, known to be harmless."""

    pictures: tuple[InputPicture, ...]
    mask: InputPicture | None

    @property
    def all(self) -> tuple[InputPicture, ...]:
        return (*self.pictures, self.mask) if self.mask else self.pictures


@router.post("", response={200: dict, **ERRORS})
@router.post("/", response=dict, include_in_schema=False)
async def edit_images(request: HttpRequest) -> HttpResponse:
    """Change pictures by words, as OpenAI's clients expect it."""
    buyer: Buyer = request.auth  # type: ignore[attr-defined]
    caller = Caller(
        buyer=buyer,
        request_id=request.META["easel.request_id"],
        idempotency_key=request.headers.get("Idempotency-Key", ""),
        site=origin(request),
        endpoint="images.edits",
    )
    with await read_body(request) as form:
        body = body_of(form.fields)
        looked = await look_at(form)
    ask = ask_for(body, looked, buyer.account_id)
    quote(ask, buyer)  # nothing is stored for an order that cannot be
    await asyncio.to_thread(put_by, buyer.account_id, looked.all)
    return await paint_images(ask, caller)


def ask_for(body: EditsIn, looked: Looked, account_id: str) -> Ask:
    """Say it in the words of the house: pictures go by their names."""
    first, mask = looked.pictures[0], looked.mask
    return replace(
        body.to_ask(),
        references=tuple(name_for(account_id, one) for one in looked.pictures),
        mask=name_for(account_id, mask) if mask else "",
        first_size=(first.width, first.height),
    )


async def read_body(request: HttpRequest) -> PictureForm:
    """Read a form, or JSON as if it had been one."""
    if media_type(request)[0] not in JSON:
        form = await read_form(request)
        fields: dict[str, Any] = {
            name: typed(name, text) for name, text in form.fields.items()
        }
        return replace(form, fields=fields)
    try:
        fields = orjson.loads(request.body)
    except orjson.JSONDecodeError as error:
        raise HttpError(400, "unreadable") from error
    body = body_of(fields)
    images = [
        address
        for said in (body.images, body.image, body.image_url)
        for address in addresses_in(said)
    ]
    mask = None if body.mask is None else address_in(body.mask, "mask")
    return PictureForm(fields, list[Sent](images), mask)


def body_of(fields: Any) -> EditsIn:
    """Check the words; what is wrong is named as at every other door."""
    try:
        return EditsIn.model_validate(fields)
    except ValidationError as error:
        raise BadFields(
            [dict(one) for one in error.errors(include_url=False)]
        ) from error


def typed(name: str, text: str) -> Any:
    """Give a form's words the types that JSON has; an empty field was not filled in."""
    if name == "prompt":
        return text
    if name in NUMBERS and NUMBER.fullmatch(text.strip()):
        return int(text)
    if name == "stream":
        return TRUTHS.get(text.strip().lower(), text or None)
    return text or None


def addresses_in(said: Any) -> list[str]:
    """Read where pictures are: one, or a list of them."""
    if said is None:
        return []
    several = said if isinstance(said, list) else [said]
    return [address_in(one, "image") for one in several]


def address_in(said: Any, param: str) -> str:
    """Read an address: a string, or an object that holds one."""
    for key in ("image_url", "url"):
        if isinstance(said, dict):
            said = said.get(key, said)
    if isinstance(said, str):
        return said.strip()
    message = _(
        '%(param)s: write {"image_url": "https://…"}, a data URI as image_url, or send'
        " the picture as a file."
    )
    raise BadRequest(message % {"param": param}, param=param)


async def look_at(form: PictureForm) -> Looked:
    """Fetch and read the pictures, all at once; the first that is wrong ends it."""
    check_count(form.images)
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(look_at_one(sent, name))
                for sent, name in zip(form.images, names(form.images), strict=True)
            ]
    except ExceptionGroup as several:
        raise several.exceptions[0] from None
    pictures = tuple(task.result() for task in tasks)
    if form.mask is None:
        return Looked(pictures, None)
    mask = await look_at_one(form.mask, "mask", over=pictures[0])
    return Looked(pictures, mask)


def names(images: Sequence[Sent]) -> list[str]:
    if len(images) == 1:
        return ["image"]
    return [f"image[{place}]" for place in range(len(images))]


async def look_at_one(
    sent: Sent, param: str, *, over: InputPicture | None = None
) -> InputPicture:
    """Read one picture, or the mask over one; few are decoded at once."""
    file = await fetch_picture(sent, param=param) if isinstance(sent, str) else sent
    with file:
        if over is not None:
            job = partial(mask_in, file, over, param)
        else:
            job = partial(picture_in, file, param)
        return await studio().hands.one_of_few(job)
