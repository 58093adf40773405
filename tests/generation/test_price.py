"""A picture's price is exact, and never nothing by accident."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.packs import earned_usd_per_credit, packs
from playground.generation.catalogue import load
from playground.generation.errors import BadRequest
from playground.generation.margins import cases, judged
from playground.generation.normalise import normalise
from playground.generation.offered import Megapixels, Price, Rates
from playground.generation.price import USD_PER_CREDIT, credits_for_usd, unit_price
from playground.generation.request import Ask

OURS = load()
ONE = Decimal(1)
# Eight credits earn Google's $0.151 for 4K by a hair more than the rule's round number.
SLACK = Decimal("0.000006")


def priced(name, multiplier=ONE, **asked):
    request = normalise(Ask("a fox", model=name, **asked), OURS, "")
    return unit_price(OURS.find(name), request, multiplier)


@pytest.mark.parametrize(
    ("name", "credits"),
    [
        ("gemini-3-pro-image-preview", 8),
        ("gemini-3-pro-image-preview-2k", 8),
        ("gemini-3-pro-image-preview-4k", 16),
        ("nano-banana-pro-4k", 16),
        ("gemini-3.1-flash-image-preview-512", 4),
        ("gemini-3.1-flash-image-preview", 4),
        ("gemini-3.1-flash-image-preview-2k", 6),
        ("gemini-3.1-flash-image-preview-4k", 8),
        ("gemini-2.5-flash-image", 3),
        ("sketch-1-512", 1),
        ("sketch-1", 1),
        ("sketch-1-2k", 1),
        ("sketch-1-4k", 2),
    ],
)
def test_list_prices_are_the_published_ones(name, credits):
    assert priced(name) == credits * 1_000_000


@pytest.mark.parametrize(
    ("usd", "credits"),
    [
        ("0.0001", "0.1"),
        ("0.00189", "0.1"),
        ("0.0019", "0.2"),
        ("0.01701", "0.9"),
        ("0.01702", "1"),
        ("0.0189", "1"),
        ("0.01891", "2"),
        ("0.039", "3"),
        ("0.04", "3"),
        ("0.25", "14"),
    ],
)
def test_a_price_by_rule_is_the_smallest_not_under_the_vendors(usd, credits):
    assert credits_for_usd(Decimal(usd)) == Decimal(credits)


@given(st.decimals("0.0001", "10", places=5))
def test_a_price_by_rule_is_never_under_the_vendors(usd):
    credits = credits_for_usd(usd)
    step = Decimal("0.1") if credits <= 1 else ONE
    assert (credits - step) * Decimal("0.0189") < usd <= credits * Decimal("0.0189")


def test_a_credit_of_our_own_packs_earns_what_the_rule_says():
    earned = earned_usd_per_credit(packs())
    assert USD_PER_CREDIT <= earned < USD_PER_CREDIT + Decimal("0.0001")


# What the dearest of the vendor and the offers asks, in credits, as the rule has it.
@pytest.mark.parametrize(
    ("name", "asked", "usd"),
    [
        ("gemini-2.5-flash-image", {}, "0.039"),
        ("gemini-3.1-flash-lite-image", {}, "0.034"),
        ("gpt-image-2", {"quality": "high"}, "0.211"),
        ("gpt-image-2", {"quality": "low", "size": "2048x1152"}, "0.007"),
        ("gpt-image-2", {"quality": "low", "size": "2000x2000"}, "0.012"),
        ("seedream-4.5", {}, "0.045"),
        ("seedream-5.0-pro-2k", {}, "0.09"),
        ("ideogram-v3-quality", {}, "0.09"),
        ("recraft-v4-pro", {}, "0.25"),
    ],
)
def test_other_models_are_priced_by_rule(name, asked, usd):
    assert priced(name, **asked) == credits_for_usd(Decimal(usd)) * 1_000_000


@pytest.mark.parametrize(
    ("name", "asked", "credits"),
    [
        ("flux.2-pro", {"size": "1024x1024"}, "1.6"),
        ("flux.2-pro", {"size": "2048x2048"}, "4"),
        ("flux.2-pro", {"references": ("a", "b")}, "3.2"),
        ("nano-banana-2-4k", {"references": ("a", "b")}, "8.06"),
        ("nano-banana-pro", {"extras": (("web_search", True),)}, "8.8"),
        ("nano-banana-pro", {"extras": (("enable_web_search", "true"),)}, "8.8"),
        ("nano-banana-pro", {"extras": (("web_search", False),)}, "8"),
        ("flux.2-pro", {"extras": (("web_search", True),)}, "1.6"),
    ],
)
def test_megapixels_references_and_searches_count(name, asked, credits):
    assert priced(name, **asked) == Decimal(credits) * 1_000_000


SEEDS = {"gemini-3-pro-image-preview", "gemini-3.1-flash-image-preview"}
SOLD = [model for model in OURS.models if not model.is_retired]


@pytest.mark.parametrize("model", SOLD, ids=lambda model: model.id)
def test_nothing_is_sold_under_the_vendors_list_price(model):
    for case in cases(model):
        credits = model.price.rates.amount(case.painted)
        usd = model.official_usd.amount(case.painted) if model.official_usd else None
        assert usd is None or usd <= credits * (USD_PER_CREDIT + SLACK), case


@pytest.mark.parametrize("model", SOLD, ids=lambda model: model.id)
def test_a_price_by_rule_covers_whichever_offer_paints(model):
    dear = judged(model, USD_PER_CREDIT + SLACK).dear
    assert dear == {} or (model.id in SEEDS and dear.keys() == {"fal"})


@pytest.mark.parametrize(
    ("multiplier", "microcredits"),
    [
        ("1", 8_000_000),
        ("0.15", 1_200_000),
        ("0.3333", 2_666_400),
        ("0", 0),
        ("0.00000006", 0),
        ("0.0000000625", 1),
    ],
)
def test_a_group_multiplies_and_half_a_microcredit_goes_up(multiplier, microcredits):
    assert priced("nano-banana-pro", Decimal(multiplier)) == microcredits


def test_surcharges_are_part_of_the_unit_price():
    model = OURS.find("nano-banana-pro")
    surcharged = replace(
        model, price=replace(model.price, per_reference=Decimal("0.1"), per_search=ONE)
    )
    asked = Ask("a fox", model=model.id, references=("a", "b", "c"))
    searching = replace(asked, extras=(("web_search", True),))
    request = normalise(searching, OURS, "")
    assert unit_price(surcharged, request, Decimal("0.5")) == 4_650_000


@pytest.mark.parametrize(
    ("width", "height", "credits"),
    [(512, 512, 2), (1024, 1024, 2), (1025, 1024, 3), (2048, 2048, 5)],
)
def test_megapixels_are_rounded_up(width, height, credits):
    model = OURS.find("sketch-1")
    rates = Rates(megapixels=Megapixels(first=Decimal(2), each=ONE))
    request = normalise(Ask("a fox", model=model.id), OURS, "")
    request = replace(request, width=width, height=height)
    price = unit_price(replace(model, price=Price(rates)), request, ONE)
    assert price == credits * 1_000_000


def test_what_has_no_price_is_refused_not_free():
    model = OURS.find("sketch-1")
    request = replace(normalise(Ask("a", model=model.id), OURS, ""), tier="8K")
    with pytest.raises(BadRequest, match="no price for 1024x1024; ask for one of"):
        unit_price(model, request, ONE)


@pytest.mark.parametrize(
    ("name", "tier", "microusd"),
    [
        ("nano-banana-pro", "4K", 240_000),
        ("nano-banana-2", "0.5K", 45_000),
        ("gemini-2.5-flash-image", "1K", 39_000),
        ("sketch-1", "1K", 0),
    ],
)
def test_an_offer_knows_what_it_costs_us(name, tier, microusd):
    request = normalise(Ask("a fox", model=name, resolution=tier), OURS, "")
    assert OURS.find(name).offers[0].cost_microusd(request) == microusd


def test_a_reference_and_a_search_cost_us_more():
    asked = Ask("a", model="nano-banana-pro", references=("a", "b"))
    request = normalise(replace(asked, extras=(("google_search", True),)), OURS, "")
    assert OURS.find("nano-banana-pro").offers[0].cost_microusd(request) == 150_200
