"""A dry run says what an order would be and cost; its quote keeps the price."""

import pytest

from accounts.issuing import issue_key
from accounts.models import AccessGroup
from billing.ledger import MICRO, limit_key
from playground.generation.inbox import INBOX
from playground.generation.models import Generation
from playground.generation.tidy import files_in
from tests.api.test_terms import a_form

pytestmark = pytest.mark.books

IMAGES, EDITS = "/v1/images/generations", "/v1/images/edits"
FOX = {"prompt": "a fox", "resolution": "0.5K"}


def dry(api, who, **body):
    return api.post(f"{IMAGES}?dry_run=true", as_=who, **{**FOX, **body})


@pytest.fixture
def dearer(settings, alice):
    """Raise what Alice pays for everything, at once."""
    settings.KEY_CACHE_SECONDS = 0

    def call(multiplier):
        groups = AccessGroup.objects.filter(pk=alice.account.group_id)
        groups.update(multiplier=multiplier)

    return call


def test_a_dry_run_says_all_and_costs_nothing(api, alice):
    answer = dry(api, alice, n=3, resolution="4K", aspect_ratio="16:9", seed=-1)

    quote = answer.json()
    assert answer.status_code == 200
    assert quote["object"] == "quote"
    assert (quote["model"], quote["provider"]) == ("sketch-1", "sketch")
    assert (quote["shape"], quote["tier"], quote["size"]) == ("16:9", "4K", "5461x3072")
    assert quote["n"] == 3
    assert quote["unit_price"] == {"credits": 2, "microcredits": 2 * MICRO}
    assert quote["total_price"]["credits"] == 6
    assert [one["field"] for one in quote["warnings"]] == ["seed"]
    assert (alice.credits(), Generation.objects.count()) == (100, 0)


@pytest.mark.parametrize(
    "said", ["?dryRun=true", "?dry_run=1", "?dry_run", {"dry_run": True}]
)
def test_it_may_be_said_in_address_or_body(api, alice, said):
    in_body, in_address = ({}, said) if isinstance(said, str) else (said, "")

    answer = api.post(IMAGES + in_address, as_=alice, **FOX, **in_body)

    assert answer.json()["object"] == "quote"


def test_no_dry_run_is_an_order(api, alice):
    assert "data" in api.post(f"{IMAGES}?dry_run=false", as_=alice, **FOX).json()
    assert api.post(f"{IMAGES}?dry_run=maybe", as_=alice, **FOX).status_code == 400


def test_an_edit_is_tried_without_keeping_its_pictures(api, alice):
    answer = api.request(
        "POST", EDITS, as_=alice, **a_form(prompt="make it night", dry_run="true")
    )

    assert answer.json()["object"] == "quote"
    assert [one for one in files_in(INBOX) if alice.account.pk in one] == []


@pytest.mark.parametrize(
    "path", ["/openai/v1/images/generations/", "/v1/async/images/generations"]
)
def test_every_door_knows_dry_runs(api, alice, path):
    answer = api.post(path + "?dry_run=true", as_=alice, **FOX)

    assert (answer.status_code, answer.json()["object"]) == (200, "quote")
    assert Generation.objects.count() == 0


def test_who_has_no_credits_may_still_ask(api, bob):
    assert dry(api, bob).status_code == 200


def test_a_wrong_order_is_wrong_in_a_dry_run_too(api, alice):
    assert dry(api, alice, n=99).json()["error"]["param"] == "n"


def test_a_quote_keeps_its_price_when_prices_rise(api, alice, dearer):
    quote = dry(api, alice).json()
    dearer(3)

    now = dry(api, alice).json()
    answer = api.post(IMAGES, as_=alice, quote_id=quote["quote_id"], **FOX, n=2)

    assert now["unit_price"]["credits"] == 3
    assert answer.json()["metadata"]["cost"]["credits"] == 2
    assert alice.credits() == 98


def test_a_price_that_fell_is_the_callers_too(api, alice, dearer):
    quote = dry(api, alice).json()
    dearer("0.5")

    api.post(f"{IMAGES}?quote_id={quote['quote_id']}", as_=alice, **FOX)

    assert str(alice.credits()) == "99.5"


def test_asking_again_does_not_keep_an_old_price_for_longer(api, alice, dearer):
    quote = dry(api, alice).json()
    dearer(3)

    again = dry(api, alice, quote_id=quote["quote_id"]).json()

    assert again["unit_price"]["credits"] == 3


def test_an_edit_may_bring_its_quote(api, alice, dearer):
    asked = a_form(prompt="make it night")
    quote = api.request("POST", f"{EDITS}?dry_run=true", as_=alice, **asked).json()
    dearer(3)

    address = f"{EDITS}?quote_id={quote['quote_id']}"
    answer = api.request("POST", address, as_=alice, **asked)

    assert answer.json()["metadata"]["cost"]["credits"] == 1


def test_a_quote_that_is_too_old_is_refused(api, alice, settings):
    quote = dry(api, alice).json()
    settings.QUOTE_SECONDS = -1

    error = api.post(IMAGES, as_=alice, quote_id=quote["quote_id"], **FOX).json()

    assert error["error"]["code"] == "quote_expired"
    assert alice.credits() == 100


@pytest.mark.parametrize(
    ("other", "differing"),
    [
        ({"resolution": "1K"}, "tier, width, height"),
        ({"aspect_ratio": "16:9"}, "width, height"),
    ],
)
def test_a_quote_is_for_one_kind_of_picture(api, alice, other, differing):
    quote = dry(api, alice).json()

    answer = api.post(
        IMAGES, as_=alice, **{**FOX, **other, "quote_id": quote["quote_id"]}
    )

    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "quote_mismatch")
    assert differing in error["message"]


def test_a_quote_is_for_one_account(api, alice, carol):
    quote = dry(api, alice).json()

    error = api.post(IMAGES, as_=carol, quote_id=quote["quote_id"], **FOX).json()

    assert error["error"]["code"] == "quote_mismatch"


def test_what_is_free_in_rehearsal_is_not_free_in_earnest(api, alice):
    _, rehearsal = issue_key(alice.account, name="test", is_test=True)
    quote = dry(api, rehearsal).json()

    earnest = api.post(IMAGES, as_=alice, quote_id=quote["quote_id"], **FOX)
    rehearsed = api.post(IMAGES, as_=rehearsal, quote_id=quote["quote_id"], **FOX)

    assert (earnest.status_code, rehearsed.status_code) == (400, 200)
    assert quote["total_price"]["credits"] == 0


@pytest.mark.parametrize("quote_id", ["quo_forged", "quo_", "x" * 5000, "a:b:c\0"])
def test_a_quote_that_was_not_made_here_is_refused(api, alice, quote_id):
    answer = api.post(IMAGES, as_=alice, quote_id=quote_id, **FOX)

    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "quote_unknown")
    assert error["param"] == "quote_id"


def test_a_quote_does_not_lift_a_keys_limit(api, alice):
    key, secret = issue_key(alice.account, name="capped")
    limit_key(alice.account.pk, key.pk, "day", MICRO)
    quote = dry(api, secret, n=2).json()

    answer = api.post(IMAGES, as_=secret, quote_id=quote["quote_id"], **FOX, n=2)

    assert answer.json()["error"]["code"] == "budget_exceeded"
