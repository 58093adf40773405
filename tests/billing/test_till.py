"""The test till: every ending of a purchase, and no money anywhere."""

import pytest
from django.urls import reverse

from billing.models import StripeEvent
from tests.billing.conftest import buy, come_back, deliver, newest_payment
from tests.upstreams.stripe import KEY

pytestmark = pytest.mark.usefixtures("open_till", "closing_books")


def till_page(payment):
    return reverse("till", args=[payment.session_id])


def press(client, payment, outcome):
    return client.post(till_page(payment), {"outcome": outcome}, follow=True)


@pytest.fixture
def payment(client, bob):
    """Bob stands at the till with 240 credits."""
    buy(client, bob)
    return newest_payment()


def test_buying_without_a_stripe_key_leads_to_the_till(client, bob):
    answer = buy(client, bob)
    assert answer["Location"] == till_page(newest_payment())


def test_the_till_says_that_no_money_moves(client, payment):
    page = client.get(till_page(payment)).text
    assert "Test mode, no money moves" in page
    assert "240 credits" in page
    assert "Pay $5" in page


def test_paying_credits_the_pack_and_says_so(client, bob, payment):
    page = press(client, payment, "pay")
    assert "240 credits added" in page.text
    assert bob.credits() == 240


def test_the_till_sends_a_signed_event_through_the_webhooks_door(client, payment):
    press(client, payment, "pay")
    event = StripeEvent.objects.get()
    assert (event.type, event.state) == ("checkout.session.completed", "done")
    assert event.payload["data"]["object"]["id"] == payment.session_id


def test_what_the_till_sends_counts_only_with_the_right_secret(
    client, bob, payment, settings
):
    press(client, payment, "pay_later")
    event = StripeEvent.objects.get().payload
    event["data"]["object"]["payment_status"] = "paid"
    event["id"] = "evt_forged"
    assert deliver(client, event, secret="whsec_a_guess").status_code == 400
    assert bob.credits() == 0
    secret = settings.STRIPE_WEBHOOK_SECRET
    assert deliver(client, event, secret=secret).status_code == 200
    assert bob.credits() == 240


def test_a_declined_card_credits_nothing_and_may_be_tried_again(client, bob, payment):
    page = press(client, payment, "decline")
    assert "The card was declined" in page.text
    assert bob.credits() == 0
    press(client, payment, "pay")
    assert bob.credits() == 240


def test_paying_twice_at_the_till_credits_once(client, bob, payment):
    press(client, payment, "pay")
    press(client, payment, "pay")
    assert bob.credits() == 240


def test_paying_later_waits_and_then_credits(client, bob, payment):
    page = press(client, payment, "pay_later")
    assert "Your payment is being processed" in page.text
    assert bob.credits() == 0
    page = press(client, payment, "arrive")
    assert "240 credits added" in page.text
    assert bob.credits() == 240


def test_paying_later_may_come_to_nothing(client, bob, payment):
    press(client, payment, "pay_later")
    page = press(client, payment, "fail")
    assert "The payment did not go through" in page.text
    assert bob.credits() == 0


def test_money_cannot_arrive_that_was_never_promised(client, bob, payment):
    press(client, payment, "arrive")
    assert bob.credits() == 0


def test_coming_back_without_paying_says_processing(client, bob, payment):
    assert "Your payment is being processed" in come_back(client, payment).text
    assert bob.credits() == 0


def test_nobody_can_pay_at_anothers_till(client, carol, payment):
    client.force_login(carol.person)
    assert press(client, payment, "pay").status_code == 404
    assert carol.credits() == 100


def test_there_is_no_till_where_stripe_is_set_up(client, bob, payment, settings):
    settings.STRIPE_SECRET_KEY = KEY
    assert press(client, payment, "pay").status_code == 404
    assert bob.credits() == 0


def test_there_is_no_till_in_production_unless_asked_for(
    client, bob, payment, settings
):
    settings.TEST_TILL = False
    assert press(client, payment, "pay").status_code == 404
    assert "Credits cannot be bought" in client.get(reverse("credits")).text
    assert bob.credits() == 0


def test_there_is_no_till_without_a_secret_to_sign_with(client, payment, settings):
    settings.STRIPE_WEBHOOK_SECRET = ""
    assert client.get(till_page(payment)).status_code == 404


# After the payment.


@pytest.fixture
def paid(client, bob, payment):
    """Bob has paid for 240 credits; this is what the till knows them by."""
    press(client, payment, "pay")
    payment.refresh_from_db()
    return payment.payment_intent


def pressed(client, thing, button):
    page = client.post(reverse("till", args=[thing]), {"outcome": button}, follow=True)
    assert "The site was told" in page.text
    return page.text


def test_money_may_go_back_in_parts_and_a_refund_may_fail(client, bob, paid):
    pressed(client, paid, "refund_half")
    assert bob.credits() == 120
    page = pressed(client, paid, "refund")
    assert bob.credits() == 0
    assert "Refund half" not in page
    pressed(client, paid, "refund_fails")
    assert bob.credits() == 240


@pytest.mark.parametrize(("end", "left"), [("win", 240), ("lose", 0)])
def test_a_dispute_is_opened_and_ends(client, bob, paid, end, left):
    pressed(client, paid, "dispute")
    assert bob.credits() == 0
    pressed(client, paid, end)
    assert bob.credits() == left


def test_a_page_may_expire_unpaid(client, bob, payment):
    page = press(client, payment, "expire")
    assert "The checkout has expired" in page.text
    assert bob.credits() == 0


@pytest.mark.parametrize("button", ["dispute", "win", "save_4242", "nonsense"])
def test_a_button_that_is_not_there_does_nothing(client, bob, payment, button):
    press(client, payment, button)
    assert not StripeEvent.objects.exists()


def test_the_permanent_banner_is_on_every_page_of_the_till(client, bob, paid):
    assert "Test mode, no money moves" in client.get(reverse("till", args=[paid])).text
    till = client.post(reverse("card-add"))["Location"]
    assert "Test mode, no money moves" in client.get(till).text
