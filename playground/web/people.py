"""Who is looking at the page, and what they may spend.

A person who signed in acts for one of their accounts, as far as their role in it
goes. Anyone else is a guest: an account bound to a signed cookie, made when the first
picture is asked for. What a guest made follows the person they turn out to be.
"""

import base64
from collections.abc import Callable
from decimal import Decimal
from functools import partial, wraps
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django_htmx.http import HttpResponseClientRedirect

from accounts.activity import Actor
from accounts.guests import find_guest, open_guest
from accounts.issuing import account_of
from accounts.models import Account, Membership, Person
from accounts.roles import REFUSALS, Action
from accounts.staff import role_of
from accounts.teams import chosen_among, memberships_of
from playground.addresses import client_address
from playground.gallery.moving import hand_over
from playground.generation.models import Generation, Picture
from playground.generation.request import Buyer
from playground.web.models import Upload
from playground.web.terms_due import stands_in_the_way

GUEST_COOKIE = "easel_guest"
COOKIE_SALT = "easel.guest"
COOKIE_SECONDS = 365 * 24 * 3600
KNOWN_ACCOUNT = "easel.account"
KNOWN_PLACES = "easel.places"
CHOSEN_ACCOUNT = "account"
View = Callable[..., HttpResponseBase]


def current_account(request: HttpRequest) -> Account | None:
    """Return the account a person acts for, or the guest's of this browser, if any."""
    if KNOWN_ACCOUNT not in request.META:
        place = current_place(request)
        request.META[KNOWN_ACCOUNT] = place.account if place else guest_of(request)
    known: Account | None = request.META[KNOWN_ACCOUNT]
    return known


def current_place(request: HttpRequest) -> Membership | None:
    """Return the signed-in person's place in the account they act for."""
    places = places_of(request)
    if not places:
        return None
    return chosen_among(places, request.session.get(CHOSEN_ACCOUNT, ""))


def places_of(request: HttpRequest) -> list[Membership]:
    """Return the accounts that the signed-in person may act for; a guest has none."""
    if KNOWN_PLACES not in request.META:
        person = current_person(request)
        request.META[KNOWN_PLACES] = memberships_of(person) if person else []
    known: list[Membership] = request.META[KNOWN_PLACES]
    return known


def may(request: HttpRequest, action: Action) -> bool:
    """Say whether whoever looks may do this in the account they act for."""
    place = current_place(request)
    return place is not None and place.may(action)


def needs(action: Action) -> Callable[[View], View]:
    """Open a view to members whose role may do this; see `accounts.roles`."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if not may(request, action):
                raise PermissionDenied(str(REFUSALS[action]))
            return view(request, *args, **kwargs)

        return needs_person(guarded)

    return guard


def actor_of(request: HttpRequest) -> Actor:
    """Return who does what this request asks, for the activity log."""
    person = current_person(request)
    return Actor(
        person_id=person.pk if person else None,
        address=client_address(request.META, settings.TRUSTED_PROXIES),
        agent=request.headers.get("User-Agent", ""),
    )


def needs_person(view: View) -> View:
    """Send whoever has not signed in to do so, and back; a dialog too.

    Whoever was asked for the terms meets them again until they are accepted.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        lead = redirect_to_login
        if current_person(request):
            if not stands_in_the_way(request):
                return view(request, *args, **kwargs)
            lead = partial(redirect_to_login, login_url=reverse("terms-accept"))
        details = getattr(request, "htmx", None)
        if not details:
            return lead(request.get_full_path())
        back = lead(details.current_url_abs_path or request.path)
        return HttpResponseClientRedirect(back.url)

    return guarded


def is_operator(request: HttpRequest) -> bool:
    person = current_person(request)
    return person is not None and role_of(person) is not None


def own_account(request: HttpRequest) -> Account:
    """Return the account of a person who has signed in; `needs_person` sees to that."""
    account = current_account(request)
    if account is None or current_person(request) is None:
        raise PermissionDenied
    return account


