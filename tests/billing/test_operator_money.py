"""Operators see what came in, went out and is owed; they give credits, and try again."""

import csv
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import StaffDeed
from accounts.staff import StaffRole
from accounts.staffing import appoint
from billing.ledger import MICRO, claw_back, wallet_of
from billing.models import StripeEvent, Transfer
from billing.tasks import close_month
from playground.generation.models import AuditRun, OfferHour, Rolled, SalesHour
from playground.generation.refunding import give_back
from playground.generation.rolling import day_of, hour_of
from playground.generation.rollups import measures_of
from playground.generation.tasks import audit_books
from tests.billing.conftest import buy, deliver, newest_payment
from tests.web.charged import a_charged_order
from tests.web.streamed import whole

pytestmark = pytest.mark.usefixtures("closing_books")
HERE = "/operator/money"


@pytest.fixture
def till(client, carol):
    """Carol looks after the money of this server."""
    return as_role(client, carol, StaffRole.FINANCE)


def as_role(client, customer, role):
    appoint(customer.person, role)
    client.force_login(customer.person)
    return client


def page(client, address="", **said):
    return client.get(HERE + address, said).content.decode()


def table(client, address):
    return list(csv.DictReader(whole(client.get(HERE + address)).splitlines()))


def deeds(action):
    return list(StaffDeed.objects.filter(action=action).order_by("pk"))


def test_a_grant_pays_debts_first_and_says_so(till, bob):
    wallet_of(bob.account.pk)
    claw_back(bob.account.pk, 3 * MICRO, key="refunded")
    said = {"account": "bob@example.com", "credits": "5", "reason": "A slow day"}

    seen = till.post(f"{HERE}/grants", said).context["seen"]

    assert (seen["before"], seen["after"]) == (0, 2_000_000)


def test_a_grant_is_looked_at_given_once_and_read_in_the_statement(till, bob):
    said = {"account": "bob@example.com", "credits": "12.5", "reason": "A slow day"}
    seen = till.post(f"{HERE}/grants", said)
    told = {**said, "nonce": seen.context["seen"]["nonce"]}
    untouched = bob.credits()

    till.post(f"{HERE}/grants", told)
    again = till.post(f"{HERE}/grants", told, follow=True)

    assert (untouched, bob.credits()) == (0, 12.5)
    assert "It was given already" in again.content.decode()
    (deed,) = deeds("credits.granted")
    assert (deed.before, deed.after, deed.subject_id) == (
        {"balance_microcredits": 0},
        {"balance_microcredits": 12_500_000},
        bob.account.pk,
    )
    till.force_login(bob.person)
    assert "A slow day" in till.get("/console/credits").content.decode()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"account": "nobody@example.com"}, "no such account"),
        ({"credits": "0"}, "0.000001"),
        ({"reason": ""}, "required"),
    ],
)
def test_a_grant_to_nobody_of_nothing_or_for_no_reason_is_refused(till, said, words):
    usual = {"account": "carol@example.com", "credits": "1", "reason": "Why not"}
    answer = till.post(f"{HERE}/grants", {**usual, **said, "nonce": "one"})

    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert not Transfer.objects.filter(memo="Why not").exists()


def test_support_neither_sees_money_nor_gives_any(client, bob):
    support = as_role(client, bob, StaffRole.SUPPORT)

    answers = [
        support.get(HERE),
        support.get(f"{HERE}/payments.csv"),
        support.post(f"{HERE}/grants", {"account": "bob@example.com", "credits": "9"}),
        support.post(f"{HERE}/audit"),
    ]

    assert [one.status_code for one in answers] == [403] * 4
    assert bob.credits() == 0


def test_an_event_that_failed_is_handled_again_and_pays_once(
    client, bob, stripe, carol
):
    buy(client, bob)
    event = stripe.pay(newest_payment().session_id)
    StripeEvent.objects.create(
        event_id=event["id"],
        type=event["type"],
        created=timezone.now(),
        livemode=event["livemode"],
        payload=event,
        state="failed",
        error="ProcessorAway",
    )
    till = as_role(client, carol, StaffRole.FINANCE)
    failed = page(till, "/events", state="failed")

    for _ in range(2):
        till.post(f"{HERE}/events/{event['id']}/replay")

    assert event["id"] in failed and bob.credits() == 240
    (first, _second) = deeds("event.replayed")
    assert (first.before["state"], first.after["state"]) == ("failed", "done")
    (paid,) = table(till, "/payments.csv?q=bob@example.com")
    assert (paid["status"], paid["credits"], paid["paid_minor"]) == (
        "paid",
        "240",
        "500",
    )
    assert deliver(till, event).content == b"seen before\n"


