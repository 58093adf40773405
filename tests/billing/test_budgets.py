"""What a key may spend: in a day, a week, a month and in all."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.issuing import issue_key
from billing.ledger import MICRO, limit_account, limit_key, limit_member
from billing.models import KeyBudget
from playground.generation.audit import audit
from playground.generation.books import Open
from tests.generation.test_books import closing, do, in_studio, order

IMAGES = "/v1/images/generations"


@pytest.fixture(autouse=True)
def books_that_balance(books_db):
    yield
    assert audit() == []


@pytest.fixture
def handed_out(alice):
    """A key of alice's that somebody else uses."""
    return issue_key(alice.account, name="handed out")


def paint(api, secret):
    return api.post(IMAGES, as_=secret, prompt="a fox", resolution="0.5K")


@pytest.mark.parametrize("period", ["day", "week", "month", "total"])
def test_a_key_spends_up_to_its_limit(api, alice, handed_out, period):
    key, secret = handed_out
    limit_key(alice.account.pk, key.pk, period, 2 * MICRO)

    statuses = [paint(api, secret).status_code for _ in range(3)]

    assert statuses == [200, 200, 402]
    assert alice.credits() == 98


def test_the_refusal_names_the_limit_its_value_and_its_end(api, alice, handed_out):
    key, secret = handed_out
    limit_key(alice.account.pk, key.pk, "day", 0)

    error = paint(api, secret).json()["error"]

    assert error["code"] == "budget_exceeded"
    assert "may spend 0 credits a day" in error["message"]
    assert "00:00 UTC" in error["message"]


def test_other_keys_are_not_limited(api, alice, handed_out):
    key, _ = handed_out
    limit_key(alice.account.pk, key.pk, "day", 0)

    assert paint(api, alice.secret).status_code == 200


def test_rivals_never_spend_beyond_the_limit(api, alice, handed_out):
    key, secret = handed_out
    limit_key(alice.account.pk, key.pk, "day", 7 * MICRO)
    limit_key(alice.account.pk, key.pk, "month", 50 * MICRO)

    with ThreadPoolExecutor(20) as rivals:
        statuses = list(rivals.map(lambda _: paint(api, secret).status_code, range(20)))

    assert (statuses.count(200), statuses.count(402)) == (7, 13)
    assert alice.credits() == 93


def test_the_next_window_begins_afresh(api, alice, handed_out):
    key, secret = handed_out
    limit_key(alice.account.pk, key.pk, "day", MICRO)
    paint(api, secret)
    yesterday = timezone.now() - timedelta(days=1)
    KeyBudget.objects.update(window_start=yesterday, spent=MICRO)
    key.account.wallet.holds.update(created_at=yesterday)

    assert paint(api, secret).status_code == 200
    assert KeyBudget.objects.get().spent == MICRO


def test_what_was_spent_before_the_limit_counts(api, alice, handed_out):
    key, secret = handed_out
    paint(api, secret)

    limit_key(alice.account.pk, key.pk, "month", MICRO)

    assert KeyBudget.objects.get().spent == MICRO


def test_a_failed_order_gives_its_part_of_the_limit_back(alice, handed_out):
    key, _ = handed_out
    limit_key(alice.account.pk, key.pk, "day", 8 * MICRO)
    generation = order(alice, state="running", claim="me")
    generation.key_id = key.pk

    in_studio(do(Open(generation, 60)))
    held = KeyBudget.objects.get().held
    in_studio(do(closing(generation, pictures=0, state="failed")))

    budget = KeyBudget.objects.get()
    assert (held, budget.held, budget.spent) == (8 * MICRO, 0, 0)


def test_an_account_has_a_limit_whoever_spends(api, alice, handed_out):
    _, secret = handed_out
    limit_account(alice.account.pk, 2 * MICRO)

    statuses = [paint(api, one).status_code for one in (alice.secret, secret, secret)]

    assert statuses == [200, 200, 402]
    error = paint(api, alice.secret).json()["error"]
    assert "This account may spend 2 credits a month" in error["message"]
    assert (error["required_credits"], error["available_credits"]) == (1, 0)


def test_a_member_has_a_limit_over_all_their_keys(api, alice, handed_out, carol):
    _, of_nobody = handed_out
    _, of_alice = issue_key(alice.account, name="another", person=alice.person)
    limit_member(alice.account.pk, alice.person.pk, 2 * MICRO)

    statuses = [
        paint(api, one).status_code
        for one in (alice.secret, of_alice, of_alice, of_nobody, carol.secret)
    ]

    assert statuses == [200, 200, 402, 200, 200]


def test_a_member_spends_by_hand_within_the_same_limit(client, alice):
    limit_member(alice.account.pk, alice.person.pk, 0)
    client.force_login(alice.person)

    ask = {"prompt": "a fox", "model": "sketch-1", "aspect_ratio": "1:1"}
    ask |= {"resolution": "2K", "n": "1", "quoted": str(MICRO)}
    answer = client.post("/create/runs", ask, headers={"HX-Request": "true"})

    assert "This member may spend 0 credits a month" in answer.text


def test_rivals_keep_within_several_limits_at_once(api, alice, handed_out):
    key, secret = handed_out
    limit_account(alice.account.pk, 9 * MICRO)
    limit_key(alice.account.pk, key.pk, "day", 5 * MICRO)

    def ask(number):
        return paint(api, (secret, alice.secret)[number % 2]).status_code

    with ThreadPoolExecutor(20) as rivals:
        statuses = list(rivals.map(ask, range(24)))

    assert (statuses.count(200), statuses.count(402)) == (9, 15)
    assert KeyBudget.objects.get(owner=key.pk).spent <= 5 * MICRO


def test_a_limit_counts_at_once_for_a_key_that_is_in_use(api, alice, settings):
    settings.KEY_CACHE_SECONDS = 60
    paint(api, alice.secret)
    key = alice.account.keys.get()

    limit_key(alice.account.pk, key.pk, "day", 2 * MICRO)

    statuses = [paint(api, alice.secret).status_code for _ in range(2)]
    assert statuses == [200, 402]


def test_an_order_under_way_when_a_limit_is_set_is_settled_in_it(alice, handed_out):
    key, _ = handed_out
    generation = order(alice, state="running", claim="me")
    generation.key_id = key.pk
    in_studio(do(Open(generation, 60)))
    limit_key(alice.account.pk, key.pk, "day", 20 * MICRO)

    in_studio(do(closing(generation)))

    budget = KeyBudget.objects.get()
    assert (budget.held, budget.spent) == (0, 8 * MICRO)


def test_a_limit_can_be_lifted(api, alice, handed_out):
    key, secret = handed_out
    limit_key(alice.account.pk, key.pk, "day", 0)
    limit_key(alice.account.pk, key.pk, "day", None)

    assert paint(api, secret).status_code == 200
