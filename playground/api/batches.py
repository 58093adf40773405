"""Batches by OpenAI's words: a file of calls is checked, priced, painted and told of.

Beside OpenAI's fields a batch says what it may cost and has cost. `dry_run` has it
checked and priced only, and `max_credits` says what it may cost at most.
"""

import hashlib
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any, Literal

import orjson
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router
from pydantic import BaseModel, ConfigDict, StrictBool, StrictInt, StrictStr

from accounts.limits import EDIT, GENERATE, READ_USAGE
from playground.api.addresses import origin
from playground.api.answers import amount
from playground.api.callers import dry_run_in
from playground.api.filed import ANSWERS, page_of, whoever_may
from playground.api.orders import call_it_a_replay, named_once
from playground.batches import opening
from playground.batches.files import kept_seconds_in
from playground.batches.models import Batch
from playground.batches.opening import Opener, Wanted
from playground.batches.tasks import check_soon, feed
from playground.generation.database import in_thread
from playground.generation.errors import BadRequest
from playground.generation.price import MICROCREDITS
from playground.generation.terms import metadata_in

State = Batch.State
SCOPES = {Batch.Endpoint.GENERATIONS: GENERATE, Batch.Endpoint.EDITS: EDIT}
MOST_CREDITS = 10**12
# When a batch came to which end; what did not happen stays empty.
ENDS = (State.COMPLETED, State.FAILED, State.EXPIRED, State.CANCELLED)

router = Router()


class ExpiresAfter(BaseModel):
    anchor: Literal["created_at"]
    seconds: StrictInt


class BatchIn(BaseModel):
    """The body of POST /v1/batches."""

    model_config = ConfigDict(extra="allow")

    input_file_id: StrictStr
    endpoint: Literal["/v1/images/generations", "/v1/images/edits"]
    completion_window: Literal["24h"]
    metadata: dict[StrictStr, StrictStr] | None = None
    output_expires_after: ExpiresAfter | None = None
    dry_run: StrictBool | None = None
    max_credits: int | float | StrictStr | None = None

    def wanted(self) -> Wanted:
        """Check what is asked, and say it in the words of the house."""
        kept = self.output_expires_after
        return Wanted(
            input_file=self.input_file_id,
            endpoint=self.endpoint,
            metadata=metadata_in(self.metadata),
            is_dry=bool(self.dry_run),
            most_microcredits=microcredits_in(self.max_credits),
            results_kept_seconds=kept_seconds_in(
                kept.seconds if kept else None, "output_expires_after.seconds"
            ),
        )


def microcredits_in(said: int | float | str | None) -> int | None:
    """Read credits, to the millionth."""
    if said is None:
        return None
    try:
        credits = Decimal(str(said))
    except InvalidOperation:
        credits = Decimal(-1)
    if credits.is_finite() and 0 <= credits <= MOST_CREDITS:
        return int(credits * MICROCREDITS)
    raise BadRequest(_("max_credits is a number of credits."), param="max_credits")


@router.post("/batches", response=ANSWERS)
@router.post("/batches/", response=dict, include_in_schema=False)
async def create_batch(request: HttpRequest, body: BatchIn) -> dict[str, Any]:
    """Have a file of calls checked and painted within a day; answers at once."""
    buyer = whoever_may(request, SCOPES[Batch.Endpoint(body.endpoint)])
    if body.dry_run is None:
        body.dry_run = dry_run_in(request.GET.dict())
    by = Opener(
        account_id=buyer.account_id,
        site=origin(request),
        key_id=buyer.key_id,
        is_test=buyer.is_test,
    )
    key = request.headers.get("Idempotency-Key", "").strip()
    once = named_once(key, digest_of(body, by))
    batch, is_twin = await in_thread(
        partial(opening.open_batch, body.wanted(), by, once)
    )
    if is_twin:
        call_it_a_replay()
    else:
        await in_thread(partial(check_soon, batch.pk))
    return batch_out(batch)


