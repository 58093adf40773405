"""One line, from a worker's hands to its end: ordered, painted, written down.

It is ordered like any call, with a hold of its own, under the name it was given before.
So whoever is stopped midway leaves an order that can be found, and what came of the line
is read from that order alone, by whoever looks next.
"""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from playground.batches.buying import buyer_of
from playground.batches.lines import DOORS, asked_again
from playground.batches.models import Batch, Line
from playground.codes import CODES
from playground.generation.database import in_thread
from playground.generation.errors import EaselError
from playground.generation.models import Attempt, Generation
from playground.generation.request import Call
from playground.generation.service import accept, see_through

log = structlog.get_logger()
State = Line.State
PAINTED = (Generation.State.SUCCEEDED, Generation.State.PARTIALLY_SUCCEEDED)
# Not the line's fault: money, a rate, a place or the house is what is missing.
WAITED_FOR = (402, 429, 503)
PAUSE_SECONDS = 15
FIRST_RETRY_SECONDS, LONGEST_RETRY_SECONDS = 15, 3600
LONGEST_MESSAGE, LONGEST_PARAM = 500, 120


def take(line_id: int, order_id: str) -> Line | None:
    """Take a line that was handed out; `None` when somebody has it, or it is over."""
    sent = Line.objects.filter(pk=line_id, order_id=order_id, state=State.SENT)
    if not sent.update(state=State.RUNNING):
        return None
    return Line.objects.select_related("batch").get(pk=line_id)


async def carry(line: Line) -> None:
    """Order a line and have it painted. What came of it is in the books."""
    try:
        order = await ordered(line)
    except EaselError as refusal:
        await in_thread(partial(not_ordered, line, refusal))
        return
    if order is None:
        return
    try:
        await see_through(order)
    except EaselError as failure:
        log.info("line.not_painted", order=order.id, code=failure.code)


async def ordered(line: Line) -> Generation | None:
    """Hold the money and take the order; `None` when that was done before."""
    buyer = await in_thread(partial(buyer_of, line.batch))
    ask, terms = asked_again(line.body, line.sources, line.batch.endpoint)
    terms = replace(terms, promised_microcredits=line.unit_price_microcredits)
    if await in_thread(partial(is_ordered, line)):
        return None
    endpoint = DOORS[Batch.Endpoint(line.batch.endpoint)]
    running = Generation.State.RUNNING
    return await accept(
        ask, buyer, Call(endpoint, running, generation_id=line.order_id, terms=terms)
    )


def is_ordered(line: Line) -> bool:
    return Generation.objects.filter(pk=line.order_id).exists()


def not_ordered(line: Line, refusal: EaselError) -> None:
    """Put a line back when something is waited for; else it has come to nothing."""
    if is_ordered(line):  # by a twin, or just before the database went away
        return
    code = CODES[refusal.code]
    if code.status in WAITED_FOR or code is CODES["storage_quota_exceeded"]:
        put_back(line, refusal)
        return
    with transaction.atomic():
        if locked := locked_in_hand(line.pk, line.order_id):
            end(locked, State.FAILED, refusal)


def put_back(line: Line, refusal: EaselError) -> None:
    """Let the whole batch wait, and say for what. One that was stopped is swept."""
    seconds = getattr(refusal, "retry_after_seconds", None) or PAUSE_SECONDS
    with transaction.atomic():
        if locked := locked_in_hand(line.pk, line.order_id):
            locked.state = State.WAITING
            locked.save(update_fields=["state"])
            Batch.objects.filter(pk=line.batch_id).update(
                pause_code=refusal.code,
                pause_message=refusal.message[:LONGEST_MESSAGE],
                paused_until=timezone.now() + timedelta(seconds=seconds),
            )


def locked_in_hand(line_id: int, order_id: str) -> Line | None:
    """Lock a line while it is still with this order, for whoever writes its end first."""
    lines = Line.objects.select_for_update(of=("self",)).select_related("batch")
    return lines.filter(pk=line_id, order_id=order_id, state__in=Line.IN_HAND).first()


def record(line_id: int, order_id: str) -> str | None:
    """Write down what came of a line, once its order is over; return its batch then."""
    with transaction.atomic():
        line = locked_in_hand(line_id, order_id)
        order = Generation.objects.filter(pk=order_id).first()
        if line is None or order is None or order.is_live:
            return None
        if order.state in PAINTED:
            end(line, State.DONE, charged=order.charged_microcredits)
        elif was_lost(order) and has_time(line):
            line.losses += 1
            again(line)
        elif may_go_better(line, order) and has_time(line):
            line.tries += 1
            again(line)
        else:
            failure = EaselError(order.error_message, code=order.error_code)
            end(line, State.FAILED, failure)
        return line.batch_id


def was_lost(order: Generation) -> bool:
    """Say whether the order died with the process that had begun it: no try failed."""
    return order.attempts.filter(outcome=Attempt.Outcome.LOST).exists()


def may_go_better(line: Line, order: Generation) -> bool:
    """Say whether the same call may go better in a while: nobody refused it."""
    code = CODES.get(order.error_code, CODES["server_error"])
    is_no_refusal = code.status >= 500 or code.status == 429
    return is_no_refusal and line.tries + 1 < settings.BATCH_TRIES


def has_time(line: Line) -> bool:
    return line.batch.state == Batch.State.IN_PROGRESS and not line.batch.expired_at


def again(line: Line) -> None:
    """Let a line wait for another try, under a new name, longer each time."""
    pause = FIRST_RETRY_SECONDS * 4 ** (line.tries + line.losses - 1)
    pause = min(pause, LONGEST_RETRY_SECONDS)
    line.not_before = timezone.now() + timedelta(seconds=pause)
    line.state, line.order_id = State.WAITING, ""
    line.save(update_fields=["tries", "losses", "not_before", "state", "order_id"])


def end(
    line: Line, state: str, failure: EaselError | None = None, *, charged: int = 0
) -> None:
    """Write a locked line's end, and count it."""
    line.state, line.body, line.sources = state, {}, None
    line.tries += 1
    if failure:
        line.error_code = failure.code
        line.error_message = failure.message[:LONGEST_MESSAGE]
        line.error_param = (failure.param or "")[:LONGEST_PARAM]
    line.save()
    counted = "completed" if state == State.DONE else "failed"
    unpaused = {"pause_code": "", "pause_message": "", "paused_until": None}
    Batch.objects.filter(pk=line.batch_id).update(
        **{counted: F(counted) + 1},
        charged_microcredits=F("charged_microcredits") + charged,
        **(unpaused if state == State.DONE else {}),
    )


def ended_orders() -> list[tuple[int, str]]:
    """Find lines whose order is over, although nobody wrote that down."""
    in_hand = dict(
        Line.objects.filter(state__in=Line.IN_HAND).values_list("order_id", "pk")
    )
    ended = Generation.objects.filter(pk__in=list(in_hand)).exclude(
        state__in=Generation.LIVE
    )
    return [(in_hand[one], one) for one in ended.values_list("pk", flat=True)]