def own_place(request: HttpRequest) -> Membership:
    """Return the place of a person who has signed in, in the account they act for."""
    place = current_place(request)
    if place is None:
        raise PermissionDenied
    return place


def person_of(request: HttpRequest) -> Person:
    """Return the person who has signed in; `needs_person` sees to that."""
    return own_place(request).person


def current_person(request: HttpRequest) -> Person | None:
    person: Person | AnonymousUser | None = getattr(request, "user", None)
    return person if isinstance(person, Person) else None


def guest_of(request: HttpRequest) -> Account | None:
    """Return the guest this browser was before, as its signed cookie says."""
    account_id = request.get_signed_cookie(
        GUEST_COOKIE, default="", salt=COOKIE_SALT, max_age=COOKIE_SECONDS
    )
    return find_guest(account_id) if account_id else None


def buyer_for(request: HttpRequest, *, is_rehearsal: bool = False) -> Buyer:
    """Return who pays for what this page asks, making a guest when there is nobody.

    A person may rehearse: the demo painter stands in for any model, for nothing.
    """
    account = current_account(request)
    if account is None:
        account = request.META[KNOWN_ACCOUNT] = open_guest()
    person = current_person(request)
    return Buyer(
        account_id=account.pk,
        group=account.group.pk,
        multiplier=Decimal(account.group.multiplier),
        lane="guest" if account.is_guest else "browser",
        person_id=person.pk if person else None,
        member_id=person.pk if person else None,
        network=network_of(request),
        is_test=is_rehearsal and not account.is_guest,
        blocked_because=account.blocked_because,
    )


def onlooker(request: HttpRequest, *, is_rehearsal: bool = False) -> Buyer:
    """Return who would pay. Looking, or being refused, makes nobody an account."""
    if current_account(request) is not None:
        return buyer_for(request, is_rehearsal=is_rehearsal)
    return Buyer(
        account_id="",
        group="standard",
        multiplier=Decimal(1),
        lane="guest",
        network=network_of(request),
    )


def remember_guest(request: HttpRequest, response: HttpResponseBase) -> None:
    """Leave the guest's cookie with the browser, for another year."""
    account: Account | None = request.META.get(KNOWN_ACCOUNT)
    if account is None or not account.is_guest:
        return
    response.set_signed_cookie(
        GUEST_COOKIE,
        account.pk,
        salt=COOKIE_SALT,
        max_age=COOKIE_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def network_of(request: HttpRequest) -> str:
    """Return a keyed hash of the network: one IPv4 address, or an IPv6 /64."""
    address = client_address(request.META, settings.TRUSTED_PROXIES)
    digest = salted_hmac(
        "easel.network", network_name(address), algorithm="sha256"
    ).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def network_name(address: str) -> str:
    if address and isinstance(ip_address(address), IPv6Address):
        return str(IPv6Network((address, 64), strict=False))
    return address


def bring_guest_along(request: HttpRequest, person: Person) -> None:
    """Move what this browser made as a guest to the account of whoever signed in."""
    guest = guest_of(request)
    if guest is not None:
        move_orders(guest, account_of(person), person)
        forget_who_looked(request)


def forget_who_looked(request: HttpRequest) -> None:
    """Ask anew who this is: somebody has signed in meanwhile."""
    request.META.pop(KNOWN_ACCOUNT, None)
    request.META.pop(KNOWN_PLACES, None)


def move_orders(guest: Account, account: Account, person: Person) -> None:
    """Give a guest's orders and pictures to a person, a live order included."""
    with transaction.atomic():
        orders = Generation.objects.filter(account=guest)
        if Generation.objects.filter(
            account=account, lane=Generation.Lane.GUEST, state__in=Generation.LIVE
        ).exists():
            # One live guest order an account: the other goes on as the person's own.
            orders.filter(state__in=Generation.LIVE).update(
                lane=Generation.Lane.BROWSER
            )
        orders.update(account=account, person=person)
        Picture.objects.filter(account=guest).update(account=account)
        hand_over(guest.pk, account.pk)
        Upload.objects.filter(account=guest).update(account=account, person=person)
