"""/models: every model there is, sifted and sorted, and up to four side by side."""

from collections.abc import Sequence
from typing import Any

from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from playground.gallery.sharing import public_pictures
from playground.generation.facts import providers_of
from playground.generation.models import Picture
from playground.web.hub.measured import kept, standing
from playground.web.hub.priced import own_group
from playground.web.hub.shelf import (
    Sieve,
    exhibits,
    kind_words,
    retired,
    shown,
    vendors,
    way_out,
)


@require_safe
@vary_on_headers("HX-Request")
def models(request: HttpRequest) -> HttpResponse:
    """GET /models?q=&is=edit&is=4k&vendor=&sort=price&compare="""
    sieve, known = Sieve.of(request.GET), standing()
    every = exhibits(own_group(request), known)
    found, gone = shown(sieve, every), retired(sieve, every)
    by_id = {one.model.id: one for one in every}
    compared = [by_id[name] for name in sieve.compared]
    pictures = newest_pictures()
    context: dict[str, Any] = {
        "sieve": sieve,
        "shelf": [(one, pictures.get(one.model.id)) for one in found],
        "retired": gone,
        "count": len(found),
        "whole": sum(1 for one in every if not one.model.is_retired),
        "kinds": kind_words(),
        "vendors": vendors(every),
        "providers": len({name for one in every for name in providers_of(one.model)}),
        "sorts": sorts(),
        "compared": compared,
        "left_out": [one for one in compared if one not in found],
        "without": without(sieve),
        "way_out": None if found or gone else way_out(sieve, every),
        "is_demo": known.is_demo,
    }
    is_part = getattr(request, "htmx", False)
    template = "web/_models_shelf.html" if is_part else "web/models.html"
    return render(request, template, context)


def sorts() -> dict[str, str]:
    return {
        "usual": _("Usual order"),
        "price": _("Cheapest first"),
        "speed": _("Fastest first"),
        "success": _("Most reliable first"),
    }


def without(sieve: Sieve) -> dict[str, str]:
    """Return the address that leaves one of the compared models out."""
    return {
        name: sieve.address(compared=tuple(n for n in sieve.compared if n != name))
        for name in sieve.compared
    }


def newest_pictures() -> dict[str, Picture]:
    """Return the newest picture in the gallery of each model that has one."""
    ids = kept("easel.hub.pictures", newest_ids)
    found = public_pictures().filter(pk__in=ids)
    return {picture.generation.model: picture for picture in found}


def newest_ids() -> Sequence[str]:
    place = Window(
        RowNumber(),
        partition_by=F("generation__model"),
        order_by=(F("note__public_at").desc(), F("pk").desc()),
    )
    ranked = public_pictures().select_related(None).annotate(place=place)
    return list(ranked.filter(place=1).values_list("pk", flat=True))
