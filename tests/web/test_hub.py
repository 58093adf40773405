"""The catalogue and the models' pages: what they show is what is painted, priced and measured."""

import re
from decimal import Decimal
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from accounts.models import AccessGroup
from playground.gallery.sharing import publish
from playground.generation.catalogue import catalogue
from playground.generation.normalise import normalise
from playground.generation.price import kinds_of, unit_price
from playground.generation.request import Ask
from playground.generation.rolling import catch_up
from playground.generation.sizes import STANDARD
from playground.web.lines import path_of
from playground.web.templatetags.easel import credits_exact, grouped, percent, pixels
from playground.web.templatetags.hub import in_unit, money, times
from tests.generation.orders import an_order
from tests.web.orders import a_painted_picture_of
from tests.web.orders import an_order as a_run

PRO = "gemini-3-pro-image-preview"
EVERY = catalogue().models
FROM_WORDS = [one for one in EVERY if one.capabilities.generate and not one.is_retired]


def page_of(client, model=PRO):
    return client.get(reverse("model", args=[model]))


def words(text):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


def part(page, name):
    """Return one section of a page."""
    return re.search(rf'<section[^>]*id="{name}".*?</section>', page.text, re.S)[0]


def own_prices(page):
    rows = re.findall(r'<tr class="mine">(.*?)</tr>', part(page, "prices"), re.S)
    return re.findall(r'price-cell">([\d.,]+)', "".join(rows))


@pytest.mark.parametrize("model", EVERY, ids=lambda model: model.id)
def test_every_model_has_a_whole_page(client, db, model):
    page = page_of(client, model.id)
    text = words(page.text)

    assert page.status_code == 200
    assert {model.name, model.vendor, model.id} <= set(re.split(r"[<>]", page.text))
    missing = [name for name in model.names if name not in text]
    assert missing == []
    sizes = [size for row in model.sizes.native.values() for size in row.values()]
    assert [one for one in sizes if pixels(one) not in text] == []
    about = (*model.about.uses, *model.about.strengths, *model.about.limits)
    assert [one for one in about if one not in text] == []
    asked = {offer.provider: offer.passes for offer in model.offers}
    names = {*asked, *(name for passed in asked.values() for name in passed)}
    assert [name for name in names if name not in text] == []


@pytest.mark.parametrize("model", FROM_WORDS, ids=lambda model: model.id)
def test_a_page_shows_what_an_order_would_cost(client, db, model):
    AccessGroup.objects.filter(pk="standard").update(multiplier=Decimal("0.55"))
    kinds = sorted(
        kinds_of(model),
        key=lambda one: one.quality and model.qualities.values.index(one.quality) or 0,
    )
    asks = [
        Ask("a fox", model.id, size=f"{one.width}x{one.height}", quality=one.quality)
        for one in kinds
    ]
    requests = [normalise(ask, catalogue(), model.id) for ask in asks]
    costs = [unit_price(model, request, Decimal("0.55")) for request in requests]

    assert own_prices(page_of(client, model.id)) == [credits_exact(c) for c in costs]


def test_a_page_shows_what_the_api_says(api, client, alice):
    group = alice.account.group
    group.multiplier = Decimal("0.5")
    group.save()
    client.force_login(alice.person)
    listed = api.get(f"/v1/models/{PRO}", as_=alice).json()
    ask = {"model": "sketch-1", "prompt": "a fox", "resolution": "4K", "dry_run": True}
    quote = api.post("/v1/images/generations", as_=alice, **ask).json()
    page, sketch = page_of(client), page_of(client, "sketch-1")

    assert own_prices(page) == [f"{one['credits']:g}" for one in listed["prices"]]
    assert own_prices(sketch)[-1] == f"{quote['unit_price']['credits']:g}"
    saved = [f"{one['saving_percent']} %" for one in listed["prices"]]
    row = re.search(r"You save.*?</tr>", part(page, "prices"), re.S)[0]
    assert re.findall(r"\d+ %", row) == saved
    shown = words(part(page, "facts"))
    assert [one for one in listed["endpoints"] if f"POST {one}" not in shown] == []


def test_no_saving_is_told_where_there_is_none(client, db):
    assert "You save" not in page_of(client).text
    assert "Google's own price $0.134 $0.134 $0.24" in words(page_of(client).text)


