"""Copies of one picture for its owner: as it is, or in another format."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from playground.gallery.copies import (
    FORMATS,
    ORIGINAL,
    Unreadable,
    copy_of,
    loses_credentials,
)
from playground.web.arranging import PLAIN_COPIES
from playground.web.mine import picture_seen
from playground.web.sent_files import as_download, whole

HINTS = {
    "png": _("lossless"),
    "jpeg": _("opens everywhere"),
    "webp": _("small"),
    "avif": _("smallest"),
}


@require_safe
def download(request: HttpRequest, picture_id: str) -> HttpResponse:
    """GET /pictures/<id>/download?as=original"""
    picture = picture_seen(request, picture_id)
    wanted = request.GET.get("as", ORIGINAL)
    if wanted not in (ORIGINAL, *FORMATS):
        raise Http404
    has_settings = not request.session.get(PLAIN_COPIES, False)
    try:
        copy = copy_of(picture, wanted, has_settings=has_settings)
    except (FileNotFoundError, Unreadable) as error:
        raise Http404 from error
    response = whole(copy.data, copy.content_type)
    as_download(response, copy.file_name)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def copies(request: HttpRequest, picture_id: str) -> HttpResponse:
    """GET /pictures/<id>/copies: what it can be had as, and what would be lost.

    POST says whether this visitor's copies carry their settings from now on.
    """
    picture = picture_seen(request, picture_id)
    is_part = getattr(request, "htmx", False)
    if request.method == "POST":
        request.session[PLAIN_COPIES] = request.POST.get("on") != "1"
        if not is_part:
            return redirect("copies", picture_id)
    context = {
        "picture": picture,
        "others": [(one, HINTS[one]) for one in FORMATS if one != picture.format],
        "loses_credentials": loses_credentials(picture),
        "copies_settings": not request.session.get(PLAIN_COPIES, False),
    }
    return render(
        request, "web/_copies.html" if is_part else "web/copies.html", context
    )
