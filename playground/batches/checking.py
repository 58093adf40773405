"""Check every line of a file before anything is held for any of them.

What is wrong is named by its line, and then nothing of the file is painted. What is
right is priced, and the price stays: the sum of all lines is the most that the batch
costs. Pictures of edits are fetched, looked at and stored here.

The one who checks holds the batch for a while and says so again with every part. When
its process dies, another begins anew.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import islice

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.ids import new_id
from playground.api.edits import EditsIn, ask_for, look_at
from playground.api.errors import unforeseen
from playground.batches.buying import buyer_of
from playground.batches.ending import refuse
from playground.batches.files import found, opened
from playground.batches.lines import (
    MOST_BYTES,
    Read,
    in_line,
    named_twice,
    read_line,
    sources_in,
)
from playground.batches.models import Batch, Line
from playground.batches.opening import begin
from playground.generation.errors import BadRequest, EaselError, OutOfService
from playground.generation.inbox import put_by
from playground.generation.offering import quote
from playground.generation.request import Buyer
from playground.generation.shortfall import in_credits
from playground.generation.studio import in_studio
from playground.generation.terms import terms_of

State = Batch.State
CLAIM = timedelta(seconds=120)
# How many lines are checked within one claim: pictures are fetched from far away.
PARTS = {Batch.Endpoint.GENERATIONS: 100, Batch.Endpoint.EDITS: 8}
FETCHED_AT_ONCE = 4
MOST_ERRORS = 100
MARK = b"\xef\xbb\xbf"  # some editors begin a file with it

Numbered = tuple[int, bytes]


@dataclass(slots=True)
class Findings:
    """What a check has found so far."""

    names: dict[str, int] = field(default_factory=dict)
    errors: list[dict[str, object]] = field(default_factory=list)
    total: int = 0
    microcredits: int = 0

    def note(self, error: EaselError, number: int | None = None) -> None:
        if len(self.errors) < MOST_ERRORS:
            said = {"code": error.code, "line": number, "message": error.message}
            self.errors.append({**said, "param": error.param})

    def in_order(self) -> list[dict[str, object]]:
        """Return the errors by line; what is said of the whole file comes last."""
        return sorted(self.errors, key=lambda one: (one["line"] is None, one["line"]))


def check(batch_id: str) -> None:
    """Check a batch and let it begin, unless somebody else is at it."""
    batch = taken(batch_id)
    if batch is None:
        return
    findings = Findings()
    try:
        buyer = buyer_of(batch)
        for part in parts_of(batch):
            if not keep(batch, checked(part, batch, buyer, findings)):
                return
        check_whole(batch, findings)
    except OutOfService:
        raise  # the claim ends, and it is checked anew
    except EaselError as error:
        findings.note(error)
    decide(batch, findings)


def taken(batch_id: str) -> Batch | None:
    """Take a batch that nobody checks, and forget what an earlier check had found."""
    now, claim = timezone.now(), new_id("chk")
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    unchecked = Batch.objects.filter(free, pk=batch_id, state=State.VALIDATING)
    if not unchecked.update(claim=claim, claimed_until=now + CLAIM):
        return None
    Line.objects.filter(batch=batch_id).delete()
    return Batch.objects.get(pk=batch_id)


def parts_of(batch: Batch) -> Iterator[list[Numbered]]:
    """Yield the file's lines, a part at a time. Empty lines are none, and are counted."""
    with opened(found(batch.account_id, batch.input_file)) as file:
        lines = ((number, text) for number, text in numbered(file) if text)
        count = PARTS[Batch.Endpoint(batch.endpoint)]
        while part := list(islice(lines, count)):
            yield part


def numbered(file: Iterator[bytes]) -> Iterator[Numbered]:
    for number, text in enumerate(file, 1):
        whole = text.removeprefix(MARK) if number == 1 else text
        yield number, whole[: MOST_BYTES + 1].strip()


