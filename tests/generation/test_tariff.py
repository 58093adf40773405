"""What operators set of prices is laid over the files, and the last that began counts."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from billing.ledger import MICRO
from playground.generation import tariff
from playground.generation.audit import audit
from playground.generation.catalogue import load, priced_by
from playground.generation.models import PriceChange
from playground.generation.normalise import normalise
from playground.generation.offered import Painted
from playground.generation.price import listed, price_for
from playground.generation.price_preview import Sheet, moved
from playground.generation.request import Ask, Buyer
from playground.generation.tariff import Change, tariff_of

OURS = load()
ONE = Decimal(1)
PRO = "gemini-3-pro-image-preview"
IMAGES = "/v1/images/generations"


def at(*changes):
    return priced_by(tariff_of(changes), OURS)


def costs(models, name, group="standard", multiplier=ONE, **asked):
    buyer = Buyer("acc", group, multiplier, lane="api")
    request = normalise(Ask("a fox", model=name, **asked), models, "")
    return Decimal(price_for(buyer, models.find(name), request)) / MICRO


def listing(model, tier, quality="", value=None):
    return Change(model=model, tier=tier, quality=quality, value=value)


FOUR = listing("sketch-1", "1K", value=Decimal(4))
HALF = Change(model="sketch-1", group="friends", value=Decimal("0.5"))


@pytest.mark.parametrize(
    ("changes", "asked", "credits"),
    [
        ([FOUR], {}, 4),
        ([FOUR], {"resolution": "4K"}, 2),
        ([FOUR], {"aspect_ratio": "16:9"}, 4),
        ([FOUR, listing("sketch-1", "1K", value=Decimal(5))], {}, 5),
        ([FOUR, listing("sketch-1", "1K")], {}, 1),
        ([FOUR], {"group": "friends", "multiplier": Decimal("0.9")}, "3.6"),
        ([FOUR, HALF], {"group": "friends", "multiplier": Decimal("0.9")}, 2),
        ([FOUR, HALF], {"group": "others", "multiplier": Decimal("0.9")}, "3.6"),
        ([HALF, Change("sketch-1", "friends")], {"group": "friends"}, 1),
        ([Change(group="friends", value=ONE)], {"group": "friends"}, 1),
    ],
)
def test_of_each_thing_the_last_change_counts(changes, asked, credits):
    assert costs(at(*changes), "sketch-1", **asked) == Decimal(credits)


def test_one_quality_of_a_tier_changes_alone_and_in_every_size():
    models = at(listing("gpt-image-2", "2K", "low", Decimal(9)))
    of_low = {"quality": "low"}

    assert costs(models, "gpt-image-2", size="2048x1152", **of_low) == 9
    assert costs(models, "gpt-image-2", size="2000x2000", **of_low) == 9
    assert costs(models, "gpt-image-2", size="2048x1152", quality="high") != 9


def test_what_is_said_of_a_model_that_is_gone_disturbs_nobody():
    assert (
        at(listing("gone-1", "1K", value=ONE)).find("sketch-1").price.rates.by_hand
        == {}
    )


def test_a_preview_has_every_price_that_moves_and_no_other():
    levels = {"friends": Decimal("0.5"), "standard": ONE}
    after = at(listing(PRO, "4K", value=Decimal(10)), HALF)

    found = moved(Sheet(OURS, levels), Sheet(after, levels), Decimal("0.0189"))

    said = [
        (one.model.id, one.group, one.tier, one.before / MICRO, one.after / MICRO)
        for one in found
    ]
    assert sorted(said) == [
        (PRO, "friends", "4K", 8, 5),
        (PRO, "standard", "4K", 16, 10),
    ]


def test_a_preview_names_the_margin_at_the_dearest_and_the_cheapest_offer():
    levels = {"standard": ONE}
    model = OURS.find(PRO)
    after = at(listing(PRO, "4K", value=Decimal(14)))
    usd = Decimal("0.0189")

    (one,) = moved(Sheet(OURS, levels), Sheet(after, levels), usd)

    costs = {o.provider: o.usd(Painted("4K", 4096, 4096)) for o in model.offers}
    asked = {provider: usd for provider, usd in costs.items() if usd is not None}
    assert one.dearest.provider in {
        p for p, c in asked.items() if c == max(asked.values())
    }
    assert one.dearest.left_usd <= 14 * usd - max(asked.values())
    assert one.cheapest.left_usd >= one.dearest.left_usd
    assert one.is_below_cost is (one.dearest.left_usd < 0) is True


def test_sizes_that_do_not_cost_the_same_are_told_apart():
    levels = {"standard": ONE}
    model = OURS.find("gpt-image-2")
    after = at(listing(model.id, "1K", "low", Decimal(9)))

    found = moved(Sheet(OURS, levels), Sheet(after, levels), Decimal("0.0189"))

    before = {price for _, price in listed(model, ONE)}
    assert {one.after for one in found} == {9 * MICRO}
    assert len({one.before for one in found}) == len(found) and len(before) > 1


def row(**said):
    now = timezone.now()
    return PriceChange.objects.create(**{"created_at": now, "starts_at": now, **said})


def test_the_door_sells_at_the_price_that_was_set(api, alice):
    before = api.post(IMAGES, as_=alice, prompt="a fox", model="sketch-1").json()
    row(model="sketch-1", tier="1K", after=Decimal("4.25"))
    row(model="sketch-1", tier="0.5K", after=3, starts_at=timezone.now() + timedelta(1))
    tariff.read_again()

    listed_now = api.get("/v1/models/sketch-1", as_=alice).json()["prices"]
    answer = api.post(IMAGES, as_=alice, prompt="a fox", model="sketch-1").json()

    assert before["metadata"]["cost"]["credits"] == 1
    assert [one["credits"] for one in listed_now] == [1, 4.25, 1, 2]
    assert answer["metadata"]["cost"]["credits"] == 4.25
    assert alice.credits() == Decimal("94.75")
    assert audit() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "spoil", [lambda one: one.update(after=9), lambda one: one.delete()]
)
def test_a_change_of_price_is_never_edited_or_deleted(spoil):
    row(group="standard", after=1)
    with pytest.raises(DatabaseError), transaction.atomic():
        spoil(PriceChange.objects.all())
