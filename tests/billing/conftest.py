"""The stage of money: a Stripe on the wire, a till, and books that must close."""

import json
import time

import pytest
import stripe as stripe_library
from django.urls import reverse

from billing.models import StripePayment
from playground.generation.audit import audit
from tests.upstreams.stripe import KEY, WEBHOOK_SECRET, running_stripe


@pytest.fixture
def stripe(settings, monkeypatch):
    """A Stripe of ours, with this site's key and secret, and a library that waits less."""
    monkeypatch.setattr(stripe_library.HTTPClient, "INITIAL_DELAY", 0.02)
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
    """Whatever a test did, the audit must be green at its end."""
    yield
    assert audit() == []


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
