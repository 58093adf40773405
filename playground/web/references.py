"""Pictures that a run starts from: taken in at once, shown small, and named by the form.

Without script the form brings them itself when it is sent.
"""

from dataclasses import dataclass
from io import BytesIO

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from playground.generation.errors import EaselError, TooLarge
from playground.generation.inputs import MOST_BYTES
from playground.generation.studio import in_studio
from playground.generation.thumbnails import small_copy
from playground.generation.uploads import file_of, take_in
from playground.web.people import (
    buyer_for,
    current_account,
    onlooker,
    remember_guest,
)
from playground.web.tries import check_uploads

WIDTH = 320
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Reference:
    """One picture beside the prompt."""

    token: str

    @property
    def url(self) -> str:
        return reverse("reference", args=[self.token])


def references_of(account_id: str, tokens: tuple[str, ...]) -> list[Reference]:
    """Return those of the named pictures that are still here."""
    return [Reference(token) for token in tokens if file_of(account_id, token)]


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """POST /create/references: one picture, kept until a run uses it, or for a day."""
    try:
        token = kept(request, request.FILES.get("file"))
    except EaselError as error:
        status = 413 if isinstance(error, TooLarge) else 422
        return HttpResponse(error.message, status=status, content_type="text/plain")
    response = render(request, "web/_reference.html", {"reference": Reference(token)})
    remember_guest(request, response)
    return response


def kept(request: HttpRequest, file: "UploadedFile[bytes] | None") -> str:
    """Keep one uploaded picture and name it; what is wrong is said in its own name."""
    name = short_name(file.name if file else "")
    if file is None or file.file is None:
        raise TooLarge(_("%(name)s was not sent whole: try again.") % {"name": name})
    if (file.size or 0) > MOST_BYTES:
        words = {"name": name, "limit": MOST_BYTES // 1024**2}
        raise TooLarge(_("%(name)s is larger than %(limit)d MB.") % words)
    check_uploads(onlooker(request))
    account_id = buyer_for(request).account_id
    return in_studio(take_in(account_id, BytesIO(file.read()), name)).token


def kept_files(request: HttpRequest) -> list[str]:
    """Keep the pictures that a form without script brought along, and name them."""
    files = [file for file in request.FILES.getlist("file") if file.size]
    return [kept(request, file) for file in files]


def short_name(name: str | None) -> str:
    """Return a file's name as a message can say it."""
    shown = "".join(letter for letter in name or "" if letter.isprintable())
    return shown[:LONGEST_NAME] or _("The picture")


@require_safe
def show(request: HttpRequest, token: str) -> HttpResponse:
    """GET /create/references/<token>: a small copy of one's own picture."""
    account = current_account(request)
    file = file_of(account.pk, token) if account else None
    if file is None:
        raise Http404
    try:
        data = in_studio(small_copy(file, WIDTH))
    except FileNotFoundError as error:
        raise Http404 from error
    response = HttpResponse(data, content_type="image/webp")
    response["Cache-Control"] = "private, max-age=86400, immutable"
    return response
