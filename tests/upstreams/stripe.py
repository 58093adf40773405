"""A small Stripe of ours, as the real library asks for it: pages, cards, money and back.

Strict on purpose. A parameter that stripe's own types do not know, a missing
version or a wrong key is refused; an Idempotency-Key gives the first answer again
and refuses other parameters. Answers can be lost on the way.
"""

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import stripe

from tests.upstreams.stripe_words import WrongWords, check

KEY = "sk_test_easel"
WEBHOOK_SECRET = "whsec_of_the_fake_stripe"
Thing = dict[str, Any]


class Refusal(Exception):
    """An answer with a status of 400 or more."""

    def __init__(self, status: int, kind: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"type": kind, "message": message, **more}}


def unknown(what: str, param: str = "id") -> Refusal:
    kind = "invalid_request_error"
    return Refusal(404, kind, f"No such {what}", param=param, code="resource_missing")


class FakeStripe:
    """What the server knows, and what a test may do to it."""

    def __init__(self) -> None:
        self.base_url = ""
        self.key = KEY
        self.livemode = False
        self.sessions: dict[str, Thing] = {}
        self.intents: dict[str, Thing] = {}
        self.customers: dict[str, Thing] = {}
        self.tax_ids: dict[str, Thing] = {}
        self.cards: dict[str, Thing] = {}
        self.disputes: list[Thing] = []
        self.refunds: list[Thing] = []
        self.payouts: list[Thing] = []
        self.movements: list[Thing] = []
        self.tax_percent = 0
        self.asked: list[dict[str, str]] = []
        self.calls: list[str] = []
        self.answers_to_lose = 0
        self.is_down = False
        # What happens while somebody asks for disputes, after they saw the payment.
        self.meanwhile: Callable[[], object] | None = None
        self._answers: dict[str, tuple[dict[str, str], Thing | Refusal]] = {}
        self._lock = threading.RLock()
        self._numbers = count(1)

    # What a test may do.

    def pay(self, session_id: str, *, later: bool = False) -> Thing:
        """The customer pays on the hosted page; the event is returned, not sent."""
        session = self.sessions[session_id]
        session.update(status="complete", payment_status="unpaid" if later else "paid")
        session["payment_intent"] = f"pi_{session_id}"
        data = session["_intent_data"]
        intent = self.new_intent(
            session["payment_intent"],
            amount=session["amount_total"],
            currency=session["currency"],
            metadata=data.get("metadata", {}),
            card=self.new_card(),
            status="processing" if later else "succeeded",
        )
        intent["setup_future_usage"] = data.get("setup_future_usage")
        return self.event("checkout.session.completed", session)

    def money_arrives(self, session_id: str) -> Thing:
        session = self.sessions[session_id]
        session["payment_status"] = "paid"
        self.succeed(session["payment_intent"])
        return self.event("checkout.session.async_payment_succeeded", session)

    def money_stays_away(self, session_id: str) -> Thing:
        session = self.sessions[session_id]
        return self.event("checkout.session.async_payment_failed", session)

    def expire(self, session_id: str) -> Thing:
        session = self.sessions[session_id]
        session["status"] = "expired"
        return self.event("checkout.session.expired", session)

    def save_card(self, session_id: str, behaviour: str = "pays") -> Thing:
        """The customer saves a card on the hosted page."""
        session = self.sessions[session_id]
        card = self.new_card(behaviour)
        setup = {"id": f"seti_{session_id}", "payment_method": card}
        session.update(status="complete", setup_intent=setup)
        return self.event("checkout.session.completed", session)

    def new_card(self, behaviour: str = "pays") -> Thing:
        number = next(self._numbers)
        facts = {"last4": f"{4240 + number % 10}", "exp_month": 12, "exp_year": 2034}
        self.cards[f"pm_{number}"] = card = {
            "id": f"pm_{number}",
            "object": "payment_method",
            "type": "card",
            "card": {"brand": "visa", **facts},
            "_behaviour": behaviour,
        }
        return card

    def succeed(self, intent_id: str) -> Thing:
        intent = self.intents[intent_id]
        intent.update(status="succeeded", amount_received=intent["amount"])
        return self.event("payment_intent.succeeded", intent)

    def refund(self, intent_id: str, amount: int) -> Thing:
        """Give money back; the event tells what the charge had then."""
        charge = self.intents[intent_id]["latest_charge"]
        charge["amount_refunded"] += amount
        refund = {"id": f"re_{next(self._numbers)}", "payment_intent": intent_id}
        self.refunds.append({**refund, "created": int(time.time()), "amount": amount})
        subject = {**charge, "object": "charge", "payment_intent": intent_id}
        return self.event("charge.refunded", subject)

    def refund_fails(self, intent_id: str, amount: int) -> Thing:
        """The bank could not place it, and it is ours again."""
        self.intents[intent_id]["latest_charge"]["amount_refunded"] -= amount
        subject = {"id": "re_failed", "payment_intent": intent_id, "status": "failed"}
        return self.event("refund.failed", subject)

    def dispute(self, intent_id: str, status: str, amount: int = 0) -> Thing:
        """Open a dispute, or let it go on."""
        known = [one for one in self.disputes if one["payment_intent"] == intent_id]
        if not known:
            amount = amount or self.intents[intent_id]["amount"]
            named = {"id": f"dp_{next(self._numbers)}", "payment_intent": intent_id}
            known = [{**named, "amount": amount, "created": int(time.time())}]
            self.disputes += known
        known[0]["status"] = status
        is_over = status in ("won", "lost", "warning_closed")
        told = "closed" if is_over else "created"
        return self.event(f"charge.dispute.{told}", known[0])

    def event(self, kind: str, subject: Thing) -> Thing:
        return {
            "id": f"evt_{time.time_ns()}_{next(self._numbers)}",
            "object": "event",
            "api_version": stripe.api_version,
            "type": kind,
            "created": int(time.time()),
            "livemode": subject.get("livemode", self.livemode),
            "data": {"object": told(subject)},
        }

    # What the wire asks.

    def once(
        self, params: dict[str, str], key: str, make: Callable[[], Thing]
    ) -> Thing:
        """Give the first answer again, also when it was a refusal."""
        with self._lock:
            self.asked.append(params)
            if key not in self._answers:
                try:
                    self._answers[key] = params, make()
                except Refusal as refusal:
                    self._answers[key] = params, refusal
            before, answer = self._answers[key]
            if before != params:
                text = "Keys for idempotent requests can only be used with the same parameters."
                raise Refusal(400, "idempotency_error", text)
            if isinstance(answer, Refusal):
                raise answer
            return answer

    def create_session(self, asked: Thing) -> Thing:
        self.known_customer(asked["customer"])
        number = next(self._numbers)
        items = asked.get("line_items", {}).values()
        price = sum(
            int(item["price_data"]["unit_amount"]) * int(item["quantity"])
            for item in items
        )
        behaves = {item["price_data"].get("tax_behavior") for item in items}
        tax = price * self.tax_percent // 100 if behaves == {"exclusive"} else 0
        currencies = [item["price_data"]["currency"] for item in items]
        session = {
            "id": f"cs_test_{number:04}_{time.time_ns()}",
            "object": "checkout.session",
            "url": f"{self.base_url}/pay/{number}",
            "mode": asked["mode"],
            "status": "open",
            "payment_status": "unpaid" if items else "no_payment_required",
            "amount_subtotal": price if items else None,
            "amount_total": price + tax if items else None,
            "total_details": {"amount_tax": tax},
            "currency": (currencies or [asked.get("currency")])[0],
            "client_reference_id": asked.get("client_reference_id"),
            "metadata": asked.get("metadata", {}),
            "livemode": self.livemode,
            "payment_intent": None,
            "setup_intent": None,
            "customer": asked["customer"],
            "_intent_data": asked.get("payment_intent_data", {}),
        }
        self.sessions[session["id"]] = session
        return session

    def create_customer(self, asked: Thing) -> Thing:
        customer_id = f"cus_{next(self._numbers)}"
        self.customers[customer_id] = {"id": customer_id, "object": "customer", **asked}
        return self.customers[customer_id]

    def known_customer(self, customer_id: str) -> Thing:
        if customer_id not in self.customers:
            raise unknown(f"customer: '{customer_id}'", "customer")
        return self.customers[customer_id]

    def create_tax_id(self, customer_id: str, asked: Thing) -> Thing:
        if asked["value"] == "INVALID":
            text = "Invalid value for eu_vat."
            raise Refusal(400, "invalid_request_error", text, param="value")
        tax_id = {"id": f"txi_{next(self._numbers)}", "customer": customer_id, **asked}
        self.tax_ids[tax_id["id"]] = tax_id
        return tax_id

    def create_intent(self, asked: Thing) -> Thing:
        """Charge a saved card without its owner."""
        self.known_customer(asked["customer"])
        card = self.cards.get(asked["payment_method"])
        if card is None:
            raise unknown("PaymentMethod", "payment_method")
        behaviour = card["_behaviour"]
        status = {"pays": "succeeded", "waits": "processing"}.get(
            behaviour, "requires_payment_method"
        )
        intent = self.new_intent(
            f"pi_{next(self._numbers)}",
            amount=int(asked["amount"]),
            currency=asked["currency"],
            metadata=asked["metadata"],
            card=card,
            status=status,
        )
        intent["customer"] = asked["customer"]
        if status == "requires_payment_method":
            code = "authentication_required" if behaviour == "asks" else "card_declined"
            intent["last_payment_error"] = {"type": "card_error", "code": code}
            shown = told(intent)
            raise Refusal(402, "card_error", "No.", code=code, payment_intent=shown)
        return intent

    def new_intent(self, intent_id: str, **facts: Any) -> Thing:
        card, is_paid = facts.pop("card"), facts["status"] == "succeeded"
        self.intents[intent_id] = intent = {
            "id": intent_id,
            "object": "payment_intent",
            "created": int(time.time()),
            "livemode": self.livemode,
            "payment_method": card,
            "amount_received": facts["amount"] if is_paid else 0,
            "latest_charge": {
                "id": f"ch_{intent_id}",
                "amount_refunded": 0,
                "receipt_url": f"{self.base_url}/receipt/{intent_id}",
            },
            **facts,
        }
        return intent


