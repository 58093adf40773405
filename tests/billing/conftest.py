"""The stage of money: a Stripe on the wire, a till, and books that must close."""

import json
import time

import pytest
import stripe as stripe_library
from django.db.models import Sum
from django.urls import reverse

from billing.ledger import MICRO
from billing.models import Hold, StripePayment, Transfer, Wallet
from tests.upstreams.stripe import KEY, WEBHOOK_SECRET, running_stripe


@pytest.fixture
def stripe(settings):
    """A Stripe of ours, with this site's key and secret."""
    with running_stripe() as fake:
        settings.STRIPE_SECRET_KEY = KEY
        settings.STRIPE_WEBHOOK_SECRET = WEBHOOK_SECRET
        settings.STRIPE_API_BASE = fake.base_url
        yield fake


@pytest.fixture
def open_till(settings):
    """No Stripe key, so purchases are paid at the till."""
    settings.STRIPE_SECRET_KEY = ""
    settings.TEST_TILL = True


@pytest.fixture
def closing_books(books_db):
    """Whatever a test did, the sums must close at its end."""
    yield
    for wallet in Wallet.objects.all():
        check_wallet(wallet)
    for payment in StripePayment.objects.all():
        check_payment(payment)


def check_wallet(wallet):
    lines = list(Transfer.objects.filter(wallet=wallet).order_by("seq"))
    assert wallet.credits_posted == sum(t.amount for t in lines if t.direction == 1)
    assert wallet.debits_posted == sum(t.amount for t in lines if t.direction == -1)
    pending = Hold.objects.filter(wallet=wallet, state="pending")
    assert wallet.held == (pending.aggregate(sum=Sum("amount"))["sum"] or 0)
    assert [line.seq for line in lines] == list(range(1, wallet.seq + 1))
    balance = 0
    for line in lines:
        balance += line.direction * line.amount
        assert line.balance_after == balance


def check_payment(payment):
    """A paid purchase has exactly one top-up of its credits; any other has none."""
    topups = Transfer.objects.filter(
        kind="topup", ref_type="payment", ref_id=str(payment.pk)
    )
    amounts = list(topups.values_list("amount", flat=True))
    assert amounts == ([payment.credits * MICRO] if payment.status == "paid" else [])


def signed(event, *, secret=WEBHOOK_SECRET, age_seconds=0):
    """An event as bytes, and the header that vouches for them."""
    body = json.dumps(event)
    header = stripe_library.WebhookSignature.generate_signature_header(
        body, secret, int(time.time()) - age_seconds
    )
    return body, header


def deliver(client, event, **signing):
    """POST an event to the webhook, signed as asked."""
    body, header = signed(event, **signing)
    return client.post(
        reverse("stripe-webhook"),
        body,
        content_type="application/json",
        headers={"Stripe-Signature": header},
    )


def buy(client, customer, pack="usd-500"):
    """Press Buy as a customer; the answer leads to where it is paid."""
    client.force_login(customer.person)
    return client.post(reverse("checkout"), {"pack": pack})


def newest_payment():
    return StripePayment.objects.latest("id")


def come_back(client, payment, **extra):
    """Return from the card processor's page."""
    address = f"{reverse('credits-returned')}?session={payment.session_id}"
    return client.get(address, **extra)
