"""A small Stripe of ours: Checkout sessions, as the real library asks for them.

Strict on purpose. A parameter that stripe's own types do not know, a missing
version or a wrong key is refused; an Idempotency-Key gives the first answer again
and refuses other parameters. Answers can be lost on the way.
"""

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import stripe
from stripe.params.checkout import _session_create_params as types

KEY = "sk_test_easel"
WEBHOOK_SECRET = "whsec_of_the_fake_stripe"
SESSIONS = "/v1/checkout/sessions"


class Refusal(Exception):
    """An answer with a status of 400 or more."""

    def __init__(self, status: int, kind: str, message: str) -> None:
        super().__init__(message)
        self.status, self.kind = status, kind


class FakeStripe:
    """What the server knows, and what a test may do to it."""

    def __init__(self) -> None:
        self.base_url = ""
        self.sessions: dict[str, dict[str, Any]] = {}
        self.asked: list[dict[str, str]] = []
        self.answers_to_lose = 0
        self.is_down = False
        self._answers: dict[str, tuple[dict[str, str], dict[str, Any]]] = {}
        self._lock = threading.Lock()

    # What a test may do.

    def pay(self, session_id: str, *, later: bool = False) -> dict[str, Any]:
        """The customer pays on the hosted page; the event is returned, not sent."""
        session = self.sessions[session_id]
        paid = "unpaid" if later else "paid"
        session.update(status="complete", payment_status=paid)
        session["payment_intent"] = f"pi_{session_id}"
        return self.event("checkout.session.completed", session)

    def money_arrives(self, session_id: str) -> dict[str, Any]:
        session = self.sessions[session_id]
        session["payment_status"] = "paid"
        return self.event("checkout.session.async_payment_succeeded", session)

    def money_stays_away(self, session_id: str) -> dict[str, Any]:
        session = self.sessions[session_id]
        return self.event("checkout.session.async_payment_failed", session)

    def expire(self, session_id: str) -> dict[str, Any]:
        session = self.sessions[session_id]
        session["status"] = "expired"
        return self.event("checkout.session.expired", session)

    def event(self, kind: str, subject: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": f"evt_{time.time_ns()}",
            "object": "event",
            "api_version": stripe.api_version,
            "type": kind,
            "created": int(time.time()),
            "livemode": subject.get("livemode", False),
            "data": {"object": dict(subject)},
        }

    # What the wire asks.

    def create(self, params: dict[str, str], key: str) -> dict[str, Any]:
        with self._lock:
            self.asked.append(params)
            if key in self._answers:
                return self._again(params, key)
            session = self._session(params)
            self.sessions[session["id"]] = session
            self._answers[key] = params, session
            return session

    def _again(self, params: dict[str, str], key: str) -> dict[str, Any]:
        before, session = self._answers[key]
        if before != params:
            raise Refusal(400, "idempotency_error", "Keys for idempotent requests.")
        return session

    def _session(self, params: dict[str, str]) -> dict[str, Any]:
        number = len(self.sessions) + 1
        item = "line_items[0]"
        return {
            "id": f"cs_test_{number:04}_{time.time_ns()}",
            "object": "checkout.session",
            "url": f"{self.base_url}/pay/{number}",
            "mode": params["mode"],
            "status": "open",
            "payment_status": "unpaid",
            "amount_total": int(params[f"{item}[price_data][unit_amount]"])
            * int(params[f"{item}[quantity]"]),
            "currency": params[f"{item}[price_data][currency]"],
            "client_reference_id": params.get("client_reference_id"),
            "metadata": {
                name[len("metadata[") : -1]: value
                for name, value in params.items()
                if name.startswith("metadata[")
            },
            "livemode": False,
            "payment_intent": None,
            "customer": None,
        }


class Handler(BaseHTTPRequestHandler):
    """Speaks HTTP for one `FakeStripe`."""

    fake: FakeStripe
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.answer(lambda: self.create(dict(parse_qsl(body.decode(), True))))

    def do_GET(self) -> None:
        self.answer(self.retrieve)

    def create(self, params: dict[str, str]) -> dict[str, Any]:
        if self.path != SESSIONS:
            raise Refusal(404, "invalid_request_error", "Unrecognized request URL.")
        refuse_unknown(params)
        return self.fake.create(params, self.headers.get("Idempotency-Key", ""))

    def retrieve(self) -> dict[str, Any]:
        session_id = urlsplit(self.path).path.removeprefix(f"{SESSIONS}/")
        if session_id not in self.fake.sessions:
            raise Refusal(404, "invalid_request_error", "No such checkout.session.")
        return self.fake.sessions[session_id]

    def answer(self, ask: Any) -> None:
        try:
            self.check_caller()
            status, body = 200, ask()
        except Refusal as refusal:
            error = {"type": refusal.kind, "message": str(refusal)}
            status, body = refusal.status, {"error": error}
        if self.fake.answers_to_lose:
            self.fake.answers_to_lose -= 1
            self.close_connection = True
            return
        self.reply(status, json.dumps(body).encode())

    def check_caller(self) -> None:
        if self.fake.is_down:
            raise Refusal(503, "api_error", "Down for a moment.")
        if self.headers.get("Authorization") != f"Bearer {KEY}":
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


def refuse_unknown(params: dict[str, str]) -> None:
    """Refuse what stripe's typed parameters do not name, however deep."""
    for name in params:
        if not is_known(re.findall(r"[^\[\]]+", name), "SessionCreateParams"):
            message = f"Received unknown parameter: {name}"
            raise Refusal(400, "invalid_request_error", message)


def is_known(path: list[str], type_name: str) -> bool:
    """Follow a name such as `line_items[0][quantity]` through the types."""
    head, *rest = path
    annotation = str(getattr(types, type_name).__annotations__.get(head, ""))
    if not annotation:
        return False
    rest = rest[1:] if rest and rest[0].isdigit() else rest
    inner = re.search(r"SessionCreateParams\w+", annotation)
    if inner and rest:
        return is_known(rest, inner.group())
    return not rest or "Dict[" in annotation


@contextmanager
def running_stripe() -> Iterator[FakeStripe]:
    """Serve on a free port until the block ends."""
    fake = FakeStripe()
    handler = type("HandlerOfOne", (Handler,), {"fake": fake})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    fake.base_url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