def told(thing: Any) -> Any:
    """What the wire is told: our own notes stay here."""
    if isinstance(thing, dict):
        return {
            name: told(value)
            for name, value in thing.items()
            if not name.startswith("_")
        }
    return [told(one) for one in thing] if isinstance(thing, list) else thing


# Which words each address takes, by the library's own types.
CHECKOUT = ("checkout._session_create_params", "SessionCreateParams")
WORDS = {
    "checkout/sessions": CHECKOUT,
    "customers": ("_customer_create_params", "CustomerCreateParams"),
    "customers/+": ("_customer_update_params", "CustomerUpdateParams"),
    "customers/+/tax_ids": (
        "_customer_tax_id_create_params",
        "CustomerTaxIdCreateParams",
    ),
    "payment_intents": ("_payment_intent_create_params", "PaymentIntentCreateParams"),
    "payment_methods/+/detach": (
        "_payment_method_detach_params",
        "PaymentMethodDetachParams",
    ),
    "billing_portal/sessions": (
        "billing_portal._session_create_params",
        "SessionCreateParams",
    ),
    "tax/calculations": ("tax._calculation_create_params", "CalculationCreateParams"),
}
QUESTIONS = {
    "checkout/sessions/+": (
        "checkout._session_retrieve_params",
        "SessionRetrieveParams",
    ),
    "payment_intents": ("_payment_intent_list_params", "PaymentIntentListParams"),
    "payment_intents/+": (
        "_payment_intent_retrieve_params",
        "PaymentIntentRetrieveParams",
    ),
    "disputes": ("_dispute_list_params", "DisputeListParams"),
    "refunds": ("_refund_list_params", "RefundListParams"),
    "payouts": ("_payout_list_params", "PayoutListParams"),
    "balance_transactions": (
        "_balance_transaction_list_params",
        "BalanceTransactionListParams",
    ),
}


