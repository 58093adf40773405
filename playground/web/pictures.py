"""One picture, large, with everything that is known of it."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from playground.generation.models import Generation, Retried
from playground.web.create import first_wish, page
from playground.web.people import current_account
from playground.web.runs import all_orders_of, run_of


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
    """A picture among its run's; another account's looks like a missing one."""
    orders = all_orders_of(current_account(request))
    order = orders.filter(pictures__pk=picture_id).first()
    if order is None:
        raise Http404
    run = run_of(first_of(order))
    shown = run.pictures
    found = [i for i, one in enumerate(shown) if one.picture_id == picture_id]
    if not found:
        raise Http404
    place = found[0]
    return {
        "run": run,
        "slot": shown[place],
        "place": place + 1,
        "before": shown[place - 1] if place else None,
        "after": shown[place + 1] if place + 1 < len(shown) else None,
    }


def first_of(order: Generation) -> Generation:
    """Return the order that this one is a second try of, or itself."""
    retried = Retried.objects.filter(generation=order).select_related("first").first()
    return retried.first if retried else order
