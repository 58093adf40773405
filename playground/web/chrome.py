"""What the frame around every page shows: who is here, what is left, where to go.

Everything that needs the database is a function; a page that does not show it
does not ask for it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account
from accounts.roles import Action
from billing.ledger import wallet_of
from playground.generation import draining
from playground.trust.announcing import DISMISSED_COOKIE, Dismissals, shown_to
from playground.trust.models import Announcement
from playground.web.people import current_account, is_operator, may, places_of

SITE_NAME = "Easel"
PLACE = "@"  # stands in an address for the id of one of many


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere to go: an entry of a menu."""

    label: str
    url: str
    is_current: bool
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of the console, and what a role must be allowed to find it."""

    label: Promise
    name: str
    icon: str
    action: Action | None


USAGE = (
    Entry(gettext_lazy("Usage"), "usage", "chart", Action.REQUESTS),
    Entry(gettext_lazy("Your ranking"), "own-arena", "compare", Action.REQUESTS),
)
BUILD = (
    Entry(gettext_lazy("API keys"), "keys", "key", Action.KEYS),
    Entry(gettext_lazy("Batches"), "batches", "list", Action.REQUESTS),
    Entry(gettext_lazy("Webhooks"), "webhooks", "send", Action.KEYS),
)
ACCOUNT = (
    Entry(gettext_lazy("Billing"), "credits", "card", Action.MONEY),
    Entry(gettext_lazy("Settings"), "settings", "sliders", Action.SETTINGS),
)
PEOPLE = (
    Entry(gettext_lazy("Team pictures"), "team-pictures", "image", Action.PICTURES),
    Entry(gettext_lazy("Members"), "members", "team", Action.MEMBERS),
    Entry(gettext_lazy("Roles"), "roles", "list", None),
    Entry(gettext_lazy("Activity"), "activity", "pulse", Action.MEMBERS),
)
YOU = (
    Entry(gettext_lazy("Profile"), "profile", "user", None),
    Entry(gettext_lazy("Teams"), "teams", "team", None),
    Entry(gettext_lazy("Email"), "account_email", "mail", None),
    Entry(gettext_lazy("Security"), "mfa_index", "lock", None),
    Entry(gettext_lazy("Sessions"), "usersessions_list", "clock", None),
    Entry(gettext_lazy("Mails"), "mails", "bell", None),
    Entry(gettext_lazy("Your data"), "data", "download", None),
)
OPERATOR = (Entry(gettext_lazy("Operators’ pages"), "operator", "sliders", None),)
FOOT = (
    (gettext_lazy("Status"), "status"),
    (gettext_lazy("Terms"), "terms"),
    (gettext_lazy("Privacy"), "privacy"),
    (gettext_lazy("Content policy"), "content-policy"),
    (gettext_lazy("Contact"), "contact"),
    (gettext_lazy("Report abuse"), "abuse"),
)


@dataclass(frozen=True, slots=True)
class Section:
    """A titled part of the console's side menu."""

    title: str
    entries: tuple[Place, ...]


def chrome(request: HttpRequest) -> dict[str, Any]:
    """The context processor."""
    account: Callable[[], Account | None] = cache(lambda: current_account(request))
    return {
        "site_name": SITE_NAME,
        "account": account,
        "allows": cache(lambda: {one for one in Action if may(request, one)}),
        "places": lambda: places_of(request),
        "available_microcredits": cache(lambda: available_microcredits(account())),
        "nav": cache(lambda: main_places(request)),
        "console_nav": cache(lambda: console_sections(request)),
        "closure": draining.current,
        "announcement": cache(lambda: announcement_for(request)),
        "foot": cache(lambda: foot(request)),
        "languages": settings.LANGUAGES,
    }


def announcement_for(request: HttpRequest) -> Announcement | None:
    """Return the operator's line that this browser has not put away."""
    cookie = request.COOKIES.get(DISMISSED_COOKIE, "")
    return shown_to(Dismissals.of(cookie).names)


def foot(request: HttpRequest) -> tuple[Place, ...]:
    """What stands under every page."""
    return existing(*(place(request, str(label), name) for label, name in FOOT))


def available_microcredits(account: Account | None) -> int:
    return wallet_of(account.pk).available if account else 0


def main_places(request: HttpRequest) -> tuple[Place, ...]:
    """The top bar: a guest has no console."""
    create = place(request, _("Create"), "create")
    edit = whole(request, _("Edit"), "edit-begin")
    models = whole(request, _("Models"), "models")
    history = place(request, _("History"), "history")
    gallery = whole(request, _("Gallery"), "gallery")
    arena = whole(request, _("Arena"), "arena")
    docs = whole(request, _("Docs"), "docs")
    if not request.user.is_authenticated:
        return existing(create, edit, models, history, gallery, arena, docs)
    console = whole(request, _("Console"), "console")
    return existing(create, edit, models, history, gallery, arena, docs, console)


def whole(request: HttpRequest, label: str, name: str) -> Place:
    """A place with everything under it."""
    entry = place(request, label, name)
    return replace(entry, is_current=is_under(request, entry.url))


def console_sections(request: HttpRequest) -> tuple[Section, ...]:
    """The console's side menu: what the role in this account may open."""
    return (
        Section("", allowed(request, USAGE)),
        Section(_("Build"), allowed(request, BUILD)),
        Section(_("Account"), allowed(request, ACCOUNT)),
        Section(_("People"), allowed(request, PEOPLE)),
        Section(_("You"), allowed(request, YOU)),
        Section(
            _("Operator"), allowed(request, OPERATOR if is_operator(request) else ())
        ),
    )


def allowed(request: HttpRequest, entries: tuple[Entry, ...]) -> tuple[Place, ...]:
    return existing(
        *(
            place(request, str(one.label), one.name, one.icon)
            for one in entries
            if one.action is None or may(request, one.action)
        )
    )


def existing(*places: Place) -> tuple[Place, ...]:
    return tuple(entry for entry in places if entry.url)


def place(request: HttpRequest, label: str, name: str, icon: str = "") -> Place:
    return Place(label, address(name), url_name(request) == name, icon)


@lru_cache(1024)
def address(name: str, *names: str) -> str:
    """Return where a page is, or nothing when this instance has no such page."""
    try:
        return reverse(name, args=names)
    except NoReverseMatch:
        return ""


def address_of(name: str, one: str) -> str:
    """Return where the page of one thing is: lists ask for a hundred of them."""
    return form_of(name).replace(PLACE, one)


@cache
def form_of(name: str) -> str:
    return reverse(name, args=[PLACE])


def is_under(request: HttpRequest, url: str) -> bool:
    return bool(url) and request.path.startswith(url)


def url_name(request: HttpRequest) -> str:
    match = request.resolver_match
    return (match.url_name or "") if match else ""
