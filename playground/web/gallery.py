"""The public gallery: what people chose to show, for anybody to look at and to remix.

Only the picture, its prompt and its settings are shown; whose it is, and what it was
made from, never.
"""

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
from playground.generation.errors import TooMany
from playground.generation.links import picture_path
from playground.generation.models import Picture
from playground.trust.inquiring import tell_operators
from playground.web.history import model_name, models_of
from playground.web.people import current_person, network_of
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
    """GET /gallery?by=newest&model=&from="""
    by = request.GET.get("by", "newest")
    by = by if by in ORDERS else "newest"
    model = request.GET.get("model", "")
    start = whole_number(request.GET.get("from", "")) or 0
    found = list(public(model).order_by(*ORDERS[by])[start : start + PAGE + 1])
    following = {"by": by, "model": model, "from": str(start + PAGE)}
    more = urlencode(following) if len(found) > PAGE else ""
    context = {
        "pictures": [(one, alt_of(one)) for one in found[:PAGE]],
        "more": more,
        "start": start,
        "by": by,
        "model": model,
    }
    if start and getattr(request, "htmx", False):
        return render(request, "web/_gallery_more.html", context)
    context |= {"models": models_of()}
    return render(request, "web/gallery.html", context)


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
    context = exhibited(picture)
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
        reports.report(picture, reason, words, network_of(request))
    except TooMany as error:
        context["error"] = str(error)
        return render(request, "web/report.html", context, status=429)
    about = f"{Report.Reason(reason).label}: {picture.pk}"
    tell_operators(_("Reported picture"), f"{about}\n{words}".strip())
    messages.success(request, _("Thank you. Somebody will look at it."))
    return redirect("gallery")
