"""What a key may ask for, before any money is held; whichever door it knocked at.

What can be said from the request alone is said first and asks nobody. Then the rates
are counted. How the rates stand is kept for the door, which shows it whether the call
was admitted or not.
"""

from collections.abc import Sequence
from contextvars import ContextVar

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.limits import EDIT, GENERATE, Limits
from playground.generation.errors import Blocked, Forbidden, TooMany
from playground.generation.rates import Meter, Rate, Reading
from playground.generation.request import Buyer, ImageRequest
from playground.generation.sizes import area_of

NO_LIMITS = Limits()
PLACE_SECONDS = 2  # pictures take seconds; nobody knows when the next one is done
# How the caller's rates stand, for whoever answers.
shown: ContextVar[Sequence[Reading]] = ContextVar("shown", default=())


def check_standing(blocked_because: str) -> None:
    """Refuse an account that the operator has blocked, and say why it is."""
    if blocked_because:
        message = _(
            "The operator has blocked this account: %(why)s What is under way is"
            " finished. Write to the operator by the contact page."
        )
        raise Blocked(message % {"why": blocked_because})


def check(request: ImageRequest, limits: Limits) -> None:
    """Refuse what this key may never ask for."""
    check_scope(limits, EDIT if request.references else GENERATE)
    if limits.models and request.model not in limits.models:
        words = {"model": request.model, "models": ", ".join(limits.models)}
        raise Forbidden(
            _("This key may not use %(model)s. It may use %(models)s.") % words,
            param="model",
        )
    if limits.max_tier and area_of(request.tier) > area_of(limits.max_tier):
        words = {"tier": request.tier, "most": limits.max_tier}
        raise Forbidden(
            _("This key may ask for pictures up to %(most)s, not for %(tier)s.")
            % words,
            param="resolution",
            code="tier_not_allowed",
        )
    most = min(limits.max_n or request.n, limits.pictures_per_minute or request.n)
    if request.n > most:
        message = ngettext(
            "This key may ask for %(most)s picture at a time.",
            "This key may ask for %(most)s pictures at a time.",
            most,
        )
        raise Forbidden(message % {"most": most}, param="n", code="n_not_allowed")


def check_scope(limits: Limits | None, *scopes: str) -> None:
    """Refuse what the key was not made for: one of these scopes is enough."""
    if any(map((limits or NO_LIMITS).allow, scopes)):
        return
    words = {
        "scope": _(" or ").join(scopes),
        "scopes": ", ".join(limits.scopes if limits else ()),
    }
    said = _("This needs a key with the scope %(scope)s.") % words
    if words["scopes"]:
        said = f"{said} {_('This one has %(scopes)s.') % words}"
    raise Forbidden(said, code="scope_not_allowed")


async def admit(n: int, buyer: Buyer, meter: Meter) -> None:
    """Count a call for n pictures against the key's rates, or say which of them is full."""
    readings: list[Reading] = []
    for rate, amount in rates_of(buyer, n):
        reading = await meter.count(rate, amount)
        readings.append(reading)
        shown.set(tuple(readings))
        if not reading.is_admitted:
            raise too_fast(reading, amount)


def rates_of(buyer: Buyer, n: int = 0) -> list[tuple[Rate, int]]:
    """Return the rates this key has, and what a call for n pictures counts in each."""
    limits, key_id = buyer.limits or NO_LIMITS, buyer.key_id or ""
    rates = []
    if limits.requests_per_minute:
        rates.append((Rate(key_id, "requests", limits.requests_per_minute), 1))
    if limits.pictures_per_minute:
        rates.append((Rate(key_id, "pictures", limits.pictures_per_minute), n))
    return rates


def too_fast(reading: Reading, amount: int) -> TooMany:
    """Name the limit, its value, and when there is room again."""
    rate = reading.rate
    wait = reading.window.room_in(amount, rate.most)
    said = {
        "requests": _("This key may make %(most)s requests a minute."),
        "pictures": _("This key may ask for %(most)s pictures a minute."),
    }[rate.what] % {"most": rate.most}
    again = _("Ask again in %(seconds)s seconds.") % {"seconds": wait}
    return TooMany(f"{said} {again}", retry_after_seconds=wait)


def too_many_at_once(most: int) -> TooMany:
    message = ngettext(
        "This key may have %(most)s order under way. Ask again when it is done.",
        "This key may have %(most)s orders under way. Ask again when one is done.",
        most,
    )
    return TooMany(
        message % {"most": most},
        code="concurrency_exceeded",
        retry_after_seconds=PLACE_SECONDS,
    )
