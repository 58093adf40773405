"""Events are believed when signed, and count once, however often they come."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from billing.models import StripeEvent, StripePayment, Transfer
from billing.webhook import receive
from tests.billing.conftest import buy, deliver, newest_payment, signed

pytestmark = pytest.mark.usefixtures("closing_books")


@pytest.fixture
def payment(client, bob, stripe):
    """Bob is on Stripe's page, about to pay for 240 credits."""
    buy(client, bob)
    return newest_payment()


def state_of(event):
    return StripeEvent.objects.get(pk=event["id"]).state


def status_of(payment):
    return StripePayment.objects.get(pk=payment.pk).status


def received_in_a_thread(message):
    try:
        return receive(*message).status
    finally:
        connection.close()


def test_a_paid_session_credits_its_pack(client, bob, stripe, payment):
    event = stripe.pay(payment.session_id)
    assert deliver(client, event).status_code == 200
    assert bob.credits() == 240
    assert state_of(event) == "done"
    topup = Transfer.objects.get()
    assert (topup.kind, topup.counter) == ("topup", "stripe")
    assert (topup.ref_type, topup.ref_id) == ("payment", str(payment.pk))


def test_an_event_that_comes_again_changes_nothing(client, bob, stripe, payment):
    event = stripe.pay(payment.session_id)
    assert deliver(client, event).content == b"done\n"
    again = deliver(client, event)
    assert (again.status_code, again.content) == (200, b"seen before\n")
    assert bob.credits() == 240


def test_a_second_event_of_a_paid_session_leaves_the_row_alone(
    client, bob, stripe, payment
):
    deliver(client, stripe.pay(payment.session_id))
    paid_at = StripePayment.objects.get(pk=payment.pk).paid_at
    deliver(client, stripe.pay(payment.session_id))
    assert StripePayment.objects.get(pk=payment.pk).paid_at == paid_at


def test_a_row_that_forgot_it_was_paid_is_not_paid_out_again(
    client, bob, stripe, payment
):
    deliver(client, stripe.pay(payment.session_id))
    StripePayment.objects.filter(pk=payment.pk).update(status="created")
    deliver(client, stripe.pay(payment.session_id))
    assert (status_of(payment), bob.credits()) == ("paid", 240)


def test_twenty_twins_at_once_credit_once(bob, stripe, payment):
    body, header = signed(stripe.pay(payment.session_id))
    with ThreadPoolExecutor(20) as threads:
        messages = [(body.encode(), header)] * 20
        answers = list(threads.map(received_in_a_thread, messages))
    assert answers == [200] * 20
    assert bob.credits() == 240


def test_twenty_different_events_of_one_session_credit_once(bob, stripe, payment):
    events = [stripe.pay(payment.session_id) for _ in range(20)]
    messages = [(body.encode(), header) for body, header in map(signed, events)]
    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(received_in_a_thread, messages))
    assert answers == [200] * 20
    assert StripeEvent.objects.filter(state="done").count() == 20
    assert bob.credits() == 240


@pytest.mark.parametrize(
    "signing",
    [{"secret": "whsec_somebody_elses"}, {"age_seconds": 301}],
    ids=["wrong secret", "stale"],
)
def test_a_badly_signed_event_is_refused(client, bob, stripe, payment, signing):
    event = stripe.pay(payment.session_id)
    assert deliver(client, event, **signing).status_code == 400
    assert not StripeEvent.objects.exists()
    assert bob.credits() == 0


def test_a_body_changed_on_the_way_is_refused(client, bob, stripe, payment):
    body, header = signed(stripe.pay(payment.session_id))
    assert receive(body.replace("500", "501").encode(), header).status == 400
    assert bob.credits() == 0


@pytest.mark.parametrize(
    "signature", ["", "nonsense", "t=1", "t=x,v1=y", "t=1,v1=é", "v1=aa,t="]
)
def test_a_signature_that_is_none_is_refused(stripe, payment, signature):
    body, _ = signed(stripe.pay(payment.session_id))
    assert receive(body.encode(), signature).status == 400


def test_bytes_that_are_no_text_are_refused(stripe, books_db):
    assert receive(b"\xff\xfe", "t=1,v1=aa").status == 400


def test_without_a_secret_nothing_is_believed(client, stripe, payment, settings):
    settings.STRIPE_WEBHOOK_SECRET = ""
    event = stripe.pay(payment.session_id)
    assert deliver(client, event, secret="").status_code == 400


def test_a_body_too_large_is_not_read(client, books_db):
    body = "x" * (256 * 1024 + 1)
    answer = client.post(
        reverse("stripe-webhook"), body, content_type="application/json"
    )
    assert answer.status_code == 413


def test_the_webhook_takes_no_form_token(bob, stripe, payment):
    strict = Client(enforce_csrf_checks=True)
    assert deliver(strict, stripe.pay(payment.session_id)).status_code == 200


