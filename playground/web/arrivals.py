"""What is noted when somebody is in: the activity log, and a mail for a strange browser."""

import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from accounts.activity import note_for
from accounts.devices import is_strange
from accounts.models import Deed, Person
from accounts.notices import NewSignIn, write_to
from playground.web.people import actor_of
from playground.web.templatetags.people import device

DEVICE_COOKIE = "easel_device"
COOKIE_SALT = "easel.device"
COOKIE_SECONDS = 400 * 24 * 3600  # browsers keep no cookie longer


def note_arrival(
    request: HttpRequest, response: HttpResponseBase, person: Person
) -> None:
    """Write down that somebody signed in, and tell them when the browser is new to us."""
    name = request.get_signed_cookie(
        DEVICE_COOKIE, default="", salt=COOKIE_SALT, max_age=COOKIE_SECONDS
    )
    name = name or secrets.token_urlsafe(16)
    is_new, actor = is_strange(person, name), actor_of(request)
    note_for(person, Deed.SIGN_IN_NEW if is_new else Deed.SIGN_IN, actor)
    if is_new:
        agent = device(actor.agent)
        seen = NewSignIn(at=timezone.now(), address=actor.address, agent=agent)
        write_to(person, seen)
    response.set_signed_cookie(
        DEVICE_COOKIE,
        name,
        salt=COOKIE_SALT,
        max_age=COOKIE_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
