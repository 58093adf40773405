"""The console's batches: hand a file in, hear what it costs, start it, and see it through.

A file that comes in here is checked first, always: nothing begins before somebody has
seen the total and said so.
"""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.roles import Action
from playground.batches import opening
from playground.batches.files import Sent, files_of, take_in
from playground.batches.models import LONGEST_NAME, Batch, File, Line
from playground.batches.opening import Opener, Wanted
from playground.batches.results import written
from playground.batches.tasks import check_soon, feed
from playground.generation.errors import EaselError, NotFound
from playground.generation.price import MICROCREDITS
from playground.web.people import needs, own_account, person_of
from playground.web.sent_files import as_download, streamed

SHOWN = 30
State = Batch.State
BADGES = {
    State.COMPLETED: "ok",
    State.FAILED: "bad",
    State.EXPIRED: "warn",
    State.CANCELLED: "warn",
    State.QUOTED: "accent",
}


class BatchForm(forms.Form):
    """A file of calls, and what they may cost."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("JSON Lines: one call in each line."),
        widget=forms.FileInput(attrs={"accept": ".jsonl,application/jsonl"}),
    )
    endpoint = forms.ChoiceField(
        label=gettext_lazy("What its lines ask for"),
        choices=[
            (Batch.Endpoint.GENERATIONS.value, gettext_lazy("New pictures")),
            (Batch.Endpoint.EDITS.value, gettext_lazy("Changed pictures")),
        ],
    )
    most = forms.DecimalField(
        label=gettext_lazy("Credits at most"),
        help_text=gettext_lazy("Empty: as much as its lines cost."),
        required=False,
        min_value=0,
        max_digits=12,
        decimal_places=6,
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """A batch as the pages show it."""

    batch: Batch
    in_hand: int = 0

    @property
    def badge(self) -> str:
        return BADGES.get(State(self.batch.state), "")

    @property
    def over(self) -> int:
        return self.batch.completed + self.batch.failed

    @property
    def waiting(self) -> int:
        return max(0, self.batch.total - self.over - self.in_hand)

    @property
    def percent(self) -> int:
        return 100 * self.over // self.batch.total if self.batch.total else 0


@needs(Action.REQUESTS)
@never_cache
def batches(request: HttpRequest) -> HttpResponse:
    """GET /console/batches: those there are, and a form for another."""
    return listed(request, BatchForm())


@needs(Action.PAINT)
@require_POST
def new_batch(request: HttpRequest) -> HttpResponse:
    """POST /console/batches/new: have a file checked and priced."""
    form = BatchForm(request.POST, request.FILES)
    if form.is_valid() and (made := handed_in(request, form)):
        return redirect("batch", made.pk)
    return listed(request, form)


def listed(request: HttpRequest, form: BatchForm) -> HttpResponse:
    after = request.GET.get("after", "")
    mine = opening.batches_of(own_account(request).pk).order_by("-pk")
    page = list((mine.filter(pk__lt=after) if after else mine)[: SHOWN + 1])
    context = {
        "form": form,
        "rows": [Shown(one) for one in page[:SHOWN]],
        "next_after": page[SHOWN - 1].pk if len(page) > SHOWN else "",
        "most_lines": settings.BATCH_LINES,
        "most_mb": settings.BATCH_FILE_MB,
    }
    status = 422 if form.errors else 200
    return render(request, "console/batches.html", context, status=status)


def handed_in(request: HttpRequest, form: BatchForm) -> Batch | None:
    """Keep a file and have it checked; what cannot be is said beside the field."""
    said = form.cleaned_data
    file: UploadedFile[bytes] = said["file"]
    account = own_account(request)
    name = (file.name or "file.jsonl")[-LONGEST_NAME:]
    by = Opener(
        account_id=account.pk,
        site=site_of(request),
        person_id=person_of(request).pk,
    )
    most = said["most"]
    try:
        kept, _twin = take_in(account.pk, Sent(name, file, file.size or 0))
        wanted = Wanted(
            input_file=kept.pk,
            endpoint=said["endpoint"],
            is_dry=True,
            most_microcredits=None if most is None else int(most * MICROCREDITS),
        )
        batch, _twin = opening.open_batch(wanted, by)
    except EaselError as refused:
        form.add_error("file", refused.message)
        return None
    check_soon(batch.pk)
    return batch


@needs(Action.REQUESTS)
@never_cache
@vary_on_headers("HX-Request")
@require_safe
def batch(request: HttpRequest, batch_id: str) -> HttpResponse:
    """GET /console/batches/<id>: how it stands; alone to whoever looks again."""
    one = own_batch(request, batch_id)
    in_hand = Line.objects.filter(batch=one, state__in=Line.IN_HAND).count()
    context: dict[str, Any] = {"shown": Shown(one, in_hand), "batch": one}
    if one.is_over:
        names = [one.output_file, one.error_file]
        kept = {file.pk: file for file in files_of(one.account_id).filter(pk__in=names)}
        context["output"] = kept.get(one.output_file)
        context["errors"] = kept.get(one.error_file)
    is_again = bool(getattr(request, "htmx", False))
    template = "console/_batch.html" if is_again else "console/batch.html"
    return render(request, template, context)


@needs(Action.PAINT)
@require_POST
def start(request: HttpRequest, batch_id: str) -> HttpResponse:
    """POST /console/batches/<id>/start: begin with a batch whose total was shown."""
    try:
        opening.start(own_batch(request, batch_id))
    except EaselError as refused:
        messages.error(request, refused.message)
    feed()
    return redirect("batch", batch_id)


@needs(Action.PAINT)
@require_POST
def cancel(request: HttpRequest, batch_id: str) -> HttpResponse:
    """POST /console/batches/<id>/cancel: begin nothing more of it."""
    opening.cancel(own_batch(request, batch_id))
    messages.success(request, _("Nothing more of this batch is begun."))
    return redirect("batch", batch_id)


@needs(Action.PICTURES)
@require_safe
def results(request: HttpRequest, batch_id: str, kind: str) -> HttpResponseBase:
    """GET /console/batches/<id>/<output or errors>.jsonl: what there is so far."""
    one, amiss = own_batch(request, batch_id), kind == "errors"
    if one.is_over:
        name = one.error_file if amiss else one.output_file
        if not File.objects.filter(pk=name).exists():
            raise Http404
    pieces = written(one, site_of(request), amiss=amiss)
    response = streamed(pieces, "application/jsonl")
    as_download(response, f"{one.pk}_{kind}.jsonl")
    return response


def site_of(request: HttpRequest) -> str:
    """Return the origin that addresses of pictures begin with."""
    known: str = settings.MEDIA_ORIGIN or settings.SITE_URL
    return known or f"{request.scheme}://{request.get_host()}"


def own_batch(request: HttpRequest, batch_id: str) -> Batch:
    try:
        return opening.found(own_account(request).pk, batch_id)
    except NotFound as error:
        raise Http404 from error
