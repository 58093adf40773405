"""The console's usage: what was painted, when, and what it cost.

One filter and one period count for the numbers, the chart, the table and the file. What
a test key rehearses is in the list, and in no sum.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.roles import Action
from billing.ledger import MICRO, Budget, budgets_of, given_back_of, wallet_of
from playground.codes import CODES
from playground.generation.catalogue import catalogue
from playground.generation.looking_back import page_like
from playground.generation.models import Generation, Picture
from playground.generation.replica import may_lag
from playground.generation.storage import bytes_stored_lately, most_bytes
from playground.generation.summing import Window
from playground.web.credits import running_out
from playground.web.figures import Figures, Sums, figures_of, most_of, spent_in
from playground.web.people import needs, needs_person, own_account
from playground.web.plot import stacked
from playground.web.sifted import LANES, Sieve
from playground.web.spans import NAMES, Span, span_of

ENDPOINTS = (
    "images.generations",
    "images.edits",
    "gemini.generateContent",
    "gemini.streamGenerateContent",
    "gemini.predict",
    "playground",
)
ROWS_A_PAGE, TOP = 25, 5
SHOWN = (
    *("created_at", "finished_at", "model", "key_id", "lane", "is_test", "state"),
    *("n", "delivered", "unit_price_microcredits", "user", "metadata"),
)
MOST_PERCENT = 1000
# An open page asks every twenty seconds: it looks through so many of the newest.
LOOKED_AT, MOST_FRESH = 1000, 100
BADGES: dict[str, str] = {
    Generation.State.QUEUED: "accent",
    Generation.State.RUNNING: "accent",
    Generation.State.SUCCEEDED: "ok",
    Generation.State.PARTIALLY_SUCCEEDED: "warn",
    Generation.State.FAILED: "bad",
    Generation.State.REFUSED: "bad",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One day or hour of the table behind the chart."""

    start: datetime
    sums: Sums
    failed: int


@dataclass(frozen=True, slots=True)
class Share:
    """One key or model among those that spent most."""

    name: str
    address: str
    sums: Sums
    percent: int
    budget: Budget | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One order, as a row of the table."""

    order: Generation
    key_name: str
    badge: str
    duration_seconds: float | None
    kept_until: datetime | None
    given_back_microcredits: int

    @property
    def paid_microcredits(self) -> int:
        return self.order.charged_microcredits - self.given_back_microcredits


@needs_person
def console(request: HttpRequest) -> HttpResponse:
    """GET /console"""
    return redirect("usage")


@needs(Action.REQUESTS)
@may_lag
def usage(request: HttpRequest) -> HttpResponse:
    """GET /console/usage?period=30d&key=…&model=…&status=…&user=…&after=<request id>"""
    account, sieve, span = own_account(request), Sieve.of(request), span_of(request)
    figures = figures_of(account, sieve, span.window, given_back_of(account.pk))
    names = dict(account.keys.order_by("name").values_list("pk", "name"))
    after = request.GET.get("after", "")
    orders, older = page_after(account, sieve, span.window, after)
    wallet = wallet_of(account.pk)
    return render(
        request,
        "console/usage.html",
        {
            **numbers(account, sieve, span, figures, names),
            "wallet": wallet,
            "available_microcredits": wallet.available,
            "days_left": running_out(wallet),
            "span": span,
            "spans": [(name, words[0]) for name, words in NAMES.items()],
            "stored_bytes": bytes_stored_lately(account.pk),
            "most_bytes": most_bytes(),
            "sieve": sieve,
            "choices": choices(account, figures, names),
            "rows": lines_of(orders, names, figures.given),
            "older": older,
            "is_first_page": not after,
        },
    )


@needs(Action.REQUESTS)
@may_lag
def fresh(request: HttpRequest) -> HttpResponse:
    """GET /console/usage/fresh?since=<request id>: how many have come since, as a link."""
    account, sieve = own_account(request), Sieve.of(request)
    orders = sieve.orders(account, span_of(request).window)
    shown = Generation.objects.filter(account=account, pk=request.GET.get("since", ""))
    newest = shown.first()
    lately = Generation.objects.filter(account=account).order_by("-created_at")
    newer = lately.filter(created_at__gt=newest.created_at) if newest else lately
    looked_at = list(newer.values_list("created_at", flat=True)[:LOOKED_AT])
    if not looked_at:
        return HttpResponse(status=204)
    fitting = orders.filter(created_at__gte=looked_at[-1])
    count = len(fitting.values_list("pk")[:MOST_FRESH])
    if not count:
        return HttpResponse(status=204)
    context = {"count": count, "sieve": sieve, "span": span_of(request)}
    return render(request, "console/_usage_fresh.html", context)


def numbers(
    account: Account,
    sieve: Sieve,
    span: Span,
    figures: Figures,
    names: dict[str, str],
) -> dict[str, object]:
    """Return the page's numbers, its chart, and who spent most."""
    starts: list[date] = list(span.window.steps())
    whole = figures.whole
    return {
        "figures": figures,
        "success_percent": percent_of(figures.success),
        "median_seconds": figures.seconds(0.5),
        "slow_seconds": figures.seconds(0.95),
        "trend": ""
        if figures.since
        else trend(
            whole.spent_microcredits,
            spent_in(account, sieve, span.before, figures.given),
        ),
        "plot": stacked(starts, figures.spent, MICRO),
        "is_hourly": span.window.step == "hour",
        "steps": [
            Step(start, figures.steps[start], figures.failed_in[start])
            for start in sorted(figures.steps, reverse=True)
        ],
        "top_keys": top_keys(figures, names),
        "top_models": [
            Share(model, model, sums, part(sums, whole))
            for model, sums in most_of(figures.models, TOP)
        ],
        "reasons": [(meaning(code), count) for code, count in figures.reasons[:6]],
    }


