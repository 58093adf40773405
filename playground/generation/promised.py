"""Prices that were promised for a few minutes: signed, and kept nowhere.

A quote's id holds all that a picture's price depends on, and the price. Whoever
brings it back in time pays no more than that; the order is checked and held like
any other, and a price that fell meanwhile is theirs too.
"""

from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.core import signing
from django.utils.translation import gettext as _

from playground.generation.errors import BadRequest
from playground.generation.request import Buyer, ImageRequest

SALT = "easel.quote"
PREFIX = "quo_"


@dataclass(frozen=True, slots=True)
class Priced:
    """What the price of one picture depends on, and whose price it is."""

    account: str
    group: str
    pays: bool
    model: str
    tier: str
    width: int
    height: int
    quality: str | None
    pictures: int
    searches: int


def priced(request: ImageRequest, buyer: Buyer) -> Priced:
    return Priced(
        account=buyer.account_id,
        group=buyer.group,
        pays=buyer.pays,
        model=request.model,
        tier=request.tier,
        width=request.width,
        height=request.height,
        quality=request.quality,
        pictures=request.looks_at,
        searches=request.searches,
    )


def promise(about: Priced, unit_price_microcredits: int) -> str:
    """Return an id that keeps this price for its holder."""
    return PREFIX + signing.dumps(
        [asdict(about), unit_price_microcredits], salt=SALT, compress=True
    )


def promised_price(quote_id: str, about: Priced) -> int:
    """Return the price that was promised for this, or say why there is none."""
    facts, price = opened(quote_id)
    differing = [
        name for name, fact in asdict(about).items() if facts.get(name) != fact
    ]
    if differing:
        message = _(
            "This quote was made for something else: %(differing)s differ."
            " Ask with ?dry_run=true for a new one."
        )
        raise BadRequest(
            message % {"differing": ", ".join(differing)},
            param="quote_id",
            code="quote_mismatch",
        )
    return price


def opened(quote_id: str) -> tuple[dict[str, Any], int]:
    """Read a quote's id, if it was made here and holds."""
    signed = quote_id.removeprefix(PREFIX)
    try:
        facts, price = signing.loads(signed, salt=SALT, max_age=settings.QUOTE_SECONDS)
    except signing.SignatureExpired as error:
        message = _("This quote has expired. Ask with ?dry_run=true for a new one.")
        raise BadRequest(message, param="quote_id", code="quote_expired") from error
    except signing.BadSignature as error:
        message = _("This is no quote of ours. Ask with ?dry_run=true for one.")
        raise BadRequest(message, param="quote_id", code="quote_unknown") from error
    return facts, price
