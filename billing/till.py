"""The test till: a card processor that moves no money.

Where no Stripe key is set, it stands in for Stripe and speaks its language. What it
remembers (sessions, payments, cards) is kept in a table in Stripe's own form; what
its buttons do is in `counter`.
"""

import hashlib
import time
from collections.abc import Mapping
from datetime import datetime
from secrets import token_hex
from typing import Any, cast

from django.conf import settings
from django.urls import reverse
from stripe.params import CustomerCreateParams, PaymentIntentCreateParams
from stripe.params.checkout import SessionCreateParams

from billing.models import TillObject
from billing.processing import Declined, Refused, Thing

# How a test card behaves when it is charged without its owner, by its last digits.
CARDS = {"4242": "pays", "0002": "declines", "3184": "asks"}
DECLINES = {"declines": "card_declined", "asks": "authentication_required"}
BRAND, EXPIRES = "visa", (12, 2034)


def is_open() -> bool:
    """Only without a Stripe key, and in production only when asked for."""
    allowed = settings.TEST_TILL and bool(settings.STRIPE_WEBHOOK_SECRET)
    return allowed and not settings.STRIPE_SECRET_KEY


class Till:
    """The processor where no money moves."""

    def open_session(self, params: SessionCreateParams, *, key: str) -> Thing:
        """One session for each key, as at Stripe."""
        session_id = f"cs_till_{digest(key)}"
        asked = cast(dict[str, Any], params)
        session = {
            "id": session_id,
            "object": "checkout.session",
            "url": reverse("till", args=[session_id]),
            "mode": asked["mode"],
            "status": "open",
            "payment_status": "unpaid",
            "amount_total": total(asked),
            "currency": asked.get("currency") or currency(asked),
            "client_reference_id": asked.get("client_reference_id"),
            "metadata": asked["metadata"],
            "payment_intent": None,
            "setup_intent": None,
            "customer": None,
            "livemode": False,
            "saves_card": saves_card(asked),
        }
        return remember(session)

    def session(self, session_id: str) -> Thing:
        return recall(session_id)

    def charge(self, params: PaymentIntentCreateParams, *, key: str) -> Thing:
        """Charge a saved test card; how it takes that is written on it."""
        asked = cast(dict[str, Any], params)
        intent_id = f"pi_till_{digest(key)}"
        card = recall(asked["payment_method"])
        code = DECLINES.get(CARDS[card["card"]["last4"]])
        facts = {"card": card, "metadata": asked["metadata"], "is_paid": not code}
        amount, in_currency = asked["amount"], asked["currency"]
        intent = remember(new_intent(intent_id, amount, in_currency, facts))
        if code:
            raise Declined(code, intent["id"])
        return intent

    def intent(self, intent_id: str) -> Thing:
        return recall(intent_id)

    def find_intent(
        self, customer: str, payment_id: str, *, since: datetime
    ) -> Thing | None:
        """The till loses no answers."""
        return None

    def disputes(self, intent_id: str) -> list[Thing]:
        found: list[Thing] = recall(intent_id)["disputes"]
        return found

    def reversed_since(self, moment: datetime) -> set[str]:
        """The till tells everything at once."""
        return set()

    def save_customer(
        self, customer_id: str | None, params: CustomerCreateParams, *, key: str
    ) -> str:
        return customer_id or f"cus_till_{digest(key)}"

    def set_tax_id(self, customer_id: str, old_id: str, kind: str, value: str) -> str:
        return f"txi_till_{digest(value)}" if value else ""

    def tax_on(self, customer_id: str, amount_minor: int, currency: str) -> Thing:
        """The till knows no tax."""
        return {"id": "", "amount_total": amount_minor, "tax_amount_exclusive": 0}

    def forget_card(self, card_id: str) -> None:
        TillObject.objects.filter(pk=card_id).delete()

    def portal(self, customer_id: str, return_url: str) -> str:
        """The till has no page of its own for a customer."""
        return return_url


def new_intent(
    intent_id: str, amount: int, in_currency: str, facts: Mapping[str, Any]
) -> Thing:
    """Write a payment in Stripe's form, with its charge."""
    charge_id = intent_id.replace("pi_", "ch_", 1)
    charge = {"id": charge_id, "amount_refunded": 0, "disputed": False}
    return {
        "id": intent_id,
        "object": "payment_intent",
        "status": "succeeded" if facts["is_paid"] else "requires_payment_method",
        "amount": amount,
        "amount_received": amount if facts["is_paid"] else 0,
        "currency": in_currency,
        "livemode": False,
        "metadata": facts["metadata"],
        "payment_method": facts["card"],
        "latest_charge": charge,
        "disputes": [],
    }


def new_card(last4: str) -> Thing:
    month, year = EXPIRES
    card = {"brand": BRAND, "last4": last4, "exp_month": month, "exp_year": year}
    return {
        "id": f"pm_till_{token_hex(12)}",
        "object": "payment_method",
        "type": "card",
        "card": card,
    }


def remember(thing: Thing, *, wallet_id: str = "") -> Thing:
    """Keep something new; what was kept under that name before stays as it is."""
    wallet = wallet_id or thing["metadata"]["wallet"]
    kept, _ = TillObject.objects.get_or_create(
        pk=thing["id"], defaults={"wallet_id": wallet, "data": thing}
    )
    data: Thing = kept.data
    return data


def change(thing_id: str, **changes: Any) -> Thing:
    """Write down what became of something."""
    kept = TillObject.objects.get(pk=thing_id)
    kept.data = {**kept.data, **changes}
    kept.save(update_fields=["data"])
    data: Thing = kept.data
    return data


def recall(thing_id: str) -> Thing:
    kept = TillObject.objects.filter(pk=thing_id).first()
    if kept is None:
        raise Refused("The till knows of no such thing.")
    data: Thing = kept.data
    return data


def total(asked: Mapping[str, Any]) -> int | None:
    items = asked.get("line_items")
    return sum(item["price_data"]["unit_amount"] for item in items) if items else None


def currency(asked: Mapping[str, Any]) -> str:
    return str(asked["line_items"][0]["price_data"]["currency"])


def saves_card(asked: Mapping[str, Any]) -> bool:
    data = asked.get("payment_intent_data") or {}
    return asked["mode"] == "setup" or "setup_future_usage" in data


def digest(key: str) -> str:
    """A name that follows from the key, so that asking twice makes one thing."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def now() -> int:
    return int(time.time())
