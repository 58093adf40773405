"""Starting what the composer asks for: a run, a comparison, or one picture again.

Plain forms work without script: they are answered with the page. htmx gets the
run alone, and an error that stands above the prompt without touching it.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import reswap, retarget

from accounts.ids import new_id
from accounts.roles import REFUSALS, Action
from billing.ledger import MICRO
from playground.generation import offering, service, tasks
from playground.generation.errors import (
    BadRequest,
    Blocked,
    CannotPay,
    Draining,
    EaselError,
    Forbidden,
    OutOfService,
    TooMany,
)
from playground.generation.limits import check_standing
from playground.generation.models import Compared, Generation, Retried
from playground.generation.request import (
    USUAL,
    Ask,
    Buyer,
    Call,
    ImageRequest,
    Terms,
)
from playground.generation.studio import in_studio
from playground.generation.uploads import carry_over
from playground.web.accepting import check_terms
from playground.web.create import Price, page, panel_context
from playground.web.panel import panel_for
from playground.web.people import (
    buyer_for,
    current_person,
    may,
    onlooker,
    remember_guest,
)
from playground.web.rail import rail_of
from playground.web.references import kept_files
from playground.web.running import changes, owned
from playground.web.runs import RAIL, duel_of, feed_orders, run_of, runs_of
from playground.web.tries import (
    check_tries,
    stay_within_treats,
    stay_within_tries,
    treated,
    tries_spent,
)
from playground.web.wishes import Wish, whole

ENDPOINT = "playground"
MOST_DRAWN = 2**31


@dataclass
class PriceChanged(EaselError):
    """The price on the page was not the price any more: nothing was started."""

    code: str = "price_changed"
    total_microcredits: int = 0


STATUSES: dict[type[EaselError], int] = {
    CannotPay: 402,
    PriceChanged: 409,
    Blocked: 403,
    TooMany: 429,
    OutOfService: 503,
    Draining: 503,
}


def status_of(request: HttpRequest, error: EaselError) -> int:
    """Return the status of a page that says why nothing was started."""
    status = STATUSES.get(type(error), 422)
    # A part of a page is not put into it with this one: it stands for a whole page.
    return 422 if status == 403 and getattr(request, "htmx", False) else status


@dataclass(frozen=True, slots=True)
class Part:
    """One order to be: what is asked, of whom, and who would pay for it."""

    ask: Ask
    terms: Terms
    buyer: Buyer
    total_microcredits: int = 0


@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """POST /create/runs"""
    if "again" in request.POST:
        return once_more(request)
    wish = Wish.of(request.POST)
    try:
        wish = replace(wish, references=(*wish.references, *kept_files(request)))
        orders = begin(request, wish)
    except EaselError as error:
        response = show_problem(request, wish, error)
    else:
        response = show_started(request, orders[0], wish)
    remember_guest(request, response)
    return response


def begin(request: HttpRequest, wish: Wish) -> list[Generation]:
    """Take the order, or one for each model of a comparison, at the price that was shown.

    A newcomer becomes a guest only when nothing speaks against the order.
    """
    check_role(request)
    looking = onlooker(request, is_rehearsal=wish.is_rehearsal)
    check_standing(looking.blocked_because)
    wishes = wishes_of(wish, looking)
    carried = in_studio(carry_over(looking.account_id, wish.references))
    parts = [
        Part(
            replace(one.ask(), references=carried.names, first_size=carried.first_size),
            one.terms(),
            looking,
        )
        for one in wishes
    ]
    orders = taken(request, parts, wish.quoted_microcredits)
    if len(orders) > 1:
        name = new_id("cmp")
        Compared.objects.bulk_create(
            Compared(generation=order, comparison=name, place=place)
            for place, order in enumerate(orders)
        )
    for order in orders:
        tasks.send(order)
    return orders


def check_role(request: HttpRequest) -> None:
    """Refuse a member whose role only looks on, or who has not accepted the terms."""
    check_terms(request)
    if current_person(request) and not may(request, Action.PAINT):
        raise Forbidden(str(REFUSALS[Action.PAINT]), code="role_not_allowed")


def wishes_of(wish: Wish, buyer: Buyer) -> list[Wish]:
    """Return the wish; of a comparison each model's own, all with one seed."""
    panel = panel_for(wish, buyer) if wish.rivals or wish.is_compared else None
    if panel is None or not panel.wish.rivals and not wish.rivals:
        return [wish]
    if len(panel.rivals) < len(wish.rivals):
        message = _("One of these models cannot paint here now: choose another.")
        raise BadRequest(message, param="rival")
    seed = wish.seed or str(random.randrange(MOST_DRAWN))
    return [
        replace(one, seed=seed)
        for one in (panel.wish, *(rival.wish for rival in panel.rivals))
    ]


def taken(
    request: HttpRequest, parts: Sequence[Part], shown_microcredits: int | None
) -> list[Generation]:
    """Accept all of them or none, at the price that was shown."""
    return accepted_all(request, priced(request, parts, shown_microcredits))


def priced(
    request: HttpRequest, parts: Sequence[Part], shown_microcredits: int | None
) -> list[Part]:
    """Check that the orders may be, and cost what the page said."""
    spent = tries_spent(request)
    priced = [priced_part(part, len(parts) == 1, spent) for part in parts]
    check_price(shown_microcredits, sum(one.total_microcredits for one in priced))
    return priced


def accepted_all(request: HttpRequest, parts: Sequence[Part]) -> list[Generation]:
    spent = tries_spent(request)
    orders: list[Generation] = []
    try:
        for part in parts:
            orders.append(accepted(request, part, spent))
    except EaselError:
        for order in orders:
            in_studio(service.cancel(order.id))
        raise
    return orders


