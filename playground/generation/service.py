"""Carry an order from acceptance to paid-for pictures.

Two steps, so that an async caller can leave between them. The customer pays for
pictures delivered, never for trying.
"""

import asyncio
from dataclasses import replace

import structlog
from django.conf import settings
from django.utils.translation import gettext as _

from accounts.ids import new_id
from playground.generation import (
    draining,
    limits,
    moderating,
    rules,
    tallied,
    unpaid,
)
from playground.generation.books import Claim, Close, Open, Release
from playground.generation.catalogue import catalogue
from playground.generation.channels import connected
from playground.generation.database import AWAY, CLASHES, in_thread
from playground.generation.deliver import Delivered
from playground.generation.errors import (
    CalledOff,
    EaselError,
    OutOfService,
    PutBack,
    RefusedByModel,
    TimedOut,
    TooMany,
    Unpainted,
)
from playground.generation.inbox import sources_of
from playground.generation.models import Generation
from playground.generation.offering import Quote, outlook, quote
from playground.generation.paint import Order, Work, paint
from playground.generation.patience import Patience
from playground.generation.places import within
from playground.generation.progress import keeper, take_up_what_was_kept
from playground.generation.recasting import Recast
from playground.generation.request import Ask, Buyer, Call, ImageRequest, Instead, Once
from playground.generation.route import Need, route
from playground.generation.shortfall import member_of, why_not
from playground.generation.storage import shelves
from playground.generation.studio import Studio, studio
from playground.generation.sweep import GIVEN_UP, sweep
from playground.generation.unwanted import give_up
from playground.generation.usual import typical_seconds
from playground.telemetry import tracing

log = structlog.get_logger()
State = Generation.State


async def accept(ask: Ask, buyer: Buyer, call: Call) -> Generation:
    """Price the order and hold the money, or say plainly why not."""
    here = studio()
    if here.is_closing:
        raise OutOfService(
            _("Easel is restarting. Nothing was charged; try again soon.")
        )
    draining.check()
    limits.check_standing(buyer.blocked_because)
    unpaid.check(buyer)
    offer = quote(ask, buyer, call.terms)
    await rules.check(offer.request, buyer)
    generation = drawn_up(offer, buyer)
    await shelves.check_room(buyer.account_id)
    if buyer.limits:
        await limits.admit(generation.n, buyer, here.meter)
    if settings.MODERATION_URL:
        await moderating.check(rules.said_in(offer.request), here.wire)
    generation.id = call.generation_id or new_id("img")
    generation.endpoint, generation.state = call.endpoint, call.state
    generation.claim = here.name if call.state == State.RUNNING else ""
    generation.user, generation.metadata = call.terms.user, call.terms.metadata
    generation.body_digest, generation.joins = call.body_digest, call.repetition
    asked = call.terms.kept_seconds
    generation.kept_seconds = buyer.kept_seconds if asked is None else asked
    with tracing.span("hold", order=generation.id, model=generation.model):
        is_open = await opened(generation, here, buyer, call.once)
    tallied.held(generation, is_held=is_open)
    if not is_open:
        raise await why_not(generation, buyer, call.once)
    return generation


def drawn_up(offer: Quote, buyer: Buyer) -> Generation:
    """Write the order as it was quoted."""
    order = Generation.of(
        {
            "account_id": buyer.account_id,
            "key_id": buyer.key_id,
            "person_id": buyer.person_id,
            "group_id": buyer.group,
            "is_test": buyer.is_test,
            "lane": buyer.lane,
            "network": buyer.network,
            "model": offer.request.model,
            "prompt": offer.request.prompt,
            "n": offer.request.n,
            "unit_price_microcredits": offer.unit_price_microcredits,
        }
    )
    order.ask_for(offer.request)
    return order


