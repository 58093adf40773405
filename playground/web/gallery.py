"""The public gallery: what people chose to show, for anybody to look at and to remix.

Only the picture, its prompt and its settings are shown; whose it is, and what it was
made from, never.
"""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from playground.gallery import reports
from playground.gallery.models import Report
from playground.gallery.sharing import alt_of, count_remix, public_pictures
from playground.gallery.shelf import beyond
from playground.generation.errors import TooMany
from playground.generation.links import picture_path
from playground.generation.models import Picture
from playground.trust.inquiring import tell_operators
from playground.web.history import models_of, place_in
from playground.web.mine import pictures_seen
from playground.web.people import current_person, network_of
from playground.web.templatetags.easel import model_name
from playground.web.wishes import Wish
from playground.web.wishes import whole as whole_number

PAGE = 40
FILE_SECONDS = 3600
ORDERS = {
    "newest": ("-note__public_at", "pk"),
    "remixed": ("-note__remixes", "-note__public_at", "pk"),
}


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """GET /gallery?by=newest&model=&after="""
    by = request.GET.get("by", "newest")
    by = by if by in ORDERS else "newest"
    model = request.GET.get("model", "")
    place = place_among(by, request.GET.get("after", ""))
    rows = beyond(public(model).order_by(*ORDERS[by]), ORDERS[by], place)
    found = list(rows[: PAGE + 1])
    shown = found[:PAGE]
    following = (
        {"by": by, "model": model, "after": place_of(by, shown[-1])} if shown else {}
    )
    context = {
        "pictures": [(one, alt_of(one)) for one in shown],
        "more": urlencode(following) if len(found) > PAGE else "",
        "is_onward": place is not None,
        "by": by,
        "model": model,
    }
    if place and getattr(request, "htmx", False):
        return render(request, "web/_gallery_more.html", context)
    context |= {"models": models_of()}
    return render(request, "web/gallery.html", context)


def place_of(by: str, last: Picture) -> str:
    """Write where a page of the gallery ends; people remix meanwhile."""
    place = f"{last.note.public_at:%Y-%m-%dT%H:%M:%S.%f%z}~{last.pk}"
    return place if by == "newest" else f"{last.note.remixes}~{place}"


def place_among(by: str, text: str) -> tuple[datetime | str | int, ...] | None:
    """Read where a page goes on; what cannot be read is the beginning."""
    if by == "newest":
        return place_in(text)
    count, _tilde, rest = text.partition("~")
    remixes, place = whole_number(count), place_in(rest)
    return None if place is None or remixes is None else (remixes, *place)


def public(model: str = "") -> QuerySet[Picture]:
    pictures = public_pictures()
    return pictures.filter(generation__model=model) if model else pictures


def public_picture(picture_id: str) -> Picture:
    picture = public().filter(pk=picture_id).first()
    if picture is None:
        raise Http404
    return picture


@require_safe
def exhibit(request: HttpRequest, picture_id: str) -> HttpResponse:
    """GET /gallery/<id>: one of them, large; inside the gallery's lightbox or alone."""
    picture = public_picture(picture_id)
    context = exhibited(picture) | {
        "is_own": pictures_seen(request).filter(pk=picture_id).exists()
    }
    is_part = getattr(request, "htmx", False)
    template = "web/_exhibit.html" if is_part else "web/exhibit.html"
    return render(request, template, context)


def exhibited(picture: Picture) -> dict[str, Any]:
    order = picture.generation
    request = order.asked
    url, _expires = picture_path(
        picture.pk, picture.format, picture.expires_at, seconds=FILE_SECONDS
    )
    return {
        "picture": picture,
        "alt": alt_of(picture),
        "prompt": order.prompt,
        "model_name": model_name(order.model),
        "shape": request.shape,
        "url": url,
    }


@require_POST
def remix(request: HttpRequest, picture_id: str) -> HttpResponse:
    """POST /gallery/<id>/remix: fill the composer with its prompt and settings."""
    picture = public_picture(picture_id)
    count_remix(picture)
    wish = Wish.like(picture.generation)
    said = {
        "prompt": wish.prompt,
        "model": wish.model,
        "aspect_ratio": wish.shape,
        "resolution": wish.tier,
        "negative_prompt": wish.avoid,
        "output_format": wish.output_format,
    }
    filled = urlencode({name: value for name, value in said.items() if value})
    return redirect(f"{reverse('create')}?{filled}")


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, picture_id: str) -> HttpResponse:
    """GET and POST /gallery/<id>/report"""
    picture = public_picture(picture_id)
    context = {
        "picture": picture,
        "alt": alt_of(picture),
        "reasons": Report.Reason.choices,
        "is_person": current_person(request) is not None,
    }
    if request.method != "POST":
        return render(request, "web/report.html", context)
    reason = request.POST.get("reason", "")
    if reason not in Report.Reason.values:
        context["error"] = _("Choose what is wrong with it.")
        return render(request, "web/report.html", context, status=422)
    words = request.POST.get("words", "").replace("\0", "").strip()
    try:
        is_new = reports.report(picture, reason, words, network_of(request))
    except TooMany as error:
        context["error"] = str(error)
        return render(request, "web/report.html", context, status=429)
    if is_new:
        about = f"{Report.Reason(reason).label}: {picture.pk}"
        tell_operators(_("Reported picture"), f"{about}\n{words}".strip())
    messages.success(request, _("Thank you. Somebody will look at it."))
    return redirect("gallery")
