"""One request's life: what was asked, who was tried and when, what came, what it cost.

The numbers are for everybody who may see the account's requests. Prompt, parameters and
pictures follow who may see those.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import AccessGroup
from accounts.roles import REFUSALS, Action
from playground.gallery.captions import forget_caption
from playground.generation.behaviours import behaviour
from playground.generation.catalogue import Model, Offer, catalogue
from playground.generation.errors import TwinAhead
from playground.generation.horizon import is_no_longer_kept
from playground.generation.models import Attempt, Generation
from playground.generation.purging import purge
from playground.generation.refunding import refundable
from playground.generation.request import ImageRequest
from playground.generation.wording import worded
from playground.web.people import current_person, may, needs, own_account
from playground.web.runs import run_of
from playground.web.seen import orders_seen
from playground.web.usage import BADGES, meaning

TICKS = 5
LOOK_AGAIN_MS = 2000


@dataclass(frozen=True, slots=True)
class Lane:
    """One bar of the time line, in per cent of the whole."""

    label: str
    detail: str
    kind: str
    start: float
    width: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Field:
    """One parameter: what was asked, and what the provider got for it."""

    name: str
    asked: str
    sent: str
    handling: str
    remark: str


@needs(Action.REQUESTS)
@require_safe
def request_page(request: HttpRequest, request_id: str) -> HttpResponse:
    """GET /console/requests/<id>"""
    account = own_account(request)
    orders = Generation.objects.filter(account=account).select_related("key", "person")
    order = orders.filter(pk=request_id).first()
    if order is None:
        return not_there(request, request_id)
    seen = orders_seen(request).filter(pk=order.pk).first()
    attempts = attempts_of(order)
    context = {
        **life_of(order, attempts),
        "look_again_ms": LOOK_AGAIN_MS,
        "run": run_of(seen) if seen else None,
        "fields": fields_of(seen, attempts) if seen else [],
        "may_purge": seen is not None and not order.is_live and owns(request, order),
    }
    whole = "console/request.html"
    part = "console/_request.html"
    return render(request, part if request.htmx else whole, context)  # type: ignore[attr-defined]


def not_there(request: HttpRequest, request_id: str) -> HttpResponse:
    """Say of an order whose month was dropped that it is no longer kept."""
    if not is_no_longer_kept(request_id):
        raise Http404
    context = {"request_id": request_id}
    return render(request, "console/request_dropped.html", context, status=410)


def attempts_of(order: Generation) -> list[Attempt]:
    return list(order.attempts.order_by("started_at", "pk"))


def life_of(order: Generation, attempts: list[Attempt]) -> dict[str, Any]:
    """Return what the pages of a request show of it, without what was asked."""
    back = None if order.is_live else refundable(order)
    return {
        "order": order,
        "badge": BADGES.get(Generation.State(order.state), ""),
        "lanes": time_line(order, attempts),
        "ticks": ticks(order),
        "total_seconds": length_of(order),
        "lost_seconds": sum(one.duration_ms for one in attempts if is_lost(one)) / 1000,
        "reason": meaning(order.error_code) if order.error_code else "",
        "group": AccessGroup.objects.filter(pk=order.group_id).first(),
        "refundable": back,
        "paid_microcredits": order.charged_microcredits
        - (back.given_microcredits if back else 0),
    }


@needs(Action.REQUESTS)
@require_POST
def purge_request(request: HttpRequest, request_id: str) -> HttpResponse:
    """POST /console/requests/<id>/purge: remove its prompt and pictures for good."""
    order = get_object_or_404(orders_seen(request), pk=request_id)
    if not owns(request, order):
        messages.error(request, str(REFUSALS[Action.PURGE]))
        return redirect("request", request_id)
    try:
        removed = purge(order)
    except TwinAhead as refused:
        messages.error(request, refused.message)
        return redirect("request", request_id)
    forget_caption(request_id)
    words = {"pictures": removed.pictures, "inputs": removed.inputs}
    said = _("Removed: the prompt, %(pictures)d pictures and %(inputs)d inputs.")
    messages.success(request, said % words)
    return redirect("request", request_id)


def owns(request: HttpRequest, order: Generation) -> bool:
    """Say whether whoever looks may remove what this order holds."""
    person = current_person(request)
    is_maker = person is not None and order.person_id == person.pk
    return is_maker or may(request, Action.PURGE)


def length_of(order: Generation) -> float:
    ended = order.finished_at or timezone.now()
    return max(0.001, (ended - order.created_at).total_seconds())


def time_line(order: Generation, attempts: list[Attempt]) -> list[Lane]:
    """Draw the order's steps on one scale: waiting, each try, and the rest."""
    whole = length_of(order)
    lanes: list[Lane] = []

    def add(label: str, kind: str, begin: datetime, seconds: float, note: str) -> None:
        start = max(0.0, (begin - order.created_at).total_seconds())
        start = min(start, whole)
        seconds = max(0.0, seconds)
        width = 100 * min(seconds, whole - start) / whole
        lanes.append(Lane(label, note, kind, 100 * start / whole, width, seconds))

    first = attempts[0].started_at if attempts else order.started_at
    if order.started_at and order.endpoint == "playground" or order.is_live:
        begun = order.started_at or timezone.now()
        waited = (begun - order.created_at).total_seconds()
        add(_("Queue"), "wait", order.created_at, waited, "")
    elif first:
        checked = (first - order.created_at).total_seconds()
        add(_("Check, price, hold"), "", order.created_at, checked, "")
    for one in attempts:
        kind = "ok" if one.pictures else "bad"
        note = str(one.status or one.get_outcome_display())
        add(one.provider, kind, one.started_at, one.duration_ms / 1000, note)
    if attempts and order.finished_at:
        last = max(attempts, key=lambda one: (one.started_at, one.duration_ms))
        done = last.started_at + timedelta(milliseconds=last.duration_ms)
        rest = (order.finished_at - done).total_seconds()
        add(_("Convert, store, settle"), "", done, rest, "")
    return lanes


