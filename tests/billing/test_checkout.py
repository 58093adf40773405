"""A purchase at Stripe, driven by the real library against a Stripe on the wire."""

import pytest
import stripe as stripe_library
from django.urls import reverse

from accounts.models import Activity, Letter
from billing.at_stripe import API_VERSION
from billing.checkout import idempotency_key
from billing.models import Card, Customer, StripePayment
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
    params = stripe.asked[-1]
    returned = f"http://testserver{reverse('credits-returned')}"
    assert params["success_url"] == f"{returned}?session={{CHECKOUT_SESSION_ID}}"
    cancelled = f"http://testserver{reverse('credits')}?cancelled=1"
    assert params["cancel_url"] == cancelled


def test_a_lost_answer_is_asked_for_again_and_makes_one_session(client, bob, stripe):
    stripe.answers_to_lose = 1  # of the customer that is made first
    buy(client, bob)
    assert len(stripe.customers) == len(stripe.sessions) == 1
    stripe.answers_to_lose = 1  # of the session
    answer = buy(client, bob)
    assert len(stripe.asked) == 5
    assert answer["Location"] == list(stripe.sessions.values())[1]["url"]
    assert len(stripe.sessions) == 2


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


def test_a_customer_stripe_has_forgotten_is_made_anew(client, bob, stripe):
    buy(client, bob)
    stripe.customers.clear()
    answer = buy(client, bob)
    assert answer["Location"] == list(stripe.sessions.values())[-1]["url"]
    assert Customer.objects.get().pk in stripe.customers


def test_tax_comes_on_top_of_the_price_where_the_operator_says_so(
    client, bob, stripe, settings
):
    settings.TAX, stripe.tax_percent = "exclusive", 20
    buy(client, bob)
    payment = newest_payment()
    assert stripe.sessions[payment.session_id]["amount_total"] == 600
    deliver(client, stripe.pay(payment.session_id))
    payment.refresh_from_db()
    assert (payment.paid_minor, payment.tax_minor) == (600, 100)
    assert bob.credits() == 240


def test_any_amount_within_the_limits_is_priced_like_the_packs(client, bob, stripe):
    client.force_login(bob.person)
    custom = {"pack": "custom", "currency": "usd", "amount": "25,50"}
    client.post(reverse("checkout"), custom)
    payment = newest_payment()
    assert (payment.amount_minor, payment.credits) == (2550, 2550 * 1010 // 2000)
    deliver(client, stripe.pay(payment.session_id))
    assert bob.credits() == 1287


@pytest.mark.parametrize(
    "amount", ["4.99", "1000.01", "", "lots", "-5", "1e3", "5.001"]
)
def test_an_amount_that_is_not_for_sale_is_refused_in_words(
    client, bob, stripe, amount
):
    client.force_login(bob.person)
    custom = {"pack": "custom", "currency": "usd", "amount": amount}
    page = client.post(reverse("checkout"), custom, follow=True)
    assert "between $5 and $1,000" in page.text
    assert not stripe.sessions


def test_a_card_is_kept_only_when_that_was_wished(client, bob, stripe):
    buy(client, bob)
    deliver(client, stripe.pay(newest_payment().session_id))
    assert not Card.objects.exists()
    client.post(reverse("checkout"), {"pack": "usd-500", "save_card": "on"})
    deliver(client, stripe.pay(newest_payment().session_id))
    card = Card.objects.get()
    assert (card.brand, card.is_default, card.wallet_id) == (
        "visa",
        True,
        bob.account.pk,
    )


def test_what_was_paid_with_is_written_down(client, bob, stripe):
    buy(client, bob)
    payment = newest_payment()
    deliver(client, stripe.pay(payment.session_id))
    payment.refresh_from_db()
    assert payment.card.startswith("Visa 42")
    assert payment.charge_id == f"ch_{payment.payment_intent}"


def test_a_purchase_is_told_by_mail_and_in_the_activity_log(client, bob, stripe):
    buy(client, bob)
    event = stripe.pay(newest_payment().session_id)
    deliver(client, event)
    deliver(client, event)
    assert Letter.objects.get().subject == "240 credits were added"
    assert Activity.objects.get(kind="billing.topped_up").detail == "$5"


def test_a_customer_finds_what_stripe_knows_of_them(client, bob, stripe):
    client.force_login(bob.person)
    assert "Open at Stripe" not in client.get(reverse("credits")).text
    buy(client, bob)
    assert "Open at Stripe" in client.get(reverse("credits")).text
    answer = client.post(reverse("portal"))
    assert answer["Location"] == f"{stripe.base_url}/portal"
    customer = Customer.objects.get(wallet=bob.account.pk)
    assert stripe.asked[-1]["customer"] == customer.pk
    assert stripe.asked[-1]["return_url"] == f"http://testserver{reverse('credits')}"