def checked(
    part: list[Numbered], batch: Batch, buyer: Buyer, findings: Findings
) -> list[Line]:
    """Return the rows of those that can be painted; note what is wrong with others."""
    read = [one for line in part if (one := legible(line, batch, findings))]
    priced = in_studio(price_each(read, buyer))
    rows = []
    for one, found_of_it in zip(read, priced, strict=True):
        if isinstance(found_of_it, EaselError):
            findings.note(found_of_it, one.number)
            continue
        found_of_it.batch = batch
        rows.append(found_of_it)
    findings.total += len(part)
    findings.microcredits += sum(row.most_microcredits for row in rows)
    if findings.total > settings.BATCH_LINES:
        message = _("A batch has at most %(limit)d lines: send the rest as another.")
        raise BadRequest(message % {"limit": settings.BATCH_LINES})
    return [] if findings.errors else rows


def legible(line: Numbered, batch: Batch, findings: Findings) -> Read | None:
    number, text = line
    try:
        read = read_line(text, number, batch.endpoint)
        first = findings.names.setdefault(read.custom_id, number)
        if first != number:
            raise named_twice(read.custom_id, first)
    except EaselError as error:
        findings.note(error, number)
        return None
    return read


async def price_each(read: list[Read], buyer: Buyer) -> list[Line | EaselError]:
    """Price lines; few look at pictures at once."""
    turns = asyncio.Semaphore(FETCHED_AT_ONCE)

    async def one(line: Read) -> Line | EaselError:
        async with turns:
            try:
                return await priced(line, buyer)
            except OutOfService:
                raise
            except EaselError as error:
                return in_line(error)
            except Exception as error:
                return unforeseen(error)

    return list(await asyncio.gather(*map(one, read)))


async def priced(read: Read, buyer: Buyer) -> Line:
    """Look at a line as its endpoint would, and keep what it costs."""
    terms = terms_of(read.asked.said())
    ask, looked = read.asked.to_ask(), None
    if read.form is not None and isinstance(read.asked, EditsIn):
        looked = await look_at(read.form, buyer.account_id)
        ask = ask_for(read.asked, looked)
    offer = quote(ask, buyer, terms)
    if looked:
        await asyncio.to_thread(partial(put_by, looked.all))
    return Line(
        number=read.number,
        custom_id=read.custom_id,
        body=read.words,
        sources=sources_in(ask) if looked else None,
        pictures=offer.request.n,
        unit_price_microcredits=offer.unit_price_microcredits,
    )


def keep(batch: Batch, rows: list[Line]) -> bool:
    """Write a part, and say that we are still at it; False: it is ours no more."""
    with transaction.atomic():
        ours = Batch.objects.filter(
            pk=batch.pk, claim=batch.claim, state=State.VALIDATING
        )
        if not ours.update(claimed_until=timezone.now() + CLAIM):
            return False
        Line.objects.bulk_create(rows)
    return True


def check_whole(batch: Batch, findings: Findings) -> None:
    """Refuse a file without a line, and one that may cost more than was allowed."""
    if not findings.total:
        raise BadRequest(_("This file has no line."), param="input_file_id")
    most = batch.most_microcredits
    if most is not None and findings.microcredits > most:
        message = _(
            "This batch may cost %(total)s credits, and max_credits is %(most)s."
        )
        words = {
            "total": in_credits(findings.microcredits),
            "most": in_credits(most),
        }
        raise BadRequest(message % words, param="max_credits", code="over_max_credits")


def decide(batch: Batch, findings: Findings) -> None:
    """Let the batch begin, or wait for a word; or say that it cannot be."""
    with transaction.atomic():
        ours = Batch.objects.select_for_update().filter(
            pk=batch.pk, claim=batch.claim, state=State.VALIDATING
        )
        locked = ours.first()
        if locked is None:
            return
        locked.total = findings.total
        locked.quoted_microcredits = findings.microcredits
        if findings.errors:
            refuse(locked, findings.in_order())
        elif locked.is_dry:
            locked.state = State.QUOTED
            locked.save()
        else:
            begin(locked)
