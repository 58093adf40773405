"""The log of staff: who did what to whom, from what to what; also as a CSV."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import Person, StaffDeed
from accounts.staff import Power
from playground.web.operator.door import operates
from playground.web.spreadsheets import AT_ONCE, Row, plain, spreadsheet

ROWS_A_PAGE = 50
MILLIONTHS = {"_microcredits": "_credits", "_microusd": "_usd"}
COLUMNS = (
    *("time", "who", "role", "action", "subject_kind", "subject", "reason"),
    *("before", "after"),
)


@dataclass(frozen=True, slots=True)
class Filter:
    """What somebody looks for. What is empty, or cannot be read, does not matter."""

    who: str = ""
    action: str = ""
    subject: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> Self:
        return cls(*[request.GET.get(name, "").strip() for name in cls.__slots__])

    @property
    def query(self) -> str:
        """The same filter, for the addresses of other pages and of the file."""
        said = {name: getattr(self, name) for name in self.__slots__}
        return urlencode({name: text for name, text in said.items() if text})

    def rows(self) -> QuerySet[StaffDeed]:
        rows = StaffDeed.objects.select_related("person").order_by("-pk")
        if is_number(self.who):
            rows = rows.filter(person_id=int(self.who))
        if self.action:
            rows = rows.filter(action=self.action)
        if self.subject:
            rows = rows.filter(subject_id=self.subject)
        return rows


@dataclass(frozen=True, slots=True)
class Change:
    """One value that stands otherwise since."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table."""

    deed: StaffDeed
    subject_email: str = ""

    @property
    def who(self) -> Person | None:
        # The row names its person without the database's check, and may outlive them.
        return self.deed.person if self.deed.person_id else None

    @property
    def changes(self) -> list[Change]:
        was, now = self.deed.before, self.deed.after
        found = [change_of(name, was.get(name), now.get(name)) for name in was | now]
        return [one for one in found if one.before or one.after]


@operates(Power.LOG)
@never_cache
@require_safe
def deeds(request: HttpRequest) -> HttpResponse:
    """GET /operator/log?who=7&action=channel.changed&subject=spare&before=<row>"""
    wanted, before = Filter.of(request), request.GET.get("before", "")
    rows = wanted.rows()
    if is_number(before):
        rows = rows.filter(pk__lt=int(before))
    shown = list(rows[: ROWS_A_PAGE + 1])
    page = shown[:ROWS_A_PAGE]
    actions = StaffDeed.objects.order_by("action").values_list("action", flat=True)
    doers = StaffDeed.objects.order_by().values("person").distinct()
    context = {
        "lines": named(page),
        "older": page[-1].pk if len(shown) > ROWS_A_PAGE else None,
        "is_first_page": not before,
        "filter": wanted,
        "actions": actions.distinct(),
        "people": Person.objects.filter(pk__in=doers).order_by("email"),
    }
    return render(request, "operator/log.html", context)


@operates(Power.LOG)
@require_safe
def deeds_csv(request: HttpRequest) -> HttpResponseBase:
    """GET /operator/log.csv, with the same filter, as far back as it goes."""
    rows = Filter.of(request).rows()
    return spreadsheet("easel-staff-log.csv", COLUMNS, pages_of(rows))


def pages_of(rows: QuerySet[StaffDeed]) -> Iterator[list[Row]]:
    """Return the lines, newest first."""
    page = list(rows[:AT_ONCE])
    while page:
        yield [cells(one) for one in page]
        page = list(rows.filter(pk__lt=page[-1].pk)[:AT_ONCE])


def cells(deed: StaffDeed) -> Row:
    changes = Line(deed).changes
    said = (
        *(name_of(deed), deed.role, deed.action, deed.subject_kind, deed.subject_id),
        deed.reason,
        "; ".join(f"{one.name}: {one.before}" for one in changes if one.before),
        "; ".join(f"{one.name}: {one.after}" for one in changes if one.after),
    )
    return [deed.at.isoformat(), *map(plain, said)]


def named(page: list[StaffDeed]) -> list[Line]:
    """Return the lines of a page; a person is named by their address."""
    about = {one.subject_id for one in page if one.subject_kind == "person"}
    known = Person.objects.in_bulk([int(one) for one in about if is_number(one)])
    emails = {str(one.pk): one.email for one in known.values()}
    return [
        Line(
            one, emails.get(one.subject_id, "") if one.subject_kind == "person" else ""
        )
        for one in page
    ]


def change_of(name: str, before: Any, after: Any) -> Change:
    """Say how a value changed; an amount is written as people read it, not by millionths."""
    for ending, unit in MILLIONTHS.items():
        if name.endswith(ending):
            said = name.removesuffix(ending) + unit
            return Change(said, *[as_amount(one) for one in (before, after)])
    return Change(name, as_text(before), as_text(after))


def as_amount(millionths: Any) -> str:
    if not isinstance(millionths, int):
        return as_text(millionths)
    return f"{(Decimal(millionths) / 1_000_000).normalize():f}"


def name_of(deed: StaffDeed) -> str:
    person = Line(deed).who
    return person.email if person else "-"


def as_text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 18
