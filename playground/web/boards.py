"""Boards: the list of them, and one with its pictures in its owner's order."""

import re

from django.contrib import messages
from django.db.models import Case, F, OuterRef, QuerySet, Subquery, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from playground.gallery import boards as rules
from playground.gallery.models import Board, Pin
from playground.gallery.shelf import beyond, still_there
from playground.web.mine import check_arranging, pictures_seen
from playground.web.people import needs_person, own_account

PAGE = 60
ORDER = ("place", "pk")
PLACE = re.compile(r"(-?\d{1,18})~(\d{1,18})", re.ASCII)


@needs_person
@require_safe
def boards(request: HttpRequest) -> HttpResponse:
    """GET /boards"""
    found = own_account(request).boards.annotate(face=face_of(request))
    shown = list(found.order_by("name"))
    faces = pictures_seen(request).in_bulk([one.face for one in shown if one.face])
    pairs = [(board, faces.get(board.face)) for board in shown]
    return render(request, "web/boards.html", {"boards": pairs})


def face_of(request: HttpRequest) -> Subquery:
    """Return what stands for a board: its cover, or else its first picture."""
    there = still_there(pictures_seen(request)).values("pk")
    pins = Pin.objects.filter(board=OuterRef("pk"), picture__in=there)
    is_cover = Case(When(picture=F("board__cover"), then=0), default=1)
    return Subquery(pins.order_by(is_cover, "place", "pk").values("picture")[:1])


@needs_person
@require_safe
def board(request: HttpRequest, board_id: str) -> HttpResponse:
    """GET /boards/<id>?after="""
    shown = get_object_or_404(own_account(request).boards, pk=board_id)
    place = place_in(request.GET.get("after", ""))
    found = list(beyond(pins_of(request, shown), ORDER, place)[: PAGE + 1])
    pins, has_more = found[:PAGE], len(found) > PAGE
    context = {
        "board": shown,
        "pictures": [pin.picture for pin in pins],
        "more": f"{pins[-1].place}~{pins[-1].pk}" if has_more else "",
        "boards": own_account(request).boards.order_by("name"),
    }
    return render(request, "web/board.html", context)


def pins_of(request: HttpRequest, board: Board) -> QuerySet[Pin]:
    """Return what is pinned to a board and may be seen, with its pictures."""
    there = still_there(pictures_seen(request)).values("pk")
    pins = board.pins.filter(picture__in=there).order_by(*ORDER)
    return pins.select_related("picture__generation", "picture__note")


def place_in(text: str) -> tuple[int, int] | None:
    """Read where a page goes on; what cannot be read is the beginning."""
    place = PLACE.fullmatch(text)
    return (int(place[1]), int(place[2])) if place else None


@needs_person
@require_POST
def new_board(request: HttpRequest) -> HttpResponse:
    """POST /boards/new"""
    check_arranging(request)
    try:
        made = rules.open_board(own_account(request).pk, request.POST.get("name", ""))
    except rules.WrongName as error:
        messages.error(request, str(error))
        return redirect("boards")
    return redirect("board", made.pk)


@needs_person
@require_POST
def change_board(request: HttpRequest, board_id: str) -> HttpResponse:
    """POST /boards/<id>/change: another name, or none of it any more."""
    check_arranging(request)
    changed = get_object_or_404(own_account(request).boards, pk=board_id)
    if "delete" in request.POST:
        rules.close_board(changed)
        words = _("The board “%(name)s” is gone. Its pictures are in the history.")
        messages.success(request, words % {"name": changed.name})
        return redirect("boards")
    try:
        rules.rename(changed, request.POST.get("name", ""))
    except rules.WrongName as error:
        messages.error(request, str(error))
    return redirect("board", board_id)