def check_price(shown_microcredits: int | None, total_microcredits: int) -> None:
    """Refuse to charge other than the page said; what is free needs no price."""
    if (shown_microcredits or 0) != total_microcredits:
        raise PriceChanged(
            _("Nothing was started, and nothing was charged."),
            total_microcredits=total_microcredits,
        )


def priced_part(part: Part, is_alone: bool, spent: int) -> Part:
    """Find out what an order would cost: nothing, when it is one of the day's free ones."""
    offer = offering.quote(part.ask, part.buyer, part.terms)
    check_tries(part.buyer, offer.request, spent=spent)
    buyer = treated(part.buyer, offer.request) if is_alone else part.buyer
    total = offer.total_microcredits if buyer.pays else 0
    return replace(part, buyer=buyer, total_microcredits=total)


def accepted(request: HttpRequest, part: Part, spent: int) -> Generation:
    who = buyer_for(request, is_rehearsal=part.buyer.is_test)
    buyer = replace(who, is_treat=part.buyer.is_treat)
    call = Call(ENDPOINT, Generation.State.QUEUED, terms=part.terms)
    generation = in_studio(service.accept(part.ask, buyer, call))
    stay_within_tries(buyer, generation, spent=spent)
    stay_within_treats(buyer, generation)
    return generation


def once_more(request: HttpRequest) -> HttpResponse:
    """Ask again for one picture that never came; it takes its old place."""
    first = owned(request, request.POST["again"])
    place = whole(request.POST.get("place", "")) or 0
    try:
        try_again(request, first, place)
    except EaselError as error:
        return show_problem(request, Wish.like(first), error, again=(first.pk, place))
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("create")
    return changes(request, [(run_of(owned(request, first.pk)), "")])


def try_again(request: HttpRequest, first: Generation, place: int) -> None:
    """Order one picture of an earlier order once more, for the place it has there."""
    shown = whole(request.POST.get("quoted", ""))
    buyer = onlooker(request, is_rehearsal=first.is_test)
    said = first.asked
    part = Part(ask_again(said, place), Terms(wishes=said.wishes), buyer)
    if part.terms.wishes == USUAL.wishes:
        part = replace(part, terms=USUAL)
    check_role(request)
    (order,) = taken(request, [part], shown)
    Retried.objects.create(generation=order, first=first, position=place)
    tasks.send(order)


def ask_again(said: ImageRequest, place: int = 0) -> Ask:
    """Ask for exactly that picture: each place of a seeded order has its own seed."""
    size = (said.target_width, said.target_height)
    is_sized = size != (said.width, said.height)
    return Ask(
        prompt=said.prompt,
        model=said.model,
        n=1,
        size="{}x{}".format(*size) if is_sized else None,
        aspect_ratio=None if is_sized else said.shape,
        resolution=None if is_sized else said.tier,
        fit=said.fit,
        quality=said.quality,
        seed=None if said.seed is None else said.seed + place,
        negative_prompt=said.negative_prompt,
        response_format="url",
        output_format=said.output_format,
        output_compression=said.output_compression,
        extras=said.extras,
        references=said.references,
        mask=said.mask,
        turns=said.turns,
        earlier=said.earlier,
        keeps_outside=said.keeps_outside,
    )


def show_started(request: HttpRequest, order: Generation, wish: Wish) -> HttpResponse:
    """The new run on top of the feed; the first one takes the examples' place."""
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("create")
    orders = feed_orders(request)
    entry = duel_of(run_of(orders.get(pk=order.pk)))
    rail = rail_of(runs_of(orders[:RAIL]))
    today = rail["days"][0].entries
    context = {
        **panel_context(request, wish),
        "entry": entry,
        "is_first": len(rail["days"]) == len(today) == 1,
        **(rail if len(today) == 1 else {}),
    }
    response = render(request, "web/_started.html", context)
    return reswap(response, "innerHTML") if context["is_first"] else response


def show_problem(
    request: HttpRequest,
    wish: Wish,
    error: EaselError,
    again: tuple[str, int] | None = None,
) -> HttpResponse:
    """Say why nothing was started; the prompt and the settings stay as they were."""
    status = status_of(request, error)
    context: dict[str, Any] = {"problem": error, "again": again}
    is_part = bool(request.htmx)  # type: ignore[attr-defined]
    context |= panel_context(request, wish) if is_part else page(request, wish)
    if not again:
        context["fewer"] = fewer(error, context)
    if not is_part:
        return render(request, "web/create.html", context, status=status)
    response = render(request, "web/_problem_answer.html", context, status=status)
    return reswap(retarget(response, "#problem"), "innerHTML")


def fewer(error: EaselError, context: dict[str, Any]) -> Price | None:
    """Return the price of the most pictures that would have been taken, if any would."""
    price: Price = context["price"]
    counts = [int(one.value) for one in context["panel"].counts]
    less = [replace(price, n=n) for n in sorted(counts) if n < price.n]
    if isinstance(error, CannotPay) and error.available_credits is not None:
        room = room_for(error, price)
        less = [one for one in less if one.total <= room]
    elif isinstance(error, TooMany) and error.param == "n" and context["is_guest"]:
        less = [one for one in less if one.n <= context["tries_left"]()]
    else:
        return None
    return less[-1] if less else None


def room_for(error: CannotPay, price: Price) -> int:
    """Say how much may be spent: what the wallet has, or what a limit leaves of it.

    The error of a comparison has been told after its first side was set aside.
    """
    if error.code == "insufficient_quota":
        return price.available or 0
    return int((error.available_credits or 0) * MICRO)
