"""What guests may paint today, for nothing.

So many pictures a browser and so many a network, from midnight to midnight UTC.
A live order counts what it asked for, a finished one what it delivered: a picture
that was never painted takes no try.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Case, F, QuerySet, Sum, When
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from playground.generation.errors import BadRequest, Forbidden, TooMany
from playground.generation.models import Generation
from playground.generation.request import Buyer

GUEST_MODEL = "sketch-1"
GUEST_TIERS = ("0.5K", "1K")


def tries_left(account_id: str, network: str) -> int:
    """Return how many pictures this guest may still paint today; "" is a newcomer."""
    mine = pictures_today(account_id=account_id)
    ours = pictures_today(network=network)
    here = settings.GUEST_PICTURES_A_DAY - mine
    around = settings.NETWORK_PICTURES_A_DAY - ours
    return max(0, min(here, around))


def check_tries(buyer: Buyer, n: int, tier: str, model: str = GUEST_MODEL) -> None:
    """Refuse what a guest may not paint; anyone else passes."""
    if buyer.lane != "guest":
        return
    if model != GUEST_MODEL:
        raise Forbidden(
            _("Guests paint with %(model)s. Create an account to use other models.")
            % {"model": GUEST_MODEL},
            param="model",
        )
    if tier not in GUEST_TIERS:
        raise BadRequest(
            _("Guests paint up to 1K. Choose 1K, or create an account for larger."),
            param="resolution",
        )
    left = tries_left(buyer.account_id, buyer.network)
    if n > left:
        raise TooMany(
            too_many(left), param="n", retry_after_seconds=seconds_to_midnight()
        )


def too_many(left: int) -> str:
    """Say how to go on: tomorrow, with fewer, or with an account."""
    account = {"credits": settings.WELCOME_CREDITS}
    if left == 0:
        return (
            _("Come back tomorrow, or create an account for %(credits)s credits.")
            % account
        )
    return ngettext(
        "%(left)s picture is left today. Ask for one, or create an account for"
        " %(credits)s credits.",
        "%(left)s pictures are left today. Ask for fewer, or create an account for"
        " %(credits)s credits.",
        left,
    ) % {"left": left, **account}


def pictures_today(**whose: str) -> int:
    orders: QuerySet[Generation] = Generation.objects.filter(
        lane=Generation.Lane.GUEST, created_at__gte=midnight(), **whose
    )
    counted = Case(When(state__in=Generation.LIVE, then=F("n")), default=F("delivered"))
    total: int | None = orders.aggregate(total=Sum(counted))["total"]
    return total or 0


def midnight() -> datetime:
    """Return when this day began, UTC."""
    return timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)


def seconds_to_midnight() -> int:
    return int((midnight() + timedelta(days=1) - timezone.now()).total_seconds()) + 1