def test_an_event_nobody_waits_for_is_kept_and_ignored(client, bob, stripe, payment):
    event = stripe.event("customer.created", {"id": "cus_1"})
    assert deliver(client, event).status_code == 200
    assert state_of(event) == "ignored"


def test_another_amount_is_refused_and_kept(client, bob, stripe, payment):
    event = stripe.pay(payment.session_id)
    event["data"]["object"]["amount_total"] = 1
    assert deliver(client, event).status_code == 500
    kept = StripeEvent.objects.get(pk=event["id"])
    assert (kept.state, kept.tries) == ("failed", 1)
    assert "500 usd" in kept.error
    assert bob.credits() == 0


def test_another_currency_is_refused(client, bob, stripe, payment):
    event = stripe.pay(payment.session_id)
    event["data"]["object"]["currency"] = "eur"
    assert deliver(client, event).status_code == 500
    assert bob.credits() == 0


def test_an_event_that_failed_is_tried_again(client, bob, stripe, payment):
    StripePayment.objects.filter(pk=payment.pk).update(amount_minor=499)
    event = stripe.pay(payment.session_id)
    assert deliver(client, event).status_code == 500
    StripePayment.objects.filter(pk=payment.pk).update(amount_minor=500)
    assert deliver(client, event).status_code == 200
    kept = StripeEvent.objects.get(pk=event["id"])
    assert (kept.state, kept.tries, kept.error) == ("done", 2, "")
    assert bob.credits() == 240


def test_how_many_credits_is_our_rows_word(client, bob, stripe, payment):
    event = stripe.pay(payment.session_id)
    event["data"]["object"]["metadata"]["credits"] = "1000000"
    deliver(client, event)
    assert bob.credits() == 240


def test_money_on_its_way_credits_when_it_arrives(client, bob, stripe, payment):
    deliver(client, stripe.pay(payment.session_id, later=True))
    assert (status_of(payment), bob.credits()) == ("processing", 0)
    deliver(client, stripe.money_arrives(payment.session_id))
    assert (status_of(payment), bob.credits()) == ("paid", 240)


def test_news_in_the_wrong_order_credits_once(client, bob, stripe, payment):
    first = stripe.pay(payment.session_id, later=True)
    second = stripe.money_arrives(payment.session_id)
    deliver(client, second)
    deliver(client, first)
    assert (status_of(payment), bob.credits()) == ("paid", 240)


def test_money_that_stays_away_credits_nothing(client, bob, stripe, payment):
    deliver(client, stripe.pay(payment.session_id, later=True))
    deliver(client, stripe.money_stays_away(payment.session_id))
    assert (status_of(payment), bob.credits()) == ("failed", 0)


def test_an_expired_session_credits_nothing(client, bob, stripe, payment):
    deliver(client, stripe.expire(payment.session_id))
    assert (status_of(payment), bob.credits()) == ("expired", 0)


def test_a_purchase_that_was_paid_stays_paid(client, bob, stripe, payment):
    deliver(client, stripe.pay(payment.session_id))
    deliver(client, stripe.expire(payment.session_id))
    assert (status_of(payment), bob.credits()) == ("paid", 240)


def test_a_session_nobody_here_began_is_ignored(client, bob, stripe, payment):
    event = stripe.pay(payment.session_id)
    event["data"]["object"].update(id="cs_test_of_another_shop", metadata={})
    assert deliver(client, event).status_code == 200
    assert state_of(event) == "ignored"
    assert bob.credits() == 0


def test_a_session_whose_name_was_never_written_down_is_ours(
    client, bob, stripe, payment
):
    StripePayment.objects.filter(pk=payment.pk).update(session_id=None)
    deliver(client, stripe.pay(payment.session_id))
    assert bob.credits() == 240


def test_a_session_for_another_wallet_takes_no_nameless_row(
    client, bob, carol, stripe, payment
):
    StripePayment.objects.filter(pk=payment.pk).update(session_id=None)
    event = stripe.pay(payment.session_id)
    event["data"]["object"]["metadata"]["wallet"] = carol.account.pk
    deliver(client, event)
    assert state_of(event) == "ignored"
    assert (bob.credits(), carol.credits()) == (0, 100)


@pytest.mark.parametrize("key", ["sk_live_easel", "rk_live_easel"])
def test_test_money_credits_nothing_where_real_money_is_taken(
    client, bob, stripe, payment, settings, key
):
    settings.STRIPE_SECRET_KEY = key
    event = stripe.pay(payment.session_id)
    assert deliver(client, event).status_code == 200
    assert state_of(event) == "ignored"
    assert bob.credits() == 0


@pytest.mark.parametrize("in_event, in_session", [(True, False), (False, True)])
def test_real_money_is_not_taken_with_a_test_key(
    client, bob, stripe, payment, in_event, in_session
):
    event = stripe.pay(payment.session_id)
    event["livemode"] = in_event
    event["data"]["object"]["livemode"] = in_session
    deliver(client, event)
    assert state_of(event) == "ignored"
    assert bob.credits() == 0
