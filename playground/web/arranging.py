"""What is done with chosen pictures: starred, put on a board, carried off, deleted.

One form with many boxes and a button for each verb, the same on the history page and on
boards. A deletion can be undone for ten minutes from the message that tells of it.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from playground.gallery import bin, boards, sharing
from playground.gallery.models import Board
from playground.gallery.shelf import chosen
from playground.gallery.zips import zipped
from playground.generation.models import Picture
from playground.web.mine import check_arranging, owned, pictures_seen
from playground.web.people import current_account, needs_person, own_account
from playground.web.sent_files import as_download, streamed

MOST_CHOSEN = 2000
UNDO = "undo"  # marks a message, and names in the session what it can bring back
PLAIN_COPIES = "plain_copies"
NEW_BOARD = "new"
Pictures = list[Picture]


@require_POST
def arrange(request: HttpRequest) -> HttpResponseBase:
    """POST /history/arrange: `picture` names them, `do` says what."""
    verb = VERBS.get(request.POST.get("do", ""))
    names = request.POST.getlist("picture")[:MOST_CHOSEN]
    pictures = chosen(pictures_seen(request), names)
    if verb is None or not pictures:
        messages.info(request, _("Choose some pictures first."))
        return back(request)
    return verb(request, pictures)


def back(request: HttpRequest, otherwise: str = "history") -> HttpResponse:
    """Return to the page the form was on."""
    asked = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(asked, {request.get_host()}):
        return redirect(asked)
    return redirect(otherwise)


def carry_off(request: HttpRequest, pictures: Pictures) -> HttpResponseBase:
    """Send the pictures as one file, which is written while it is sent."""
    has_settings = not request.session.get(PLAIN_COPIES, False)
    pieces = zipped(pictures, has_settings=has_settings)
    response = streamed(pieces, "application/zip")
    as_download(response, f"easel-{timezone.localtime():%Y-%m-%d-%H%M}.zip")
    return response


def star(request: HttpRequest, pictures: Pictures) -> HttpResponse:
    check_arranging(request)
    for picture in pictures:
        sharing.star(picture, True)
    return told(request, starred_words(len(pictures)))


def starred_words(count: int) -> str:
    return ngettext("%(n)s picture starred", "%(n)s pictures starred", count) % {
        "n": count
    }


def delete(request: HttpRequest, pictures: Pictures) -> HttpResponse:
    mine = owned(request, pictures)
    bin.delete(mine)
    tell_deleted(request, mine)
    if len(mine) < len(pictures):
        messages.warning(request, _("Others’ pictures stay: your role keeps them."))
    return back(request)


def tell_deleted(request: HttpRequest, pictures: Pictures) -> None:
    """Say so, with a way back."""
    if not pictures:
        return
    request.session[UNDO] = [picture.pk for picture in pictures]
    count = len(pictures)
    words = ngettext("%(n)s picture deleted", "%(n)s pictures deleted", count)
    messages.success(request, words % {"n": count}, extra_tags=UNDO)


def pin(request: HttpRequest, pictures: Pictures) -> HttpResponse:
    """Put them on the board that was chosen, or on a new one."""
    check_arranging(request)
    account = own_account(request)
    asked = request.POST.get("board", "")
    if asked == NEW_BOARD or request.POST.get("name", "").strip():
        try:
            board = boards.open_board(account.pk, request.POST.get("name", ""))
        except boards.WrongName as error:
            messages.error(request, str(error))
            return back(request)
    else:
        board = get_object_or_404(account.boards, pk=asked)
    boards.pin(board, pictures)
    return told(request, pinned_words(board, len(pictures)))


def pinned_words(board: Board, count: int) -> str:
    words = ngettext(
        "%(n)s picture is on “%(board)s”", "%(n)s pictures are on “%(board)s”", count
    )
    return words % {"n": count, "board": board.name}


def unpin(request: HttpRequest, pictures: Pictures) -> HttpResponse:
    boards.unpin(asked_board(request), pictures)
    return told(request, _("Taken off the board"))


def bring_forward(request: HttpRequest, pictures: Pictures) -> HttpResponse:
    boards.bring_forward(asked_board(request), pictures)
    return back(request)


def cover(request: HttpRequest, pictures: Pictures) -> HttpResponse:
    boards.cover_with(asked_board(request), pictures[0])
    return told(request, _("The board has a new cover"))


def asked_board(request: HttpRequest) -> Board:
    """Return the board the form is on."""
    check_arranging(request)
    account = own_account(request)
    return get_object_or_404(account.boards, pk=request.POST.get("of", ""))


def told(request: HttpRequest, words: str) -> HttpResponse:
    messages.success(request, words)
    return back(request)


Verb = Callable[[HttpRequest, Pictures], HttpResponseBase]
VERBS: dict[str, Verb] = {
    "zip": carry_off,
    "star": star,
    "delete": delete,
    "pin": needs_person(pin),
    "unpin": needs_person(unpin),
    "forward": needs_person(bring_forward),
    "cover": needs_person(cover),
}


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """POST /history/undo: bring back what was just deleted here."""
    account = current_account(request)
    names: list[Any] = request.session.pop(UNDO, [])
    count = bin.bring_back(account.pk, names) if account else 0
    words = ngettext("%(n)s picture is back", "%(n)s pictures are back", count)
    messages.success(request, words % {"n": count})
    return back(request)
