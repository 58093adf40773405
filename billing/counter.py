"""The test till's buttons: each tells the site what became of something, as Stripe would.

A button changes what the till remembers, and sends a signed event to the same door as
Stripe's, so that everything after the click is what runs with real money.
"""

import json
from collections.abc import Callable
from enum import StrEnum
from secrets import token_hex

import stripe
from django.conf import settings

from billing import till
from billing.processing import Refused, Thing
from billing.webhook import Receipt, receive


class Button(StrEnum):
    """What may be pressed."""

    PAY = "pay"
    DECLINE = "decline"
    PAY_LATER = "pay_later"
    ARRIVE = "arrive"
    FAIL = "fail"
    EXPIRE = "expire"
    REFUND_HALF = "refund_half"
    REFUND = "refund"
    REFUND_FAILS = "refund_fails"
    DISPUTE = "dispute"
    WIN = "win"
    LOSE = "lose"
    SAVE_GOOD = "save_4242"
    SAVE_DECLINING = "save_0002"
    SAVE_ASKING = "save_3184"


SAVES = {
    Button.SAVE_GOOD: "4242",
    Button.SAVE_DECLINING: "0002",
    Button.SAVE_ASKING: "3184",
}
LEAVES_PAGE = {
    *(Button.PAY, Button.PAY_LATER, Button.ARRIVE, Button.FAIL, Button.EXPIRE),
    *SAVES,
}


def buttons_of_session(session: Thing) -> tuple[Button, ...]:
    """Return the buttons that make sense for a page as it stands."""
    if session["status"] == "open":
        if session["mode"] == "setup":
            return tuple(SAVES)
        return (Button.PAY, Button.DECLINE, Button.PAY_LATER, Button.EXPIRE)
    if session["status"] == "complete" and session["payment_status"] == "unpaid":
        return () if session["mode"] == "setup" else (Button.ARRIVE, Button.FAIL)
    return ()


def has_buttons(session_id: str) -> bool:
    """Say whether a page waits at the till: one that was opened elsewhere does not."""
    try:
        return bool(buttons_of_session(till.recall(session_id)))
    except Refused:
        return False


def buttons_of_intent(intent: Thing) -> tuple[Button, ...]:
    """Return what may still happen to money that was paid."""
    found: list[Button] = []
    if intent["status"] != "succeeded":
        return ()
    refunded = intent["latest_charge"]["amount_refunded"]
    if refunded == 0:
        found.append(Button.REFUND_HALF)
    if refunded < intent["amount"]:
        found.append(Button.REFUND)
    if refunded:
        found.append(Button.REFUND_FAILS)
    is_disputed = [one["status"] for one in intent["disputes"]]
    if not is_disputed:
        found.append(Button.DISPUTE)
    if "needs_response" in is_disputed:
        found += [Button.WIN, Button.LOSE]
    return tuple(found)


def press(thing_id: str, button: Button) -> Receipt:
    """Do what a button says, and tell the site."""
    kind, subject = PRESSED[button](till.recall(thing_id), button)
    return tell(kind, subject)


def tell(kind: str, subject: Thing) -> Receipt:
    """Send a signed event through the webhook's door."""
    event = {
        "id": f"evt_till_{token_hex(16)}",
        "object": "event",
        "type": kind,
        "created": till.now(),
        "livemode": False,
        "data": {"object": subject},
    }
    body = json.dumps(event)
    signature = stripe.WebhookSignature.generate_signature_header(
        body, settings.STRIPE_WEBHOOK_SECRET
    )
    return receive(body.encode(), signature)


Told = tuple[str, Thing]


def pay(session: Thing, button: Button) -> Told:
    """The card is charged; it is kept when that was wished."""
    intent = make_intent(session)
    status = {"status": "complete", "payment_status": "paid"}
    paid = till.change(session["id"], payment_intent=intent["id"], **status)
    return "checkout.session.completed", paid


def decline(session: Thing, button: Button) -> Told:
    """The page stays open: another card may follow."""
    intent = {
        "id": f"pi_{session['id']}",
        "object": "payment_intent",
        "status": "requires_payment_method",
        "livemode": False,
        "metadata": session["metadata"],
        "last_payment_error": {"type": "card_error", "code": "card_declined"},
    }
    return "payment_intent.payment_failed", intent


def pay_later(session: Thing, button: Button) -> Told:
    return "checkout.session.completed", till.change(session["id"], status="complete")


def arrive(session: Thing, button: Button) -> Told:
    intent = make_intent(session)
    changes = {"payment_intent": intent["id"], "payment_status": "paid"}
    arrived = till.change(session["id"], **changes)
    return "checkout.session.async_payment_succeeded", arrived


def fail(session: Thing, button: Button) -> Told:
    failed = till.change(session["id"], status="expired")
    return "checkout.session.async_payment_failed", failed


def expire(session: Thing, button: Button) -> Told:
    expired = till.change(session["id"], status="expired")
    return "checkout.session.expired", expired


def save(session: Thing, button: Button) -> Told:
    """A card is saved that behaves as its button said."""
    card = till.new_card(SAVES[button])
    till.remember(card, wallet_id=session["metadata"]["wallet"])
    setup = {"id": f"seti_{session['id']}", "payment_method": card}
    saved = till.change(session["id"], status="complete", setup_intent=setup)
    return "checkout.session.completed", saved


def refund(intent: Thing, button: Button) -> Told:
    """Money goes back, or a refund comes back because the bank could not place it."""
    whole = intent["amount"]
    amounts = {Button.REFUND: whole, Button.REFUND_HALF: whole // 2}
    amount = amounts.get(button, 0)
    charge = {**intent["latest_charge"], "amount_refunded": amount}
    till.change(intent["id"], latest_charge=charge)
    subject = {**charge, "object": "charge", "payment_intent": intent["id"]}
    return "refund.failed" if amount == 0 else "charge.refunded", subject


def dispute(intent: Thing, button: Button) -> Told:
    """The card's owner asks their bank for the money, and somebody is right."""
    status, told = DISPUTES[button]
    one = {"amount": intent["amount"], "status": status}
    till.change(intent["id"], disputes=[one])
    return told, {**one, "object": "dispute", "payment_intent": intent["id"]}


DISPUTES = {
    Button.DISPUTE: ("needs_response", "charge.dispute.created"),
    Button.WIN: ("won", "charge.dispute.closed"),
    Button.LOSE: ("lost", "charge.dispute.closed"),
}
PRESSED: dict[Button, Callable[[Thing, Button], Told]] = {
    Button.PAY: pay,
    Button.DECLINE: decline,
    Button.PAY_LATER: pay_later,
    Button.ARRIVE: arrive,
    Button.FAIL: fail,
    Button.EXPIRE: expire,
    Button.REFUND: refund,
    Button.REFUND_HALF: refund,
    Button.REFUND_FAILS: refund,
    **dict.fromkeys(DISPUTES, dispute),
    **dict.fromkeys(SAVES, save),
}


def make_intent(session: Thing) -> Thing:
    """Make the payment of a session, with a card that pays."""
    card = till.new_card("4242")
    wallet = session["metadata"]["wallet"]
    facts = {"card": card, "metadata": session["metadata"], "is_paid": True}
    total, currency = session["amount_total"], session["currency"]
    intent = till.new_intent(f"pi_{session['id']}", total, currency, facts)
    if session["saves_card"]:
        till.remember(card, wallet_id=wallet)
        intent["setup_future_usage"] = "off_session"
    return till.remember(intent, wallet_id=wallet)
