"""The activity log of an account: what was done, by whom, from where; also as a CSV."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Self
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.models import Account, Activity, ApiKey, Deed, Person
from accounts.roles import Action
from playground.web.people import needs, own_account
from playground.web.spreadsheets import AT_ONCE, Row, plain, spreadsheet

ROWS_A_PAGE = 50
LABELS = dict(Deed.choices)
FAMILIES: dict[str, Promise] = {
    "sign_in": gettext_lazy("Sign-ins"),
    "security": gettext_lazy("Passwords, passkeys, addresses"),
    "member": gettext_lazy("Members"),
    "key": gettext_lazy("Keys"),
    "limit": gettext_lazy("Limits"),
    "billing": gettext_lazy("Billing"),
    "settings": gettext_lazy("Settings"),
}
COLUMNS = ("time", "kind", "who", "what", "detail", "address", "device")


@dataclass(frozen=True, slots=True)
class Filter:
    """What somebody looks for. What is empty, or cannot be read, does not matter."""

    family: str = ""
    who: str = ""
    since: str = ""
    until: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> Self:
        return cls(*[request.GET.get(name, "").strip() for name in cls.__slots__])

    @property
    def is_on(self) -> bool:
        return bool(self.query)

    @property
    def query(self) -> str:
        """The same filter, for the addresses of other pages and of the file."""
        said = {name: getattr(self, name) for name in self.__slots__}
        return urlencode({name: text for name, text in said.items() if text})

    def rows(self, account: Account) -> QuerySet[Activity]:
        rows = Activity.objects.filter(account=account)
        if self.family in FAMILIES:
            rows = rows.filter(kind__startswith=f"{self.family}.")
        if self.who.isascii() and self.who.isdigit() and len(self.who) < 18:
            rows = rows.filter(person_id=int(self.who))
        if since := day_in(self.since):
            rows = rows.filter(at__gte=start_of(since))
        if until := day_in(self.until):
            rows = rows.filter(at__lte=end_of(until))
        return rows.order_by("-pk")


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table."""

    row: Activity
    what: str
    who: str


@needs(Action.MEMBERS)
@require_safe
def activity(request: HttpRequest) -> HttpResponse:
    """GET /console/activity?family=key&who=7&since=2026-11-01&before=<row>"""
    account, wanted = own_account(request), Filter.of(request)
    rows, before = wanted.rows(account), request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 18:
        rows = rows.filter(pk__lt=int(before))
    shown = list(rows[: ROWS_A_PAGE + 1])
    page = shown[:ROWS_A_PAGE]
    context = {
        "lines": list(lines_of(page)),
        "older": page[-1].pk if len(shown) > ROWS_A_PAGE else None,
        "is_first_page": not before,
        "filter": wanted,
        "families": FAMILIES.items(),
        "people": account.people.order_by("email"),
    }
    return render(request, "console/activity.html", context)


@needs(Action.MEMBERS)
@require_safe
def activity_csv(request: HttpRequest) -> HttpResponseBase:
    """GET /console/activity.csv, with the same filter, as far back as it goes."""
    rows = Filter.of(request).rows(own_account(request))
    return spreadsheet("easel-activity.csv", COLUMNS, pages_of(rows))


def pages_of(rows: QuerySet[Activity]) -> Iterator[list[Row]]:
    """Return the lines, newest first."""
    page = list(rows[:AT_ONCE])
    while page:
        yield [cells(line) for line in lines_of(page)]
        page = list(rows.filter(pk__lt=page[-1].pk)[:AT_ONCE])


def cells(line: Line) -> Row:
    row = line.row
    said = (line.what, line.who, row.subject, row.detail, row.address or "", row.agent)
    return [row.at.isoformat(), *map(plain, said)]


def lines_of(rows: Iterable[Activity]) -> Iterator[Line]:
    names = Names()
    for one in rows:
        yield Line(one, str(LABELS.get(one.kind, one.kind)), names.of(one))


class Names:
    """The names of whoever did something, each looked up once."""

    def __init__(self) -> None:
        self.known: dict[tuple[int | None, str | None], str] = {}

    def of(self, row: Activity) -> str:
        which = (row.person_id, row.key_id)
        if which not in self.known:
            self.known[which] = self.look_up(*which)
        return self.known[which]

    def look_up(self, person_id: int | None, key_id: str | None) -> str:
        if key_id:
            key = ApiKey.objects.filter(pk=key_id).first()
            return _("key %(name)s") % {"name": key.name} if key else key_id
        if person_id:
            person = Person.objects.filter(pk=person_id).first()
            return person.email if person else _("somebody who left Easel")
        return _("this server")


def day_in(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def start_of(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())


def end_of(day: date) -> datetime:
    return datetime.combine(day, time.max, tzinfo=timezone.get_current_timezone())
