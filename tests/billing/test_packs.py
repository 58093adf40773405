"""Packs are what the operator wrote, or the site does not start."""

from decimal import Decimal

import pytest
from django.core.exceptions import ImproperlyConfigured

from billing.packs import Pack, find_pack, packs


def test_a_clean_checkout_sells_three_packs():
    assert packs() == (
        Pack("usd", 500, 240),
        Pack("usd", 2000, 1010),
        Pack("usd", 10000, 5120),
    )


def test_a_pack_is_found_by_its_name(settings):
    settings.PACKS = {"usd": {"500": 240}, "eur": {"500": 230}}
    assert find_pack("eur-500") == Pack("eur", 500, 230)


def test_a_pack_that_is_not_on_sale_is_not_found():
    assert find_pack("usd-1") is None


def test_packs_stand_from_cheap_to_dear_whatever_their_order(settings):
    settings.PACKS = {"usd": {"10000": 5120, "500": 240}}
    assert [pack.amount_minor for pack in packs()] == [500, 10000]


def test_a_bigger_pack_sells_a_credit_for_less():
    prices = [pack.minor_per_credit for pack in packs()]
    assert prices == sorted(prices, reverse=True)
    assert prices[0].quantize(Decimal("0.0001")) == Decimal("2.0833")


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ([], "an object of currencies"),
        ({"dollars": {"500": 240}}, "'dollars' is not a currency"),
        ({"USD": {"500": 240}}, "'USD' is not a currency"),
        ({"jpy": {"500": 240}}, "not counted in hundredths"),
        ({"usd": [240]}, "an object of prices"),
        ({"usd": {"5.00": 240}}, "a price '5.00'"),
        ({"usd": {"0": 240}}, "a price '0'"),
        ({"usd": {"-500": 240}}, "a price '-500'"),
        ({"usd": {"500": 240.5}}, "a whole number of credits"),
        ({"usd": {"500": "240"}}, "a whole number of credits"),
        ({"usd": {"500": 0}}, "a whole number of credits"),
        ({"usd": {"500": True}}, "a whole number of credits"),
    ],
)
def test_a_wrong_pack_is_refused_with_its_reason(settings, written, reason):
    settings.PACKS = written
    with pytest.raises(ImproperlyConfigured, match=f"EASEL_PACKS: .*{reason}"):
        packs()
