"""What is done with the one picture that is open: starred, described, shared, shown, deleted.

Each is a form of its own, answered with the panel it stands in, or without script with
the picture's page.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from playground.gallery import bin, boards, sharing
from playground.gallery.models import Board
from playground.gallery.sharing import alt_of, noted
from playground.generation.models import Picture
from playground.web.arranging import tell_deleted
from playground.web.mine import check_arranging, check_owning, owned, picture_seen
from playground.web.people import current_person, own_account

LONGEST_ALT = 2000


@require_POST
def note(request: HttpRequest, picture_id: str, verb: str) -> HttpResponse:
    """POST /pictures/<id>/note/<verb>"""
    if verb not in VERBS:
        raise Http404
    picture = picture_seen(request, picture_id)
    said = VERBS[verb](request, picture)
    if verb == "delete":
        return gone(request)
    if getattr(request, "htmx", False):
        context = panel(request, picture_seen(request, picture_id)) | {
            "said": said,
            "did": verb,
        }
        return render(request, "web/_keeping.html", context)
    if said:
        messages.info(request, said)
    return redirect("picture-page", picture_id)


def star(request: HttpRequest, picture: Picture) -> str:
    check_arranging(request)
    is_starred = request.POST.get("on") == "1"
    sharing.star(picture, is_starred)
    return _("Starred") if is_starred else _("No longer starred")


def describe(request: HttpRequest, picture: Picture) -> str:
    check_owning(request, picture)
    words = request.POST.get("words", "").replace("\0", "").strip()
    sharing.describe(picture, words[:LONGEST_ALT])
    return _("Saved")


def share(request: HttpRequest, picture: Picture) -> str:
    check_owning(request, picture)
    check_person(request)
    if request.POST.get("on") != "1":
        sharing.stop_sharing(picture)
        return _("The link is switched off")
    sharing.share(picture, tells_prompt="tells_prompt" in request.POST)
    return _("Whoever has the link sees the picture")


def publish(request: HttpRequest, picture: Picture) -> str:
    check_owning(request, picture)
    check_person(request)
    if request.POST.get("on") != "1":
        sharing.withdraw(picture)
        return _("No longer in the gallery")
    try:
        sharing.publish(picture)
    except sharing.CannotPublish as error:
        return str(error)
    return ""


def pin(request: HttpRequest, picture: Picture) -> str:
    """Put it on a board, or take it off."""
    check_arranging(request)
    check_person(request)
    account = own_account(request)
    if name := request.POST.get("name", "").strip():
        try:
            board = boards.open_board(account.pk, name)
        except boards.WrongName as error:
            return str(error)
    else:
        board = get_object_or_404(account.boards, pk=request.POST.get("board", ""))
    act = boards.unpin if request.POST.get("on") == "0" else boards.pin
    act(board, [picture])
    return ""


def delete(request: HttpRequest, picture: Picture) -> str:
    check_owning(request, picture)
    bin.delete([picture])
    tell_deleted(request, [picture])
    return ""


Verb = Callable[[HttpRequest, Picture], str]
VERBS: dict[str, Verb] = {
    "star": star,
    "describe": describe,
    "share": share,
    "publish": publish,
    "pin": pin,
    "delete": delete,
}


def check_person(request: HttpRequest) -> None:
    """What others can see, and boards, need an account."""
    if current_person(request) is None:
        raise PermissionDenied(_("Create an account to share pictures."))


def gone(request: HttpRequest) -> HttpResponse:
    """Leave the picture that is no more for the page it was opened from."""
    asked = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(asked, {request.get_host()})
    if not is_ours or asked.startswith("/p/"):
        asked = reverse("history")
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(asked)
    return redirect(asked)


def panel(request: HttpRequest, picture: Picture) -> dict[str, Any]:
    """Everything the panel beside the open picture says."""
    known = noted(picture)
    account = picture.account_id
    on_boards = Board.objects.filter(pins__picture=picture).order_by("name")
    others = Board.objects.filter(account=account).exclude(pins__picture=picture)
    token = known.token if known else None
    return {
        "picture": picture,
        "note": known,
        "alt": alt_of(picture),
        "is_mine": bool(owned(request, [picture])),
        "is_person": current_person(request) is not None,
        "share_url": request.build_absolute_uri(reverse("shared", args=[token]))
        if token
        else "",
        "on_boards": on_boards,
        "other_boards": others.order_by("name"),
        "why_not_public": sharing.why_not_public(picture),
        "kept_until": picture.expires_at,
        "has_end": known.expires_at if known else None,
    }
