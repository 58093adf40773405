"""The edit page: a picture, a mask over it, and a conversation in which it changes.

Each turn is an order like any other, and its pictures are versions: every version has
an address, and may be changed in its turn. Without script the page does the same with
plain forms, numbers in the place of a brush.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import (
    require_http_methods,
    require_safe,
)

from playground.gallery.shelf import still_there
from playground.generation.brought_back import is_name
from playground.generation.errors import BadRequest, EaselError
from playground.generation.models import Picture
from playground.generation.request import Buyer
from playground.generation.sheets import Frame
from playground.web.create import Price, available_to, left_today
from playground.web.edit_panel import EditPanel, editor_rows, panel_for
from playground.web.edit_plans import Scene
from playground.web.edit_wishes import EditWish
from playground.web.options import Option
from playground.web.people import buyer_for, onlooker, remember_guest
from playground.web.references import kept, references_of
from playground.web.seen import orders_of
from playground.web.starting import status_of
from playground.web.tries import free_left
from playground.web.uploads import check_uploads, keep
from playground.web.versions import Turn, Version, conversation_about, find_version

RECENT = 24
EDGE_LABELS = {
    "x": _lazy("Left"),
    "y": _lazy("Top"),
    "width": _lazy("Width"),
    "height": _lazy("Height"),
}
SIDE_LABELS = {
    "left": _lazy("Left"),
    "top": _lazy("Top"),
    "right": _lazy("Right"),
    "bottom": _lazy("Bottom"),
}


@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """GET /edit: choose a picture. POST /edit: bring one."""
    if request.method != "POST":
        return render(request, "web/edit_begin.html", begin_context(request))
    try:
        response = bring(request)
    except EaselError as error:
        context = {**begin_context(request), "problem": error}
        status = status_of(request, error)
        response = render(request, "web/edit_begin.html", context, status=status)
    remember_guest(request, response)
    return response


def bring(request: HttpRequest) -> HttpResponse:
    """Open the picture that came with the form, or one that waits in a composer."""
    file = request.FILES.get("image")
    token = request.POST.get("picture", "")
    if is_name(token):
        return redirect("edit", token)
    if file is None and not token:
        raise BadRequest(_("Choose a picture first."), param="image")
    check_uploads(onlooker(request))
    title = request.POST.get("title") or (file.name if file else "") or ""
    upload = keep(token or kept(request, file), title, buyer_for(request))
    return redirect("edit", upload.pk)


def begin_context(request: HttpRequest) -> dict[str, Any]:
    own = Picture.objects.filter(generation__in=orders_of(request))
    pictures = still_there(own)
    shown = pictures.select_related("generation").order_by("-created_at")[:RECENT]
    return {"pictures": shown}


@require_safe
def edit(request: HttpRequest, version_id: str) -> HttpResponse:
    """GET /edit/<picture or upload id>"""
    is_part = bool(request.htmx)  # type: ignore[attr-defined]
    template = "web/_edit.html" if is_part else "web/edit.html"
    scene = scene_of(request, version_id)
    context = page(request, scene, first_wish(request, scene))
    return render(request, template, context)


def first_wish(request: HttpRequest, scene: Scene) -> EditWish:
    """What the page opens with: a link's wish; a rehearsed version is rehearsed on."""
    wish, picture = EditWish.of(request.GET), scene.version.picture
    if wish.model or not picture:
        return wish
    return replace(wish, is_rehearsal=wish.is_rehearsal or picture.generation.is_test)


@require_safe
def settings_fragment(request: HttpRequest, version_id: str) -> HttpResponse:
    """GET /edit/<id>/settings: another model, size or number, and what they cost."""
    scene = scene_of(request, version_id)
    context = panel_context(request, scene, EditWish.of(request.GET))
    return render(request, "web/_edit_settings_answer.html", context)


def scene_of(request: HttpRequest, version_id: str) -> Scene:
    version = find_version(request, version_id)
    return Scene(version, conversation_about(request, version))


def page(request: HttpRequest, scene: Scene, wish: EditWish) -> dict[str, Any]:
    """Everything the whole page shows."""
    turn = scene.talk.turn_of(scene.version.id)
    before = scene.talk.version(turn.base) if turn else None
    return {
        **panel_context(request, scene, wish),
        "before": before,
        "before_place": place_of(before, turn) if before and turn else "",
        "edges": numbered(EDGE_LABELS, wish.edges),
        "sides": numbered(SIDE_LABELS, wish.sides),
        "last_mask": turn if turn and turn.has_mask else None,
        "label": scene.talk.label_of(scene.version.id),
    }


def numbered(labels: Mapping[str, Promise], said: tuple[str, ...]) -> list[Option]:
    """Fields for numbers, with what was written in them."""
    pairs = zip(labels.items(), said, strict=True)
    return [Option(name, str(text), note=value) for (name, text), value in pairs]


def place_of(before: Version, turn: Turn) -> str:
    """Say where the picture before lies over the one after: an extended one is larger."""
    frame = Frame(*turn.frame)
    width, height = frame.around(before.size)
    shares = {
        "bx": frame.left / width,
        "by": frame.top / height,
        "bw": before.width / width,
        "bh": before.height / height,
    }
    return ";".join(f"{name}:{share:.4%}" for name, share in shares.items())


def panel_context(request: HttpRequest, scene: Scene, wish: EditWish) -> dict[str, Any]:
    """The composer and the settings, for whoever is looking."""
    buyer = onlooker(request, is_rehearsal=wish.is_rehearsal)
    panel = panel_for(wish, scene, buyer)
    return {
        "version": scene.version,
        "talk": scene.talk,
        "panel": panel,
        "wish": panel.wish,
        "references": references_of(buyer.account_id, wish.references),
        "price": price(request, panel, buyer),
        "editors": editor_rows(panel),
        "is_guest": buyer.lane == "guest",
        "welcome_credits": settings.WELCOME_CREDITS,
        "tries_a_day": settings.GUEST_PICTURES_A_DAY,
        "tries_left": left_today(request, buyer),
    }


def price(request: HttpRequest, panel: EditPanel, buyer: Buyer) -> Price:
    free = free_left(buyer) if panel.may_be_free else 0
    return Price(
        unit=panel.unit_price_microcredits,
        n=panel.wish.n,
        available=available_to(request, buyer),
        free=free,
        may_be_free=panel.may_be_free,
    )
