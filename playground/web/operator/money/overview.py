"""/operator/money: credits, what they earned and cost, and whether the books are right."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.contrib import messages
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import deeds
from accounts.staff import Power
from billing.closing import COLUMNS as MOVED
from billing.closing import Close, closes_in, written
from billing.models import ClosedMonth, Wallet
from billing.packs import earned_usd_per_credit, packs
from billing.takings import takings_of
from billing.tasks import close_soon
from playground.generation.auditing import ask_for_audit, last_audit, running_audit
from playground.generation.earnings import (
    Dollars,
    Earned,
    Line,
    earnings,
    earnings_by_provider,
)
from playground.generation.summing import Window
from playground.generation.tasks import audit_soon
from playground.web.operator.door import operates
from playground.web.people import current_person
from playground.web.spreadsheets import Row, plain, spreadsheet

WINDOWS = ("7d", "30d", "90d")
WAYS = ("day", "model", "provider")
EARNED = (
    *("day", "model", "provider", "pictures", "paid_credits", "paid_usd", "cost_usd"),
    *("margin_usd", "refused_usd", "lost_usd", "demo"),
)


@dataclass(frozen=True, slots=True)
class Totals:
    """All wallets added up, now."""

    outstanding: int
    held: int
    debt: int


@dataclass(frozen=True, slots=True)
class Summed:
    """A line of what was earned; its money is None where no credit is sold for dollars."""

    name: str
    earned: Earned
    money: Dollars | None


@operates(Power.MONEY)
@require_safe
@never_cache
def money(request: HttpRequest) -> HttpResponse:
    """GET /operator/money?month=2026-11&window=30d&by=day"""
    month = month_in(request.GET.get("month", ""))
    window = chosen(request.GET.get("window"), WINDOWS, "30d")
    by = chosen(request.GET.get("by"), WAYS, "day")
    usd = earned_usd_per_credit(packs())
    lines = summed(by, Window.last(window), usd)
    closed = ClosedMonth.objects.filter(month=month).first()
    context = {
        "totals": totals(),
        "month": month,
        "closed": closed,
        "closes": closes_in(closed) if closed else [],
        "takings": sorted(takings_of(month, None).items()),
        "window": window,
        "windows": [(one, days_in(one)) for one in WINDOWS],
        "by": by,
        "ways": way_words(),
        "lines": lines,
        "whole": whole(lines, usd),
        "usd_per_credit": usd,
        "audit": last_audit(),
        "running": running_audit(),
    }
    return render(request, "operator/money.html", context)


@operates(Power.MONEY)
@require_POST
def audit_now(request: HttpRequest) -> HttpResponse:
    """POST /operator/money/audit: a worker checks every promise of the ledger."""
    person = current_person(request)
    run = running_audit() or ask_for_audit(person)
    deeds.record(person, "ledger.audited", subject=run)
    if audit_soon(run.pk):
        messages.success(request, _("A worker checks the books now. Look again soon."))
    else:
        messages.error(request, _("No worker can be asked just now. Try again."))
    return redirect("money")


@operates(Power.MONEY)
@require_POST
def close_now(request: HttpRequest) -> HttpResponse:
    """POST /operator/money/close: a worker closes a month as far as it has come."""
    month = month_in(request.POST.get("month", ""))
    subject = deeds.Subject("month", f"{month:%Y-%m}")
    deeds.record(current_person(request), "month.reckoned", subject=subject)
    if close_soon(month):
        messages.success(request, _("A worker adds the month up. Look again soon."))
    else:
        messages.error(request, _("No worker can be asked just now. Try again."))
    response = redirect("money")
    response["Location"] += f"?month={month:%Y-%m}"
    return response


@operates(Power.MONEY)
@require_safe
def earned_csv(request: HttpRequest) -> HttpResponseBase:
    """GET /operator/money/earned.csv?window=30d: by day, model and provider."""
    window = Window.last(chosen(request.GET.get("window"), WINDOWS, "30d"))
    usd = earned_usd_per_credit(packs())
    rows = [earned_cells(line, usd) for line in earnings_by_provider(window)]
    return spreadsheet("easel-earned.csv", EARNED, iter([rows]))


@operates(Power.MONEY)
@require_safe
def closed_csv(request: HttpRequest) -> HttpResponseBase:
    """GET /operator/money/closed.csv: every month that was closed, by currency."""
    head = ("month", "currency", "opening", *MOVED, "outstanding", "reckoned")
    rows = [
        closed_cells(closed, one)
        for closed in ClosedMonth.objects.order_by("-month")
        for one in closes_in(closed)
    ]
    return spreadsheet("easel-credits.csv", head, iter([rows]))


def totals() -> Totals:
    sums = Wallet.objects.aggregate(
        *map(Sum, ("credits_posted", "debits_posted", "held", "debt"))
    )
    credited, debited, held, debt = (one or 0 for one in sums.values())
    return Totals(credited - debited, held, debt)


def days_in(window: str) -> str:
    return _("%(count)d days") % {"count": int(window[:-1])}


def way_words() -> list[tuple[str, str]]:
    return list(zip(WAYS, (_("Day"), _("Model"), _("Provider")), strict=True))


def summed(by: str, window: Window, usd: Decimal | None) -> list[Summed]:
    """Add up what was earned by day, model or provider."""
    found: defaultdict[str, Earned] = defaultdict(Earned)
    lines = earnings_by_provider(window) if by == "provider" else earnings(window)
    for line in lines:
        found[str(getattr(line, by))] += line.earned
    known = [Summed(name, one, in_dollars(one, usd)) for name, one in found.items()]
    if by == "day":
        return known
    return sorted(known, key=lambda one: -one.earned.paid_microcredits)


def whole(lines: Iterable[Summed], usd: Decimal | None) -> Summed:
    together = sum((one.earned for one in lines), Earned())
    return Summed("", together, in_dollars(together, usd))


def in_dollars(earned: Earned, usd: Decimal | None) -> Dollars | None:
    return earned.in_dollars(usd) if usd else None


def earned_cells(line: Line, usd: Decimal | None) -> Row:
    earned, money = line.earned, in_dollars(line.earned, usd)
    amounts = ["", "", "", "", ""]
    if money:
        parts = (money.paid, money.cost, money.margin, money.refused, money.lost)
        amounts = [f"{one:.6f}" for one in parts]
    said = (line.day.isoformat(), plain(line.model), plain(line.provider))
    demo = "yes" if earned.is_demo else ""
    return [*said, earned.pictures, written(earned.paid_microcredits), *amounts, demo]


def closed_cells(closed: ClosedMonth, one: Close) -> Row:
    moved = (written(one.moved[column]) for column in MOVED)
    ends = written(one.opening), written(one.outstanding)
    when = closed.reckoned_at.isoformat()
    return [f"{closed.month:%Y-%m}", one.currency, ends[0], *moved, ends[1], when]


def month_in(text: str) -> date:
    """Read a month; nonsense, or one that has not begun, is this one."""
    this = timezone.now().date().replace(day=1)
    try:
        return min(date.fromisoformat(f"{text}-01"), this)
    except ValueError:
        return this


def chosen(said: str | None, known: Sequence[str], usual: str) -> str:
    return said if said and said in known else usual