class Handler(BaseHTTPRequestHandler):
    """Speaks HTTP for one `FakeStripe`."""

    fake: FakeStripe
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.answer(lambda: self.act(dict(parse_qsl(body.decode(), True))))

    def do_GET(self) -> None:
        self.answer(self.look)

    def do_DELETE(self) -> None:
        self.answer(self.delete)

    def way(self) -> tuple[str, list[str]]:
        """Return the address's pattern, and the names in it."""
        path = urlsplit(self.path).path.removeprefix("/v1/")
        names = re.findall(r"\b((?:cs|cus|txi|pi|pm|po)_\w+)", path)
        return re.sub(r"\b(?:cs|cus|txi|pi|pm|po)_\w+", "+", path), names

    def act(self, params: dict[str, str]) -> Thing:
        pattern, names = self.way()
        if pattern not in WORDS:
            raise Refusal(404, "invalid_request_error", "Unrecognized request URL.")
        asked = checked(params, WORDS[pattern])
        fake, key = self.fake, self.headers.get("Idempotency-Key", "")
        made: dict[str, Callable[[], Thing]] = {
            "checkout/sessions": lambda: fake.create_session(asked),
            "customers": lambda: fake.create_customer(asked),
            "customers/+": lambda: fake.known_customer(names[0]) | asked,
            "customers/+/tax_ids": lambda: fake.create_tax_id(names[0], asked),
            "payment_intents": lambda: fake.create_intent(asked),
            "payment_methods/+/detach": lambda: fake.cards.pop(names[0]),
            "billing_portal/sessions": lambda: {"url": f"{fake.base_url}/portal"},
            "tax/calculations": lambda: self.tax(asked),
        }
        if pattern == "customers/+":
            fake.known_customer(names[0]).update(asked)
        return fake.once(params, f"{pattern} {key}", made[pattern])

    def tax(self, asked: Thing) -> Thing:
        price = sum(int(line["amount"]) for line in asked["line_items"].values())
        tax = price * self.fake.tax_percent // 100
        return {
            "id": f"taxcalc_{tax}",
            "amount_total": price + tax,
            "tax_amount_exclusive": tax,
        }

    def look(self) -> Thing:
        pattern, names = self.way()
        params = dict(parse_qsl(urlsplit(self.path).query, True))
        if pattern not in QUESTIONS:
            raise Refusal(404, "invalid_request_error", "Unrecognized request URL.")
        asked, fake = checked(params, QUESTIONS[pattern]), self.fake
        if pattern == "checkout/sessions/+":
            return found(fake.sessions, names[0], "checkout.session")
        if pattern == "payment_intents/+":
            return found(fake.intents, names[0], "payment_intent")
        if pattern == "disputes" and fake.meanwhile:
            happen, fake.meanwhile = fake.meanwhile, None
            happen()
        rows = {
            "payment_intents": list(fake.intents.values()),
            "disputes": fake.disputes,
            "refunds": fake.refunds,
            "payouts": fake.payouts,
            "balance_transactions": fake.movements,
        }[pattern]
        rows = [row for row in rows if fits(row, asked)]
        return {"object": "list", "data": rows, "has_more": False, "url": self.path}

    def delete(self) -> Thing:
        _, names = self.way()
        if names[-1] not in self.fake.tax_ids:
            raise unknown("tax_id")
        return {**self.fake.tax_ids.pop(names[-1]), "deleted": True}

    def answer(self, ask: Callable[[], Thing]) -> None:
        self.fake.calls.append(f"{self.command} {self.path}")
        try:
            self.check_caller()
            status, body = 200, told(ask())
        except Refusal as refusal:
            status, body = refusal.status, refusal.body
        if self.fake.answers_to_lose:
            self.fake.answers_to_lose -= 1
            self.close_connection = True
            return
        self.reply(status, json.dumps(body).encode())

    def check_caller(self) -> None:
        if self.fake.is_down:
            raise Refusal(503, "api_error", "Down for a moment.")
        if self.headers.get("Authorization") != f"Bearer {self.fake.key}":
            raise Refusal(401, "invalid_request_error", "Invalid API Key provided.")
        if self.headers.get("Stripe-Version") != stripe.api_version:
            raise Refusal(400, "invalid_request_error", "Pin the API's version.")

    def reply(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Request-Id", "req_fake")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the tests' own output is enough."""


def checked(params: dict[str, str], words: tuple[str, str]) -> Thing:
    try:
        return check(params, *words)
    except WrongWords as error:
        raise Refusal(400, "invalid_request_error", str(error)) from error


def found(things: dict[str, Thing], name: str, what: str) -> Thing:
    if name not in things:
        raise unknown(f"{what}: {name}")
    return things[name]


def fits(row: Thing, asked: Thing) -> bool:
    """Filter a list by what was asked: a payment, a customer, a payout, a time."""
    for name in ("payment_intent", "customer", "payout", "status"):
        if name in asked and row.get(name) != asked[name]:
            return False
    for name in ("created", "arrival_date"):
        limits = asked.get(name, {})
        if row.get(name, 0) < int(limits.get("gte", 0)):
            return False
        if row.get(name, 0) >= int(limits.get("lt", 2**40)):
            return False
    return True


@contextmanager
def running_stripe() -> Iterator[FakeStripe]:
    """Serve on a free port until the block ends."""
    fake = FakeStripe()
    handler = type("HandlerOfOne", (Handler,), {"fake": fake})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    fake.base_url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
