"""Whom an order asks, and in which order: tables, without a database or a clock."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest

from playground.generation.channels import Ways
from playground.generation.errors import ModelNotFound
from playground.generation.health import Standing
from playground.generation.offered import Offer, Rates
from playground.generation.providers.base import Access, Channel, Trade
from playground.generation.request import NO_WISHES, Wishes
from playground.generation.route import Need, Outlook, Sight, route
from tests.generation.catalogue_files import SHORT, load_with
from tests.generation.test_wording import REQUEST

PLAIN = replace(REQUEST, model="workshop-flux", tier="1K", extras=())
EDIT = replace(PLAIN, references=("inp_1", "inp_2"))
WELL = Sight()


def trade(name, **can):
    return Trade(name, name, open=lambda access: None, **{"edits": True, **can})


def channel(name, provider="", **said):
    return Channel(name, trade(provider or name), Access(), **said)


def offer(provider, usd=None, **said):
    cost = Rates(flat=Decimal(str(usd))) if usd else None
    return Offer(provider, f"{provider}-1", cost_usd=cost, **said)


class Town:
    """A model with these offers, and these channels to their providers."""

    def __init__(self, folder):
        self.model = load_with(folder, SHORT).find("workshop-flux")

    def order(self, offers, channels=None, *, request=PLAIN, sights=(), **more):
        """Name the channels that are asked, in turn."""
        model = replace(self.model, offers=tuple(offers))
        ways = Ways.of(channels or [channel(one.provider) for one in offers])
        known = dict(sights)
        group, luck = more.pop("group", ""), more.pop("luck", 0.0)
        request = replace(request, wishes=Wishes(**more)) if more else request
        look = Outlook(lambda one: known.get(one.channel.name, WELL), luck)
        found = route(model, ways, Need(request, group), look)
        return [one.channel.name for one in found]


@pytest.fixture
def town(tmp_path):
    return Town(tmp_path)


A, B, C = offer("a", 0.02), offer("b", 0.04), offer("c", 0.08)
BACK = Sight(Standing.SET_BACK, until=100)
BACK_LONGER = Sight(Standing.SET_BACK, until=200)


@pytest.mark.parametrize(
    ("sights", "order"),
    [
        pytest.param({}, ["a", "b", "c"], id="all well: the cheapest first"),
        pytest.param({"a": BACK}, ["b", "c", "a"], id="set back: last, not never"),
        pytest.param(
            {"a": BACK_LONGER, "b": BACK, "c": BACK_LONGER},
            ["b", "a", "c"],
            id="all set back: the one that is due soonest",
        ),
        pytest.param({"a": Sight(Standing.DUE)}, ["a", "b", "c"], id="due: its place"),
        pytest.param({"a": Sight(is_full=True)}, ["b", "c", "a"], id="full: later"),
    ],
)
def test_health_goes_first(town, sights, order):
    assert town.order([A, B, C], sights=sights) == order


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("balanced", ["a", "c", "b"]),
        ("cheapest", ["a", "b", "c"]),
        ("fastest", ["c", "a", "b"]),
        ("most_reliable", ["b", "c", "a"]),
    ],
)
def test_a_strategy_decides_among_the_well(town, sort, order):
    sights = {
        "a": Sight(seconds=20, reliability=0.6),
        "b": Sight(seconds=90, reliability=1),
        "c": Sight(seconds=5, reliability=0.9),
    }

    assert town.order([A, B, C], sights=sights, sort=sort) == order


def test_whose_cost_nobody_knows_is_asked_after_the_others(town):
    assert town.order([offer("x"), C], sort="cheapest") == ["c", "x"]


@pytest.mark.parametrize(
    ("wishes", "order"),
    [
        ({"order": ("c", "b")}, ["c", "b", "a"]),
        ({"only": ("c", "a")}, ["a", "c"]),
        ({"ignore": ("a",)}, ["b", "c"]),
        ({"allow_fallbacks": False}, ["a"]),
        ({"order": ("b",), "allow_fallbacks": False}, ["b"]),
    ],
)
def test_the_caller_may_steer(town, wishes, order):
    assert town.order([A, B, C], **wishes) == order


def test_a_wish_does_not_bring_back_what_is_set_back(town):
    order = town.order([A, B], sights={"b": BACK}, order=("b",))

    assert order == ["a", "b"]


def test_who_allows_nobody_that_is_here_is_told_who_is(town):
    with pytest.raises(ModelNotFound) as error:
        town.order([A, B], only=("z",))

    assert error.value.code == "provider_not_available"
    assert "a, b" in error.value.message


@pytest.mark.parametrize(
    ("request_", "unfit"),
    [
        pytest.param(EDIT, {"lacks": ("edit",)}, id="an edit"),
        pytest.param(EDIT, {"references": 1}, id="more pictures than it takes"),
        pytest.param(PLAIN, {"tiers": ("2K", "4K")}, id="another tier"),
    ],
)
def test_who_cannot_do_it_is_not_asked(town, request_, unfit):
    offers = [offer("a", 0.02, **unfit), B]

    assert town.order(offers, request=request_) == ["b"]


def test_a_mask_needs_a_provider_that_takes_masks(town):
    masked = replace(EDIT, mask="inp_3")
    painter = Channel("b", trade("b", masks=True))

    assert town.order([A, B], [channel("a"), painter], request=masked) == ["b"]


def test_a_transparent_background_goes_to_who_takes_the_field(town):
    clear = replace(PLAIN, extras=(("background", "transparent"),))

    assert town.order([A, offer("b", 0.04, passes=("background",))], request=clear) == [
        "b"
    ]


def test_a_channel_is_for_its_groups_only(town):
    ways = [channel("a"), channel("gold", "a", groups=frozenset({"gold"}), priority=1)]

    assert town.order([A], ways, group="standard") == ["a"]
    assert town.order([A], ways, group="gold") == ["gold", "a"]


def test_a_higher_priority_goes_before_a_lower_price(town):
    assert town.order([A, B], [channel("a"), channel("b", priority=5)]) == ["b", "a"]


def test_equals_share_the_load_by_weight(town):
    ways = [channel("one", "a", weight=3), channel("two", "a", weight=1)]

    firsts = Counter(town.order([A], ways, luck=n / 400)[0] for n in range(400))

    assert 260 < firsts["one"] < 340


def test_a_weight_of_nothing_is_a_reserve(town):
    ways = [channel("one", "a", weight=0), channel("two", "a")]

    assert {town.order([A], ways, luck=n / 20)[0] for n in range(20)} == {"two"}


def test_nobody_there_names_the_setting_that_connects_one(town, settings):
    settings.PROVIDER_KEYS = {"a": "A_API_KEY"}
    with pytest.raises(ModelNotFound) as error:
        town.order([A, B], [channel("z")])

    assert error.value.code == "model_not_connected"
    assert "A_API_KEY (a), EASEL_COMPATIBLE_SERVERS (b)" in error.value.message
    assert "test key" in error.value.message


def test_nothing_is_wished_unless_it_is_said():
    assert PLAIN.wishes == NO_WISHES