async def opened(
    generation: Generation, here: Studio, buyer: Buyer, once: Once | None
) -> bool:
    """Write the order with its hold; once more when overdue holds could be swept first."""
    queued = generation.state == State.QUEUED
    plain = Open(
        generation,
        settings.QUEUE_SECONDS if queued else settings.LEASE_SECONDS,
        member=member_of(buyer),
        idempotency_key=once.key if once else "",
        fingerprint=once.fingerprint if once else "",
    )
    order = within(plain, buyer.limits)
    try:
        if await here.books.do(order):
            return True
        swept = await sweep(here.books, account_id=generation.account_id)
        return bool(swept and await here.books.do(order))
    except CLASHES as clash:
        raise TooMany(
            _("One picture at a time: wait until the last one is done.")
        ) from clash
    except AWAY as error:
        log.error("database.away", reason=str(error))
        raise OutOfService(
            _("The database is away for a moment. Nothing was charged; try again soon.")
        ) from error


async def carry_out(
    generation: Generation, work: Work | None = None
) -> list[Delivered]:
    """Paint, deliver, and charge for exactly what was delivered."""
    here = studio()
    work = work or Work()
    try:
        await take_up_what_was_kept(generation, work)
        await paint_as_planned(generation, work, here)
    except EaselError as failure:
        work.failure = failure
    except asyncio.CancelledError:
        if here.is_called_off(generation.id):
            work.failure = CalledOff(
                _("Cancelled on request. Only delivered pictures are charged.")
            )
            return await settle(generation, work, here)
        back = Release(generation.id, here.name, settings.QUEUE_SECONDS)
        if await here.books.do(back):
            raise
        raise TimedOut(str(GIVEN_UP)) from None
    return await settle(generation, work, here)


async def paint_as_planned(generation: Generation, work: Work, here: Studio) -> None:
    """Have it painted by its model; by another the caller named, while there is nothing."""
    request = generation.asked
    patience = Patience(request.wishes.deadline_seconds)
    for place, plan in enumerate(request.instead):
        left = request.instead[place:]
        await recast(generation, replace(plan.request, instead=left), plan, here)
        order = await order_of(generation, plan.request, work, patience)
        try:
            return await paint(order, here.desks, work)
        except Unpainted as failure:
            if len(left) == 1 or not may_pass_on(failure, order, work):
                raise
    order = await order_of(generation, request, work, patience)
    await paint(order, here.desks, work)


def may_pass_on(failure: Unpainted, order: Order, work: Work) -> bool:
    """Say whether another model may be asked: never beside a picture of the first."""
    if work.pictures or order.patience.is_over():
        return False
    is_refused = isinstance(failure, RefusedByModel)
    return not is_refused or order.goes_on_after_refusal


async def recast(
    generation: Generation, request: ImageRequest, plan: Instead, here: Studio
) -> None:
    """Give the order the model that paints it now, and that model's price."""
    price = plan.unit_price_microcredits
    change = Recast(generation.id, here.name, request.model, request.to_json(), price)
    if generation.delivered:
        return  # an earlier process painted some of it
    if not await here.books.do(change):
        raise TimedOut(str(GIVEN_UP))
    generation.model = change.model
    generation.ask_for(request)
    generation.unit_price_microcredits = price


async def order_of(
    generation: Generation, request: ImageRequest, work: Work, patience: Patience
) -> Order:
    """Turn the order's row into what the painting needs."""
    here, ways = studio(), connected()
    here.desks.keep(ways.by_name)
    model = catalogue().find(request.model)
    need = Need(request, generation.group_id, generation.is_test)
    return Order(
        request=request,
        candidates=route(model, ways, need, outlook(here.desks)),
        keep=keeper(generation, work, here),
        in_background=generation.lane in Generation.UNHURRIED,
        sources=await sources_of(request),
        watch=work.watch,
        usual_seconds=typical_seconds(model, request.tier),
        patience=patience,
    )


