"""What came in: payments, Stripe's events (handled again, if need be), disputes, debts."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import deeds
from accounts.staff import Power
from billing.models import StripeEvent, StripePayment, Wallet
from billing.webhook import handle_again
from playground.web.operator.door import operates
from playground.web.people import current_person
from playground.web.spreadsheets import AT_ONCE, Row, plain, spreadsheet

ROWS_A_PAGE = 50
MOST_EVENTS = 10_000
Status, State = StripePayment.Status, StripeEvent.State
PAYMENT = (
    *(
        "id",
        "time",
        "account",
        "kind",
        "status",
        "credits",
        "asked_minor",
        "paid_minor",
    ),
    *("tax_minor", "refunded_minor", "disputed_minor", "currency", "pack"),
    *("payment_intent", "session", "error", "live"),
)
EVENT = ("id", "received", "type", "state", "tries", "live", "error")
DEBT = ("account", "debt_microcredits", "balance_microcredits", "frozen")


@operates(Power.MONEY)
@require_safe
@never_cache
def payments(request: HttpRequest) -> HttpResponse:
    """GET /operator/money/payments?q=&status=paid&before=<id>"""
    rows = payments_in(request)
    context = page_of(rows, request)
    context |= {"statuses": Status.values, "status": request.GET.get("status", "")}
    context |= {"q": request.GET.get("q", "").strip()}
    return render(request, "operator/payments.html", context)


@operates(Power.MONEY)
@require_safe
def payments_csv(request: HttpRequest) -> HttpResponseBase:
    """GET /operator/money/payments.csv, with the same filter, as far back as it goes."""
    return spreadsheet("easel-payments.csv", PAYMENT, payment_pages(request))


@operates(Power.MONEY)
@require_safe
@never_cache
def events(request: HttpRequest) -> HttpResponse:
    """GET /operator/money/events?state=failed&q=evt_"""
    context: dict[str, Any] = {
        "rows": events_in(request)[:ROWS_A_PAGE],
        "states": State.values,
        "state": request.GET.get("state", ""),
        "q": request.GET.get("q", "").strip(),
    }
    return render(request, "operator/events.html", context)


@operates(Power.MONEY)
@require_safe
def events_csv(request: HttpRequest) -> HttpResponseBase:
    """GET /operator/money/events.csv, with the same filter: the newest of them."""
    rows = map(event_cells, events_in(request)[:MOST_EVENTS])
    return spreadsheet("easel-events.csv", EVENT, iter([list(rows)]))


@operates(Power.MONEY)
@require_POST
def replay(request: HttpRequest, event_id: str) -> HttpResponse:
    """POST /operator/money/events/<id>/replay: what it did already is not done again."""
    event = get_object_or_404(StripeEvent, pk=event_id)
    before = {"state": event.state, "tries": event.tries}
    handle_again(event)
    event.refresh_from_db()
    deeds.record(
        current_person(request),
        "event.replayed",
        subject=event,
        before=before,
        after={"state": event.state, "tries": event.tries},
    )
    words = {"event": event.pk, "state": event.state}
    if event.state == State.FAILED:
        messages.error(request, _("%(event)s failed again.") % words)
    else:
        messages.success(request, _("%(event)s was handled: %(state)s.") % words)
    return redirect("money-events")


@operates(Power.MONEY)
@require_safe
@never_cache
def disputes(request: HttpRequest) -> HttpResponse:
    """GET /operator/money/disputes: what was disputed or refunded, and who owes credits."""
    gone = Q(disputed=True) | Q(refunded_minor__gt=0)
    context = {
        "rows": StripePayment.objects.filter(gone).order_by("-pk")[:ROWS_A_PAGE],
        "debts": debtors()[:ROWS_A_PAGE],
    }
    return render(request, "operator/disputes.html", context)


@operates(Power.MONEY)
@require_safe
def debts_csv(request: HttpRequest) -> HttpResponseBase:
    """GET /operator/money/debts.csv"""
    rows = [[one.pk, one.debt, one.balance, int(one.frozen)] for one in debtors()]
    return spreadsheet("easel-debts.csv", DEBT, iter([rows]))


def debtors() -> QuerySet[Wallet]:
    owing = Wallet.objects.filter(Q(debt__gt=0) | Q(frozen=True))
    return owing.select_related("account").order_by("-debt", "pk")


def payments_in(request: HttpRequest) -> QuerySet[StripePayment]:
    """Return payments, newest first: of a status, or found by whatever names them."""
    rows = StripePayment.objects.order_by("-pk")
    status, words = request.GET.get("status", ""), request.GET.get("q", "").strip()
    if status in Status.values:
        rows = rows.filter(status=status)
    if words:
        named = Q(wallet=words) | Q(payment_intent=words) | Q(session_id=words)
        named |= Q(customer=words) | Q(charge_id=words)
        rows = rows.filter(named | Q(wallet__account__people__email__iexact=words))
    return rows.distinct() if words else rows


def events_in(request: HttpRequest) -> QuerySet[StripeEvent]:
    rows = StripeEvent.objects.order_by("-received_at", "-pk").defer("payload")
    state, words = request.GET.get("state", ""), request.GET.get("q", "").strip()
    if state in State.values:
        rows = rows.filter(state=state)
    return rows.filter(Q(pk=words) | Q(type=words)) if words else rows


def page_of(rows: QuerySet[Any], request: HttpRequest) -> dict[str, Any]:
    """Return one page of rows, newest first, and where the older ones begin."""
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 18:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: ROWS_A_PAGE + 1])
    page = found[:ROWS_A_PAGE]
    older = page[-1].pk if len(found) > ROWS_A_PAGE else None
    return {"rows": page, "older": older}


def payment_pages(request: HttpRequest) -> Iterator[list[Row]]:
    rows = payments_in(request)
    page = list(rows[:AT_ONCE])
    while page:
        yield [payment_cells(one) for one in page]
        page = list(rows.filter(pk__lt=page[-1].pk)[:AT_ONCE])


def payment_cells(one: StripePayment) -> Row:
    money = (one.amount_minor, one.paid_minor, one.tax_minor)
    gone = (one.refunded_minor, one.disputed_minor)
    texts = (one.pack, one.payment_intent or "", one.session_id or "", one.error)
    return [
        *(one.pk, one.created_at.isoformat(), one.wallet_id, one.kind, one.status),
        *(one.credits, *("" if minor is None else minor for minor in (*money, *gone))),
        *(one.currency, *map(plain, texts), int(one.livemode)),
    ]


def event_cells(one: StripeEvent) -> Row:
    said = (one.pk, one.received_at.isoformat(), one.type, one.state, one.tries)
    return [*said, int(one.livemode), plain(one.error)]
