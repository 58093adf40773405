"""The catalogue holds what the files say, and a wrong file stops the start."""

from datetime import date
from decimal import Decimal

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured

from playground.generation.catalogue import CatalogueError, catalogue, load
from playground.generation.errors import ModelNotFound
from playground.generation.normalise import normalise
from playground.generation.offered import Painted
from playground.generation.request import Ask
from tests.generation.catalogue_files import SHORT, load_with, write

OURS = load()


def test_ours_come_in_display_order():
    ids = [model.id for model in OURS.models]
    assert ids[:3] == [
        "sketch-1",
        "gemini-3-pro-image-preview",
        "gemini-3.1-flash-image-preview",
    ]
    retired = [model.is_retired for model in OURS.models]
    assert retired == sorted(retired)


def test_the_whole_market_is_there():
    alive = [model for model in OURS.models if not model.is_retired]
    assert (len(OURS.models), len(alive)) == (49, 42)
    assert sum(len(model.offers) for model in alive) == 91


@pytest.mark.parametrize("model", OURS.models, ids=lambda model: model.id)
def test_each_of_ours_is_fully_described(model):
    assert model.name and model.vendor and model.family
    assert model.description.endswith(".")
    assert model.typical_seconds.keys() in (set(), set(model.tiers))
    is_known = bool(model.typical_seconds) or model.is_retired
    assert is_known == ("typical time" not in model.unknown)
    assert all(offer.cost_usd is not None for offer in model.offers)
    said = (model.about.uses, model.about.strengths, model.about.limits)
    assert model.licence and all(said) != model.is_retired


@pytest.mark.parametrize("model", OURS.models, ids=lambda model: model.id)
def test_no_name_of_ours_is_written_in_capitals(model):
    assert {name.lower() for name in model.names} == model.names.keys()


@pytest.mark.parametrize("model", OURS.models, ids=lambda model: model.id)
def test_free_sizes_of_ours_hold_the_native_ones_of_their_scale(model):
    free = model.sizes.free
    places = [model.sizes.pixels(model.default_shape, model.default_tier)] * bool(free)
    assert [free.painted_for(pixels) for pixels in places] == places


@pytest.mark.parametrize(
    ("retired", "successor"),
    [
        ("imagen-4", "gemini-3.1-flash-image-preview"),
        ("gpt-image-1", "gpt-image-2.5-sunburst"),
        ("dall-e-3", "gpt-image-2.5-sunburst"),
        ("grok-imagine-image-quality", "grok-imagine-image-2.0"),
    ],
)
def test_what_a_vendor_shut_down_is_retired_and_followed(retired, successor):
    with pytest.raises(ModelNotFound, match=f"use {successor} instead") as caught:
        OURS.current(retired)
    assert caught.value.code == "model_retired"


def test_sketch_is_honest_about_what_it_is():
    sketch = OURS.find("sketch-1")
    assert sketch.description.startswith("A procedural painter, not an AI model")
    assert sketch.formats == ("png", "jpeg", "webp", "avif", "gif")
    assert sketch.capabilities.seed
    assert sketch.offers[0].provider == "sketch"
    assert {"9:21", "1:4", "4:1", "1:8", "8:1"} < set(sketch.shapes)


@pytest.mark.parametrize(
    ("name", "model", "tier"),
    [
        ("nano-banana-pro", "gemini-3-pro-image-preview", None),
        ("gemini-3-pro-image", "gemini-3-pro-image-preview", None),
        ("gemini-3-pro-image-preview-2k", "gemini-3-pro-image-preview", "2K"),
        ("nano-banana-pro-4k", "gemini-3-pro-image-preview", "4K"),
        ("nano-banana-2-512", "gemini-3.1-flash-image-preview", "0.5K"),
        ("gemini-3.1-flash-image-4k", "gemini-3.1-flash-image-preview", "4K"),
        (" Nano-Banana-2 ", "gemini-3.1-flash-image-preview", None),
        ("doubao-seedream-4-5-251128-4k", "seedream-4.5", "4K"),
        ("flux-1.1-pro", "flux1.1-pro", None),
        ("gpt-image-2-2k", "gpt-image-2", "2K"),
    ],
)
def test_a_model_answers_to_its_aliases_and_variants(name, model, tier):
    named = OURS.named(name)
    assert (named.model.id, named.tier) == (model, tier)


