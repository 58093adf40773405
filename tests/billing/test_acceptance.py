"""Who brings the news of a payment, in which order and how often: it counts once.

Webhook, return page and reconciler all tell of the same money. Each order of them is
tried, each twice over, with cards that pay at once and with banks that take days.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import permutations

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts.models import Activity
from billing.ledger import MICRO, wallet_of
from billing.models import StripeEvent, StripePayment, Transfer
from billing.reconcile import reconcile
from billing.webhook import receive
from tests.billing.conftest import buy, come_back, deliver, newest_payment, signed
from tests.generation.test_books import closing, do, in_studio, opened

pytestmark = pytest.mark.usefixtures("closing_books")
MESSENGERS = ("webhook", "page", "reconciler")
ORDERS = list(permutations(MESSENGERS))


@pytest.fixture
def payment(client, bob, stripe):
    """Bob has been on Stripe's page for a while, to pay for 240 credits."""
    buy(client, bob)
    StripePayment.objects.update(created_at=timezone.now() - timedelta(minutes=5))
    return newest_payment()


def bring(client, messenger, payment, event):
    if messenger == "webhook":
        assert deliver(client, event).status_code == 200
    elif messenger == "page":
        come_back(client, payment)
    else:
        reconcile()


def status_of(payment):
    return StripePayment.objects.get(pk=payment.pk).status


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_whoever_comes_first_and_however_often_it_is_credited_once(
    client, bob, stripe, payment, order
):
    event = stripe.pay(payment.session_id)
    for messenger in (*order, *order):
        bring(client, messenger, payment, event)
        bring(client, messenger, payment, event)
        assert bob.credits() == 240
    assert Transfer.objects.count() == 1


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_money_that_takes_days_is_credited_when_it_is_there(
    client, bob, stripe, payment, order
):
    promised = stripe.pay(payment.session_id, later=True)
    for messenger in (*order, *order):
        bring(client, messenger, payment, promised)
        assert (bob.credits(), status_of(payment)) == (0, "processing")
    arrived = stripe.money_arrives(payment.session_id)
    for messenger in (*order, *order):
        bring(client, messenger, payment, arrived)
        assert (bob.credits(), status_of(payment)) == (240, "paid")
    bring(client, "webhook", payment, promised)
    assert bob.credits() == 240


def test_money_that_stays_away_is_not_credited(client, bob, stripe, payment):
    deliver(client, stripe.pay(payment.session_id, later=True))
    deliver(client, stripe.money_stays_away(payment.session_id))
    reconcile()
    assert (bob.credits(), status_of(payment)) == (0, "failed")


def test_news_that_overtake_each_other_come_to_the_same(client, bob, stripe, payment):
    promised = stripe.pay(payment.session_id, later=True)
    arrived = stripe.money_arrives(payment.session_id)
    refunded = stripe.refund(f"pi_{payment.session_id}", 125)
    for event in (refunded, arrived, promised, refunded, arrived):
        assert deliver(client, event).status_code == 200
    assert bob.credits() == 180


# Refunds.


def paid(client, stripe, payment):
    deliver(client, stripe.pay(payment.session_id))
    payment.refresh_from_db()
    return payment.payment_intent


def test_a_refund_before_the_credits_were_spent_takes_them_back(
    client, bob, stripe, payment
):
    intent = paid(client, stripe, payment)
    event = stripe.refund(intent, 500)
    deliver(client, event)
    deliver(client, event)
    assert bob.credits() == 0
    assert wallet(bob).debt == 0


def test_a_refund_after_they_were_spent_leaves_a_debt_that_the_next_purchase_pays(
    client, bob, stripe, payment
):
    intent = paid(client, stripe, payment)
    spend(bob, 200)
    deliver(client, stripe.refund(intent, 500))
    assert (bob.credits(), wallet(bob).debt / MICRO) == (0, 200)
    buy(client, bob)
    deliver(client, stripe.pay(newest_payment().session_id))
    assert (bob.credits(), wallet(bob).debt) == (40, 0)


def test_refunds_in_parts_take_their_shares_in_whatever_order_they_are_heard_of(
    client, bob, stripe, payment
):
    intent = paid(client, stripe, payment)
    first = stripe.refund(intent, 100)
    second = stripe.refund(intent, 150)
    deliver(client, second)
    assert bob.credits() == 120
    deliver(client, first)  # it tells of less, but what counts is how it stands
    assert bob.credits() == 120
    deliver(client, stripe.refund(intent, 250))
    assert bob.credits() == 0


def test_a_refund_that_fails_gives_the_credits_again(client, bob, stripe, payment):
    intent = paid(client, stripe, payment)
    deliver(client, stripe.refund(intent, 500))
    assert bob.credits() == 0
    deliver(client, stripe.refund_fails(intent, 500))
    assert bob.credits() == 240


def test_a_refund_nobody_told_us_of_is_found(client, bob, stripe, payment):
    intent = paid(client, stripe, payment)
    stripe.refund(intent, 250)
    reconcile()
    reconcile()
    assert bob.credits() == 120


def test_a_refund_with_tax_takes_the_share_of_what_was_paid(
    client, bob, stripe, settings
):
    settings.TAX, stripe.tax_percent = "exclusive", 20
    buy(client, bob)
    intent = paid(client, stripe, newest_payment())
    deliver(client, stripe.refund(intent, 300))
    assert bob.credits() == 120


def test_a_refund_is_in_the_activity_log(client, bob, stripe, payment):
    deliver(client, stripe.refund(paid(client, stripe, payment), 250))
    noted = Activity.objects.get(kind="billing.refunded")
    assert (noted.subject, noted.detail) == ("120 credits", "$2.50")


# Disputes.


