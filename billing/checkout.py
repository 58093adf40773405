"""Begin a purchase: one payment row, and an address where it can be paid.

With a Stripe key that is Stripe's hosted page; without one, the test till. The
row is written first and says what was bought and for how much; nothing that
comes back from outside is ever asked for that again.
"""

from typing import Any
from urllib.parse import urlencode

import structlog
from django.conf import settings
from django.utils.translation import ngettext
from stripe.params.checkout import SessionCreateParams

from accounts.activity import OPERATOR, Actor
from billing.cash import counted
from billing.customers import customer_of, forget_customer
from billing.fulfilment import (
    UNDECIDED,
    Mismatch,
    NotOurs,
    Session,
    fulfil,
    give_up,
)
from billing.models import Customer, StripePayment, Wallet
from billing.packs import Pack
from billing.processing import ProcessorAway, Refused, Thing
from billing.processor import is_live, processor

log = structlog.get_logger(__name__)


class CheckoutUnavailable(Exception):
    """The card processor did not answer as it should; no money moved."""


def open_checkout(
    wallet: Wallet,
    pack: Pack,
    *,
    return_url: str,
    cancel_url: str,
    saves_card: bool = False,
    by: Actor = OPERATOR,
) -> str:
    """Write the payment down and return the address where it is paid."""
    payment = StripePayment.objects.create(
        wallet=wallet,
        pack=pack.id,
        credits=pack.credits,
        amount_minor=pack.amount_minor,
        currency=pack.currency,
        livemode=is_live(),
        bought_by_id=by.person_id,
    )
    try:
        session = open_session(payment, return_url, cancel_url, saves_card)
    except (ProcessorAway, Refused) as error:
        payment.status = StripePayment.Status.FAILED
        payment.save(update_fields=["status"])
        log.warning("checkout_failed", payment=payment.pk, reason=str(error))
        raise CheckoutUnavailable from error
    payment.session_id = session["id"]
    payment.save(update_fields=["session_id"])
    return session["url"] or cancel_url


def open_session(
    payment: StripePayment, return_url: str, cancel_url: str, saves_card: bool
) -> Thing:
    """Ask for a page; a customer the processor has forgotten is made anew, once."""
    for may_forget in (True, False):
        customer = customer_of(payment.wallet)
        params = session_params(payment, customer, return_url, cancel_url)
        if saves_card:
            params["payment_intent_data"]["setup_future_usage"] = "off_session"
        try:
            key = f"{idempotency_key(payment)}{'' if may_forget else '-again'}"
            return processor().open_session(params, key=key)
        except Refused as refusal:
            if refusal.field != "customer" or not may_forget:
                raise
            forget_customer(customer)
    raise AssertionError("one of the two answers or raises")


def session_params(
    payment: StripePayment, customer: Customer, return_url: str, cancel_url: str
) -> SessionCreateParams:
    """One pack, once; our own names travel along in the metadata."""
    metadata = {"payment": str(payment.pk), "wallet": str(payment.wallet_id)}
    params: SessionCreateParams = {
        "mode": "payment",
        "customer": customer.pk,
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": payment.currency,
                    "unit_amount": payment.amount_minor,
                    "product_data": {"name": name_of(payment)},
                },
            }
        ],
        # The price was shown in this currency, and this amount is what comes back.
        "adaptive_pricing": {"enabled": False},
        "invoice_creation": {"enabled": settings.STRIPE_INVOICES},
        "client_reference_id": str(payment.pk),
        "metadata": metadata,
        # A refund or a dispute names the payment only, and it must lead back here.
        "payment_intent_data": {"metadata": metadata},
        # Stripe puts the session's id in place of its own placeholder, unescaped.
        "success_url": f"{return_url}?session={{CHECKOUT_SESSION_ID}}",
        "cancel_url": f"{cancel_url}?{urlencode({'cancelled': 1})}",
    }
    return {**params, **tax_params(params)} if settings.TAX else params


def tax_params(params: SessionCreateParams) -> Any:
    """Let Stripe compute tax from the customer's address, and ask for one it lacks."""
    [item] = params["line_items"]
    priced = {**item["price_data"], "tax_behavior": settings.TAX}
    return {
        "line_items": [{**item, "price_data": priced}],
        "automatic_tax": {"enabled": True},
        "customer_update": {"address": "auto", "name": "auto"},
        "tax_id_collection": {"enabled": True},
    }


def name_of(payment: StripePayment) -> str:
    """Say on the bill what was bought."""
    words = ngettext("%(credits)s credit", "%(credits)s credits", payment.credits)
    return words % {"credits": counted(payment.credits)}


def idempotency_key(payment: StripePayment) -> str:
    """One for each row, also when a new database counts from 1 again."""
    return f"easel-checkout-{payment.pk}-{payment.created_at.timestamp():.6f}"


def look_again(payment: StripePayment) -> StripePayment:
    """Ask how an undecided purchase stands, in case the webhook is late or lost."""
    if payment.status not in UNDECIDED or not payment.session_id:
        return payment
    try:
        session = Session.of(processor().session(payment.session_id))
        if session.is_expired:
            return give_up(session, StripePayment.Status.EXPIRED)
        return fulfil(session)
    except (ProcessorAway, Refused, Mismatch, NotOurs) as error:
        log.warning("look_again_failed", payment=payment.pk, reason=str(error))
        return payment
