"""Begin a purchase: one payment row, and an address where it can be paid.

With a Stripe key that is Stripe's hosted page; without one, the test till. The
row is written first and says what was bought and for how much; nothing that
comes back from outside is ever asked for that again.
"""

from secrets import token_hex
from urllib.parse import urlencode

import stripe
import structlog
from django.conf import settings
from django.urls import reverse
from django.utils.translation import ngettext
from stripe.params.checkout import SessionCreateParams

from billing import till
from billing.fulfilment import (
    UNDECIDED,
    Mismatch,
    NotOurs,
    Session,
    fulfil,
    give_up,
    is_live,
)
from billing.models import StripePayment, Wallet
from billing.packs import Pack

# The version stripe 16.1 was generated for; raise both together.
API_VERSION = "2026-10-28.endive"
NETWORK_RETRIES = 2
log = structlog.get_logger(__name__)


class CheckoutUnavailable(Exception):
    """The card processor did not answer as it should; no money moved."""


def is_open() -> bool:
    """Say whether credits can be bought here at all."""
    return bool(settings.STRIPE_SECRET_KEY) or till.is_open()


def open_checkout(
    wallet: Wallet, pack: Pack, *, return_url: str, cancel_url: str
) -> str:
    """Write the payment down and return the address where it is paid."""
    payment = StripePayment.objects.create(
        wallet=wallet,
        pack=pack.id,
        credits=pack.credits,
        amount_minor=pack.amount_minor,
        currency=pack.currency,
        livemode=is_live(),
    )
    if settings.STRIPE_SECRET_KEY:
        return open_at_stripe(payment, return_url, cancel_url)
    return open_at_till(payment)


def open_at_till(payment: StripePayment) -> str:
    payment.session_id = f"cs_till_{token_hex(16)}"
    payment.save(update_fields=["session_id"])
    return reverse("till", args=[payment.session_id])


def open_at_stripe(payment: StripePayment, return_url: str, cancel_url: str) -> str:
    """Ask Stripe for a session; a lost answer is asked for again under the same key."""
    try:
        session = client().v1.checkout.sessions.create(
            session_params(payment, return_url, cancel_url),
            {"idempotency_key": idempotency_key(payment)},
        )
    except stripe.StripeError as error:
        payment.status = StripePayment.Status.FAILED
        payment.save(update_fields=["status"])
        log.warning("checkout_failed", payment=payment.pk, error=type(error).__name__)
        raise CheckoutUnavailable from error
    payment.session_id = session.id
    payment.save(update_fields=["session_id"])
    return session.url or cancel_url


def session_params(
    payment: StripePayment, return_url: str, cancel_url: str
) -> SessionCreateParams:
    """One pack, once; our own names travel along in the metadata."""
    name = ngettext("%(credits)s credit", "%(credits)s credits", payment.credits) % {
        "credits": f"{payment.credits:,}"
    }
    return {
        "mode": "payment",
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": payment.currency,
                    "unit_amount": payment.amount_minor,
                    "product_data": {"name": name},
                },
            }
        ],
        # The price was shown in this currency, and this amount is what comes back.
        "adaptive_pricing": {"enabled": False},
        "client_reference_id": str(payment.pk),
        "metadata": {"payment": str(payment.pk), "wallet": str(payment.wallet_id)},
        # Stripe puts the session's id in place of its own placeholder, unescaped.
        "success_url": f"{return_url}?session={{CHECKOUT_SESSION_ID}}",
        "cancel_url": f"{cancel_url}?{urlencode({'cancelled': 1})}",
    }


def idempotency_key(payment: StripePayment) -> str:
    """One for each row, also when a new database counts from 1 again."""
    return f"easel-checkout-{payment.pk}-{payment.created_at.timestamp():.6f}"


def look_again(payment: StripePayment) -> StripePayment:
    """Ask how an undecided purchase stands, in case the webhook is late or lost."""
    if payment.status not in UNDECIDED or not settings.STRIPE_SECRET_KEY:
        return payment
    try:
        session = find_session(payment.session_id or "")
        if session.is_expired:
            return give_up(session, StripePayment.Status.EXPIRED)
        return fulfil(session)
    except (CheckoutUnavailable, Mismatch, NotOurs) as error:
        log.warning("look_again_failed", payment=payment.pk, reason=str(error))
        return payment


def find_session(session_id: str) -> Session:
    """Ask Stripe how a purchase stands."""
    try:
        found = client().v1.checkout.sessions.retrieve(session_id)
    except stripe.StripeError as error:
        raise CheckoutUnavailable from error
    return Session.of(found.to_dict())


def client() -> stripe.StripeClient:
    """A client of our own: the library's global settings stay untouched."""
    base = settings.STRIPE_API_BASE
    return stripe.StripeClient(
        settings.STRIPE_SECRET_KEY,
        stripe_version=API_VERSION,
        base_addresses={"api": base} if base else None,
        max_network_retries=NETWORK_RETRIES,
    )
