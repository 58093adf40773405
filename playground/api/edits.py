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
from typing import IO, Any

import orjson
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from ninja import Router
from ninja.errors import HttpError
from ninja.errors import ValidationError as BadFields
from pydantic import ValidationError

from playground.api.callers import Caller, caller_of
from playground.api.forms import PictureForm, Sent, media_type, read_form
from playground.api.schemas import ERRORS, GenerationsIn
from playground.api.streams import answer_for_django
from playground.batches.files import sent_picture
from playground.generation.brought_back import brought_back, is_name
from playground.generation.database import in_thread
from playground.generation.errors import BadRequest
from playground.generation.fetching import fetch_picture
from playground.generation.inbox import Parcel, packed, put_by
from playground.generation.inputs import (
    InputPicture,
    check_count,
    mask_in,
    picture_in,
)
from playground.generation.offering import quote
from playground.generation.request import Ask
from playground.generation.studio import studio

router = Router()
JSON = ("application/json", "text/json", "")
NUMBER = re.compile(r"-?[0-9]{1,18}")
FILE = re.compile(r"file_[0-9A-Za-z]{1,36}")
LABEL = re.compile(r"metadata\[(.*)\]", re.DOTALL)
NUMBERS = ("n", "seed", "output_compression", "partial_images")
YES_OR_NO = ("stream", "dry_run", "dryRun", "fallback_on_refusal")
TRUTHS = {"true": True, "false": False, "1": True, "0": False}


class EditsIn(GenerationsIn):
    """The body of POST /v1/images/edits: pictures, and all that a generation takes."""

    images: Any = None
    image: Any = None
    image_url: Any = None
    image_urls: Any = None
    reference_images: Any = None
    mask: Any = None
    mask_url: Any = None

    def said_pictures(self) -> list[Any]:
        """What was said of pictures, under whichever name other gateways have for them."""
        return [
            self.images,
            self.image,
            self.image_url,
            self.image_urls,
            self.reference_images,
        ]

    def said_mask(self) -> Any:
        """A mask under another name is a mask too: it is never passed over."""
        if self.mask is not None and self.mask_url is not None:
            raise BadRequest(_("Send one mask at most."), param="mask")
        return self.mask_url if self.mask is None else self.mask


@dataclass(frozen=True, slots=True)
class Looked:
    """The pictures of an edit, known to be harmless."""

    pictures: tuple[Parcel, ...]
    mask: Parcel | None

    @property
    def all(self) -> tuple[Parcel, ...]:
        return (*self.pictures, self.mask) if self.mask else self.pictures


@router.post("", response={200: dict, **ERRORS})
@router.post("/", response=dict, include_in_schema=False)
async def edit_images(request: HttpRequest) -> HttpResponseBase:
    """Change pictures by words, as OpenAI's clients expect it."""
    caller, ask = await taken_in(request, caller_of(request, "images.edits"))
    return await answer_for_django(ask, caller)


async def taken_in(request: HttpRequest, caller: Caller) -> tuple[Caller, Ask]:
    """Read what is asked and store its pictures; their bytes are let go of here."""
    with await read_body(request) as form:
        return await prepared(form, body_of(form.fields), caller)


async def prepared(
    form: PictureForm, body: EditsIn, caller: Caller
) -> tuple[Caller, Ask]:
    """Look at the pictures of an edit, and store them once it is known that it can be."""
    caller = caller.saying(body.said())
    looked = await look_at(form, caller.buyer.account_id)
    ask = ask_for(body, looked)
    ask = replace(ask, response_format=ask.response_format or caller.usual_format)
    quote(
        ask, caller.buyer, caller.terms
    )  # nothing is stored for an order that cannot be
    if not caller.is_dry:
        await asyncio.to_thread(put_by, looked.all)
    return caller, ask


def ask_for(body: EditsIn, looked: Looked) -> Ask:
    """Say it in the words of the house: pictures go by their names."""
    first = looked.pictures[0].picture
    return replace(
        body.to_ask(),
        references=tuple(one.name for one in looked.pictures),
        mask=looked.mask.name if looked.mask else "",
        first_size=(first.width, first.height),
    )


async def read_body(request: HttpRequest) -> PictureForm:
    """Read a form, or JSON as if it had been one."""
    if media_type(request)[0] not in JSON:
        form = await read_form(request)
        return replace(form, fields=fields_in(form.fields))
    try:
        fields = await asyncio.to_thread(lambda: orjson.loads(request.body))
    except orjson.JSONDecodeError as error:
        raise HttpError(400, "unreadable") from error
    return form_said_by(fields, body_of(fields))


