"""What a card processor can be asked, whichever it is: Stripe, or the test till.

Answers are plain dictionaries in Stripe's own form, so that everything above works
the same at the till. What cannot be answered is one of three errors.
"""

from datetime import datetime
from typing import Any, Protocol

from stripe.params import CustomerCreateParams, PaymentIntentCreateParams
from stripe.params.checkout import SessionCreateParams

Thing = dict[str, Any]


class ProcessorAway(Exception):
    """No answer, or none that says anything: ask again, under the same key."""


class Refused(Exception):
    """The processor understood, and will not do it; `field` names what is wrong."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class Declined(Exception):
    """A saved card was not charged."""

    def __init__(self, code: str, intent_id: str | None) -> None:
        super().__init__(code)
        self.code, self.intent_id = code, intent_id

    @property
    def needs_its_owner(self) -> bool:
        """The bank wants to hear it from the customer: trying again cannot help."""
        return self.code == "authentication_required"


class Processor(Protocol):
    """Everything we ask of one."""

    def open_session(self, params: SessionCreateParams, *, key: str) -> Thing:
        """Open a hosted page where something is paid, or a card is saved."""

    def session(self, session_id: str) -> Thing:
        """Say how such a page stands, with its invoice and what card was saved."""

    def charge(self, params: PaymentIntentCreateParams, *, key: str) -> Thing:
        """Charge a saved card without its owner, once for each key."""

    def intent(self, intent_id: str) -> Thing:
        """Say how a payment stands, with its charge and its card."""

    def find_intent(
        self, customer: str, payment_id: str, *, since: datetime
    ) -> Thing | None:
        """Look for a payment whose answer was lost, by the name we gave it."""

    def disputes(self, intent_id: str) -> list[Thing]:
        """Return every dispute about a payment."""

    def reversed_since(self, moment: datetime) -> set[str]:
        """Return the payments that were refunded or disputed since then."""

    def save_customer(
        self, customer_id: str | None, params: CustomerCreateParams, *, key: str
    ) -> str:
        """Make a customer, or say anew who one is; return the id."""

    def set_tax_id(self, customer_id: str, old_id: str, kind: str, value: str) -> str:
        """Give a customer a tax id instead of another; return its id."""

    def tax_on(self, customer_id: str, amount_minor: int, currency: str) -> Thing:
        """Say what tax comes to a price for this customer."""

    def forget_card(self, card_id: str) -> None:
        """Take a saved card away from its customer."""

    def portal(self, customer_id: str, return_url: str) -> str:
        """Return where the processor shows a customer what it knows of them."""


def id_of(value: Any) -> str | None:
    """A related object is its id, or written in full when that was asked for."""
    if isinstance(value, dict):
        value = value["id"]
    return value or None


def in_full(value: Any) -> Thing:
    """A related object, where it was asked for in full; else nothing."""
    return value if isinstance(value, dict) else {}
