"""Every cookie Easel sets, why, and for how long: the privacy page tells them from here.

All of them are needed for what their visitor does, so nobody is asked by a banner. A test
walks through the site and finds no other.
"""

from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from playground.trust.announcing import DISMISSED_COOKIE
from playground.web.arena_voter import VOTER_COOKIE
from playground.web.arrivals import DEVICE_COOKIE
from playground.web.languages import LANGUAGE_COOKIE
from playground.web.people import GUEST_COOKIE
from playground.web.tries import TRIES_COOKIE


@dataclass(frozen=True, slots=True)
class Cookie:
    """One cookie: when it is set, what it does, and when it ends."""

    name: str
    when: Promise
    lasts: Promise


COOKIES = (
    Cookie(
        settings.SESSION_COOKIE_NAME,
        _("When you sign in, or are asked to: says who you are."),
        _("two weeks, or until you sign out"),
    ),
    Cookie(
        settings.CSRF_COOKIE_NAME,
        _("With a page that holds a form: shows that the form was ours."),
        _("a year"),
    ),
    Cookie(
        "messages",
        _("After you did something: carries the line that says so to the next page."),
        _("until that page is shown"),
    ),
    Cookie(
        GUEST_COOKIE,
        _("When you paint without an account: finds your pictures again."),
        _("a year"),
    ),
    Cookie(
        TRIES_COOKIE,
        _("When you sign in after painting as a guest: counts today's free pictures."),
        _("until midnight"),
    ),
    Cookie(
        DEVICE_COOKIE,
        _("When you sign in: tells a browser you know from one to warn you of."),
        _("a year"),
    ),
    Cookie(
        LANGUAGE_COOKIE,
        _("When you choose a language at the foot of a page: keeps to it."),
        _("a year"),
    ),
    Cookie(
        VOTER_COOKIE,
        _("When you vote in the arena without an account: counts a vote once."),
        _("a year"),
    ),
    Cookie(
        DISMISSED_COOKIE,
        _("When you put an announcement away: keeps it away."),
        _("half a year"),
    ),
)
