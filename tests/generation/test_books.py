"""An order and its money are written together, whatever happens around them."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connection

from accounts.ids import new_id
from billing.ledger import MICRO, wallet_of
from billing.models import Hold, Transfer
from playground.generation.audit import audit
from playground.generation.books import Claim, Close, Extend, Open, Release
from playground.generation.entries import AttemptRow, PictureRow
from playground.generation.keeping import Keep
from playground.generation.models import Attempt, Generation, Picture
from playground.generation.studio import in_studio, studio


@pytest.fixture(autouse=True)
def books_that_balance(books_db):
    """Whatever a test does to the books, they are in order afterwards."""
    yield
    assert audit() == []


async def do(operation):
    return await studio().books.do(operation)


def order(customer, *, price=8, n=1, state="queued", lane="api", claim=""):
    return Generation(
        id=new_id("img"),
        account_id=customer.account.pk,
        group_id="standard",
        lane=lane,
        endpoint="images.generations",
        model="sketch-1",
        prompt="a fox",
        request={},
        n=n,
        unit_price_microcredits=price * MICRO,
        state=state,
        claim=claim,
    )


def opened(customer, **facts):
    generation = order(customer, **facts)
    assert in_studio(do(Open(generation, 60)))
    return generation


def picture(position):
    return PictureRow(
        id=new_id("pic"),
        position=position,
        file=f"{position}.png",
        sha256="0" * 64,
        format="png",
        width=8,
        height=8,
        bytes=100,
        seed=7,
        revised_prompt="",
        expires_at=None,
    )


def closing(generation, *, pictures=1, first=0, **facts):
    known = {"from_state": "running", "claim": "me", "state": "succeeded"}
    rows = tuple(picture(position) for position in range(first, first + pictures))
    return Close(generation.id, **{**known, **facts}, pictures=rows)


TRY = AttemptRow(
    provider="sketch",
    upstream="sketch-1",
    outcome="succeeded",
    duration_ms=12,
    started_at=datetime(2026, 11, 20, 21, tzinfo=UTC),
)


def test_an_order_holds_its_money(alice):
    opened(alice, price=8, n=2)

    assert alice.credits() == 84
    assert wallet_of(alice.account.pk).balance == 100 * MICRO


def test_an_empty_wallet_opens_no_order(bob):
    assert in_studio(do(Open(order(bob), 60))) is False
    assert Generation.objects.count() == 0
    assert Hold.objects.count() == 0


def test_a_free_order_has_no_hold(bob):
    generation = opened(bob, price=0, state="running", claim="me")

    assert in_studio(do(closing(generation)))
    assert Hold.objects.count() == 0
    assert Transfer.objects.count() == 0
    assert Picture.objects.count() == 1


def test_the_same_order_is_never_opened_twice(alice):
    generation = order(alice)
    in_studio(do(Open(generation, 60)))

    with pytest.raises(Exception):
        in_studio(do(Open(generation, 60)))

    assert alice.credits() == 92


def test_delivered_pictures_are_paid_and_the_rest_is_given_back(alice):
    generation = opened(alice, price=8, n=4, state="running", claim="me")

    assert in_studio(do(closing(generation, pictures=3, state="partially_succeeded")))

    generation.refresh_from_db()
    charge = Transfer.objects.get(kind="charge")
    assert alice.credits() == 76
    assert (charge.amount, charge.balance_after) == (24 * MICRO, 76 * MICRO)
    assert (generation.delivered, generation.charged_microcredits) == (3, 24 * MICRO)


def test_nothing_delivered_costs_nothing_and_leaves_its_tries(alice):
    generation = opened(alice, n=2, state="running", claim="me")
    failed = Close(
        generation.id,
        from_state="running",
        claim="me",
        state="failed",
        error_code="upstream_error",
        attempts=(TRY, TRY),
    )

    assert in_studio(do(failed))

    assert alice.credits() == 100
    assert Hold.objects.get().state == "voided"
    assert Attempt.objects.filter(generation=generation).count() == 2


def test_an_order_is_closed_once(alice):
    generation = opened(alice, state="running", claim="me")

    first, second = (in_studio(do(closing(generation))) for _ in range(2))

    assert (first, second) == (True, False)
    assert alice.credits() == 92


def test_whoever_lost_the_claim_changes_nothing(alice):
    generation = opened(alice, state="running", claim="somebody else")

    assert in_studio(do(closing(generation))) is False
    assert Picture.objects.count() == 0
    assert Hold.objects.get().state == "pending"


def keep(generation, *positions, claim="me"):
    keeping = [Keep(generation.id, claim, picture(one), "sketch") for one in positions]

    async def all_of_them():
        return await asyncio.gather(*[do(one) for one in keeping])

    return in_studio(all_of_them())


def test_a_kept_picture_is_there_before_its_order_ends_and_not_yet_charged(alice):
    generation = opened(alice, n=3, state="running", claim="me")

    assert keep(generation, 1) == [True]

    generation.refresh_from_db()
    assert generation.pictures.get().position == 1
    assert (generation.delivered, generation.charged_microcredits) == (1, 0)
    assert (alice.credits(), Hold.objects.get().state) == (76, "pending")


def test_an_order_is_charged_for_what_it_kept_and_what_it_ends_with(alice):
    generation = opened(alice, n=4, state="running", claim="me")
    keep(generation, 2, 0)

    assert in_studio(
        do(closing(generation, first=3, state="partially_succeeded", error_code="x"))
    )

    generation.refresh_from_db()
    assert (generation.state, generation.delivered) == ("partially_succeeded", 3)
    assert (generation.error_code, generation.provider) == ("x", "sketch")
    assert alice.credits() == 76
    assert Picture.objects.count() == 3


@pytest.mark.parametrize("state", ["failed", "refused", "cancelled"])
def test_whatever_ends_an_order_what_it_kept_stays_and_is_paid(alice, state):
    generation = opened(alice, n=3, state="running", claim="me")
    keep(generation, 0)

    assert in_studio(do(closing(generation, pictures=0, state=state, error_code="x")))

    generation.refresh_from_db()
    assert (generation.state, generation.error_code) == ("partially_succeeded", "x")
    assert alice.credits() == 92


def test_an_order_that_is_given_up_when_all_is_kept_has_succeeded(alice):
    generation = opened(alice, n=2, state="running", claim="me")
    keep(generation, 0, 1)

    assert in_studio(
        do(closing(generation, pictures=0, state="failed", error_code="x"))
    )

    generation.refresh_from_db()
    assert (generation.state, generation.error_code) == ("succeeded", "")
    assert alice.credits() == 84


def test_a_picture_is_kept_once(alice):
    generation = opened(alice, n=3, state="running", claim="me")
    keep(generation, 0)

    with pytest.raises(Exception):
        keep(generation, 0)

    generation.refresh_from_db()
    assert (generation.delivered, Picture.objects.count()) == (1, 1)


def test_no_more_pictures_are_kept_than_were_asked_for(alice):
    generation = opened(alice, n=2, state="running", claim="me")

    assert sorted(keep(generation, 0, 1, 2)) == [False, True, True]
    assert Picture.objects.count() == 2


@pytest.mark.parametrize(
    ("facts", "claim"),
    [
        ({"state": "running", "claim": "somebody else"}, "me"),
        ({"state": "queued"}, ""),
    ],
)
def test_only_whoever_paints_an_order_keeps_its_pictures(alice, facts, claim):
    generation = opened(alice, n=2, **facts)

    assert keep(generation, 0, claim=claim) == [False]
    assert Picture.objects.count() == 0


def test_pictures_of_many_orders_are_kept_together(alice):
    generations = [
        opened(alice, price=1, n=2, state="running", claim="me") for _ in range(20)
    ]

    async def keep_all():
        here = studio().books
        keeping = [Keep(one.id, "me", picture(0)) for one in generations]
        return await asyncio.gather(*[here.do(one) for one in keeping])

    assert in_studio(keep_all()) == [True] * 20
    assert set(Generation.objects.values_list("delivered", flat=True)) == {1}


def test_a_free_order_keeps_pictures_too(bob):
    generation = opened(bob, price=0, n=2, state="running", claim="me")

    assert keep(generation, 0) == [True]
    assert in_studio(do(closing(generation, first=1)))

    generation.refresh_from_db()
    assert (generation.state, generation.delivered) == ("succeeded", 2)
    assert Hold.objects.count() == 0


def test_an_order_that_is_put_back_has_what_it_kept(alice):
    generation = opened(alice, n=3, state="running", claim="me")
    keep(generation, 1)

    in_studio(do(Release(generation.id, "me", 60)))
    cancelled = Close(generation.id, "queued", "", "cancelled", error_code="cancelled")
    assert in_studio(do(cancelled))

    generation.refresh_from_db()
    assert (generation.state, generation.delivered) == ("partially_succeeded", 1)
    assert alice.credits() == 92


def test_a_queued_order_is_taken_up_once(alice):
    generation = opened(alice)

    first = in_studio(do(Claim(generation.id, "me", 60)))
    second = in_studio(do(Claim(generation.id, "you", 60)))

    assert (first, second) == (True, False)


def test_a_lease_is_extended_only_by_its_holder(alice):
    generation = opened(alice, state="running", claim="me")
    before = Hold.objects.get().expires_at

    assert in_studio(do(Extend(generation.id, "you", 600))) is False
    assert in_studio(do(Extend(generation.id, "me", 600))) is True
    assert Hold.objects.get().expires_at > before


def test_a_released_order_is_queued_again_with_its_hold(alice):
    generation = opened(alice, state="running", claim="me")

    assert in_studio(do(Release(generation.id, "me", 60)))

    generation.refresh_from_db()
    assert (generation.state, generation.claim) == ("queued", "")
    assert alice.credits() == 92


def test_a_guest_has_one_live_order(bob):
    opened(bob, price=0, lane="guest")

    with pytest.raises(Exception):
        in_studio(do(Open(order(bob, price=0, lane="guest"), 60)))

    assert Generation.objects.count() == 1


def test_two_hundred_rivals_share_a_wallet_for_seven_pictures(alice):
    def ask(_):
        return in_studio(do(Open(order(alice, price=14), 60)))

    with ThreadPoolExecutor(40) as rivals:
        answers = list(rivals.map(ask, range(200)))

    assert answers.count(True) == 7
    assert alice.credits() == 2


def test_charges_that_land_together_are_numbered_one_by_one(alice):
    generations = [
        opened(alice, price=2, state="running", claim="me") for _ in range(40)
    ]

    async def close_all():
        here = studio().books
        waiting = [here.do(closing(generation)) for generation in generations]
        return await asyncio.gather(*waiting)

    assert in_studio(close_all()) == [True] * 40

    lines = Transfer.objects.filter(wallet_id=alice.account.pk).order_by("seq")
    balances = [line.balance_after for line in lines]
    assert [line.seq for line in lines] == list(range(1, 42))
    assert balances == [(100 - 2 * paid) * MICRO for paid in range(41)]
    assert wallet_of(alice.account.pk).held == 0


def test_the_journal_can_be_neither_edited_nor_deleted(alice):
    with pytest.raises(Exception), connection.cursor() as cursor:
        cursor.execute("UPDATE billing_transfer SET amount = 1")
    with pytest.raises(Exception), connection.cursor() as cursor:
        cursor.execute("DELETE FROM billing_transfer")

    assert Transfer.objects.get().amount == 100 * MICRO
