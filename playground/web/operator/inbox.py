"""The operator's inbox: questions, reports of abuse, and reported pictures of the gallery."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.staff import Power
from playground.gallery import reports
from playground.gallery.models import Report
from playground.generation.errors import EaselError
from playground.generation.models import Picture
from playground.trust.answering import answer as write
from playground.trust.inquiring import decide
from playground.trust.models import Inquiry
from playground.web.keys import done
from playground.web.operator.door import operates, operator_of

MOST_SHOWN = 100
VERDICTS = {"hide": reports.hide, "keep": reports.keep}


@dataclass(frozen=True, slots=True)
class Reported:
    """A picture of the gallery, and all that was said against it."""

    picture: Picture
    reports: tuple[Report, ...]


@operates(Power.INBOX)
@never_cache
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """GET /operator/inbox: what waits; with ?show=all also what was decided."""
    shows_all = request.GET.get("show") == "all"
    found = Inquiry.objects.prefetch_related("replies__person")
    if not shows_all:
        found = found.filter(state=Inquiry.State.OPEN)
    context = {
        "inquiries": found.order_by("-created_at")[:MOST_SHOWN],
        "reported": reported(),
        "shows_all": shows_all,
    }
    return render(request, "operator/inbox.html", context)


def reported() -> list[Reported]:
    """Gather open reports by their picture, the longest waiting first."""
    waiting = Report.objects.filter(state=Report.State.OPEN)
    by_picture: dict[str, list[Report]] = {}
    for one in waiting.select_related("picture").order_by("created_at")[:MOST_SHOWN]:
        by_picture.setdefault(one.picture_id, []).append(one)
    return [Reported(some[0].picture, tuple(some)) for some in by_picture.values()]


@operates(Power.INBOX)
@require_POST
def answer(request: HttpRequest, inquiry_id: str) -> HttpResponse:
    """POST /operator/inbox/<id>: answer it by mail, or say what became of it."""
    inquiry = get_object_or_404(Inquiry, pk=inquiry_id)
    if "words" in request.POST:
        return reply(request, inquiry)
    state = request.POST.get("state", "")
    if state not in Inquiry.State.values:
        raise Http404
    decide(inquiry, state, operator_of(request))
    return done(request, _("Noted."), to="inbox")


def reply(request: HttpRequest, inquiry: Inquiry) -> HttpResponse:
    try:
        write(inquiry, request.POST["words"], operator_of(request))
    except EaselError as error:
        messages.error(request, error.message)
        return redirect("inbox")
    return done(request, _("Sent to %(email)s.") % {"email": inquiry.email}, to="inbox")


@operates(Power.INBOX)
@require_POST
def judge(request: HttpRequest, picture_id: str) -> HttpResponse:
    """POST /operator/inbox/pictures/<id>: hide a reported picture, or keep it."""
    verdict = VERDICTS.get(request.POST.get("verdict", ""))
    if verdict is None or not verdict(picture_id, operator_of(request)):
        raise Http404
    return done(request, _("Decided, and its reports are closed."), to="inbox")