def test_what_is_said_to_be_returned_is_returned(api, client, alice):
    answer = api.post(
        "/v1/images/generations", as_=alice, prompt="a fox", model="sketch-1-512"
    ).json()
    first = {f"data[].{name}" for name in answer["data"][0]}
    told = set(page_of(client, "sketch-1").context["returned"])

    assert told - {"data[].b64_json"} <= {*answer, *first}


def test_other_groups_are_shown_to_those_who_may_use_them(client, alice):
    names = {"public": True, "granted": False, "hidden": False}
    for name, is_public in names.items():
        AccessGroup.objects.create(slug=name, name=name, is_public=is_public)
    alice.account.granted_groups.add("granted")
    stranger = part(page_of(client), "prices")
    client.force_login(alice.person)
    member = part(page_of(client), "prices")

    assert [name for name in names if name in stranger] == ["public"]
    assert [name for name in names if name in member] == ["public", "granted"]


@pytest.mark.parametrize(
    ("name", "leads_to"),
    [
        ("nano-banana-pro", f"/models/{PRO}"),
        ("nano-banana-pro-4k", f"/models/{PRO}"),
        ("gemini-3-pro-image-2k?x=1", f"/models/{PRO}?x=1"),
        ("fal/nano-banana-pro", f"/models/{PRO}"),
        ("Sketch-1", "/models/sketch-1"),
    ],
)
def test_every_name_leads_to_the_models_page(client, db, name, leads_to):
    answer = client.get(f"/models/{name}")
    assert (answer.status_code, answer.headers["Location"]) == (302, leads_to)


def test_a_mistyped_name_is_told_its_neighbour(client, db):
    answer = client.get("/models/nano-banana-por")
    assert answer.status_code == 404
    assert "did you mean nano-banana-pro?" in words(answer.text)


def test_a_retired_model_says_what_follows_and_cannot_be_tried(client, db):
    page = page_of(client, "dall-e-3")
    assert reverse("model", args=["gpt-image-2.5-sunburst"]) in page.text
    assert "switched it off on 12 May 2026" in words(page.text)
    assert page.context["try_it"] is None


def test_gemini_shows_its_own_sizes_beside_the_thirty(client, db):
    page = page_of(client)
    shown = words(part(page, "sizes"))
    assert page.context["sizes"].count == 30
    assert [one for one in STANDARD if pixels(one) not in shown] == []
    wide = page_of(client, "gemini-3.1-flash-image-preview").context["examples"]
    assert [(one.shape, one.tier) for one in wide if "7:1" in one.said] == [
        ("8:1", "4K")
    ]


def test_a_model_is_tried_where_the_reader_may(client, alice):
    as_stranger = page_of(client).context["try_it"].address
    assert page_of(client, "sketch-1").context["try_it"].address == "/?model=sketch-1"
    client.force_login(alice.person)
    mine = page_of(client).context["try_it"].address

    assert as_stranger == f"/accounts/signup/?next=%2F%3Fmodel%3D{PRO}"
    assert mine == f"/?model={PRO}&rehearse=on"
    assert client.get(mine).context["panel"].model.id == PRO


def test_a_page_ranks_providers_by_what_was_measured(client, alice):
    empty = words(part(page_of(client, "flux.2-pro"), "providers"))
    for _ in range(24):
        tries = [{"provider": "gemini", "outcome": "busy"}]
        tries += [{"provider": "fal", "ms": 42_000, "first_byte_ms": 9_000}]
        an_order(alice.account, timezone.now(), model=PRO, tries=tries)
    one = [{"provider": "vertex", "ms": 30_000}]
    an_order(alice.account, timezone.now(), model=PRO, tries=one)
    an_order(alice.account, timezone.now(), model="gpt-image-2", tries=one)
    catch_up()
    page = page_of(client)

    assert "Nothing was measured here" in empty
    ranked = words(part(page, "providers"))
    assert re.search(r"1 fal 4\d s 4\d s 9\.?\d? s 100 % 24 .*2 gemini – – ", ranked)
    assert "– vertex – – when done too few to say 1" in ranked
    assert "Demo data" not in page.text
    measured = words(page.text)
    assert "The least stable: gemini 0 %" in measured
    assert re.search(r"Standard 4\d s 4\d s 0\.02 – 51 % 49", measured)
    assert "Standard – – – – – 1 " in words(page_of(client, "gpt-image-2").text)
    assert page.text.count("<path class=") >= 3
    assert found(client, "sort=success")[0][0].id == PRO


