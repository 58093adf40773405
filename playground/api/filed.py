"""Files by OpenAI's words: calls for a batch go in, and what came of them comes out.

Pictures go in, too, for edits that name them.
"""

import hashlib
import re
from collections.abc import AsyncIterator, Iterable, Iterator
from functools import partial
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.core.exceptions import SuspiciousOperation
from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from ninja import Router

from accounts.limits import EDIT, GENERATE, READ_USAGE
from playground.api.addresses import origin
from playground.api.forms import (
    BOUNDARY,
    IN_MEMORY,
    MULTIPART,
    broken,
    media_type,
    parts,
)
from playground.api.orders import call_it_a_replay, named_once
from playground.api.queries import choice_in, count_in, text_in
from playground.api.schemas import Refusal
from playground.batches import files
from playground.batches.files import Sent, kept_seconds_in
from playground.batches.models import LONGEST_NAME, Batch, File
from playground.batches.results import written
from playground.generation.database import in_thread
from playground.generation.errors import BadRequest, TooLarge, WrongMedia
from playground.generation.limits import check_scope
from playground.generation.request import Buyer

ANSWERS = {200: dict, 400: Refusal, 401: Refusal, 404: Refusal}
JSONL, BYTES = "application/jsonl", "application/octet-stream"
WORDS = ("purpose", "expires_after[anchor]", "expires_after[seconds]")
ANCHORS = ("", "created_at")
LONGEST_WORD = 200
NUMBER = re.compile(r"[0-9]{1,10}")
CHUNK, LINES_AT_ONCE = 256 * 1024, 50

router = Router()


@router.post("/files", response=ANSWERS)
@router.post("/files/", response=dict, include_in_schema=False)
async def create_file(request: HttpRequest) -> dict[str, Any]:
    """Keep a file of calls, for a batch: JSON Lines, with `purpose` batch. A picture
    for edits to name as `file_id` comes with `purpose` vision."""
    buyer = whoever_may(request, GENERATE, EDIT)
    kind, boundary = media_type(request)
    if kind != MULTIPART:
        raise WrongMedia(_("Send this as multipart/form-data."))
    if not BOUNDARY.fullmatch(boundary):
        raise broken()
    key = request.headers.get("Idempotency-Key", "").strip()

    def take_in() -> tuple[File, bool]:
        with SpooledTemporaryFile(max_size=IN_MEMORY) as content:
            sent, digest = sent_in(request, boundary.encode(), content)
            return files.take_in(buyer.account_id, sent, named_once(key, digest))

    file, is_twin = await in_thread(take_in)
    if is_twin:
        call_it_a_replay()
    return file_out(file)


@router.get("/files", response=ANSWERS)
@router.get("/files/", response=dict, include_in_schema=False)
async def list_files(request: HttpRequest) -> dict[str, Any]:
    """The account's files, newest first."""
    buyer = whoever_may(request, GENERATE, EDIT, READ_USAGE)
    purpose = choice_in(request.GET, "purpose", File.Purpose.values)
    mine = files.files_of(buyer.account_id)
    mine = mine.filter(purpose=purpose) if purpose else mine
    page = await in_thread(partial(page_of, mine, request))
    return page | {"data": [file_out(one) for one in page["data"]]}


@router.get("/files/{file_id}", response=ANSWERS)
@router.get("/files/{file_id}/", response=dict, include_in_schema=False)
async def show_file(request: HttpRequest, file_id: str) -> dict[str, Any]:
    """One file: its name, size, and until when it is kept."""
    return file_out(await own_file(request, file_id))


@router.delete("/files/{file_id}", response=ANSWERS)
@router.delete("/files/{file_id}/", response=dict, include_in_schema=False)
async def delete_file(request: HttpRequest, file_id: str) -> dict[str, Any]:
    """Delete a file. A batch that was made of it goes on."""
    whoever_may(request, GENERATE, EDIT)
    file = await own_file(request, file_id)
    await in_thread(partial(files.remove, file))
    return {"id": file_id, "object": "file", "deleted": True}


@router.get("/files/{file_id}/content", response=ANSWERS)
@router.get("/files/{file_id}/content/", response=dict, include_in_schema=False)
async def show_content(request: HttpRequest, file_id: str) -> StreamingHttpResponse:
    """What a file holds. Results are written anew: their links are good from now on."""
    file = await own_file(request, file_id)
    pieces = await in_thread(partial(content_of, file, origin(request)))
    kind = BYTES if file.purpose in File.OF_PICTURES else JSONL
    answer = StreamingHttpResponse(each(pieces), content_type=kind)
    name = file.name.replace('"', "").encode("ascii", "replace").decode()
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def content_of(file: File, site: str) -> Iterator[bytes]:
    """Return a file's content in pieces; each is read when it is asked for."""
    if not file.place:
        batch = Batch.objects.get(pk=file.batch_id)
        return written(batch, site, amiss=file.is_of_errors)
    return chunks(files.opened(file))


