"""Money that comes in, goes back, or is taken back: once, and never too much."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from billing.ledger import MICRO, claw_back, credit, refund, wallet_of
from billing.models import Transfer
from playground.generation.audit import audit
from tests.generation.test_books import closing, do, in_studio, opened


@pytest.fixture(autouse=True)
def books_that_balance(books_db):
    yield
    assert audit() == []


@pytest.fixture
def charge(alice):
    generation = opened(alice, price=8, state="running", claim="me")
    in_studio(do(closing(generation)))
    return Transfer.objects.get(kind="charge")


def test_a_credit_counts_once_however_often_it_comes(alice):
    def top_up(_):
        try:
            return credit(alice.account.pk, MICRO, kind="topup", key="topup:cs_1")
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as senders:
        answers = list(senders.map(top_up, range(20)))

    assert answers.count(True) == 1
    assert alice.credits() == 101


def test_nothing_cannot_be_credited(alice):
    with pytest.raises(ValueError):
        credit(alice.account.pk, 0, kind="grant", key="nothing")


def test_a_charge_can_be_given_back_in_parts_but_never_more(alice, charge):
    assert refund(charge, 5 * MICRO, number=1)
    assert refund(charge, 3 * MICRO, number=2)

    with pytest.raises(ValueError):
        refund(charge, 1, number=3)

    assert alice.credits() == 100


def test_the_same_refund_is_given_once(alice, charge):
    assert refund(charge, 5 * MICRO, number=1)
    assert refund(charge, 5 * MICRO, number=1) is False
    assert alice.credits() == 97


def test_a_credit_cannot_be_refunded(alice):
    with pytest.raises(ValueError):
        refund(Transfer.objects.get(kind="grant"), 1, number=1)


def test_what_is_gone_becomes_a_debt_and_stops_new_orders(alice):
    claw_back(alice.account.pk, 130 * MICRO, key="clawback:pi_1")

    wallet = wallet_of(alice.account.pk)
    assert (wallet.available, wallet.debt) == (0, 30 * MICRO)

    credit(alice.account.pk, 20 * MICRO, kind="topup", key="topup:a")
    assert wallet_of(alice.account.pk).debt == 10 * MICRO
    credit(alice.account.pk, 20 * MICRO, kind="topup", key="topup:b")

    wallet.refresh_from_db()
    assert (wallet.available, wallet.debt) == (10 * MICRO, 0)


def test_held_money_is_not_clawed_back(alice):
    opened(alice, price=40)

    claw_back(alice.account.pk, 100 * MICRO, key="clawback:pi_1")

    wallet = wallet_of(alice.account.pk)
    assert (wallet.held, wallet.available, wallet.debt) == (40 * MICRO, 0, 40 * MICRO)


def test_the_same_clawback_is_taken_once(alice):
    assert claw_back(alice.account.pk, 10 * MICRO, key="clawback:pi_1")
    assert claw_back(alice.account.pk, 10 * MICRO, key="clawback:pi_1") is False
    assert alice.credits() == 90


def test_a_debt_refuses_orders_in_plain_words(api, alice):
    claw_back(alice.account.pk, 130 * MICRO, key="clawback:pi_1")

    answer = api.post("/v1/images/generations", as_=alice, prompt="a fox")

    assert answer.status_code == 402
    assert answer.json()["error"]["code"] == "payment_due"