def ticks(order: Generation) -> list[float]:
    """Return what is written under the time line."""
    whole = length_of(order)
    return [whole * place / TICKS for place in range(TICKS + 1)]


def is_lost(attempt: Attempt) -> bool:
    return not attempt.pictures and attempt.outcome != Attempt.Outcome.SUCCEEDED


def fields_of(order: Generation, attempts: list[Attempt]) -> list[Field]:
    """Set what was asked beside what the provider that painted it was sent."""
    asked = order.asked
    remarks = {note.field: note for note in asked.notes}
    model, offer = painter_of(order, attempts)
    sent = {} if offer is None else worded(asked, offer, list(range(asked.n)))
    fields, told = [], set()
    for name, value in said_in(asked).items():
        upstream, received = received_as(name, value, offer, sent)
        told.add(upstream)
        note = remarks.pop(name, None)
        fields.append(
            Field(
                name=name,
                asked=str(value),
                sent=f"{upstream}: {received}" if upstream else "",
                handling=handling(model, offer, name) or "",
                remark=note.message if note else "",
            )
        )
    left = (
        Field(name, "", "", note.kind, note.message) for name, note in remarks.items()
    )
    # What a provider was sent besides: a size in its own terms, or what it always wants.
    besides = (
        Field("", "", f"{name}: {value}", "", "")
        for name, value in sent.items()
        if name not in told
    )
    return [*fields, *left, *besides]


def said_in(asked: ImageRequest) -> dict[str, Any]:
    """Return the parameters of a request, without those nobody said."""
    said: dict[str, Any] = {
        "prompt": asked.prompt,
        "negative_prompt": asked.negative_prompt,
        "size": asked.requested_size,
        "aspect_ratio": asked.shape,
        "resolution": asked.tier,
        "quality": asked.quality,
        "n": asked.n,
        "seed": asked.seed,
        "output_format": asked.output_format,
        "output_compression": asked.output_compression,
        "response_format": asked.response_format,
        "image": len(asked.references) or None,
        "mask": _("yes") if asked.mask else None,
        **dict(asked.extras),
    }
    return {name: value for name, value in said.items() if value is not None}


def painter_of(
    order: Generation, attempts: list[Attempt]
) -> tuple[Model | None, Offer | None]:
    """Return the model and the offer that brought pictures, as the catalogue has them."""
    model = catalogue().known(order.model)
    if model is None:
        return None, None
    names = [one.provider for one in attempts if one.pictures] or [order.provider]
    offers = [one for one in model.offers if one.provider in names]
    return model, offers[0] if offers else None


def received_as(
    name: str, value: Any, offer: Offer | None, sent: dict[str, Any]
) -> tuple[str, Any]:
    """Return under which name a provider was told it, and what it was told."""
    if offer is None:
        return "", None
    if name == "prompt":
        return "prompt", _("as sent")
    known = offer.parameters.get(name)
    upstream = known.upstream if known else name
    return (upstream, sent[upstream]) if upstream in sent else ("", None)


def handling(model: Model | None, offer: Offer | None, name: str) -> str | None:
    if model is None or offer is None:
        return None
    return behaviour(model, offer, name)
