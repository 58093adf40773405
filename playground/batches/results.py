"""The results of a batch as lines of JSON, written when somebody reads them.

A line's answer is what its call would have got at the endpoint: the same fields, with
links that are good from now on, or the pictures themselves where that was asked. What
came to nothing is in a file of its own, with the error that the call would have met.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson
from django.db.models import Prefetch

from playground.api.answers import entry, images_out, with_bytes
from playground.api.errors import error_out, exactly
from playground.batches.models import Batch, Line
from playground.codes import CODES
from playground.generation.errors import EaselError
from playground.generation.models import Attempt, Generation, Picture
from playground.generation.twins import gone, kept

PART = 200
UNSTARTED = (Line.State.EXPIRED, Line.State.CANCELLED)
Json = dict[str, Any]


def written(batch: Batch, site: str, *, amiss: bool) -> Iterator[bytes]:
    """Yield the lines of one of a batch's two files, in the order of its own file."""
    for line, order in lines_of(batch, amiss=amiss):
        yield as_line(line_out(line, order, site))


def size_of(batch: Batch, *, amiss: bool) -> int:
    """Say how large that file is, without opening a picture; 0 when it has no line."""
    total = 0
    for line, order in lines_of(batch, amiss=amiss):
        said = line_out(line, order, batch.site, is_measured=True)
        total += len(as_line(said)) + base64_of(order)
    return total


def as_line(said: Json) -> bytes:
    return orjson.dumps(said, default=exactly, option=orjson.OPT_APPEND_NEWLINE)


def lines_of(batch: Batch, *, amiss: bool) -> Iterator[tuple[Line, Generation | None]]:
    """Yield ended lines with their orders, a part at a time: there may be many."""
    states = Line.AMISS if amiss else (Line.State.DONE,)
    lines = batch.lines.filter(state__in=states).order_by("number")
    last = 0
    while part := list(lines.filter(number__gt=last)[:PART]):
        orders = orders_of(part)
        for line in part:
            yield line, orders.get(line.order_id)
        last = part[-1].number


def orders_of(lines: Sequence[Line]) -> Mapping[str, Generation]:
    names = [line.order_id for line in lines if line.order_id]
    orders = Generation.objects.prefetch_related(
        Prefetch("pictures", Picture.objects.order_by("position")),
        Prefetch("attempts", Attempt.objects.order_by("pk")),
    )
    return orders.in_bulk(names)


def line_out(
    line: Line, order: Generation | None, site: str, *, is_measured: bool = False
) -> Json:
    """Write one line as OpenAI's API does: its call's answer, or why there is none."""
    said: Json = {
        "id": f"batch_req_{line.batch_id.removeprefix('batch_')}_{line.number}",
        "custom_id": line.custom_id,
        "response": None,
        "error": None,
    }
    if line.state in UNSTARTED:
        error = {"code": line.error_code, "message": line.error_message}
        return {**said, "error": error}
    try:
        status, body = 200, answer_of(line, order, site, is_measured=is_measured)
    except EaselError as failure:
        code = CODES[failure.code]
        status, body = code.status, {"error": error_out(failure, code)}
    response = {
        "status_code": status,
        "request_id": line.order_id or None,
        "body": body,
    }
    return {**said, "response": response}


def answer_of(
    line: Line, order: Generation | None, site: str, *, is_measured: bool
) -> Json:
    """Return what the call would have been answered, or raise what it would have met."""
    if line.state == Line.State.FAILED:
        raise EaselError(line.error_message, line.error_param or None, line.error_code)
    if order is None:
        raise gone()
    order.tried = tuple(one.as_written() for one in order.attempts.all())
    request = order.asked
    wants_bytes = request.response_format == "b64_json" and not is_measured
    pictures = [kept(one, wants_bytes) for one in order.pictures.all()]
    if not pictures:
        raise gone()
    entries = [entry(one, request, site) for one in pictures]
    if request.response_format == "b64_json":
        entries = with_bytes(entries, pictures)
    return images_out(order, request, pictures, entries)


def base64_of(order: Generation | None) -> int:
    """Say how many letters an order's pictures take where they stand in the answer."""
    if order is None or order.asked.response_format != "b64_json":
        return 0
    return sum(-(-picture.bytes // 3) * 4 for picture in order.pictures.all())
