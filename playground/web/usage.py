"""The console's usage: what was painted, when, and what it cost.

Read from the orders' own rows, so what is shown is what was charged. What a test key
rehearses is in the list, and in no sum.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.models import Account
from accounts.roles import Action
from billing.ledger import MICRO, wallet_of
from playground.generation.history import page_of
from playground.generation.models import Generation
from playground.generation.storage import bytes_stored, most_bytes
from playground.web.people import needs, needs_person, own_account
from playground.web.plot import Plot, stacked
from playground.web.sifted import Sieve

PERIODS = (7, 30, 90)
USUAL_PERIOD = 30
ROWS_A_PAGE = 50
BADGES = {
    Generation.State.QUEUED: "accent",
    Generation.State.RUNNING: "accent",
    Generation.State.SUCCEEDED: "ok",
    Generation.State.PARTIALLY_SUCCEEDED: "warn",
    Generation.State.FAILED: "bad",
    Generation.State.REFUSED: "bad",
}


@dataclass(frozen=True, slots=True)
class Day:
    """One day and one model, added up; or one day, whatever the model."""

    day: date
    model: str
    requests: int
    pictures: int
    failed: int
    spent_microcredits: int


@dataclass(frozen=True, slots=True)
class Summary:
    """The period in a few numbers, a chart and a table."""

    requests: int
    pictures: int
    failed: int
    spent_microcredits: int
    days: tuple[Day, ...]
    plot: Plot


@dataclass(frozen=True, slots=True)
class Line:
    """One order, as a row of the table."""

    order: Generation
    badge: str
    duration_seconds: float | None
    kept_until: datetime | None


@needs_person
def console(request: HttpRequest) -> HttpResponse:
    """GET /console"""
    return redirect("usage")


@needs(Action.REQUESTS)
def usage(request: HttpRequest) -> HttpResponse:
    """GET /console/usage?days=30&user=…&label=…&value=…&after=<request id>"""
    account = own_account(request)
    period = asked_period(request.GET.get("days", ""))
    sieve = Sieve.of(request)
    rows, older = page_after(sieve.orders(account), request.GET.get("after", ""))
    return render(
        request,
        "console/usage.html",
        {
            "wallet": wallet_of(account.pk),
            "period": period,
            "periods": PERIODS,
            "summary": summary(account, period),
            "stored_bytes": bytes_stored(account.pk),
            "most_bytes": most_bytes(),
            "sieve": sieve,
            "rows": rows,
            "older": older,
            "is_first_page": "after" not in request.GET,
        },
    )


def asked_period(text: str) -> int:
    return int(text) if text in map(str, PERIODS) else USUAL_PERIOD


def summary(account: Account, period: int) -> Summary:
    """Add up an account's last days, today among them."""
    today = timezone.now().astimezone(UTC).date()
    days = [today - timedelta(days=back) for back in range(period - 1, -1, -1)]
    found = by_day_and_model(account, days[0])
    spent = {(one.day, one.model): one.spent_microcredits for one in found}
    return Summary(
        requests=sum(one.requests for one in found),
        pictures=sum(one.pictures for one in found),
        failed=sum(one.failed for one in found),
        spent_microcredits=sum(one.spent_microcredits for one in found),
        days=tuple(added_up(found)),
        plot=stacked(days, spent, MICRO),
    )


def by_day_and_model(account: Account, since: date) -> list[Day]:
    start = datetime(since.year, since.month, since.day, tzinfo=UTC)
    failed = Q(state__in=[Generation.State.FAILED, Generation.State.REFUSED])
    ended = ~Q(state__in=Generation.LIVE)
    rows = (
        Generation.objects.filter(account=account, is_test=False, created_at__gte=start)
        .annotate(day=TruncDate("created_at", tzinfo=UTC))
        .values("day", "model")
        .annotate(
            requests=Count("pk"),
            painted=Sum("delivered"),
            not_painted=Count("pk", filter=failed),
            spent=Sum(
                F("unit_price_microcredits") * F("delivered"), filter=ended, default=0
            ),
        )
        .values_list("day", "model", "requests", "painted", "not_painted", "spent")
    )
    return [Day(*row) for row in rows]


def added_up(found: Iterable[Day]) -> list[Day]:
    """Return one entry for each day on which something was asked, newest first."""
    of_day: dict[date, Day] = {}
    for one in found:
        so_far = of_day.get(one.day, Day(one.day, "", 0, 0, 0, 0))
        of_day[one.day] = Day(
            day=one.day,
            model="",
            requests=so_far.requests + one.requests,
            pictures=so_far.pictures + one.pictures,
            failed=so_far.failed + one.failed,
            spent_microcredits=so_far.spent_microcredits + one.spent_microcredits,
        )
    return [of_day[day] for day in sorted(of_day, reverse=True)]


def page_after(
    orders: QuerySet[Generation], after: str
) -> tuple[list[Line], str | None]:
    """Return the orders older than the named one, and where the next page begins."""
    last_seen = orders.filter(pk=after).first() if after else None
    with_pictures = orders.prefetch_related("pictures")
    shown, has_more = page_of(with_pictures, ROWS_A_PAGE, last_seen)
    return [line(order) for order in shown], shown[-1].pk if has_more else None


def line(order: Generation) -> Line:
    taken = order.finished_at - order.created_at if order.finished_at else None
    ends = [one.expires_at for one in order.pictures.all() if one.expires_at]
    return Line(
        order=order,
        badge=BADGES.get(Generation.State(order.state), ""),
        duration_seconds=taken.total_seconds() if taken else None,
        kept_until=min(ends, default=None),
    )