def top_keys(figures: Figures, names: dict[str, str]) -> list[Share]:
    """Return the keys that spent most, each with the budget it is nearest the end of."""
    most, whole = most_of(figures.keys, TOP), figures.whole
    budgets = budgets_of(*[key for key, _sums in most])
    nearest = {one.owner: one for one in sorted(budgets, key=lambda one: one.percent)}
    return [
        Share(
            names.get(key, _("Playground")),
            key,
            sums,
            part(sums, whole),
            nearest.get(key),
        )
        for key, sums in most
    ]


def percent_of(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f}".removesuffix(".0")


def part(sums: Sums, whole: Sums) -> int:
    """Return what part of the credits it was, or of the requests where all were free."""
    if whole.spent_microcredits:
        return round(100 * sums.spent_microcredits / whole.spent_microcredits)
    return round(100 * sums.requests / whole.requests) if whole.requests else 0


def trend(now: int, before: int) -> str:
    """Say how it compares with as long a time before."""
    if not before:
        return ""
    change = round(100 * (now - before) / before)
    if change >= MOST_PERCENT:  # of next to nothing, which says nothing
        return ""
    if not change:
        return _("as much as in the time before")
    words = {"change": abs(change)}
    if change > 0:
        return _("up %(change)d%% on the time before") % words
    return _("down %(change)d%% on the time before") % words


def meaning(code: str) -> str:
    """Say what an error's code means: the first sentence of the page of errors."""
    known = CODES.get(code)
    if known is None:
        return code or _("Unknown")
    return str(known.meaning).partition(". ")[0].rstrip(".")


def choices(
    account: Account, figures: Figures, names: dict[str, str]
) -> dict[str, list[tuple[str, str]]]:
    """Return what each menu of the filter offers."""
    models = {model.id for model in catalogue().models} | set(figures.models)
    providers = {offer.provider for one in catalogue().models for offer in one.offers}
    groups = account.granted_groups.values_list("pk", "name")
    own = (account.group.pk, account.group.name)
    return {
        "key": list(names.items()),
        "model": [(model, model) for model in sorted(models)],
        "status": [(one.value, str(one.label)) for one in Generation.State],
        "source": list(
            zip(LANES, (_("Playground"), _("API"), _("Batch")), strict=True)
        ),
        "person": [(str(one.pk), str(one)) for one in account.people.order_by("email")],
        "provider": [(name, name) for name in sorted(providers)],
        "group": [own, *(one for one in groups if one[0] != own[0])],
        "endpoint": [(name, name) for name in ENDPOINTS],
    }


def page_after(
    account: Account, sieve: Sieve, window: Window, after: str
) -> tuple[list[Generation], str | None]:
    """Return the orders older than the named one, and where the next page begins."""
    if sieve.is_nonsense:
        return [], None
    orders = sieve.orders(account, window)
    last_seen = orders.filter(pk=after).first() if after else None
    wanted = sieve.wanted(window)
    shown, has_more = page_like(account.pk, wanted, ROWS_A_PAGE, last_seen, SHOWN)
    return shown, shown[-1].pk if has_more else None


def lines_of(
    orders: Sequence[Generation], names: Mapping[str, str], given: Mapping[str, int]
) -> list[Line]:
    """Return the rows of the table."""
    going = Picture.objects.filter(generation__in=orders, expires_at__isnull=False)
    ends = going.values("generation_id").annotate(first=Min("expires_at"))
    kept_until = dict(ends.values_list("generation_id", "first"))
    return [
        Line(
            order=order,
            key_name=names.get(order.key_id or "", ""),
            badge=BADGES.get(order.state, ""),
            duration_seconds=seconds_of(order),
            kept_until=kept_until.get(order.pk),
            given_back_microcredits=given.get(order.pk, 0),
        )
        for order in orders
    ]


def seconds_of(order: Generation) -> float | None:
    """Return how long it took, if it has ended."""
    if order.finished_at is None:
        return None
    return (order.finished_at - order.created_at).total_seconds()
