"""Pictures that strangers see or want to be seen: let in, declined, hidden, shown again."""

import re
from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.staff import Power
from playground.arena.models import Entry
from playground.gallery import reports
from playground.gallery.models import Note, Report
from playground.gallery.sharing import noted
from playground.generation.models import Picture
from playground.web.keys import done
from playground.web.operator.door import operates, operator_of

MOST_SHOWN, LONGEST_WHY = 60, 300
NAME = re.compile(r"pic_\w+")
VERDICTS: dict[str, Callable[..., object]] = {
    "approve": reports.approve,
    "decline": reports.decline,
    "hide": reports.hide,
    "keep": reports.keep,
}
WITH_WHY = frozenset({"decline", "hide"})


@operates(Power.SAFETY)
@never_cache
@require_safe
def pictures(request: HttpRequest) -> HttpResponse:
    """GET /operator/safety/pictures?q=: what waits, what is hidden, and one by its name."""
    asked = request.GET.get("q", "").replace("\0", "").strip()
    return render(request, "operator/pictures.html", listed(asked))


def listed(asked: str, error: str = "") -> dict[str, object]:
    notes = Note.objects.select_related("picture__generation")
    hidden = notes.filter(hidden_at__isnull=False).order_by("-hidden_at")
    picture = named(asked)
    is_private = picture is not None and not others_see(picture)
    return {
        "asked": asked,
        "picture": None if is_private else picture,
        "private_request": picture.generation_id if picture and is_private else "",
        "waiting": reports.waiting().select_related("picture__generation")[:MOST_SHOWN],
        "hidden": hidden[:MOST_SHOWN],
        "needs_approval": settings.GALLERY_APPROVAL,
        "error": error,
        "tab": "pictures",
    }


def named(asked: str) -> Picture | None:
    """Find a picture by its id, or an address that has it in it."""
    name = NAME.search(asked)
    if name is None:
        return None
    found = Picture.objects.select_related("generation", "note").filter(pk=name[0])
    return found.first()


def others_see(picture: Picture) -> bool:
    """Say whether anybody but its owner sees a picture, or did; others are private."""
    note = noted(picture)
    is_shown = note and (note.token or note.public_at)
    is_judged = note and (note.hidden_at or note.declined_at)
    if is_shown or is_judged:
        return True
    is_entered = Entry.objects.filter(picture=picture).exists()
    return is_entered or Report.objects.filter(picture=picture).exists()


@operates(Power.SAFETY)
@require_POST
def judge_picture(request: HttpRequest, picture_id: str) -> HttpResponse:
    """POST /operator/safety/pictures/<id>"""
    verdict = request.POST.get("verdict", "")
    if verdict not in VERDICTS:
        raise Http404
    picture = get_object_or_404(Picture, pk=picture_id)
    why = request.POST.get("why", "").replace("\0", "").strip()[:LONGEST_WHY]
    if verdict in WITH_WHY and not why:
        error = _("Say why: the picture’s owner reads it.")
        context = listed(picture.pk, error)
        return render(request, "operator/pictures.html", context, status=422)
    more = {"why": why} if verdict in WITH_WHY else {}
    VERDICTS[verdict](picture.pk, operator_of(request), **more)
    return done(request, _("Decided."), to="operator-pictures")