def digest_of(body: BatchIn, by: Opener) -> str:
    """Return what tells this request from any other."""
    said = orjson.dumps([body.model_dump(), by.is_test], option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(said, digest_size=16).hexdigest()


@router.get("/batches", response=ANSWERS)
@router.get("/batches/", response=dict, include_in_schema=False)
async def list_batches(request: HttpRequest) -> dict[str, Any]:
    """The account's batches, newest first."""
    buyer = whoever_may(request, GENERATE, EDIT, READ_USAGE)
    mine = opening.batches_of(buyer.account_id)
    page = await in_thread(partial(page_of, mine, request))
    return page | {"data": [batch_out(one) for one in page["data"]]}


@router.get("/batches/{batch_id}", response=ANSWERS)
@router.get("/batches/{batch_id}/", response=dict, include_in_schema=False)
async def show_batch(request: HttpRequest, batch_id: str) -> dict[str, Any]:
    """How a batch stands: its counts, what it cost so far, and where its results are."""
    return batch_out(await own_batch(request, batch_id, READ_USAGE))


@router.post("/batches/{batch_id}/start", response=ANSWERS)
@router.post("/batches/{batch_id}/start/", response=dict, include_in_schema=False)
async def start_batch(request: HttpRequest, batch_id: str) -> dict[str, Any]:
    """Begin with a batch that was quoted by a dry run, at the price it was told."""
    batch = await own_batch(request, batch_id)
    await in_thread(partial(opening.start, batch))
    await in_thread(feed)
    return batch_out(batch)


@router.post("/batches/{batch_id}/cancel", response=ANSWERS)
@router.post("/batches/{batch_id}/cancel/", response=dict, include_in_schema=False)
async def cancel_batch(request: HttpRequest, batch_id: str) -> dict[str, Any]:
    """Begin nothing more of a batch. What is being painted comes to its end."""
    batch = await own_batch(request, batch_id)
    await in_thread(partial(opening.cancel, batch))
    return batch_out(batch)


async def own_batch(request: HttpRequest, batch_id: str, *also: str) -> Batch:
    """Find a batch for whoever may make pictures, or may besides look at it."""
    buyer = whoever_may(request, GENERATE, EDIT, *also)
    return await in_thread(partial(opening.found, buyer.account_id, batch_id))


def batch_out(batch: Batch) -> dict[str, Any]:
    """Write a batch as OpenAI does, and what Easel adds."""
    errors = {"object": "list", "data": batch.errors} if batch.errors else None
    return {
        "id": batch.pk,
        "object": "batch",
        "endpoint": batch.endpoint,
        "errors": errors,
        "input_file_id": batch.input_file,
        "completion_window": "24h",
        "status": batch.state,
        "output_file_id": batch.output_file or None,
        "error_file_id": batch.error_file or None,
        "created_at": seconds_of(batch.created_at),
        "in_progress_at": seconds_of(batch.begun_at),
        "expires_at": seconds_of(batch.expires_at),
        "finalizing_at": seconds_of(batch.finalizing_at),
        "cancelling_at": seconds_of(batch.cancelling_at),
        **{
            f"{end}_at": seconds_of(batch.ended_at) if batch.state == end else None
            for end in ENDS
        },
        "request_counts": {
            "total": batch.total,
            "completed": batch.completed,
            "failed": batch.failed,
        },
        "metadata": batch.metadata,
        "is_test": batch.is_test,
        "cost": cost_out(batch),
        "waiting_for": waiting_out(batch),
    }


def cost_out(batch: Batch) -> dict[str, Any]:
    """What it has cost so far, what it can cost, and what it was allowed to."""
    most = batch.most_microcredits
    return {
        "charged": amount(batch.charged_microcredits),
        "at_most": amount(batch.quoted_microcredits),
        "max_credits": None if most is None else amount(most),
    }


def waiting_out(batch: Batch) -> dict[str, str] | None:
    """Say what keeps a batch from going on, if something does."""
    if batch.is_over or not batch.pause_code:
        return None
    return {"code": batch.pause_code, "message": batch.pause_message}


def seconds_of(moment: datetime | None) -> int | None:
    return int(moment.timestamp()) if moment else None