def test_pictures_are_shown_with_consent_only(client, alice):
    order = a_run(alice.account, model="sketch-1", prompt="a secret garden")
    shown, kept = a_painted_picture_of(order), a_painted_picture_of(order, 1)
    publish(shown)
    pages = page_of(client, "sketch-1").text, client.get("/models").text

    assert [shown.pk in page for page in pages] == [True, True]
    assert [kept.pk in page for page in pages] == [False, False]
    assert "Made with it here" not in page_of(client).text


def found(client, query):
    page = client.get(f"/models?{query}")
    return [one.model for one, _picture in page.context["shelf"]], page


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("is=edit&is=4k", lambda m: m.capabilities.edit and "4K" in m.tiers),
        ("is=mask", lambda m: m.capabilities.mask),
        ("is=references", lambda m: m.capabilities.references > 1),
        ("is=transparent", lambda m: m.capabilities.transparent),
        ("is=open", lambda m: m.open_weights),
        ("is=here", lambda m: m.id == "sketch-1"),
        ("vendor=Google", lambda m: m.vendor == "Google"),
        ("q=nano+banana", lambda m: any("nano-banana" in name for name in m.names)),
        ("is=fast", lambda m: min(m.typical_seconds.values()) <= 6),
        ("is=cheap", lambda m: m.price.amount(kinds_of(m)[0]) <= 2),
        ("is=nonsense&sort=odd", lambda m: not m.is_retired),
    ],
)
def test_models_are_sifted_by_address(client, db, query, fits):
    models, page = found(client, query)
    assert models and all(fits(one) for one in models)
    alive = [one for one in EVERY if not one.is_retired]
    is_short = len(models) < len(alive)
    assert is_short == ("nonsense" not in query)
    assert f"{len(models)} of {len(alive)} shown" in words(page.text)


def test_models_are_sorted_by_price_and_speed(client, db):
    AccessGroup.objects.filter(pk="standard").update(multiplier=Decimal("0.5"))
    _, by_price = found(client, "sort=price")
    _, by_speed = found(client, "sort=speed")
    prices = [one.microcredits for one, _ in by_price.context["shelf"]]
    times = [one.seconds for one, _ in by_speed.context["shelf"] if one.seconds]
    assert prices == sorted(prices)
    assert prices[-1] == 7_000_000  # half of Recraft V4 Pro's 14
    assert times == sorted(times)


def test_a_search_that_finds_nothing_says_what_to_drop(client, db):
    models, page = found(client, "is=transparent&is=4k")
    assert models == []
    dropped = re.search(r'href="(\?[^"]+)">Drop', page.text)[1]
    assert found(client, unescape(dropped)[1:])[0] != []


def test_up_to_four_models_stand_side_by_side(client, db):
    ids = ["sketch-1", PRO, "gpt-image-2", "flux.2-pro", "z-image-turbo"]
    query = "&".join(f"compare={one}" for one in ["nothing", *ids])
    page = client.get(f"/models?is=mask&{query}", headers={"HX-Request": "true"})
    table = part(page, "compared")

    assert [one.model.id for one in page.context["compared"]] == ids[:4]
    assert "Nano Banana Pro" in table and "Z-Image" not in table
    assert page.text.count('type="hidden" name="compare"') == 2
    assert "<html" not in page.text


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", ["× 0.55", "12.5 %", "3 %", "99.9 %", "$0.134"]),
        ("es", ["× 0,55", "12,5 %", "3 %", "99,9 %", "$0,134"]),
        ("zh-hans", ["× 0.55", "12.5 %", "3 %", "99.9 %", "$0.134"]),
    ],
)
def test_numbers_are_written_as_the_language_has_them(language, written):
    with override(language):
        parts = [in_unit(125, "part"), in_unit(30, "part"), percent(0.99998)]
        shown = [times(Decimal("0.5500")), *parts, money(Decimal("0.134"), "usd")]
        thousands = grouped(12_345_678)
    assert shown == written
    assert re.split(r"\d+", thousands)[1:3] == ["." if language == "es" else ","] * 2


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ([0, 50, 100], "M0.0,100.0 L150.0,50.0 L300.0,0.0"),
        ([None, 50, None], "M150.0,50.0 h0.01"),
        ([100], "M0.0,0.0 h0.01"),
        ([0, None, 100], "M0.0,100.0 h0.01 M300.0,0.0 h0.01"),
    ],
)
def test_a_day_of_which_nothing_is_known_is_a_gap(values, path):
    assert path_of(values, 100) == path