def test_a_name_may_fix_the_quality():
    named = OURS.named("ideogram-v3-turbo")
    assert (named.model.id, named.tier, named.quality) == ("ideogram-v3", None, "turbo")


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("nano-bananna-pro", "did you mean nano-banana-pro?"),
        ("gemini-3-pro-image-512", "did you mean gemini-3-pro-image"),
        ("zzz", "GET /v1/models"),
        ("\ud800" * 500, "GET /v1/models"),
    ],
)
def test_an_unknown_name_is_answered_with_a_hint(name, hint):
    with pytest.raises(ModelNotFound) as caught:
        OURS.find(name)
    assert hint in caught.value.message
    assert caught.value.message.isprintable() and len(caught.value.message) < 160


@pytest.mark.parametrize("name", ["gemini-3-pro-image", "gemini-3.1-flash-image"])
@pytest.mark.parametrize("provider", ["gemini", "vertex"])
def test_google_is_asked_for_the_live_ids(name, provider):
    offers = {offer.provider: offer for offer in OURS.find(name).offers}
    assert offers[provider].upstream == name


@pytest.mark.parametrize(
    ("model", "asked", "servers"),
    [
        ("nano-banana-2", {}, ["gemini", "vertex", "replicate", "fal"]),
        ("nano-banana-2-512", {}, ["gemini", "vertex", "fal"]),
        (
            "nano-banana-2",
            {"extras": (("web_search", True),)},
            ["gemini", "vertex", "fal"],
        ),
        ("seedream-5-lite-4k", {}, ["byteplus"]),
        ("gpt-image-2", {"references": ("a",), "mask": "m"}, ["openai"]),
        (
            "gpt-image-2.5-flare",
            {"extras": (("background", "transparent"),)},
            ["openai"],
        ),
        ("seedream-4.5", {"references": ("a",) * 11}, ["byteplus", "replicate"]),
        ("recraft-v3", {"references": ("a",)}, ["fal"]),
    ],
)
def test_an_offer_says_what_it_cannot_paint(model, asked, servers):
    request = normalise(Ask("a fox", model=model, **asked), OURS, "")
    able = [one.provider for one in OURS.find(model).offers if not one.lacking(request)]
    assert able == servers


def test_parameters_say_how_our_fields_reach_the_upstream():
    offer = OURS.find("nano-banana-2").offers[0]
    scale = offer.parameters["resolution"]
    assert scale.behaviour == "renamed"
    assert scale.upstream == "generationConfig.imageConfig.imageSize"
    assert (scale.told("0.5K"), scale.told("2K")) == ("512", "2K")
    assert offer.parameters["n"].behaviour == "emulated"


@pytest.mark.parametrize(
    ("name", "shape", "tier", "pixels"),
    [
        ("gemini-3-pro-image-preview", "16:9", "1K", (1376, 768)),
        ("gemini-3-pro-image-preview", "21:9", "4K", (6336, 2688)),
        ("gemini-3.1-flash-image-preview", "8:1", "4K", (12288, 1536)),
        ("gemini-3.1-flash-image-preview", "21:9", "0.5K", (792, 336)),
        ("gemini-2.5-flash-image", "16:9", "1K", (1344, 768)),
        ("sketch-1", "16:9", "1K", (1365, 768)),
        ("sketch-1", "9:21", "1K", (670, 1564)),
    ],
)
def test_native_sizes_are_the_vendors_own(name, shape, tier, pixels):
    assert OURS.find(name).sizes.pixels(shape, tier) == pixels


def test_a_short_file_of_an_operator_is_enough(tmp_path):
    model = load_with(tmp_path, SHORT).find("workshop-flux")
    assert model.name == "workshop-flux"
    assert model.tiers == ("1K",) and len(model.shapes) == 10
    assert model.price.rates.flat == 2
    assert (model.offers[0].provider, model.offers[0].upstream) == (
        "workshop",
        "flux-dev",
    )


def test_an_operators_file_replaces_ours_with_the_same_id(tmp_path):
    text = SHORT.replace("workshop-flux", "sketch-1").replace("= 2", "= 9")
    both = load_with(tmp_path, text)
    assert both.find("sketch-1").price.rates.flat == 9
    assert len(both.models) == len(OURS.models)


