"""One picture, large, with everything that is known of it."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from playground.generation.models import Retried
from playground.web.create import first_wish, page
from playground.web.mine import picture_seen
from playground.web.noting import panel
from playground.web.runs import run_of, with_sides
from playground.web.seen import orders_seen


@require_safe
def fragment(request: HttpRequest, picture_id: str) -> HttpResponse:
    """GET /pictures/<id>: the inside of the lightbox."""
    return render(request, "web/_picture.html", lightbox(request, picture_id))


@require_safe
def whole_page(request: HttpRequest, picture_id: str) -> HttpResponse:
    """GET /p/<id>: the playground with that picture open over it."""
    context = page(request, first_wish(request)) | lightbox(request, picture_id)
    return render(request, "web/create.html", context)


def lightbox(request: HttpRequest, picture_id: str) -> dict[str, Any]:
    """A picture among its run's; one that is not shown to you looks like a missing one."""
    picture = picture_seen(request, picture_id)
    orders = with_sides(orders_seen(request))
    order = orders.filter(pk=first_of(picture.generation_id)).first()
    if order is None:
        raise Http404
    run = run_of(order)
    shown = run.pictures
    place = next(i for i, one in enumerate(shown) if one.picture_id == picture_id)
    return {
        **panel(request, picture),
        "is_apart": request.GET.get("on") == "shelf",
        "run": run,
        "slot": shown[place],
        "place": place + 1,
        "before": shown[place - 1] if place else None,
        "after": shown[place + 1] if place + 1 < len(shown) else None,
    }


def first_of(order_id: str) -> str:
    """Return the order that this one is a second try of, or itself."""
    retried = Retried.objects.filter(generation=order_id).first()
    return retried.first_id if retried else order_id
