"""Auto top-up buys when credits run low: once, within its caps, and says when it cannot."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.activity import OPERATOR
from accounts.blocking import block
from accounts.models import Activity, Letter
from billing import till
from billing.auto import low_wallets, top_up
from billing.cards import keep, make_default
from billing.customers import customer_of
from billing.ledger import wallet_of
from billing.models import StripePayment, TopUpRule
from billing.reconcile import reconcile
from billing.tasks import top_up_what_is_low
from tests.billing.conftest import deliver
from tests.generation.test_books import closing, do, in_studio, opened
from tests.services.ports import wait_until

pytestmark = pytest.mark.usefixtures("closing_books")


@pytest.fixture
def rule(alice, stripe):
    """Alice has 100 credits, a card, and wants 240 more whenever fewer than 50 are left."""
    return rule_of(alice, stripe.new_card())


def rule_of(person, card, **facts):
    wallet = wallet_of(person.account.pk)
    keep(wallet, card, OPERATOR)
    known = {"threshold": 50_000_000, "pack": "usd-500", "state": "on"}
    caps = {"daily_cap": 1000, "monthly_cap": 1500}
    return TopUpRule.objects.create(account=wallet, **{**known, **caps, **facts})


def spend(person, credits):
    order = opened(person, price=credits, state="running", claim="me")
    in_studio(do(closing(order)))


def run(person):
    """What the clock does: ask who is low, and buy for them."""
    if person.account.pk in low_wallets():
        top_up(person.account.pk)


def newest():
    return StripePayment.objects.latest("id")


def time_passes(**span):
    for payment in StripePayment.objects.all():
        payment.created_at -= timedelta(**span)
        payment.save()
    for rule in TopUpRule.objects.exclude(retry_at=None):
        rule.retry_at -= timedelta(**span)
        rule.save()


def test_nothing_is_bought_while_enough_is_left(alice, rule, stripe):
    spend(alice, 50)
    run(alice)
    assert alice.credits() == 50
    assert not stripe.intents


def test_a_pack_is_bought_when_credits_run_low(alice, rule, stripe):
    spend(alice, 51)
    run(alice)
    assert alice.credits() == 289
    [intent] = stripe.intents.values()
    assert (intent["amount"], intent["currency"]) == (500, "usd")
    assert Letter.objects.get().kind == "topped_up"
    assert "automatic top-up of $5" in Letter.objects.get().text.lower()
    run(alice)
    assert alice.credits() == 289


def test_nothing_is_bought_for_an_account_that_is_blocked(alice, rule, stripe):
    spend(alice, 51)
    block(alice.account, "Two payments were taken back.")
    run(alice)
    top_up(alice.account.pk)
    assert not stripe.intents


def test_what_is_held_counts_as_spent(alice, rule):
    opened(alice, price=51)
    run(alice)
    assert wallet_of(alice.account.pk).balance == 340_000_000


def test_its_own_event_changes_nothing_more(client, alice, rule, stripe):
    spend(alice, 60)
    run(alice)
    [intent] = stripe.intents.values()
    event = stripe.event("payment_intent.succeeded", intent)
    assert deliver(client, event).content == b"done\n"
    assert alice.credits() == 280


def test_caps_are_kept_a_day_and_a_month(alice, rule, stripe):
    for _ in range(2):
        spend(alice, int(alice.credits()) - 40)
        run(alice)
    assert (alice.credits(), len(stripe.intents)) == (280, 2)
    spend(alice, 240)
    run(alice)
    rule.refresh_from_db()
    assert (alice.credits(), rule.last_error) == (40, "daily_cap")
    in_same_month = timezone.now().day > 1
    time_passes(days=1 if in_same_month else 0)
    TopUpRule.objects.update(daily_cap=1000 if in_same_month else 5000)
    run(alice)
    assert (alice.credits(), len(stripe.intents)) == (280, 3)
    spend(alice, 240)
    run(alice)
    rule.refresh_from_db()
    assert (alice.credits(), rule.last_error) == (40, "monthly_cap")


def test_twelve_at_once_pay_once(alice, rule, stripe):
    spend(alice, 60)

    def one(_):
        try:
            return top_up(alice.account.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as processes:
        list(processes.map(one, range(12)))
    assert alice.credits() == 280
    assert len(stripe.intents) == 1


@pytest.fixture
def lost_answer(alice, rule, stripe):
    """Stripe charged the card, and its answer was cut off each time."""
    customer_of(wallet_of(alice.account.pk))
    spend(alice, 60)
    stripe.answers_to_lose = 3
    run(alice)
    assert (alice.credits(), newest().status) == (40, "created")
    assert len(stripe.intents) == 1


def test_a_lost_answer_is_asked_for_again_and_pays_once(alice, stripe, lost_answer):
    run(alice)
    assert alice.credits() == 40
    # Whatever is changed meanwhile, the very same is asked again.
    newer = keep(wallet_of(alice.account.pk), stripe.new_card(), OPERATOR)
    make_default(newer, OPERATOR)
    time_passes(minutes=2)
    run(alice)
    assert (alice.credits(), len(stripe.intents)) == (280, 1)


def test_whoever_switched_it_off_meanwhile_is_not_asked_for_money_again(
    alice, stripe, lost_answer
):
    TopUpRule.objects.update(state="off")
    stripe.intents.clear()  # say it never came
    time_passes(minutes=10)
    reconcile()
    assert (newest().status, len(stripe.intents), alice.credits()) == ("failed", 0, 40)
    assert TopUpRule.objects.get().state == "off"


@pytest.mark.parametrize("was_paid", [True, False])
def test_an_answer_lost_for_a_day_is_looked_for_not_asked_again(
    alice, stripe, lost_answer, was_paid
):
    time_passes(hours=21)
    if not was_paid:
        stripe.intents.clear()
    questions = len(stripe.asked)
    reconcile()
    assert newest().status == ("paid" if was_paid else "failed")
    assert alice.credits() == (280 if was_paid else 40)
    assert len(stripe.asked) == questions


def test_a_declined_card_is_tried_again_later_and_then_no_more(alice, stripe, settings):
    rule = rule_of(alice, stripe.new_card("declines"))
    spend(alice, 60)
    run(alice)
    rule.refresh_from_db()
    assert (newest().status, newest().error) == ("failed", "card_declined")
    assert (rule.state, rule.failures) == ("on", 1)
    run(alice)
    assert len(stripe.intents) == 1  # not before an hour has passed
    for hours in (1, 2):
        time_passes(hours=hours, minutes=1)
        run(alice)
    rule.refresh_from_db()
    assert (rule.state, rule.failures, len(stripe.intents)) == ("paused", 3, 3)
    letter = Letter.objects.get()
    assert letter.kind == "top_up_failed"
    assert "The card was declined." in letter.text
    assert Activity.objects.filter(kind="billing.topup_failed").count() == 3
    time_passes(days=1)
    run(alice)
    assert len(stripe.intents) == 3
    assert alice.credits() == 40


def test_a_card_that_works_again_forgets_its_declines(alice, stripe):
    card = stripe.new_card("declines")
    rule = rule_of(alice, card)
    spend(alice, 60)
    run(alice)
    card["_behaviour"] = "pays"
    time_passes(hours=2)
    run(alice)
    rule.refresh_from_db()
    assert (rule.failures, rule.last_error, alice.credits()) == (0, "", 280)


def test_a_bank_that_asks_pauses_it_at_once_and_mails_a_link(alice, stripe):
    rule = rule_of(alice, stripe.new_card("asks"))
    spend(alice, 60)
    run(alice)
    rule.refresh_from_db()
    assert (rule.state, rule.failures) == ("paused", 1)
    letter = Letter.objects.get()
    assert "bank wants you to confirm" in letter.text
    assert "/console/credits?pay=usd-500" in letter.text


def test_a_failure_is_counted_once_whoever_tells_of_it(client, alice, stripe):
    rule = rule_of(alice, stripe.new_card("declines"))
    spend(alice, 60)
    run(alice)
    [intent] = stripe.intents.values()
    event = stripe.event("payment_intent.payment_failed", intent)
    assert deliver(client, event).content == b"done\n"
    rule.refresh_from_db()
    assert rule.failures == 1


def test_money_on_its_way_is_waited_for(client, alice, stripe):
    rule_of(alice, stripe.new_card("waits"))
    spend(alice, 60)
    run(alice)
    run(alice)
    assert (newest().status, len(stripe.intents)) == ("processing", 1)
    [intent_id] = stripe.intents
    stripe.succeed(intent_id)
    time_passes(minutes=5)
    reconcile()
    assert alice.credits() == 280


def test_without_a_card_or_with_a_pack_that_is_gone_it_says_so(alice, rule, settings):
    spend(alice, 60)
    settings.PACKS = {"usd": {"1000": 490}}
    run(alice)
    rule.refresh_from_db()
    assert rule.last_error == "no_pack"
    wallet_of(alice.account.pk).cards.all().delete()
    run(alice)
    rule.refresh_from_db()
    assert rule.last_error == "no_card"
    assert alice.credits() == 40


def test_tax_is_charged_where_the_operator_says_so(alice, rule, stripe, settings):
    settings.TAX, stripe.tax_percent = "exclusive", 20
    spend(alice, 60)
    run(alice)
    payment = newest()
    assert (payment.paid_minor, payment.tax_minor) == (600, 100)
    assert alice.credits() == 280


def test_who_disputes_is_not_charged_again(client, alice, rule, stripe):
    spend(alice, 60)
    run(alice)
    [intent_id] = stripe.intents
    spend(alice, 270)
    deliver(client, stripe.dispute(intent_id, "needs_response"))
    run(alice)
    assert len(stripe.intents) == 1


def test_the_till_charges_its_own_cards(alice, open_till):
    at_the_till(alice)
    spend(alice, 60)
    run(alice)
    assert (newest().status, alice.credits()) == ("paid", 280)


def test_an_order_that_cannot_be_paid_sets_it_off(api, alice, worker, open_till):
    at_the_till(alice)
    spend(alice, 100)
    answer = api.post("/v1/images/generations", as_=alice, prompt="a fox")
    assert answer.status_code == 402
    wait_until(lambda: alice.credits() == 240, "the pack")


def test_the_clock_sets_it_off(alice, worker, open_till):
    at_the_till(alice)
    spend(alice, 60)
    top_up_what_is_low()
    wait_until(lambda: alice.credits() == 280, "the pack")


def at_the_till(person):
    card = till.remember(till.new_card("4242"), wallet_id=person.account.pk)
    return rule_of(person, card)
