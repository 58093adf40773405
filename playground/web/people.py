"""Who is at the browser: a signed-in person's account, or a guest's.

A guest is an account bound to a signed cookie, made at the first Generate.
"""

from decimal import Decimal

from django.http import HttpRequest, HttpResponse

from accounts.models import Account
from playground.generation.request import Buyer

COOKIE = "guest"


def current_account(request: HttpRequest) -> Account | None:
    """Return the account of whoever is here, or None for a newcomer."""
    if request.user.is_authenticated:
        return (
            Account.objects.filter(people=request.user).select_related("group").first()
        )
    account_id = request.get_signed_cookie(COOKIE, default=None)
    if account_id is None:
        return None
    return (
        Account.objects.filter(pk=account_id, kind=Account.Kind.GUEST)
        .select_related("group")
        .first()
    )


def buyer_for(request: HttpRequest) -> Buyer:
    """Return who pays, making a guest's account when there is none yet."""
    account = current_account(request)
    if account is None:
        account = Account.objects.create(kind=Account.Kind.GUEST)
        request.new_guest = account  # type: ignore[attr-defined]
    person_id = request.user.pk if request.user.is_authenticated else None
    return Buyer(
        account_id=account.pk,
        group=account.group.slug,
        multiplier=account.group.multiplier if not account.is_guest else Decimal(1),
        lane="guest" if account.is_guest else "browser",
        person_id=person_id,
        network=request.META.get("REMOTE_ADDR", ""),
    )


def remember_guest(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Leave the cookie of a guest account that was just made."""
    account = getattr(request, "new_guest", None)
    if account is not None:
        response.set_signed_cookie(
            COOKIE, account.pk, max_age=365 * 86_400, httponly=True, samesite="Lax"
        )
    return response
