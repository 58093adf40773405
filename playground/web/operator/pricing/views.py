"""/operator/prices: what groups and models cost, changed after a look at every price."""

from collections.abc import Iterator

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import AccessGroup
from accounts.staff import Power
from billing.packs import earned_usd_per_credit, packs
from playground.generation import repricing
from playground.generation.errors import BadRequest, ModelNotFound
from playground.generation.models import PriceChange
from playground.web.operator.door import operates
from playground.web.operator.pricing.forms import (
    GroupForm,
    ModelForm,
    NewGroupForm,
    model_form,
    plain,
)
from playground.web.operator.pricing.listed import (
    about,
    change_lines,
    group_lines,
    model_lines,
    to_come,
    verdicts,
)
from playground.web.people import current_person
from playground.web.spreadsheets import AT_ONCE, Row, spreadsheet
from playground.web.spreadsheets import plain as as_text

ROWS_A_PAGE = 50
COLUMNS = ("saved", "from", "who", "what", "before", "after", "reason")


@operates(Power.PRICES)
@require_safe
@never_cache
def prices(request: HttpRequest) -> HttpResponse:
    """GET /operator/prices"""
    known = verdicts()
    waiting = PriceChange.objects.filter(starts_at__gt=timezone.now())
    context = {
        "groups": list(group_lines(known)),
        "models": list(model_lines(known)),
        "waiting": change_lines(to_come(waiting.order_by("starts_at", "id"))),
        "is_in_dollars": bool(known),
    }
    return render(request, "operator/prices.html", context)


@operates(Power.PRICES)
@never_cache
def new_group(request: HttpRequest) -> HttpResponse:
    """GET and POST /operator/prices/groups/new"""
    form = NewGroupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            group = repricing.open_group(form.group(), current_person(request))
            messages.success(request, _("%(name)s is added.") % {"name": group.name})
            return redirect("prices")
        except BadRequest as refused:
            form.add_error(refused.param, refused.message)
    status = 422 if form.errors else 200
    return render(request, "operator/price_group.html", {"form": form}, status=status)


@operates(Power.PRICES)
@never_cache
def group_prices(request: HttpRequest, slug: str) -> HttpResponse:
    """GET and POST /operator/prices/groups/<slug>"""
    group = get_object_or_404(AccessGroup, pk=slug)
    form = GroupForm(request.POST or None, group=group)
    return previewed(request, form, group.name)


@operates(Power.PRICES)
@never_cache
def model_prices(request: HttpRequest, model_id: str) -> HttpResponse:
    """GET and POST /operator/prices/models/<id>"""
    try:
        form = model_form(request.POST or None, model_id)
    except ModelNotFound as error:
        raise Http404(model_id) from error
    return previewed(request, form, form.model.name)


def previewed(
    request: HttpRequest, form: GroupForm | ModelForm, heading: str
) -> HttpResponse:
    """Show what would change; save what was shown, when that is asked for."""
    context: dict[str, object] = {"form": form, "heading": heading}
    if request.method == "POST" and form.is_valid():
        proposal, seen = form.proposal(), request.POST.get("seen", "")
        try:
            if seen:
                repricing.save(proposal, current_person(request), seen=seen)
                messages.success(request, saved_words(proposal))
                return redirect("prices")
        except repricing.Unseen:
            context["is_unseen"] = True
        except BadRequest as refused:
            field = refused.param if refused.param in form.fields else None
            form.add_error(field, refused.message)
        context["preview"] = repricing.preview(proposal, earned_usd_per_credit(packs()))
    status = 422 if form.errors else 200
    return render(request, "operator/price_form.html", context, status=status)


def saved_words(proposal: repricing.Proposal) -> str:
    if proposal.starts_at:
        return _("Saved. The price changes when its time has come.")
    return _("Saved. Orders pay the new price now, in every process within seconds.")


@operates(Power.PRICES)
@require_safe
@never_cache
def history(request: HttpRequest) -> HttpResponse:
    """GET /operator/prices/history?about=sketch-1&before=<row>"""
    wanted, before = request.GET.get("about", "").strip(), request.GET.get("before", "")
    rows = rows_about(wanted)
    if before.isascii() and before.isdigit() and len(before) < 18:
        rows = rows.filter(pk__lt=int(before))
    shown = list(rows[: ROWS_A_PAGE + 1])
    page = shown[:ROWS_A_PAGE]
    context = {
        "lines": change_lines(page),
        "older": page[-1].pk if len(shown) > ROWS_A_PAGE else None,
        "about": wanted,
    }
    return render(request, "operator/price_history.html", context)


@operates(Power.PRICES)
@require_safe
def history_csv(request: HttpRequest) -> HttpResponseBase:
    """GET /operator/prices/history.csv, as far back as it goes."""
    rows = rows_about(request.GET.get("about", "").strip())
    return spreadsheet("easel-prices.csv", COLUMNS, pages_of(rows))


@operates(Power.PRICES)
@require_POST
def call_off(request: HttpRequest, row_id: int) -> HttpResponse:
    """POST /operator/prices/changes/<id>/call-off"""
    row = get_object_or_404(PriceChange, pk=row_id)
    try:
        repricing.call_off(row, current_person(request))
        messages.success(request, _("%(what)s is called off.") % {"what": about(row)})
    except BadRequest as refused:
        messages.error(request, refused.message)
    return redirect("prices")


def rows_about(wanted: str) -> QuerySet[PriceChange]:
    """Return changes, newest first: of a model or a group, when one is named."""
    rows = PriceChange.objects.order_by("-pk")
    if not wanted:
        return rows
    return rows.filter(model=wanted) | rows.filter(group=wanted)


def pages_of(rows: QuerySet[PriceChange]) -> Iterator[list[Row]]:
    page = list(rows[:AT_ONCE])
    while page:
        yield [cells(line.row, line.about, line.who) for line in change_lines(page)]
        page = list(rows.filter(pk__lt=page[-1].pk)[:AT_ONCE])


def cells(row: PriceChange, what: str, who: str) -> Row:
    said = (row.created_at.isoformat(), row.starts_at.isoformat(), as_text(who))
    values = (plain(row.before), plain(row.after))
    return [*said, as_text(what), *values, as_text(row.reason)]
