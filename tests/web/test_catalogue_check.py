"""`catalogue_check` says what each model earns, and fails where one is sold under cost."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import AccessGroup
from playground.generation.catalogue import catalogue

SHELF = """
id = "cheap-1"
price = {price}
unknown = ["whether it likes rain"]

[capabilities]
{able}

[[offers]]
provider = "first"
upstream = "one"
{first}

[[offers]]
provider = "second"
upstream = "two"
{second}
"""


@pytest.fixture
def shelf(tmp_path, settings):
    """An operator's own model, beside ours."""

    def put(*, price="2", able="", first="cost_usd = 0.03", second="cost_usd = 0.02"):
        text = SHELF.format(price=price, able=able, first=first, second=second)
        (tmp_path / "cheap-1.toml").write_text(text)
        settings.CATALOGUE_DIR = str(tmp_path)
        catalogue.forget()

    yield put
    catalogue.forget()


@pytest.fixture
def check(db):
    """Run the command: its end, and what it said."""

    def run(*arguments):
        output, end = StringIO(), 0
        try:
            call_command("catalogue_check", *arguments, stdout=output, no_color=True)
        except SystemExit as left:
            end = left.code
        return end, output.getvalue()

    return run


@pytest.fixture
def seen(check, shelf):
    """What the command says about the operator's model, as JSON."""

    def run(**said):
        shelf(**said)
        end, output = check("--json")
        models = {model["id"]: model for model in json.loads(output)["models"]}
        return end, models["cheap-1"]

    return run


def test_our_own_catalogue_sells_nothing_under_cost(check):
    end, said = check()

    assert end == 0
    assert "A credit earns $0.01891 after card fees" in said
    assert "in the pack that gives the most of them: $100 for 5120 credits." in said
    assert "42 models with 91 offers, 7 retired, all priced" in said
    assert "4K    8 credits $0.1512 - gemini $0.1510: standard +0.2 %" in said
    assert "fal alone asks more than the price at 1K, 2K, 4K" in said
    assert "unknown: fal (bytedance/seedream/v5/lite): price" in said
    assert "RED" not in said


def test_the_margin_is_what_the_cheapest_offer_leaves(seen):
    end, model = seen(price="2")

    [tier] = model["tiers"]
    assert (end, model["is_red"]) == (0, False)
    assert (tier["cheapest_provider"], tier["cost_usd"]) == ("second", 0.02)
    assert tier["earned_usd"] == pytest.approx(2 * 96.8 / 5120)
    assert tier["margins"] == {"standard": 0.4711}
    assert "whether it likes rain" in model["unknown"]


def test_a_price_under_cost_is_red_and_fails(seen, check):
    end, model = seen(price="1")

    assert (end, model["is_red"]) == (1, True)
    assert model["tiers"][0]["margins"]["standard"] < 0
    assert check()[1].endswith("RED Under cost at the list price: cheap-1.\n")


def test_an_offer_dearer_than_the_price_is_named(seen):
    end, model = seen(price="1.2")

    assert end == 0
    assert model["dearer_than_the_price"] == {"first": ["1K"]}


@pytest.mark.parametrize(
    ("price", "end"),
    [
        ("2", 1),
        ("{ credits = 2, per_reference = 0.6 }", 0),
        ("{ credits = 2, per_reference = 0.1 }", 1),
    ],
)
def test_references_count_on_both_sides(seen, price, end):
    costs = "cost_usd = 0.03\nreference_usd = 0.01"
    able = "edit = true\nreferences = 4"

    found, model = seen(price=price, able=able, first=costs, second=costs)

    assert found == end
    assert model["tiers"][0]["references"] == 4


def test_a_search_counts_where_an_offer_searches(seen):
    costs = "cost_usd = 0.03\nsearch_usd = 0.05"

    end, model = seen(
        price="{ credits = 2, per_search = 2 }",
        able="web_search = true",
        first=costs,
        second='cost_usd = 0.01\nlacks = ["web_search"]',
    )

    [tier] = model["tiers"]
    assert (end, tier["searches"], tier["cheapest_provider"]) == (1, 1, "first")


def test_an_offer_without_a_cost_is_unknown(seen):
    _, model = seen(first="", second="")

    assert model["tiers"] == []
    assert {"first (one): cost", "second (two): cost"} < set(model["unknown"])


def test_a_group_that_sells_under_cost_is_its_operators_choice(check, shelf):
    AccessGroup.objects.create(slug="friends", name="Friends", multiplier="0.5")
    AccessGroup.objects.create(slug="gift", name="Gift", multiplier=0)
    shelf(price="2")

    end, said = check()

    assert end == 0
    assert "second $0.0200: standard +47.1 %, friends -5.8 %, gift free" in said
    assert "Group friends (x0.5) sells " in said and "as its operator chose" in said


@pytest.mark.parametrize(
    ("packs", "said"),
    [
        ({"eur": {"500": 240}}, "sells nothing in usd"),
        ({"usd": {"20": 1}}, "the card's fees eat up"),
    ],
)
def test_packs_that_tell_nothing_are_named(check, settings, packs, said):
    settings.PACKS = packs
    with pytest.raises(CommandError, match=said):
        check()