def test_who_owes_credits_is_listed(till, bob):
    wallet_of(bob.account.pk)
    claw_back(bob.account.pk, 3 * MICRO, key="refunded")

    assert '<td class="num">3</td>' in page(till, "/disputes")
    (debt,) = table(till, "/debts.csv")
    assert (debt["account"], debt["debt_microcredits"]) == (bob.account.pk, "3000000")


def test_the_light_is_green_when_a_worker_found_the_books_right(till):
    before = page(till)
    till.post(f"{HERE}/audit")
    asked = AuditRun.objects.get()
    waiting = page(till)
    audit_books(asked.pk)

    assert "never checked" in before and "being checked" in waiting
    assert '<span class="badge ok">right</span>' in page(till)
    audit_books(asked.pk)
    assert AuditRun.objects.count() == len(deeds("ledger.audited")) == 1


def test_the_light_is_red_and_says_which_promise_is_broken(till, bob, alice):
    with connection.cursor() as cursor:
        move = "UPDATE billing_wallet SET credits_posted = credits_posted + %s"
        cursor.execute(f"{move} WHERE account_id = %s", [7, alice.account.pk])
        audit_books()
        text = page(till)
        cursor.execute(f"{move} WHERE account_id = %s", [-7, alice.account.pk])

    assert '<span class="badge bad">wrong</span>' in text
    assert "I1, I7" in text and alice.account.pk in text


def test_a_month_is_added_up_by_a_worker_and_shown(till, carol):
    month = timezone.now().date().replace(day=1)
    before = page(till)
    close_month(month.isoformat())

    assert "was not added up yet" in before
    assert "not bought" in page(till)
    (row,) = table(till, "/credits.csv")
    assert (row["currency"], row["granted"], row["outstanding"]) == (
        *("given", "100.000000", "100.000000"),
    )


def test_earnings_and_refusals_are_told_by_day_model_and_provider(till, alice, carol):
    start = hour_of(timezone.now()) - timedelta(hours=1)
    line = {"start": start, "is_demo": False, "model": "sketch-1", "pictures": 2}
    SalesHour.objects.create(
        **line,
        group="standard",
        lane="api",
        state="succeeded",
        requests=2,
        spent_microcredits=10 * MICRO,
    )
    Rolled.objects.create(hours_until=start, days_until=day_of(start))
    OfferHour.objects.create(
        **dict.fromkeys(measures_of(OfferHour), 0)
        | line
        | {
            "provider": "fal",
            "charged_microcredits": 10 * MICRO,
            "cost_microusd": 150_000,
            "refused_microusd": 40_000,
            "lost_microusd": 10_000,
        }
    )

    said = [page(till, by=by) for by in ("day", "model", "provider")]
    (row,) = table(till, "/earned.csv")
    order = a_charged_order(alice.account, credits=6)
    give_back(order, 4 * MICRO, number=1, reason="Six fingers", by=carol.person)
    rows = table(till, "/earned.csv")

    names = (f"{start:%Y-%m-%d}", "sketch-1", "fal")
    heads = [f'<th scope="row" class="nowrap">{name}</th>' for name in names]
    assert [head in text for head, text in zip(heads, said, strict=True)] == [True] * 3
    assert all("$0.0400" in text for text in said)
    assert (
        row["provider"],
        row["paid_credits"],
        row["cost_usd"],
        row["refused_usd"],
    ) == (*("fal", "10.000000", "0.150000", "0.040000"),)
    assert float(row["margin_usd"]) == pytest.approx(float(row["paid_usd"]) - 0.15)
    assert {one["provider"]: float(one["paid_credits"]) for one in rows} == (
        {"fal": 10, "sketch": -4}
    )
    assert '<td class="num">6</td>' in page(till, by="model")  # no more than was kept
