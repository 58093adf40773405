"""A purchase at Stripe, driven by the real library against a Stripe on the wire."""

import pytest
import stripe as stripe_library
from django.urls import reverse

from billing.checkout import API_VERSION, idempotency_key
from billing.models import StripePayment
from tests.billing.conftest import buy, come_back, deliver, newest_payment

pytestmark = pytest.mark.usefixtures("closing_books")


def test_the_pinned_version_is_the_one_the_library_was_made_for():
    assert API_VERSION == stripe_library.api_version


def test_buying_leads_to_stripes_page(client, bob, stripe):
    answer = buy(client, bob)
    [session] = stripe.sessions.values()
    assert (answer.status_code, answer["Location"]) == (302, session["url"])


def test_stripe_is_asked_for_what_the_row_says(client, bob, stripe):
    buy(client, bob, "usd-2000")
    [session], payment = stripe.sessions.values(), newest_payment()
    assert (payment.credits, payment.amount_minor) == (1010, 2000)
    assert (session["amount_total"], session["currency"]) == (2000, "usd")
    assert session["client_reference_id"] == str(payment.pk)
    assert session["metadata"] == {
        "payment": str(payment.pk),
        "wallet": bob.account.pk,
    }
    assert payment.session_id == session["id"]


def test_stripe_leads_back_to_the_page_that_tells_how_it_went(client, bob, stripe):
    buy(client, bob)
    [params] = stripe.asked
    returned = f"http://testserver{reverse('credits-returned')}"
    assert params["success_url"] == f"{returned}?session={{CHECKOUT_SESSION_ID}}"
    cancelled = f"http://testserver{reverse('credits')}?cancelled=1"
    assert params["cancel_url"] == cancelled


def test_a_lost_answer_is_asked_for_again_and_makes_one_session(client, bob, stripe):
    stripe.answers_to_lose = 1
    answer = buy(client, bob)
    [session] = stripe.sessions.values()
    assert len(stripe.asked) == 2
    assert answer["Location"] == session["url"]


def test_each_purchase_has_a_key_of_its_own(client, bob, stripe):
    buy(client, bob)
    buy(client, bob)
    keys = {idempotency_key(payment) for payment in StripePayment.objects.all()}
    assert len(keys) == len(stripe.sessions) == 2


def test_when_stripe_is_away_nothing_is_bought_and_the_page_says_so(
    client, bob, stripe
):
    stripe.is_down = True
    answer = buy(client, bob)
    page = client.get(answer["Location"])
    assert "The card processor did not answer" in page.text
    assert newest_payment().status == "failed"
    assert bob.credits() == 0


def test_a_pack_that_is_not_on_sale_cannot_be_bought(client, bob, stripe):
    answer = buy(client, bob, "usd-1")
    assert "That pack is not on sale" in client.get(answer["Location"]).text
    assert not stripe.sessions


def test_the_return_page_credits_when_the_webhook_is_lost(client, bob, stripe):
    buy(client, bob)
    payment = newest_payment()
    stripe.pay(payment.session_id)
    page = client.get(come_back(client, payment)["Location"])
    assert "240 credits added" in page.text
    assert bob.credits() == 240


def test_the_webhook_before_the_return_page_credits_once(client, bob, stripe):
    buy(client, bob)
    payment = newest_payment()
    deliver(client, stripe.pay(payment.session_id))
    page = client.get(come_back(client, payment)["Location"])
    assert "240 credits added" in page.text
    assert bob.credits() == 240


def test_the_webhook_after_the_return_page_credits_once(client, bob, stripe):
    buy(client, bob)
    payment = newest_payment()
    event = stripe.pay(payment.session_id)
    come_back(client, payment)
    assert deliver(client, event).status_code == 200
    assert bob.credits() == 240


def test_coming_back_before_the_money_is_there_says_processing(client, bob, stripe):
    buy(client, bob)
    payment = newest_payment()
    stripe.pay(payment.session_id, later=True)
    page = come_back(client, payment)
    assert "Your payment is being processed" in page.text
    payment.refresh_from_db()
    assert payment.status == "processing"
    assert bob.credits() == 0


def test_the_waiting_page_asks_again_and_is_led_home_when_paid(client, bob, stripe):
    buy(client, bob)
    payment = newest_payment()
    asking = {"headers": {"HX-Request": "true"}}
    assert come_back(client, payment, **asking).status_code == 204
    stripe.pay(payment.session_id)
    assert come_back(client, payment, **asking)["HX-Redirect"] == reverse("credits")
    assert "240 credits added" in client.get(reverse("credits")).text


def test_coming_back_to_an_expired_session_says_so(client, bob, stripe):
    buy(client, bob)
    payment = newest_payment()
    stripe.expire(payment.session_id)
    page = client.get(come_back(client, payment)["Location"])
    assert "The checkout has expired" in page.text
    assert bob.credits() == 0


def test_when_stripe_is_away_on_return_the_page_waits(client, bob, stripe):
    buy(client, bob)
    payment = newest_payment()
    stripe.pay(payment.session_id)
    stripe.is_down = True
    assert "Your payment is being processed" in come_back(client, payment).text
    assert bob.credits() == 0


def test_nobody_can_look_at_anothers_purchase(client, bob, carol, stripe):
    buy(client, bob)
    client.force_login(carol.person)
    assert come_back(client, newest_payment()).status_code == 404


def test_buying_takes_somebody_who_is_signed_in(client, books_db, stripe):
    answer = client.post(reverse("checkout"), {"pack": "usd-500"})
    assert answer["Location"].startswith(reverse("account_login"))
    assert not stripe.sessions
