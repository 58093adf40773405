"""What guests may paint today, for nothing, and what is free for people who signed in.

So many pictures a browser and so many a network, from midnight to midnight UTC. A
person who signed in has as many of the painter's pictures; a run that fits in what is
left of them is free, a larger one costs what it says.
A live order counts what it asked for, a finished one what it delivered: a picture
that was never painted takes no try. When a guest signs in, the pictures go along;
a signed cookie then says how many tries this browser has spent today.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.db.models import Case, F, Q, QuerySet, Sum, When
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.ledger import MICRO
from playground.generation import service
from playground.generation.errors import BadRequest, Forbidden, TooMany
from playground.generation.models import Generation
from playground.generation.request import Buyer, ImageRequest
from playground.generation.studio import in_studio
from playground.web.templatetags.easel import balance

GUEST_MODEL = "sketch-1"
GUEST_TIERS = ("0.5K", "1K")
TRIES_COOKIE = "easel_tries"
COOKIE_SALT = "easel.tries"


def tries_left(account_id: str, network: str, *, spent: int = 0) -> int:
    """Return how many pictures this guest may still paint today; "" is a newcomer.

    `spent` are tries of this browser that nobody finds with the guest any more.
    """
    return max(0, room(account_id, network, spent))


def room(account_id: str, network: str, spent: int) -> int:
    """Return how far a guest is from the nearer limit; below 0 is beyond it."""
    mine = spent + pictures_today(account_id=account_id)
    here = settings.GUEST_PICTURES_A_DAY - mine
    around = settings.NETWORK_PICTURES_A_DAY - pictures_today(network=network)
    return min(here, around)


def check_tries(buyer: Buyer, request: ImageRequest, *, spent: int = 0) -> None:
    """Refuse what a guest may not paint; anyone else passes."""
    if buyer.lane != "guest":
        return
    if request.model != GUEST_MODEL:
        raise Forbidden(
            _("Guests paint with %(model)s. Create an account to use other models.")
            % {"model": GUEST_MODEL},
            param="model",
        )
    if request.tier not in GUEST_TIERS:
        raise BadRequest(
            _("Guests paint up to 1K. Choose 1K, or create an account for larger."),
            param="resolution",
        )
    left = tries_left(buyer.account_id, buyer.network, spent=spent)
    if request.n > left:
        raise no_tries(left)


def check_uploads(buyer: Buyer) -> None:
    """Take pictures from guests who may still paint, and so many from a network a day."""
    if buyer.lane != "guest":
        return
    if not tries_left(buyer.account_id, buyer.network):
        raise no_tries(0)
    counter = f"uploads:{today()}:{buyer.network}"
    cache.add(counter, 0, timeout=seconds_to_midnight())
    if cache.incr(counter) > settings.NETWORK_PICTURES_A_DAY:
        raise no_tries(0)


def stay_within_tries(buyer: Buyer, generation: Generation, *, spent: int = 0) -> None:
    """Take an accepted order back when others were accepted at the same moment.

    Each of them counts after its own order is written, so the last to count sees
    them all. Together they may all be refused, but never pass a limit.
    """
    if buyer.lane != "guest":
        return
    left = room(buyer.account_id, buyer.network, spent)
    if left < 0 and in_studio(service.cancel(generation.id)):
        raise no_tries(max(0, left + generation.n))


def may_be_free(model_id: str, tier: str, buyer: Buyer) -> bool:
    """Say whether the day's free pictures are of this kind."""
    is_small = model_id == GUEST_MODEL and tier in GUEST_TIERS
    return is_small and buyer.lane == "browser" and not buyer.is_test


def free_left(buyer: Buyer) -> int:
    """Return how many free pictures a person has left today."""
    spent = free_pictures_today(buyer)
    return max(0, settings.FREE_PICTURES_A_DAY - spent)


def treated(buyer: Buyer, request: ImageRequest) -> Buyer:
    """Return who pays for this: nobody, when it fits in the day's free pictures."""
    if not may_be_free(request.model, request.tier, buyer):
        return buyer
    return replace(buyer, is_treat=request.n <= free_left(buyer))


def stay_within_treats(buyer: Buyer, generation: Generation) -> None:
    """Take a free order back when others took the last free pictures at the same moment."""
    if not buyer.is_treat:
        return
    over = free_pictures_today(buyer) > settings.FREE_PICTURES_A_DAY
    if over and in_studio(service.cancel(generation.id)):
        raise TooMany(
            _(
                "Your free pictures of today are used up. Nothing was started; ask again."
            ),
            param="n",
        )


def no_tries(left: int) -> TooMany:
    return TooMany(too_many(left), param="n", retry_after_seconds=seconds_to_midnight())


def too_many(left: int) -> str:
    """Say how to go on: tomorrow, with fewer, or with an account."""
    welcome = {"welcome": balance(settings.WELCOME_CREDITS * MICRO)}
    if left == 0:
        return _("Come back tomorrow, or create an account for %(welcome)s.") % welcome
    return ngettext(
        "%(left)s picture is left today. Ask for one, or create an account for"
        " %(welcome)s.",
        "%(left)s pictures are left today. Ask for fewer, or create an account for"
        " %(welcome)s.",
        left,
    ) % {"left": left, **welcome}


def pictures_today(**whose: str) -> int:
    return counted(Q(lane=Generation.Lane.GUEST, **whose))


def free_pictures_today(buyer: Buyer) -> int:
    """Count what a person painted for nothing: before they signed in, and since."""
    is_treat = Q(lane=Generation.Lane.BROWSER, is_test=False, model=GUEST_MODEL)
    is_treat &= Q(unit_price_microcredits=0, person_id=buyer.person_id)
    return counted(
        is_treat | Q(lane=Generation.Lane.GUEST, account_id=buyer.account_id)
    )


def counted(which: Q) -> int:
    """Add up today's pictures: what is asked for while it is painted, then what came."""
    orders: QuerySet[Generation] = Generation.objects.filter(
        which, created_at__gte=midnight()
    )
    pictures = Case(
        When(state__in=Generation.LIVE, then=F("n")), default=F("delivered")
    )
    total: int | None = orders.aggregate(total=Sum(pictures))["total"]
    return total or 0


def tries_spent(request: HttpRequest) -> int:
    """Return the tries this browser spent today before somebody signed in here."""
    kept = request.get_signed_cookie(TRIES_COOKIE, default="", salt=COOKIE_SALT)
    day, _space, count = (kept or "").partition(" ")
    return int(count) if day == today() else 0


def remember_tries(response: HttpResponseBase, spent: int) -> None:
    response.set_signed_cookie(
        TRIES_COOKIE,
        f"{today()} {spent}",
        salt=COOKIE_SALT,
        max_age=seconds_to_midnight(),
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def today() -> str:
    return midnight().date().isoformat()


def midnight() -> datetime:
    """Return when this day began, UTC."""
    return timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)


def seconds_to_midnight() -> int:
    return int((midnight() + timedelta(days=1) - timezone.now()).total_seconds()) + 1