FULL = """
id = "gpt-like"
name = "GPT-like"
aliases = ["gl"]
price = { qualities = { low = { any = 0.3 }, high = { "1024x1024" = 9, "1K" = 14 } } }
official_usd = { qualities = { low = { any = 0.006 } } }
typical_seconds = 20

[lifecycle]
status = "deprecated"
shutdown = 2026-12-01
successor = "sketch-1"

[quality]
values = ["low", "high"]
default = "low"
aliases = { hd = "high" }

[sizes.native]
"1:1" = { "1K" = "1024x1024" }
"3:2" = { "1K" = "1536x1024" }

[sizes.free]
multiple_of = 16
most_stretch = 3.0

[[offers]]
provider = "openai"
upstream = "gpt-like"
edit_upstream = "gpt-like-edit"
passes = ["moderation"]
n_per_call = 10
charges_on = "call"
cost_usd = { megapixels = { first = 0.03, each = 0.015 } }
"""


def test_a_full_file_is_read_whole(tmp_path):
    model = load_with(tmp_path, FULL).find("gl")
    assert model.lifecycle.shutdown == date(2026, 12, 1)
    assert model.qualities.aliases == {"hd": "high"}
    assert model.sizes.free.painted_for((1000, 500)) == (1008, 512)
    assert model.sizes.free.painted_for((1600, 500)) is None
    assert model.price.rates.amount(Painted("1K", 1024, 1024, "high")) == 9
    assert model.price.rates.amount(Painted("1K", 1536, 1024, "high")) == 14
    offer = model.offers[0]
    assert offer.cost_usd.amount(Painted("1K", 1536, 1024)) == Decimal("0.045")
    assert offer.passes_on("moderation") and not offer.passes_on("style")
    assert (offer.edit_upstream, offer.n_per_call) == ("gpt-like-edit", 10)


def test_megapixel_tiers_and_odd_shapes_have_a_place(tmp_path):
    sizes = '[sizes]\nshapes = ["1:1", "19.5:9"]\ntiers = ["0.25MP", "4MP"]\n[[offers]]'
    model = load_with(tmp_path, SHORT.replace("[[offers]]", sizes)).find(
        "workshop-flux"
    )
    assert model.sizes.pixels("1:1", "4MP") == (2048, 2048)
    assert model.sizes.pixels("1:1", "0.25MP") == (512, 512)


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("price = 2", "", 1, "“price” is missing"),
        ("price = 2", "price = 0", 3, "free = true"),
        ("price = 2", "price = -1", 3, "at most six decimals"),
        ("price = 2", "price = 0.0000001", 3, "at most six decimals"),
        ("price = 2", "price = nan", 3, "at most six decimals"),
        ("price = 2", "price = 1e999999999", 3, "at most six decimals"),
        ("price = 2", 'price = "2"', 3, "must be a number"),
        ("price = 2", "[price]\nper_search = 1", 3, "exactly one of"),
        ("price = 2", '[price]\ntiers = { "2K" = 1 }', 3, "no tier or size"),
        ("price = 2", "[price]\ncredits = 1\nfee = 2", 5, "“fee” is not a key"),
        ("price = 2", "prise = 2", 1, "“price” is missing"),
        ("price = 2", "price = 2\nprise = 2", 4, "“prise” is not a key"),
        ("price = 2", "price =", 3, "Invalid value"),
        ("price = 2", "price = 2\nn_max = 0", 4, "1 or more"),
        ("price = 2", 'price = 2\nformats = ["bmp"]', 4, "may name png"),
        ("price = 2", 'price = 2\naliases = ["A B"]', 4, "small letters"),
        ("price = 2", 'price = 2\naliases = ["nano-banana-pro"]', 4, "already a name"),
        ('id = "workshop-flux"', 'id = "nano-banana-2-4k"', 2, "already a name"),
        ('id = "workshop-flux"', "", 1, "“id” is missing"),
        ("price = 2", 'price = 2\n[variants]\n-2k = "2K"', 5, "no tier of this model"),
        ("price = 2", 'price = 2\n[lifecycle]\nstatus = "gone"', 5, "one of available"),
        ("price = 2", 'price = 2\n[lifecycle]\nsuccessor = "x"', 4, "not in the catal"),
        ("price = 2", "price = 2\n[capabilities]\nsings = true", 5, "“sings” is not"),
        ("price = 2", "price = 2\nunknown = [3]", 4, "a list of texts"),
        ("price = 2", "price = 2\n[sizes]\napproximate = 1", 5, "true or false"),
        ('"flux-dev"', '"a"\nlacks = ["seed"]', 8, "may name edit, mask"),
        ('"flux-dev"', '"a"\ntiers = ["2K"]', 8, "may name 1K"),
        ('"flux-dev"', '"a"\nreferences = -1', 8, "0 or more"),
        ('"flux-dev"', '"a"\nreference_usd = -1', 8, "at most six decimals"),
        ('"flux-dev"', '"a"\nsearch_usd = "x"', 8, "must be a number"),
        ("price = 2", "price = 2\n[capabilities]\nseed = 1", 5, "true or false"),
        ("price = 2", 'price = 2\n[sizes]\nrule = "best"', 5, "one of area"),
        ("price = 2", 'price = 2\n[sizes]\nshapes = ["16x9"]', 5, "look like 16:9"),
        ("price = 2", 'price = 2\n[sizes]\ntiers = ["big"]', 5, "look like 2K"),
        ("price = 2", 'price = 2\n[sizes]\ntiers = ["9K"]', 5, "too large"),
        ("price = 2", 'price = 2\n[sizes.native]\n"1:1" = {}', 5, "At least one"),
        (
            "price = 2",
            'price = 2\n[sizes.native]\n"1:1" = { "1K" = "x" }',
            5,
            "be pixels",
        ),
        ('upstream = "flux-dev"', "", 5, "“upstream” is missing"),
        ('"flux-dev"', '"flux-dev"\n[[offers]]\nprovider = 3', 9, "a text"),
        ('"flux-dev"', '"a"\n[offers.parameters]\nsparkle = {}', 9, "no field of ours"),
        (
            '"flux-dev"',
            '"a"\n[offers.parameters]\nseed = { behaviour = "magic" }',
            9,
            "one of passthrough",
        ),
        (
            '[[offers]]\nprovider = "workshop"\nupstream = "flux-dev"',
            "",
            1,
            "Nobody paints",
        ),
    ],
)
def test_a_wrong_file_is_refused_with_its_line_and_the_reason(
    tmp_path, old, new, line, reason
):
    path = write(tmp_path, SHORT.replace(old, new))
    with pytest.raises(CatalogueError) as caught:
        load(tmp_path)
    assert reason in caught.value.reason
    assert (caught.value.path, caught.value.line) == (path, line)
    assert f"{path}, line {line}: " in str(caught.value)