async def settle(generation: Generation, work: Work, here: Studio) -> list[Delivered]:
    """Close the order with what was delivered, or raise why nothing was."""
    here.closes(generation.id)
    delivered = sorted(work.pictures, key=lambda picture: picture.row.position)
    failure = work.failure
    closing = Close(
        generation_id=generation.id,
        from_state=State.RUNNING,
        claim=here.name,
        state=final_state(delivered, failure),
        provider=work.provider,
        error_code=failure.code if failure else "",
        error_message=failure.message if failure else "",
        pictures=tuple(
            picture.row
            for picture in delivered
            if picture.row.position not in work.kept
        ),
        attempts=tuple(work.attempts),
    )
    with tracing.span("settle", order=generation.id, state=closing.state):
        is_ours = await closed(closing, here)
    if not is_ours:
        raise TimedOut(str(GIVEN_UP))
    tallied.ended(generation, closing, delivered=len(delivered))
    if lost := unpaid.cost_of_nothing(closing.attempts):
        await unpaid.note(generation, lost)
    generation.state, generation.delivered = closing.state, len(delivered)
    generation.provider = closing.provider or generation.provider
    generation.tried = closing.attempts
    if failure and not delivered:
        raise failure
    return delivered


async def closed(closing: Close, here: Studio) -> bool:
    """Close an order; when the database is away, again until its lease is nearly over.

    A first try may have been done although its answer was lost.
    """
    try:
        return bool(await here.books.do(closing))
    except AWAY as error:
        log.error("database.away", reason=str(error))
    for _pause in range(settings.LEASE_SECONDS // 2):
        await asyncio.sleep(1)
        try:
            if await here.books.do(closing):
                return True
            ended_here = Generation.objects.filter(
                pk=closing.generation_id,
                claim=closing.claim,
                state=closing.state,
                error_code=closing.error_code,
            )
            return await in_thread(ended_here.exists)
        except AWAY:
            continue
    raise OutOfService(
        _("The database is away. Ask for this order by its id once it is back.")
    )


def final_state(delivered: list[Delivered], failure: EaselError | None) -> str:
    if failure is None:
        return State.SUCCEEDED
    if delivered:
        return State.PARTIALLY_SUCCEEDED
    if isinstance(failure, CalledOff):
        return State.CANCELLED
    return State.REFUSED if isinstance(failure, RefusedByModel) else State.FAILED


async def see_through(
    generation: Generation, work: Work | None = None
) -> list[Delivered]:
    """Carry an order out to its end, even when whoever asked stops listening."""
    doing = studio().begin(generation, carry_out(generation, work))
    try:
        return await asyncio.shield(doing)
    except asyncio.CancelledError:
        if not doing.cancelled():
            raise
        raise PutBack(
            _(
                "Easel is restarting. This order is kept and will be painted: it is at"
                " /v1/tasks/%(id)s, and costs nothing unless it is."
            )
            % {"id": generation.id}
        ) from None


async def take_up(generation_id: str) -> Generation | None:
    """Take a queued order for this process; `None` when it is taken, or gone."""
    here = studio()
    if here.is_closing:
        return None
    claim = Claim(generation_id, here.name, settings.LEASE_SECONDS)
    if not await here.books.do(claim):
        return None
    generation = await in_thread(lambda: Generation.objects.get(pk=generation_id))
    if here.is_closing:  # since we looked: nobody waits for work that begins now
        back = Release(generation_id, here.name, settings.QUEUE_SECONDS)
        await here.books.do(back)
        return None
    return generation


async def cancel(generation_id: str) -> bool:
    """Take back an order that waits; the money for what is not painted is free at once."""
    closing = Close(
        generation_id=generation_id,
        from_state=State.QUEUED,
        claim="",
        state=State.CANCELLED,
        error_code="cancelled",
        error_message=_("Cancelled. What was not painted costs nothing."),
    )
    is_done = bool(await studio().books.do(closing))
    if is_done:
        tallied.taken_back(closing)
    return is_done


async def call_off(generation_id: str) -> None:
    """Stop an order wherever it is: a queued one at once, a running one within seconds.

    Noted first, so that one which changes hands in this moment is stopped by the next.
    """
    if await in_thread(lambda: give_up(generation_id)):
        await cancel(generation_id)
