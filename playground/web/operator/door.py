"""The door of the operators' pages: staff only, behind a second step, as their role may.

Whoever has no second step yet is led to where it is set up, told why, and shown the way
back once it is on. For anybody who is no staff these pages are not there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from accounts.models import Person
from accounts.staff import Power, may_operate, role_of, roles_with
from playground.web.people import View, current_person, needs_person

WANTED_PAGE = "operator_page"
SECOND_STEPS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


def operates(power: Power) -> Callable[[View], View]:
    """Open a view to staff whose role may do this; see `accounts.staff`."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            person = operator_of(request)
            if lacks_second_step(person):
                return to_second_step(request)
            if not may_operate(person, power):
                return refused(request, power)
            request.session.pop(WANTED_PAGE, None)
            return view(request, *args, **kwargs)

        return needs_person(guarded)

    return guard


def operator_of(request: HttpRequest) -> Person:
    """Return the staff who looks; for anybody else the page is not there."""
    person = current_person(request)
    if person is None or role_of(person) is None:
        raise Http404
    return person


def lacks_second_step(person: Person) -> bool:
    return settings.STAFF_TWO_FACTOR and not is_mfa_enabled(person, SECOND_STEPS)


def to_second_step(request: HttpRequest) -> HttpResponse:
    """Lead to where a second step is set up, and remember what was wanted."""
    is_page = request.method == "GET" and not getattr(request, "htmx", False)
    request.session[WANTED_PAGE] = request.get_full_path() if is_page else "/operator/"
    there = redirect("mfa_index")
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(there.url)
    return there


def refused(request: HttpRequest, power: Power) -> HttpResponse:
    """Say what may not be done, and which roles may."""
    roles = ", ".join(str(role.label) for role in roles_with(power))
    text = _(
        "“%(power)s” needs one of these staff roles: %(roles)s. An admin gives them."
    )
    context = {"text": text % {"power": power.label, "roles": roles}}
    return render(request, "operator/refused.html", context, status=403)


def second_step(request: HttpRequest) -> dict[str, object]:
    """The context processor: what the pages of second steps say to staff on the way."""
    return {"wanted_page": lambda: wanted_page(request)}


@dataclass(frozen=True, slots=True)
class Wanted:
    """The operators' page that somebody was on the way to, and whether it is open now."""

    url: str
    is_open: bool


def wanted_page(request: HttpRequest) -> Wanted | None:
    url, person = request.session.get(WANTED_PAGE), current_person(request)
    if not url or person is None or role_of(person) is None:
        return None
    return Wanted(url, not lacks_second_step(person))