@pytest.mark.parametrize(
    ("end", "left"), [("won", 240), ("lost", 0)], ids=["won", "lost"]
)
def test_a_dispute_takes_the_credits_until_it_is_won(
    client, bob, stripe, payment, end, left
):
    intent = paid(client, stripe, payment)
    opened = stripe.dispute(intent, "needs_response")
    deliver(client, opened)
    assert bob.credits() == 0
    closed = stripe.dispute(intent, end)
    for event in (closed, opened, closed):
        deliver(client, event)
        assert bob.credits() == left


def test_a_dispute_about_spent_credits_stops_new_orders_until_it_is_won(
    client, bob, stripe, payment, api
):
    intent = paid(client, stripe, payment)
    spend(bob, 240)
    deliver(client, stripe.dispute(intent, "needs_response"))
    answer = api.post("/v1/images/generations", as_=bob, prompt="a fox")
    assert answer.json()["error"]["code"] == "payment_due"
    deliver(client, stripe.dispute(intent, "won"))
    assert (bob.credits(), wallet(bob).debt) == (0, 0)


def test_a_question_of_the_bank_takes_nothing_yet(client, bob, stripe, payment):
    intent = paid(client, stripe, payment)
    deliver(client, stripe.dispute(intent, "warning_needs_response"))
    assert bob.credits() == 240


def test_a_refunded_and_disputed_payment_is_taken_back_once(
    client, bob, stripe, payment
):
    intent = paid(client, stripe, payment)
    deliver(client, stripe.refund(intent, 500))
    deliver(client, stripe.dispute(intent, "lost"))
    assert (bob.credits(), wallet(bob).debt) == (0, 0)


def test_ten_messengers_at_once_take_back_once(bob, client, stripe, payment):
    intent = paid(client, stripe, payment)
    events = [stripe.refund(intent, 25) for _ in range(8)]
    events += [stripe.dispute(intent, "needs_response", 100) for _ in range(2)]
    messages = [(body.encode(), header) for body, header in map(signed, events)]
    with ThreadPoolExecutor(10) as threads:
        answers = list(threads.map(received_in_a_thread, messages))
    assert answers == [200] * 10
    assert bob.credits() == 240 - 144


def test_who_saw_an_older_refund_does_not_undo_a_newer_one(
    client, bob, stripe, payment
):
    intent = paid(client, stripe, payment)
    first = stripe.refund(intent, 100)

    def a_newer_one():
        body, header = signed(stripe.refund(intent, 150))
        assert received_in_a_thread((body.encode(), header)) == 200

    stripe.meanwhile = a_newer_one
    deliver(client, first)
    assert bob.credits() == 120


# Forged, stale, of the other mode, of another application.


@pytest.mark.parametrize(
    "signing",
    [{"secret": "whsec_a_guess"}, {"age_seconds": 301}],
    ids=["forged", "stale"],
)
def test_nobody_can_make_a_refund_or_a_payment_up(
    client, bob, stripe, payment, signing
):
    intent = paid(client, stripe, payment)
    assert deliver(client, stripe.refund(intent, 500), **signing).status_code == 400
    assert bob.credits() == 240


def test_a_refund_of_the_other_mode_changes_nothing(client, bob, stripe, payment):
    event = stripe.refund(paid(client, stripe, payment), 500)
    event["livemode"] = True
    assert deliver(client, event).content == b"ignored\n"
    assert bob.credits() == 240


def test_with_a_live_key_test_money_buys_nothing(
    client, bob, stripe, payment, settings
):
    event = stripe.pay(payment.session_id)
    settings.STRIPE_SECRET_KEY = stripe.key = "sk_live_easel"
    assert deliver(client, event).content == b"ignored\n"
    come_back(client, payment)
    reconcile()
    assert bob.credits() == 0


def test_another_applications_refund_is_passed_over(client, bob, stripe, payment):
    other = stripe.new_intent(
        "pi_other",
        amount=500,
        currency="usd",
        metadata={},
        card=stripe.new_card(),
        status="succeeded",
    )
    assert deliver(client, stripe.refund(other["id"], 500)).content == b"ignored\n"
    nothing = stripe.event("charge.refunded", {"payment_intent": None})
    assert deliver(client, nothing).content == b"ignored\n"


# What went wrong is tried again.


def test_an_event_that_failed_is_handled_again_by_the_clock(
    client, bob, stripe, payment
):
    intent = paid(client, stripe, payment)
    event = stripe.refund(intent, 500)
    stripe.is_down = True
    assert deliver(client, event).status_code == 500
    stripe.is_down = False
    StripeEvent.objects.update(received_at=timezone.now() - timedelta(minutes=5))
    reconcile()
    assert bob.credits() == 0
    assert StripeEvent.objects.get(pk=event["id"]).state == "done"


def test_the_operator_can_have_an_event_handled_again(
    client, bob, stripe, payment, capsys
):
    event = stripe.pay(payment.session_id)
    deliver(client, event)
    StripePayment.objects.update(charge_id="")
    call_command("stripe_events", event["id"], "--replay")
    call_command("stripe_events")
    assert "done" in capsys.readouterr().out
    assert bob.credits() == 240


def test_a_page_nobody_paid_on_is_closed_in_the_end(client, bob, stripe, payment):
    reconcile()
    assert status_of(payment) == "created"
    stripe.expire(payment.session_id)
    reconcile()
    assert status_of(payment) == "expired"
    deliver(client, stripe.pay(payment.session_id))
    assert (bob.credits(), status_of(payment)) == (240, "paid")


def received_in_a_thread(message):
    try:
        return receive(*message).status
    finally:
        connection.close()


def wallet(person):
    return wallet_of(person.account.pk)


def spend(person, credits):
    order = opened(person, price=credits, state="running", claim="me")
    in_studio(do(closing(order)))
