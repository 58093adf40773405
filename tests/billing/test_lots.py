"""Given credits may expire; they are spent first, and bought ones never go away."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection
from django.utils import timezone

from billing.ledger import MICRO, claw_back, credit, wallet_of
from billing.lots import expire_due, expiring, reckon
from billing.models import Draw, Lot, StripePayment, Transfer
from playground.generation.audit import audit
from tests.cast import customer
from tests.generation.test_books import closing, do, in_studio, opened

SOON = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def books_that_balance(books_db):
    yield
    assert audit() == []


@pytest.fixture
def dora(books_db):
    """Dora has nothing yet."""
    return customer("dora")


def give(person, credits, *, days=None, name=None):
    until = timezone.now() + timedelta(days=days) if days is not None else None
    name = name or f"given for {days} days"
    credit(person.account.pk, credits * MICRO, kind="grant", key=name, expires_at=until)


def buy(person, credits, *, livemode=False):
    payment = StripePayment.objects.create(
        wallet=wallet_of(person.account.pk),
        session_id=f"cs_{StripePayment.objects.count()}",
        pack="usd-500",
        credits=credits,
        amount_minor=500,
        paid_minor=500,
        currency="usd",
        status="paid",
        livemode=livemode,
    )
    ref = ("payment", str(payment.pk))
    amount, key = credits * MICRO, f"topup:{payment.session_id}"
    credit(person.account.pk, amount, kind="topup", key=key, ref=ref)
    return payment


def spend(person, credits):
    order = opened(person, price=credits, state="running", claim="me")
    in_studio(do(closing(order)))


def lots(person):
    """What is left of each credit, in the order they came."""
    reckon(person.account.pk)
    left = Lot.objects.filter(wallet=person.account.pk).order_by("seq")
    return [amount / MICRO for amount in left.values_list("unspent", flat=True)]


def days_pass(days):
    """Let what was promised so long have run out."""
    for lot in Lot.objects.exclude(expires_at=None):
        lot.expires_at -= timedelta(days=days)
        lot.save()


def test_what_expires_is_spent_first_then_what_was_given_then_what_was_bought(dora):
    buy(dora, 100)
    give(dora, 10)
    give(dora, 10, days=20)
    give(dora, 10, days=5)
    spend(dora, 12)
    assert lots(dora) == [100, 10, 8, 0]
    spend(dora, 20)
    assert lots(dora) == [98, 0, 0, 0]


def test_it_comes_to_the_same_however_often_it_is_reckoned(dora):
    give(dora, 10, days=20)
    spend(dora, 4)
    reckon(dora.account.pk)
    give(dora, 10, days=5)
    spend(dora, 4)
    assert lots(dora) == lots(dora) == [6, 6]


def test_only_what_is_left_expires_and_says_so(dora):
    buy(dora, 50)
    give(dora, 10, days=5)
    spend(dora, 4)
    days_pass(6)
    assert expire_due() == 1
    assert dora.credits() == 50
    line = Transfer.objects.get(kind="expire")
    assert (line.amount, line.counter) == (6 * MICRO, "expired")
    assert expire_due() == 0


def test_bought_credits_never_expire(dora):
    payment = buy(dora, 10)
    with pytest.raises(IntegrityError):
        credit(
            dora.account.pk,
            MICRO,
            kind="topup",
            key="topup:x",
            ref=("payment", str(payment.pk)),
            expires_at=timezone.now(),
        )
    assert dora.credits() == 10


def test_what_an_order_holds_does_not_expire_under_it(dora):
    give(dora, 10, days=5)
    order = opened(dora, price=8, state="running", claim="me")
    # The order was begun while the credits were good.
    Lot.objects.update(expires_at=timezone.now())
    assert expire_due() == 1
    assert wallet_of(dora.account.pk).balance == 8 * MICRO
    in_studio(do(closing(order)))
    assert (dora.credits(), lots(dora)) == (0, [0])
    assert expire_due() == 0


def test_what_such_an_order_gives_back_expires_then(dora):
    buy(dora, 50)
    give(dora, 10, days=5)
    order = opened(dora, price=8, state="running", claim="me")
    Lot.objects.update(expires_at=None)
    Lot.objects.filter(payment=None).update(expires_at=timezone.now())
    expire_due()
    in_studio(do(closing(order, pictures=0, state="failed")))
    expire_due()
    assert dora.credits() == 50
    amounts = Transfer.objects.filter(kind="expire").values_list("amount", flat=True)
    assert sorted(amounts) == [2 * MICRO, 8 * MICRO]


def test_what_expires_is_listed_the_soonest_first(dora):
    give(dora, 10, days=20)
    give(dora, 10, days=5)
    spend(dora, 3)
    listed = [lot.unspent / MICRO for lot in expiring(dora.account.pk)]
    assert listed == [7, 10]


def test_a_refund_takes_the_bought_credits_and_leaves_the_presents(dora):
    payment = buy(dora, 100)
    give(dora, 10, days=5)
    StripePayment.objects.update(refunded_minor=250)
    account = dora.account.pk
    claw_back(account, 50 * MICRO, key="back:1", payment_id=payment.pk)
    assert lots(dora) == [50, 10]


def test_what_was_spent_is_known_by_month(dora):
    give(dora, 10, days=400)
    for _ in range(3):
        spend(dora, 2)
    if connection.vendor == "postgresql":
        moved = "ALTER TABLE billing_transfer {} TRIGGER transfer_append_only"
    else:
        moved = "DROP TRIGGER IF EXISTS transfer_no_update"
    with connection.cursor() as cursor:
        cursor.execute(moved.format("DISABLE"))
        Transfer.objects.filter(seq__lte=3).update(
            at=datetime(2026, 10, 31, 23, 59, tzinfo=UTC)
        )
        cursor.execute(moved.format("ENABLE"))
    reckon(dora.account.pk)
    draws = Draw.objects.order_by("month").values_list("month", "amount")
    this_month = timezone.now().date().replace(day=1)
    assert list(draws) == [(date(2026, 10, 1), 4 * MICRO), (this_month, 2 * MICRO)]


# Going live.


def test_test_credits_are_dropped_when_going_live(dora, settings, capsys):
    buy(dora, 100)
    buy(dora, 30, livemode=True)
    give(dora, 20)
    spend(dora, 25)
    settings.STRIPE_SECRET_KEY = "sk_live_easel"
    call_command("drop_test_credits", "--dry-run")
    assert dora.credits() == 125
    call_command("drop_test_credits")
    assert dora.credits() == 30
    call_command("drop_test_credits")
    assert dora.credits() == 30
    assert f"{dora.account.pk} 95.000000" in capsys.readouterr().out


def test_what_orders_hold_is_dropped_later(dora, settings, capsys):
    buy(dora, 100)
    opened(dora, price=40)
    settings.STRIPE_SECRET_KEY = "sk_live_easel"
    call_command("drop_test_credits")
    assert dora.credits() == 0
    assert wallet_of(dora.account.pk).balance == 40 * MICRO
    assert "run this again" in capsys.readouterr().out


def test_nothing_is_dropped_while_there_is_no_live_key(dora, settings):
    buy(dora, 100)
    settings.STRIPE_SECRET_KEY = "sk_test_easel"
    with pytest.raises(CommandError, match="No live Stripe key"):
        call_command("drop_test_credits")
    assert dora.credits() == 100


# What the audit finds.


def test_the_audit_finds_a_lot_that_was_tampered_with(dora):
    give(dora, 10)
    Lot.objects.update(unspent=9 * MICRO)
    assert {one.invariant for one in audit()} == {"I15"}
    Lot.objects.update(unspent=10 * MICRO)
