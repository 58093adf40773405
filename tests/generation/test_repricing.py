"""A change of price is looked at, saved once, counts at once or from its day, and is kept."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import AccessGroup, StaffDeed
from playground.generation.audit import audit
from playground.generation.catalogue import catalogue
from playground.generation.errors import BadRequest
from playground.generation.repricing import (
    Proposal,
    Unseen,
    begin_what_is_due,
    call_off,
    preview,
    save,
)
from playground.generation.tariff import Change, begun_by, tariff_of

pytestmark = pytest.mark.books
USD = Decimal("0.0189")
HALF = Change(group="standard", value=Decimal("0.5"))
DEAR = Change("sketch-1", tier="1K", value=Decimal(3))
IMAGES = "/v1/images/generations"
FOX = {"prompt": "a fox", "model": "sketch-1"}


def saved(*changes, person=None, **said):
    proposal = Proposal(changes, **said)
    return save(proposal, person, seen=preview(proposal, USD).seen)


def test_a_price_that_was_saved_is_the_next_orders_and_a_quote_keeps_its_own(
    api, alice
):
    quote = api.post(f"{IMAGES}?dry_run=true", as_=alice, **FOX).json()
    waiting = api.post("/v1/async/images/generations", as_=alice, **FOX).json()

    saved(DEAR, HALF, person=alice.person, reason="dearer paint")

    kept = api.post(IMAGES, as_=alice, quote_id=quote["quote_id"], **FOX).json()
    now = api.post(IMAGES, as_=alice, **FOX).json()
    task = api.get(f"/v1/tasks/{waiting['id']}", as_=alice).json()
    assert kept["metadata"]["cost"]["credits"] == 1
    assert now["metadata"]["cost"]["credits"] == 1.5
    assert alice.credits() == Decimal("96.5") and task["status"] == "queued"
    assert audit() == []
    deed = StaffDeed.objects.get()
    assert (deed.action, deed.person, deed.reason) == (
        *("price.changed", alice.person, "dearer paint"),
    )


@pytest.mark.django_db
def test_what_was_not_previewed_is_not_saved():
    proposal = Proposal((DEAR,))
    seen = preview(proposal, USD).seen
    saved(HALF)
    with pytest.raises(Unseen):
        save(proposal, None, seen=seen)
    with pytest.raises(Unseen):
        save(Proposal((HALF, DEAR)), None, seen=preview(proposal, USD).seen)


@pytest.mark.django_db
def test_a_price_of_the_past_and_one_that_is_the_same_are_refused():
    yesterday = timezone.now() - timedelta(days=1)
    with pytest.raises(BadRequest, match="never for what is past"):
        saved(DEAR, starts_at=yesterday)
    with pytest.raises(BadRequest, match="Nothing would change"):
        saved(Change(group="standard", value=Decimal(1)))


def test_a_change_waits_for_its_day_and_then_counts(books_db):
    now, tomorrow = timezone.now(), timezone.now() + timedelta(days=1)
    first, second = saved(DEAR, HALF, starts_at=tomorrow)

    assert (price_at(now), begin_what_is_due(now), multiplier()) == (None, 0, 1)
    assert (price_at(tomorrow), begin_what_is_due(tomorrow)) == (3, 1)
    assert (multiplier(), begin_what_is_due(tomorrow)) == (Decimal("0.5"), 0)
    assert (first.before, second.before) == (None, 1)
    assert catalogue().find("sketch-1").price.rates.by_hand == {}


def test_what_is_called_off_never_begins(books_db):
    tomorrow = timezone.now() + timedelta(days=1)
    (row,) = saved(HALF, starts_at=tomorrow)
    (at_once,) = saved(DEAR)

    call_off(row, None)

    assert (begin_what_is_due(tomorrow), multiplier()) == (0, 1)
    with pytest.raises(BadRequest, match="begun already"):
        call_off(at_once, None)


def price_at(moment):
    return tariff_of(begun_by(moment)).value_of(DEAR)


def multiplier():
    return AccessGroup.objects.get(pk="standard").multiplier
