"""The operators' pages as their menu lists them: what a role may do, it finds.

A new page gets a line here, and its addresses in `urls.py`.
"""

from dataclasses import dataclass, replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from accounts.staff import Power, may_operate
from playground.web.chrome import Section, existing, place
from playground.web.operator.door import operator_of
from playground.web.people import current_person, needs_person


@dataclass(frozen=True, slots=True)
class Page:
    """A page: what it is called, the name of its address, and what opens it."""

    label: Promise
    name: str
    icon: str
    power: Power


CUSTOMERS = (
    Page(_("Support"), "support", "search", Power.SEE_CUSTOMERS),
    Page(_("Inbox"), "inbox", "mail", Power.INBOX),
    Page(_("Safety"), "safety", "lock", Power.SAFETY),
)
PAINTING = (
    Page(_("Channels"), "channels", "remix", Power.CHANNELS),
    Page(_("Routing"), "routing", "list", Power.CHANNELS),
    Page(_("Arena"), "arena-desk", "compare", Power.ARENA),
)
MONEY = (
    Page(_("Prices"), "prices", "sliders", Power.PRICES),
    Page(_("Money"), "money", "card", Power.MONEY),
)
SERVER = (
    Page(_("Health"), "health", "clock", Power.HEALTH),
    Page(_("Incidents"), "incidents", "pulse", Power.ANNOUNCE),
    Page(_("Announcements"), "announcements", "bell", Power.ANNOUNCE),
)
STAFF = (
    Page(_("Staff"), "staff", "team", Power.STAFF),
    Page(_("Log"), "deeds", "list", Power.LOG),
    Page(_("Rows"), "admin:index", "board", Power.STAFF),
)
SECTIONS = (
    (_("Customers"), CUSTOMERS),
    (_("Painting"), PAINTING),
    (_("Money"), MONEY),
    (_("This server"), SERVER),
    (_("Staff"), STAFF),
)


def operator_frame(request: HttpRequest) -> dict[str, Any]:
    """The context processor: the menu of the operators' frame."""
    return {"operator_nav": lambda: sections(request)}


def sections(request: HttpRequest) -> tuple[Section, ...]:
    person = current_person(request)
    if person is None:
        return ()
    known = {
        title: [
            place(request, str(one.label), one.name, one.icon)
            for one in open_to(person, pages)
        ]
        for title, pages in SECTIONS
    }
    here = nearest(request, [one.url for some in known.values() for one in some])
    return tuple(
        Section(
            str(title),
            existing(*(replace(one, is_current=one.url == here) for one in some)),
        )
        for title, some in known.items()
    )


def nearest(request: HttpRequest, urls: list[str]) -> str:
    """Return the page that is open, or that what is open belongs to."""
    path = request.path
    over = [one for one in urls if f"{path}/".startswith(f"{one.rstrip('/')}/")]
    return max(over, key=len, default="")


def open_to(person: Person, pages: tuple[Page, ...]) -> list[Page]:
    return [one for one in pages if may_operate(person, one.power)]


@needs_person
def home(request: HttpRequest) -> HttpResponse:
    """GET /operator/: the first page that the role opens."""
    person = operator_of(request)
    for _title, pages in SECTIONS:
        for page in open_to(person, pages):
            return redirect(page.name)
    raise Http404
