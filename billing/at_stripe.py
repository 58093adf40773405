"""Stripe, by its own library: a pinned version, and a client of our own.

The library's global settings stay untouched. A lost answer is asked for again under
the same idempotency key, first by the library and then by whoever asked us.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import stripe
import structlog
from django.conf import settings
from stripe.params import CustomerCreateParams, PaymentIntentCreateParams
from stripe.params.checkout import SessionCreateParams

from billing.processing import Declined, ProcessorAway, Refused, Thing

# The version stripe 16.1 was generated for; raise both together.
API_VERSION = "2026-10-28.endive"
NETWORK_RETRIES = 2
FULL_SESSION = ["invoice", "setup_intent.payment_method"]
FULL_INTENT = ["latest_charge", "payment_method"]
PAGE = 100
log = structlog.get_logger(__name__)


class Stripe:
    """The processor where money moves."""

    def __init__(self) -> None:
        base = settings.STRIPE_API_BASE
        self.v1 = stripe.StripeClient(
            settings.STRIPE_SECRET_KEY,
            stripe_version=API_VERSION,
            base_addresses={"api": base} if base else None,
            max_network_retries=NETWORK_RETRIES,
        ).v1

    def open_session(self, params: SessionCreateParams, *, key: str) -> Thing:
        create = self.v1.checkout.sessions.create
        return asked(lambda: create(params, {"idempotency_key": key}))

    def session(self, session_id: str) -> Thing:
        retrieve = self.v1.checkout.sessions.retrieve
        return asked(lambda: retrieve(session_id, {"expand": FULL_SESSION}))

    def charge(self, params: PaymentIntentCreateParams, *, key: str) -> Thing:
        create = self.v1.payment_intents.create
        return asked(lambda: create(params, {"idempotency_key": key}))

    def intent(self, intent_id: str) -> Thing:
        retrieve = self.v1.payment_intents.retrieve
        return asked(lambda: retrieve(intent_id, {"expand": FULL_INTENT}))

    def find_intent(
        self, customer: str, payment_id: str, *, since: datetime
    ) -> Thing | None:
        params: Any = {
            "customer": customer,
            "created": {"gte": int(since.timestamp())},
            "limit": PAGE,
        }
        for found in every(lambda: self.v1.payment_intents.list(params)):
            if (found.get("metadata") or {}).get("payment") == payment_id:
                return found
        return None

    def disputes(self, intent_id: str) -> list[Thing]:
        about: Any = {"payment_intent": intent_id, "limit": PAGE}
        return list(every(lambda: self.v1.disputes.list(about)))

    def reversed_since(self, moment: datetime) -> set[str]:
        since: Any = {"created": {"gte": int(moment.timestamp())}, "limit": PAGE}
        refunds = every(lambda: self.v1.refunds.list(since))
        disputes = every(lambda: self.v1.disputes.list(since))
        found = [*refunds, *disputes]
        return {one["payment_intent"] for one in found if one.get("payment_intent")}

    def save_customer(
        self, customer_id: str | None, params: CustomerCreateParams, *, key: str
    ) -> str:
        customers = self.v1.customers
        if customer_id:
            update: Any = params
            return str(asked(lambda: customers.update(customer_id, update))["id"])
        options: Any = {"idempotency_key": key}
        return str(asked(lambda: customers.create(params, options))["id"])

    def set_tax_id(self, customer_id: str, old_id: str, kind: str, value: str) -> str:
        ids = self.v1.customers.tax_ids
        new_id = ""
        if value:
            params: Any = {"type": kind, "value": value}
            new_id = asked(lambda: ids.create(customer_id, params))["id"]
        if old_id:
            try:
                asked(lambda: ids.delete(customer_id, old_id))
            except Refused:
                log.info("tax_id_was_gone", customer=customer_id)
        return new_id

    def tax_on(self, customer_id: str, amount_minor: int, currency: str) -> Thing:
        line: Any = {
            "amount": amount_minor,
            "reference": "credits",
            "tax_behavior": settings.TAX,
        }
        params: Any = {
            "customer": customer_id,
            "currency": currency,
            "line_items": [line],
        }
        return asked(lambda: self.v1.tax.calculations.create(params))

    def forget_card(self, card_id: str) -> None:
        try:
            asked(lambda: self.v1.payment_methods.detach(card_id))
        except Refused:
            log.info("card_was_gone", card=card_id)

    def portal(self, customer_id: str, return_url: str) -> str:
        params: Any = {"customer": customer_id, "return_url": return_url}
        create = self.v1.billing_portal.sessions.create
        return str(asked(lambda: create(params))["url"])

    # For the books alone: see `payouts`.

    def payouts_arrived(self, first: datetime, until: datetime) -> Iterator[Thing]:
        between = {"gte": int(first.timestamp()), "lt": int(until.timestamp())}
        params: Any = {"arrival_date": between, "status": "paid", "limit": PAGE}
        return every(lambda: self.v1.payouts.list(params))

    def movements_of(self, payout_id: str) -> Iterator[Thing]:
        params: Any = {"payout": payout_id, "expand": ["data.source"], "limit": PAGE}
        return every(lambda: self.v1.balance_transactions.list(params))


def asked(call: Callable[[], Any]) -> Thing:
    """Ask, and turn Stripe's many errors into our three."""
    try:
        answer: Thing = call().to_dict()
        return answer
    except stripe.CardError as error:
        reason = error.error
        intent = reason.payment_intent if reason else None
        code = error.code or "declined"
        raise Declined(code, intent.id if intent else None) from error
    except stripe.InvalidRequestError as error:
        raise Refused(error.user_message or str(error), error.param or "") from error
    except stripe.StripeError as error:
        log.warning("stripe_away", error=type(error).__name__, code=error.code)
        raise ProcessorAway from error


def every(call: Callable[[], Any]) -> Iterator[Thing]:
    """Ask for a list and go through all its pages."""
    try:
        for found in call().auto_paging_iter():
            yield found.to_dict()
    except stripe.StripeError as error:
        raise ProcessorAway from error