def chunks(content: IO[bytes]) -> Iterator[bytes]:
    with content:
        while chunk := content.read(CHUNK):
            yield chunk


async def each(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Yield a few pieces at a time: each is read in a thread."""

    def some() -> bytes:
        size, taken = 0, []
        for piece in islice(pieces, LINES_AT_ONCE):
            taken.append(piece)
            size += len(piece)
            if size >= CHUNK:
                break
        return b"".join(taken)

    while piece := await in_thread(some):
        yield piece


def whoever_may(request: HttpRequest, *scopes: str) -> Buyer:
    """Return the caller, whose key needs one of these scopes."""
    buyer: Buyer = request.auth  # type: ignore[attr-defined]
    check_scope(buyer.limits, *scopes)
    return buyer


async def own_file(request: HttpRequest, file_id: str) -> File:
    buyer = whoever_may(request, GENERATE, EDIT, READ_USAGE)
    return await in_thread(partial(files.found, buyer.account_id, file_id))


def sent_in(
    request: HttpRequest, boundary: bytes, content: IO[bytes]
) -> tuple[Sent, str]:
    """Read the form: one file and a few words. Says what tells it from any other, too."""
    words: dict[str, str] = {}
    name, digest = "", hashlib.blake2b(digest_size=16)
    try:
        for field, said_name, stream in parts(request, boundary):
            if field != "file":
                words[field] = word(field, stream)
                continue
            name = filename_of(said_name)
            for chunk in stream:
                content.write(chunk)
                digest.update(chunk)
    except (MultiPartParserError, SuspiciousOperation) as error:
        raise broken() from error
    if not name:
        message = _("file: send the lines as a file of the form.")
        raise BadRequest(message, param="file", code="missing_required_parameter")
    purpose, kept = purpose_in(words), kept_seconds(words)
    for field in WORDS:
        digest.update(f"\0{words.get(field, '')}".encode())
    size = content.tell()
    content.seek(0)
    return Sent(name, content, size, kept, purpose), digest.hexdigest()


def word(field: str, stream: Iterable[bytes]) -> str:
    """Read a short word; what is longer is none of ours."""
    data = b""
    for chunk in stream:
        data += chunk
        if len(data) > LONGEST_WORD:
            message = _("%(name)s: write at most %(limit)d plain characters.")
            words = {"name": field, "limit": LONGEST_WORD}
            raise TooLarge(message % words, param=field)
    return data.decode(errors="replace").strip()


def filename_of(said: str) -> str:
    """Return a file's name as it may be repeated; a part without one is a file, too."""
    shown = "".join(one for one in said if one.isprintable()).strip()
    return shown.rpartition("/")[2].rpartition("\\")[2][-LONGEST_NAME:] or "file.jsonl"


def purpose_in(words: dict[str, str]) -> str:
    """Read what a file is for."""
    purpose = words.get("purpose", "")
    if purpose not in File.TAKEN:
        message = _("purpose is batch, or for a picture vision or user_data.")
        raise BadRequest(message, param="purpose")
    return purpose


def kept_seconds(words: dict[str, str]) -> int | None:
    """Read how long a file is to be kept."""
    if words.get("expires_after[anchor]", "") not in ANCHORS:
        raise BadRequest(
            _("A file's time begins with its created_at."),
            param="expires_after.anchor",
        )
    said = words.get("expires_after[seconds]", "")
    if not said:
        return None
    seconds = int(said) if NUMBER.fullmatch(said) else 0
    return kept_seconds_in(seconds, "expires_after.seconds")


def page_of(rows: QuerySet[Any], request: HttpRequest) -> dict[str, Any]:
    """Return a page of rows by their ids, as OpenAI's clients turn pages."""
    count, after = count_in(request.GET), text_in(request.GET, "after")
    is_rising = choice_in(request.GET, "order", ("asc", "desc")) == "asc"
    if after:
        rows = rows.filter(pk__gt=after) if is_rising else rows.filter(pk__lt=after)
    found = list(rows.order_by("pk" if is_rising else "-pk")[: count + 1])
    shown = found[:count]
    return {
        "object": "list",
        "data": shown,
        "has_more": len(found) > count,
        "first_id": shown[0].pk if shown else None,
        "last_id": shown[-1].pk if shown else None,
    }


def file_out(file: File) -> dict[str, Any]:
    until = file.expires_at
    return {
        "id": file.pk,
        "object": "file",
        "bytes": file.bytes,
        "created_at": int(file.created_at.timestamp()),
        "expires_at": int(until.timestamp()) if until else None,
        "filename": file.name,
        "purpose": file.purpose,
        "status": "processed",
    }