def form_said_by(fields: Any, body: EditsIn) -> PictureForm:
    """Return the form that this JSON stands for: its pictures are somewhere else."""
    images = [
        address for said in body.said_pictures() for address in addresses_in(said)
    ]
    said_mask = body.said_mask()
    mask = None if said_mask is None else address_in(said_mask, "mask")
    return PictureForm(fields, list[Sent](images), mask)


def unpacked(text: str) -> Any:
    """Read a field that holds JSON; what is none stays text, for the schema to refuse."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


def body_of(fields: Any) -> EditsIn:
    """Check the words; what is wrong is named as at every other door."""
    try:
        return EditsIn.model_validate(fields)
    except ValidationError as error:
        raise BadFields(
            [dict(one) for one in error.errors(include_url=False)]
        ) from error


def fields_in(words: dict[str, str]) -> dict[str, Any]:
    """Read a form's words; OpenAI's clients write `{"a": {"b": 1}}` as `a[b]`."""
    fields = {name: typed(name, text) for name, text in words.items()}
    labels = {
        found[1]: words[name] for name in words if (found := LABEL.fullmatch(name))
    }
    if not labels:
        return fields
    rest = {name: fields[name] for name in fields if not LABEL.fullmatch(name)}
    return {**rest, "metadata": labels}


def typed(name: str, text: str) -> Any:
    """Give a form's words the types that JSON has; an empty field was not filled in."""
    if name == "prompt":
        return text
    if name in NUMBERS and NUMBER.fullmatch(text.strip()):
        return int(text)
    if name in YES_OR_NO:
        return TRUTHS.get(text.strip().lower(), text or None)
    if name == "metadata" and text.strip():
        return unpacked(text)
    return text or None


def addresses_in(said: Any) -> list[str]:
    """Read where pictures are: one, or a list of them."""
    if said is None:
        return []
    several = said if isinstance(said, list) else [said]
    return [address_in(one, "image") for one in several]


def address_in(said: Any, param: str) -> str:
    """Read an address: a string, or an object that holds one."""
    for key in ("image_url", "url", "file_id"):
        if isinstance(said, dict):
            said = said.get(key, said)
    if isinstance(said, str):
        return said.strip()
    message = _(
        '%(param)s: write {"image_url": "https://…"}, a data URI as image_url,'
        ' {"file_id": "pic_…"} of a picture of yours or "file_…" of a file you sent, or'
        " send the picture as a file."
    )
    raise BadRequest(message % {"param": param}, param=param)


async def look_at(form: PictureForm, account_id: str) -> Looked:
    """Fetch and read the pictures, all at once; the first that is wrong ends it."""
    check_count(form.images)
    looks = [Look(account_id, name) for name in names(form.images)]
    pictures = await look_at_each(form.images, looks)
    if form.mask is None:
        return Looked(pictures, None)
    look = Look(account_id, "mask", over=pictures[0].picture)
    return Looked(pictures, await look_at_one(form.mask, look))


async def look_at_each(
    images: Sequence[Sent], looks: Sequence["Look"]
) -> tuple[Parcel, ...]:
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(look_at_one(sent, look))
                for sent, look in zip(images, looks, strict=True)
            ]
    except ExceptionGroup as several:
        raise several.exceptions[0] from None
    return tuple(task.result() for task in tasks)


def names(images: Sequence[Sent]) -> list[str]:
    if len(images) == 1:
        return ["image"]
    return [f"image[{place}]" for place in range(len(images))]


@dataclass(frozen=True, slots=True)
class Look:
    """How to read one picture: whose it is, its field, and what it masks, if anything."""

    account_id: str
    param: str
    over: InputPicture | None = None

    def at(self, file: IO[bytes]) -> Parcel:
        """Read it; a thread's work."""
        if self.over is None:
            return packed(self.account_id, picture_in(file, self.param))
        return packed(self.account_id, mask_in(file, self.over, self.param))


async def look_at_one(sent: Sent, look: Look) -> Parcel:
    """Fetch a picture if it is elsewhere, and read it; few are read at once."""
    file = sent
    if isinstance(file, str) and is_name(file):
        file = await brought_back(file, look.account_id, look.param)
    elif isinstance(file, str) and FILE.fullmatch(file):
        file = await in_thread(partial(sent_picture, look.account_id, file, look.param))
    elif isinstance(file, str):
        file = await fetch_picture(file, param=look.param)
    with file:
        return await studio().hands.one_of_few(partial(look.at, file))
