"""An account's pictures by day: found, sifted, chosen, and carried off.

Everything is a link or a form, so it works without script; with it the list goes on
by itself, and a whole day or a row of pictures is chosen at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.views.decorators.http import require_safe

from accounts.models import Account, ApiKey
from playground.gallery.captions import read_orders
from playground.gallery.models import Board
from playground.gallery.shelf import (
    Wanted,
    failures_like,
    months_of,
    page_like,
    page_of,
)
from playground.gallery.tasks import read_on_later
from playground.generation.catalogue import catalogue
from playground.generation.models import Generation, Picture
from playground.generation.quoting import is_text
from playground.web.days import day_title
from playground.web.mine import pictures_seen
from playground.web.people import current_account, current_person
from playground.web.seen import orders_seen
from playground.web.slots import reason_of

PAGE = 60
SHOWN = ("", "starred", "failed", "rehearsals")


@dataclass(frozen=True, slots=True)
class Sieve:
    """What the form above the pictures says."""

    q: str = ""
    model: str = ""
    key: str = ""
    since: str = ""
    until: str = ""
    show: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> "Sieve":
        said = {name: request.GET.get(name, "").strip()[:200] for name in cls.__slots__}
        said = {name: value if is_text(value) else "" for name, value in said.items()}
        known = said["show"] if said["show"] in SHOWN else ""
        return cls(**said | {"show": known})

    @property
    def wanted(self) -> Wanted:
        return Wanted(
            words=self.q,
            model=self.model,
            key=self.key,
            since=day_in(self.since),
            until=day_in(self.until),
            is_starred=self.show == "starred",
            is_rehearsal=True if self.show == "rehearsals" else None,
        )

    @property
    def is_on(self) -> bool:
        return self != Sieve()

    @property
    def query(self) -> str:
        return urlencode(
            {name: value for name in self.__slots__ if (value := getattr(self, name))}
        )


@dataclass(frozen=True, slots=True)
class Day:
    """The pictures, or the failures, of one day."""

    date: date
    title: str
    pictures: list[Picture]
    failures: list[Generation]


@require_safe
def history(request: HttpRequest) -> HttpResponse:
    """GET /history?q=&model=&key=&since=&until=&show=&after="""
    account = current_account(request)
    sieve = Sieve.of(request)
    context = {"sieve": sieve, **listed(request, account, sieve)}
    if request.GET.get("after") and getattr(request, "htmx", False):
        return render(request, "web/_history_days.html", context)
    return render(request, "web/history.html", context | surroundings(request, account))


def listed(
    request: HttpRequest, account: Account | None, sieve: Sieve
) -> dict[str, Any]:
    """One page of the list."""
    account_id = account.pk if account else ""
    read_until = read_orders(account_id) if account and sieve.q else None
    if read_until:
        read_on_later(account_id)
    place = place_in(request.GET.get("after", ""))
    if sieve.show == "failed":
        orders = failures_like(orders_seen(request), account_id, sieve.wanted)
        failures, has_more = page_of(orders, PAGE, place)
        days = days_of(failures)
        last: Picture | Generation | None = failures[-1] if failures else None
    else:
        seen = pictures_seen(request)
        pictures, has_more = page_like(seen, account_id, sieve.wanted, PAGE, place)
        days = days_of(pictures)
        last = pictures[-1] if pictures else None
    return {
        "days": days,
        "continues": bool(days and place) and days[0].date == day_of(place),
        "last_place": place[1] if place else "",
        "read_until": read_until,
        "more": f"{sieve.query}&{urlencode({'after': place_of(last)})}"
        if has_more and last
        else "",
    }


def surroundings(request: HttpRequest, account: Account | None) -> dict[str, Any]:
    """What stands around the list: what it can be sifted by, and where to jump."""
    return {
        "months": [
            (last_day_of(month).isoformat(), date_format(month, "YEAR_MONTH_FORMAT"))
            for month in months_of(pictures_seen(request))
        ],
        "models": models_of(),
        "keys": ApiKey.objects.filter(account=account).order_by("-created_at")[:100],
        "boards": Board.objects.filter(account=account).order_by("name"),
        "is_person": current_person(request) is not None,
    }


def last_day_of(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def day_of(place: tuple[datetime, str] | None) -> date | None:
    return timezone.localtime(place[0]).date() if place else None


def models_of() -> list[tuple[str, str]]:
    """The models of the catalogue, by name."""
    known = [(model.id, model.name) for model in catalogue().models]
    return sorted(known, key=lambda one: one[1].lower())


def days_of(rows: Iterable[Picture | Generation]) -> list[Day]:
    """Group what a page shows by day."""
    days: list[Day] = []
    for row in rows:
        day = timezone.localtime(row.created_at).date()
        if not days or days[-1].date != day:
            days.append(Day(day, long_title(day), [], []))
        if isinstance(row, Picture):
            days[-1].pictures.append(row)
        else:
            row.reason = reason_of(row)  # type: ignore[attr-defined]
            days[-1].failures.append(row)
    return days


def long_title(day: date) -> str:
    """Head a day: "Today", "Yesterday", "18 November", and its year when it is another."""
    today = timezone.localtime().date()
    if (today - day).days < 2:
        return day_title(day)
    is_near = day.year == today.year
    return date_format(day, "MONTH_DAY_FORMAT" if is_near else "DATE_FORMAT")


def day_in(text: str) -> date | None:
    """Read a day, or nothing."""
    try:
        return parse_date(text)
    except ValueError:
        return None


def place_of(row: Picture | Generation | None) -> str:
    return f"{row.created_at.isoformat()}~{row.pk}" if row else ""


def place_in(text: str) -> tuple[datetime, str] | None:
    """Read where a page went on; what cannot be read is the beginning."""
    moment, _tilde, name = text.partition("~")
    try:
        found = parse_datetime(moment)
    except ValueError:
        return None
    if found is None or timezone.is_naive(found) or not name or not is_text(name):
        return None
    return found, name