def test_a_price_that_forgets_a_quality_is_refused(tmp_path):
    write(tmp_path, FULL.replace('"1K" = 14', '"2K" = 14'))
    with pytest.raises(CatalogueError, match="no tier or size"):
        load(tmp_path)
    write(tmp_path, FULL.replace(', "1K" = 14', ""))
    with pytest.raises(CatalogueError, match="no price for high 1K 1536x1024"):
        load(tmp_path)


def test_free_must_be_said(tmp_path):
    text = SHORT.replace("price = 2", "price = { free = true }")
    assert load_with(tmp_path, text).find("workshop-flux").price.rates.flat == 0


def test_one_id_in_two_files_is_refused(tmp_path):
    write(tmp_path, SHORT, "a.toml")
    write(tmp_path, SHORT, "b.toml")
    with pytest.raises(CatalogueError, match=r"b.toml.*already in a.toml"):
        load(tmp_path)


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(CatalogueError, match="EASEL_CATALOGUE_DIR is not a folder"):
        load(tmp_path / "nowhere")


def test_a_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "model.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CatalogueError, match="cannot be read"):
        load(tmp_path)


@pytest.fixture
def start(settings):
    """Start the app as Django does, with the catalogue not read yet."""
    catalogue.forget()
    yield apps.get_app_config("generation").ready
    catalogue.forget()


def test_a_wrong_file_stops_the_start(start, settings, tmp_path):
    write(tmp_path, SHORT.replace("= 2", "= 0"))
    settings.CATALOGUE_DIR = str(tmp_path)
    with pytest.raises(ImproperlyConfigured, match="model.toml, line 3: “price” is 0"):
        start()


def test_a_default_model_that_is_not_there_stops_the_start(start, settings):
    settings.DEFAULT_MODEL = "skech-1"
    with pytest.raises(ImproperlyConfigured, match="did you mean sketch-1"):
        start()
