"""A month is closed: every currency adds up, and every payout is accounted for."""

import csv
import io
import time
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from billing.ledger import MICRO, credit
from billing.lots import expire_due
from billing.models import Reversal, StripePayment
from tests.billing.conftest import buy, deliver, newest_payment
from tests.generation.test_books import closing, do, in_studio, opened

pytestmark = pytest.mark.usefixtures("closing_books")
THIS = f"{timezone.now():%Y-%m}"


@pytest.fixture
def shop(settings):
    settings.PACKS = {"usd": {"500": 240}, "eur": {"500": 220}}


def spend(person, credits):
    order = opened(person, price=credits, state="running", claim="me")
    in_studio(do(closing(order)))


def bought(client, person, stripe, pack):
    buy(client, person, pack)
    deliver(client, stripe.pay(newest_payment().session_id))
    return newest_payment()


def table(*words):
    out = io.StringIO()
    call_command("monthly_close", *words, stdout=out)
    return list(csv.DictReader(out.getvalue().splitlines()))


def test_each_currency_closes(client, bob, stripe, shop):
    payment = bought(client, bob, stripe, "usd-500")
    bought(client, bob, stripe, "eur-500")
    credit(bob.account.pk, 10 * MICRO, kind="grant", key="g")
    soon = timezone.now()
    credit(bob.account.pk, 5 * MICRO, kind="grant", key="p", expires_at=soon)
    expire_due()
    spend(bob, 40)
    deliver(client, stripe.refund(payment.payment_intent, 250))
    rows = {row["currency"]: row for row in table(THIS)}
    usd, eur, given = rows["usd"], rows["eur"], rows["given"]
    assert (usd["sold"], usd["used"]) == ("240.000000", "-30.000000")
    assert (usd["refunded"], usd["outstanding"]) == ("-120.000000", "90.000000")
    assert (eur["sold"], eur["outstanding"]) == ("220.000000", "220.000000")
    assert (given["granted"], given["used"]) == ("15.000000", "-10.000000")
    assert (given["expired"], given["outstanding"]) == ("-5.000000", "0.000000")
    total = sum(float(row["outstanding"]) for row in rows.values())
    assert total == float(bob.credits())


def test_what_is_outstanding_opens_the_next_month(client, bob, stripe, shop):
    credit(bob.account.pk, 10 * MICRO, kind="grant", key="g")
    assert table("2026-01") == []
    [row] = table(THIS)
    assert (row["opening"], row["outstanding"]) == ("0.000000", "10.000000")


@pytest.mark.parametrize("month", ["11.2026", "2026-13", "2199-01"])
def test_a_month_nobody_could_mean_is_refused(books_db, month):
    with pytest.raises(CommandError, match=month):
        call_command("monthly_close", month)


def test_the_money_stands_beside_the_credits(client, bob, stripe, shop):
    kept, refunded, lost = (bought(client, bob, stripe, "usd-500") for _ in range(3))
    deliver(client, stripe.refund(refunded.payment_intent, 200))
    deliver(client, stripe.dispute(lost.payment_intent, "needs_response"))
    now = int(time.time())
    stripe.payouts.append({"id": "po_1", "arrival_date": now, "status": "paid"})
    for payment in (kept, refunded):
        payment.refresh_from_db()
        line(stripe, payment)
    line(stripe, kept, type="stripe_fee", amount=-10, fee=0, source=None)
    [row] = table(THIS)
    cash = {name[5:]: value for name, value in row.items() if name.startswith("cash_")}
    assert cash == {
        "taken": "15.00",
        "tax": "0.00",
        "refunded": "-2.00",
        "disputed": "-5.00",
        "fees": "-1.00",  # twice 45 cents, and 10
        "paid_out": "9.00",
        "differences": "1",  # the third is in no payout yet
    }
    [offline] = table(THIS, "--offline")
    assert (offline["cash_taken"], offline["cash_fees"]) == ("15.00", "")


def test_money_that_comes_back_closes_in_the_month_it_came(client, bob, stripe, shop):
    payment = bought(client, bob, stripe, "usd-500")
    deliver(client, stripe.dispute(payment.payment_intent, "needs_response"))
    StripePayment.objects.update(paid_at=datetime(2026, 1, 5, tzinfo=UTC))
    Reversal.objects.update(at=datetime(2026, 2, 5, tzinfo=UTC))
    deliver(client, stripe.dispute(payment.payment_intent, "won"))
    months = ("2026-01", "2026-02", THIS)
    rows = [table(month, "--offline")[0] for month in months]
    assert [row["cash_taken"] for row in rows] == ["5.00", "0.00", "0.00"]
    assert [row["cash_disputed"] for row in rows] == ["0.00", "-5.00", "5.00"]


# Payouts.


def line(stripe, payment, **facts):
    """A charge of ours, as it arrived with a payout."""
    charge = {"id": payment.charge_id, "payment_intent": payment.payment_intent}
    stripe.movements.append(
        {
            "id": f"txn_{len(stripe.movements)}",
            "payout": "po_1",
            "type": "charge",
            "amount": 500,
            "fee": 45,
            "currency": "usd",
            "source": charge,
            **facts,
        }
    )


def test_payouts_are_matched_and_every_difference_is_named(client, bob, stripe, shop):
    fine, short, late = (bought(client, bob, stripe, "usd-500") for _ in range(3))
    now = int(time.time())
    stripe.payouts.append({"id": "po_1", "arrival_date": now, "status": "paid"})
    for payment in (fine, short):
        payment.refresh_from_db()
    line(stripe, fine)
    line(stripe, short, amount=400)
    line(stripe, fine, type="refund", amount=-500, source={"charge": fine.charge_id})
    line(stripe, fine, source={"id": "ch_strange"})
    line(stripe, fine, type="stripe_fee", amount=-10, source=None)
    rows = table(THIS, "--payouts")
    assert [(row["type"], row["payment"], row["difference"]) for row in rows] == [
        ("charge", f"payment {fine.pk}", ""),
        ("charge", f"payment {short.pk}", "paid here: 500"),
        ("refund", f"payment {fine.pk}", "refunded here: 0"),
        ("charge", "", "no payment of ours"),
        ("stripe_fee", "", ""),
        ("charge", f"payment {late.pk}", "in no payout yet"),
    ]
    assert len(table(THIS, "--differences")) == 4


def test_payouts_need_stripe(bob, open_till):
    with pytest.raises(CommandError, match="STRIPE_SECRET_KEY"):
        call_command("monthly_close", THIS, "--payouts")
