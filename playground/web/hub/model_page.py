"""/models/<id>: everything there is to know of one model before it is asked.

Facts are the catalogue's, prices the price engine's for this reader, times and uptime
what was measured here, and pictures what people made with it and chose to show.
"""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from playground.gallery.sharing import alt_of, public_pictures
from playground.generation.catalogue import catalogue
from playground.generation.channels import connected
from playground.generation.errors import ModelNotFound
from playground.generation.facts import (
    endpoints_of,
    providers_of,
    required_fields,
    returned_fields,
)
from playground.generation.offered import Model
from playground.generation.usual import known_seconds
from playground.web.arena_block import arena_of
from playground.web.hub.fields import extras_of, parameters_of
from playground.web.hub.measured import measured
from playground.web.hub.priced import groups_shown, own_group, prices_of
from playground.web.hub.questions import questions_of
from playground.web.hub.sampled import samples_of
from playground.web.hub.sized import examples_of, sizes_of
from playground.web.panel import is_connected, is_for_words
from playground.web.people import current_person
from playground.web.tries import GUEST_MODEL

PICTURES = 8
RELATED = 4


@require_safe
def model(request: HttpRequest, name: str) -> HttpResponse:
    """GET /models/<id>; an alias, a variant or a provider's name for it leads there."""
    try:
        found = catalogue().named(name.rstrip("/")).model
    except ModelNotFound as error:
        context = {"words": str(error)}
        return render(request, "web/model_missing.html", context, status=404)
    if name != found.id:
        return redirect(with_query(reverse("model", args=[found.id]), request))
    return render(request, "web/model.html", page_of(request, found))


def with_query(address: str, request: HttpRequest) -> str:
    query = request.META.get("QUERY_STRING", "")
    return f"{address}?{query}" if query else address


def page_of(request: HttpRequest, found: Model) -> dict[str, Any]:
    own = own_group(request)
    groups = groups_shown(request)
    origin = request.build_absolute_uri("/").rstrip("/")
    known = measured(found.id)
    pictures = public_pictures().filter(generation__model=found.id)
    newest = pictures.order_by("-note__public_at", "pk")[:PICTURES]
    return {
        "model": found,
        "own_group": own,
        "origin": origin,
        "prices": prices_of(found, own, groups),
        "groups": [(one, known.groups.get(one.pk)) for one in groups],
        "known": known,
        "typical": known.whole.p50_seconds or known_seconds(found, found.default_tier),
        "here": connected(),
        "is_here": is_connected(found),
        "providers": providers_of(found),
        "endpoints": endpoints_of(found),
        "required": required_fields(found),
        "returned": returned_fields(found),
        "variants": variants_of(found),
        "sizes": sizes_of(found),
        "examples": examples_of(found),
        "parameters": parameters_of(found),
        "extras": extras_of(found),
        "samples": samples_of(found, origin),
        "try_it": try_it(request, found),
        "questions": questions_of(found),
        "related": related(found),
        "successor": following(found),
        "pictures": [(one, alt_of(one)) for one in newest],
        "arena": arena_of(found.id),
    }


def variants_of(found: Model) -> list[tuple[str, str]]:
    """Return every name that fixes a scale or a quality, and which."""
    return [(name, fixed) for name, fixed in found.names.items() if fixed]


@dataclass(frozen=True, slots=True)
class Way:
    """Where a model can be tried, in words and as an address; a note if it is not there."""

    words: str
    address: str
    note: str = ""


def try_it(request: HttpRequest, found: Model) -> Way | None:
    """Lead to the playground with the model chosen, as far as this reader may use it."""
    if found.is_retired:
        return None
    create = reverse("create")
    chosen = f"{create}?{urlencode({'model': found.id})}"
    if current_person(request) is None and found.id != GUEST_MODEL:
        sign_up = f"{reverse('account_signup')}?{urlencode({'next': chosen})}"
        return Way(_("Create an account to try it"), sign_up)
    if not is_for_words(found):
        note = _("It changes pictures: add one as a reference, then choose it.")
        return Way(_("Try it"), create, note)
    if not is_connected(found):
        note = _("No provider of it is connected here, so the demo painter stands in.")
        return Way(_("Rehearse it"), f"{chosen}&rehearse=on", note)
    return Way(_("Try it"), chosen)


def following(found: Model) -> Model | None:
    successor = found.lifecycle.successor
    return catalogue().find(successor) if successor else None


def related(found: Model) -> list[Model]:
    """Return models of the same family, then of the vendor, then such as do the same."""
    can = found.capabilities

    def distance(other: Model) -> tuple[bool, bool, int]:
        theirs = other.capabilities
        differ = sum(getattr(can, n) != getattr(theirs, n) for n in can.__slots__)
        return other.family != found.family, other.vendor != found.vendor, differ

    others = [
        one for one in catalogue().models if one.id != found.id and not one.is_retired
    ]
    return sorted(others, key=distance)[:RELATED]
