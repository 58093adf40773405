"""What was asked becomes what the model paints, or a sentence that helps."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.generation.catalogue import load
from playground.generation.errors import BadRequest, ModelNotFound
from playground.generation.normalise import MOST_SEED, normalise
from playground.generation.request import Ask, ImageRequest
from playground.generation.sizes import STANDARD, sized_by_area
from tests.generation.catalogue_files import SHORT, load_with

OURS = load()
PRO, FLASH = "gemini-3-pro-image-preview", "gemini-3.1-flash-image-preview"

# As gateways publish them: ratio, then 1K, 2K and 4K.
PUBLISHED = """
1:1 1024x1024 2048x2048 4096x4096
2:3 836x1254 1672x2508 3345x5017
3:2 1254x836 2508x1672 5016x3344
3:4 887x1182 1774x2365 3548x4730
4:3 1183x887 2365x1774 4729x3547
4:5 916x1145 1832x2290 3663x4579
5:4 1145x916 2290x1832 4580x3664
9:16 768x1365 1536x2731 3072x5461
16:9 1365x768 2731x1536 5461x3072
21:9 1563x670 3129x1341 6256x2681
"""
THIRTY = [
    (shape, tier, tuple(int(side) for side in size.split("x")))
    for shape, *sizes in (line.split() for line in PUBLISHED.split("\n") if line)
    for tier, size in zip(("1K", "2K", "4K"), sizes, strict=True)
]


def asked(model="sketch-1", **fields) -> ImageRequest:
    return normalise(Ask("a fox", model=model, **fields), OURS, "")


def refused(model="sketch-1", **fields) -> BadRequest:
    with pytest.raises(BadRequest) as caught:
        normalise(replace(Ask("a fox", model=model), **fields), OURS, "")
    return caught.value


def painted(request):
    return request.width, request.height


def delivered(request):
    return request.target_width, request.target_height


def noted(request):
    return {note.field: note.message for note in request.notes}


def test_there_are_thirty_published_sizes():
    assert len(THIRTY) == len(STANDARD) == 30


@pytest.mark.parametrize(("shape", "tier", "pixels"), THIRTY)
def test_the_sizing_rule_gives_every_published_size(shape, tier, pixels):
    assert sized_by_area(shape, tier) == pixels
    assert STANDARD[pixels] == (shape, tier)


@pytest.mark.parametrize(("shape", "tier", "pixels"), THIRTY)
def test_a_published_size_is_delivered_exactly(shape, tier, pixels):
    request = asked(PRO, size=f"{pixels[0]}x{pixels[1]}")
    native = OURS.find(PRO).sizes.pixels(shape, tier)
    assert (request.shape, request.tier) == (shape, tier)
    assert (painted(request), delivered(request)) == (native, pixels)
    assert (request.fit, request.notes) == ("cover", ())


@pytest.mark.parametrize(("shape", "tier", "pixels"), THIRTY)
def test_a_ratio_and_a_tier_deliver_native_pixels(shape, tier, pixels):
    request = asked(PRO, aspect_ratio=shape, resolution=tier)
    native = OURS.find(PRO).sizes.pixels(shape, tier)
    assert (painted(request), delivered(request)) == (native, native)
    assert request.requested_size == f"{shape} {tier}"
    assert request.notes == ()


@pytest.mark.parametrize(
    ("fields", "shape", "tier", "words"),
    [
        ({}, "1:1", "1K", "auto"),
        ({"size": "auto"}, "1:1", "1K", "auto"),
        ({"size": "", "aspect_ratio": " ", "resolution": "AUTO"}, "1:1", "1K", "auto"),
        ({"size": "16:9"}, "16:9", "1K", "16:9"),
        ({"size": "16:9", "resolution": "2k"}, "16:9", "2K", "16:9 2k"),
        ({"size": "auto", "aspect_ratio": "3:2"}, "3:2", "1K", "3:2"),
        ({"size": "2K", "aspect_ratio": "3:2"}, "3:2", "2K", "3:2 2K"),
        ({"aspect_ratio": "16/9"}, "16:9", "1K", "16/9"),
        ({"aspect_ratio": "1.0 : 1"}, "1:1", "1K", "1.0 : 1"),
        ({"resolution": "0.5K"}, "1:1", "0.5K", "0.5K"),
        ({"resolution": "512"}, "1:1", "0.5K", "512"),
        ({"resolution": "512px"}, "1:1", "0.5K", "512px"),
        ({"resolution": "1024"}, "1:1", "1K", "1024"),
        ({"resolution": "0.25"}, "1:1", "0.5K", "0.25"),
        ({"resolution": "1"}, "1:1", "1K", "1"),
        ({"resolution": "4MP"}, "1:1", "2K", "4MP"),
        ({"resolution": "16"}, "1:1", "4K", "16"),
        ({"size": "1024X1024"}, "1:1", "1K", "1024X1024"),
        ({"size": "1376×768"}, "16:9", "1K", "1376×768"),
        ({"size": "1024*1024"}, "1:1", "1K", "1024*1024"),
    ],
)
def test_exact_wishes_are_granted_without_a_note(fields, shape, tier, words):
    request = asked(FLASH, **fields)
    assert (request.shape, request.tier, request.requested_size) == (shape, tier, words)
    assert request.notes == ()


@pytest.mark.parametrize(
    ("model", "ratio", "shape"),
    [
        (FLASH, "7:1", "8:1"),
        (FLASH, "5:1", "4:1"),
        (FLASH, "1:7", "1:8"),
        (FLASH, "100:99", "1:1"),
        (PRO, "7:1", "21:9"),
        (PRO, "2:1", "16:9"),
        (PRO, "9:21", "9:16"),
        (PRO, "1.91:1", "16:9"),
    ],
)
def test_any_ratio_becomes_the_nearest_one_with_a_note(model, ratio, shape):
    by_ratio, by_size = asked(model, aspect_ratio=ratio), asked(model, size=ratio)
    assert by_ratio.shape == by_size.shape == shape
    assert shape in noted(by_ratio)["aspect_ratio"]
    assert shape in noted(by_size)["size"]


@pytest.mark.parametrize(
    ("model", "resolution", "tier"),
    [
        (PRO, "0.5K", "1K"),
        (PRO, "8K", "4K"),
        (FLASH, "3K", "4K"),
        (FLASH, "2.8K", "2K"),
        (FLASH, "700", "0.5K"),
        (FLASH, "2", "1K"),
        ("gemini-2.5-flash-image", "4K", "1K"),
    ],
)
def test_any_resolution_becomes_the_nearest_tier_with_a_note(model, resolution, tier):
    request = asked(model, resolution=resolution)
    assert request.tier == tier
    assert tier in noted(request)["resolution"]


def test_size_beats_ratio_and_resolution_and_says_so():
    request = asked(size="1365x768", aspect_ratio="1:1", resolution="4K")
    assert delivered(request) == (1365, 768)
    assert noted(request).keys() == {"aspect_ratio", "resolution"}
    assert noted(asked(size="16:9", aspect_ratio="1:1")).keys() == {"aspect_ratio"}
    assert noted(asked(size="2K", resolution="4K")).keys() == {"resolution"}


def test_other_pixels_become_the_nearest_native_size_with_a_note():
    request = asked(PRO, size="1920x1080")
    assert (request.shape, request.tier) == ("16:9", "1K")
    assert painted(request) == delivered(request) == (1376, 768)
    assert "1376x768" in noted(request)["size"]
    assert "fit" in noted(request)["size"]
    assert request.requested_size == "1920x1080"


@pytest.mark.parametrize("fit", ["cover", "contain", "exact"])
def test_a_fit_delivers_the_very_pixels(fit):
    request = asked(PRO, size="1000x500", fit=fit)
    assert painted(request) == (1376, 768)
    assert delivered(request) == (1000, 500)
    assert (request.fit, request.notes) == (fit, ())


def test_enlarging_is_said_aloud():
    request = asked("gemini-2.5-flash-image", size="3000x3000", fit="cover")
    assert delivered(request) == (3000, 3000)
    assert "enlarged" in noted(request)["size"]


def test_fit_none_delivers_what_was_painted():
    request = asked(PRO, size="1365x768", fit="none")
    assert delivered(request) == painted(request) == (1376, 768)
    assert "1376x768" in noted(request)["size"]


def test_a_published_size_of_a_tier_the_model_lacks_is_not_blown_up():
    request = asked("gemini-2.5-flash-image", size="2048x2048")
    assert delivered(request) == (1024, 1024)
    assert "1024x1024" in noted(request)["size"]


@pytest.mark.parametrize(
    ("model", "fields", "pixels", "notes"),
    [
        ("nano-banana-pro-2k", {}, (2048, 2048), set()),
        ("nano-banana-pro-2k", {"resolution": "2K"}, (2048, 2048), set()),
        ("nano-banana-pro-2k", {"resolution": "4K"}, (2048, 2048), {"resolution"}),
        ("nano-banana-pro-4k", {"size": "16:9"}, (5504, 3072), set()),
        ("nano-banana-pro-4k", {"size": "1376x768"}, (5504, 3072), {"size"}),
        ("nano-banana-pro-4k", {"size": "5461x3072"}, (5461, 3072), set()),
        ("nano-banana-2-512", {"size": "1024x1024"}, (512, 512), {"size"}),
        (
            "nano-banana-2-512",
            {"size": "2000x1000", "fit": "cover"},
            (688, 384),
            {"fit", "size"},
        ),
        ("nano-banana-2-512", {"size": "4K"}, (512, 512), {"size"}),
    ],
)
def test_a_variant_fixes_the_tier_and_keeps_the_shape(model, fields, pixels, notes):
    request = asked(model, **fields)
    assert delivered(request) == pixels
    assert noted(request).keys() == notes
    assert request.model in (PRO, FLASH)


@pytest.mark.parametrize(
    "size",
    [
        *(
            "0x5",
            "999999x1",
            "1e9x2",
            "16:0",
            "0:0",
            "1x1",
            "-1x5",
            "1024x",
            "x",
            "big",
        ),
        *(
            "16384x16",
            "16384x16384",
            "99999x99999",
            "1024",
            "100:1",
            "0.0001:1",
            "9e9:1",
        ),
        *("１０２４x１０２４", "1024x1024x3", "\ud800x5", "\0", "16:9:4", "0K", "99K"),
    ],
)
def test_an_absurd_size_is_answered_with_what_would_work(size):
    error = refused(size=size)
    assert error.param == "size"
    assert "1024x1024" in error.message
    assert error.message.isprintable()


@pytest.mark.parametrize("ratio", ["16:0", "wide", "1000:1", "1024x1024", "1e3:1"])
def test_an_absurd_ratio_is_answered_with_what_would_work(ratio):
    error = refused(aspect_ratio=ratio)
    assert error.param == "aspect_ratio"
    assert "16:9" in error.message


@pytest.mark.parametrize("scale", ["0", "huge", "-1K", "1e5", "99999K", "1080p"])
def test_an_absurd_resolution_is_answered_with_what_would_work(scale):
    error = refused(resolution=scale)
    assert error.param == "resolution"
    assert "2K" in error.message


def test_free_sizes_are_painted_as_asked(tmp_path):
    free = "[sizes.free]\nmultiple_of = 16\nmost_pixels = 4_000_000\n[[offers]]"
    own = load_with(tmp_path, SHORT.replace("[[offers]]", free))
    request = normalise(Ask("a", model="workshop-flux", size="1000x500"), own, "")
    assert (painted(request), delivered(request)) == ((1008, 512), (1000, 500))
    assert (request.shape, request.tier, request.notes) == ("16:9", "1K", ())
    large = normalise(Ask("a", model="workshop-flux", size="4000x4000"), own, "")
    assert delivered(large) == (1024, 1024)


@pytest.mark.parametrize(
    ("fields", "param", "hint"),
    [
        ({"n": 0}, "n", "from 1 to 10"),
        ({"n": 11}, "n", "from 1 to 10"),
        ({"prompt": ""}, "prompt", "Write a prompt"),
        ({"prompt": " \n"}, "prompt", "Write a prompt"),
        ({"prompt": "a\0b"}, "prompt", "broken characters"),
        ({"prompt": "a\ud83e"}, "prompt", "broken characters"),
        ({"prompt": "a" * 32_001}, "prompt", "32000 characters"),
        ({"seed": -2}, "seed", "from 0 to"),
        ({"seed": MOST_SEED + 1}, "seed", "from 0 to"),
        ({"output_format": "bmp"}, "output_format", "png, jpeg, webp, avif, gif"),
        ({"output_compression": 101}, "output_compression", "0 to 100"),
        ({"output_compression": -1}, "output_compression", "0 to 100"),
        ({"response_format": "xml"}, "response_format", "url or b64_json"),
        ({"fit": "squeeze"}, "fit", "cover, contain, exact or none"),
    ],
)
def test_what_cannot_be_granted_is_refused_with_what_would_work(fields, param, hint):
    error = refused(**fields)
    assert (error.param, hint in error.message) == (param, True), error.message


def test_nothing_said_means_the_defaults():
    request = asked()
    assert request == ImageRequest(
        model="sketch-1",
        prompt="a fox",
        n=1,
        shape="1:1",
        tier="1K",
        width=1024,
        height=1024,
        target_width=1024,
        target_height=1024,
        fit="cover",
        quality=None,
        seed=None,
        negative_prompt=None,
        response_format="url",
        output_format=None,
        output_compression=None,
        requested_size="auto",
    )
    assert ImageRequest.from_json(request.to_json()) == request


def test_the_prompt_is_kept_to_the_letter():
    prompt = "  un zorro 🦊\n狐狸  "
    assert normalise(Ask(prompt, model="sketch-1"), OURS, "").prompt == prompt


@pytest.mark.parametrize(
    ("seed", "kept", "notes"),
    [(0, 0, set()), (MOST_SEED, MOST_SEED, set()), (-1, None, {"seed"})],
)
def test_a_seed_is_kept_and_minus_one_is_random(seed, kept, notes):
    request = asked(seed=seed)
    assert (request.seed, noted(request).keys()) == (kept, notes)


@pytest.mark.parametrize(
    ("fields", "notes"),
    [
        ({"output_format": "JPG", "output_compression": 80}, {}),
        ({"output_compression": 80}, {"output_compression"}),
        ({"output_format": "png", "output_compression": 80}, {"output_compression"}),
        ({"negative_prompt": "people"}, {"negative_prompt"}),
        ({"negative_prompt": " "}, {}),
        ({"quality": "high"}, {"quality"}),
        ({"quality": "auto"}, {}),
        ({"extras": (("style", "vivid"),)}, {"style"}),
        ({"extras": (("style", None),)}, {}),
    ],
)
def test_what_is_dropped_is_said_aloud(fields, notes):
    request = asked(**fields)
    assert noted(request).keys() == set(notes)
    assert (request.negative_prompt, request.quality, request.extras) == (
        None,
        None,
        (),
    )


def test_compression_goes_with_the_formats_that_have_it():
    request = asked(output_format="jpg", output_compression=0)
    assert (request.output_format, request.output_compression) == ("jpeg", 0)


ABLE = """
id = "able"
price = 2
response_format = "b64_json"
n_max = 2
prompt_characters = 5
[capabilities]
negative_prompt = true
[quality]
values = ["low", "medium", "high"]
aliases = { hd = "high" }
[[offers]]
provider = "workshop"
upstream = "able"
passes = ["style"]
"""


@pytest.fixture
def able(tmp_path):
    own = load_with(tmp_path, ABLE)
    return lambda **fields: normalise(Ask("a fox", model="able", **fields), own, "")


@pytest.mark.parametrize(
    ("quality", "resolved"),
    [(None, "medium"), ("auto", "medium"), ("HD", "high"), ("low", "low")],
)
def test_quality_becomes_one_the_model_knows(able, quality, resolved):
    assert able(quality=quality).quality == resolved


def test_a_models_own_limits_and_habits_count(able):
    assert able().response_format == "b64_json"
    assert able(response_format="url").response_format == "url"
    assert able(negative_prompt="no").negative_prompt == "no"
    assert able(extras=(("style", "vivid"),)).extras == (("style", "vivid"),)
    with pytest.raises(BadRequest, match="low, medium, high or auto"):
        able(quality="best")
    with pytest.raises(BadRequest, match="from 1 to 2"):
        able(n=3)
    with pytest.raises(BadRequest, match="5 characters; it has 6"):
        able(negative_prompt="people")
    with pytest.raises(BadRequest, match="broken characters"):
        able(extras=(("style", {"deep": ["a\0"]}),))


@pytest.mark.parametrize(
    ("model", "extras", "kept", "notes"),
    [
        ("nano-banana-pro", {"google_search": True}, {"web_search": True}, set()),
        ("nano-banana-pro", {"enable_web_search": "TRUE"}, {"web_search": True}, set()),
        ("nano-banana-pro", {"web_search": False}, {}, set()),
        ("seedream-4.5", {"web_search": True}, {}, {"web_search"}),
        ("sketch-1", {"background": "opaque"}, {}, set()),
        ("gpt-image-2", {"background": "transparent"}, {}, {"background"}),
        ("nano-banana-pro", {"safety_tolerance": "2"}, {"safety_tolerance": "2"}, set()),
        ("nano-banana-pro", {"limit_generations": True}, {"limit_generations": True}, set()),
        ("nano-banana-pro", {"allow_fallback_model": True}, {"allow_fallback_model": True}, set()),
        ("nano-banana-pro", {"sync_mode": True}, {"sync_mode": True}, set()),
    ],
)  # fmt: skip
def test_fields_of_their_own_are_kept_for_who_takes_them(model, extras, kept, notes):
    request = asked(model, extras=tuple(extras.items()))
    assert (dict(request.extras), noted(request).keys()) == (kept, notes)


def test_a_transparent_background_is_kept_where_a_model_has_it():
    extras = (("background", "transparent"),)
    assert asked("gpt-image-2.5-flare", extras=extras).extras == extras
    opaque = refused("gpt-image-2.5-flare", extras=extras, output_format="jpeg")
    assert (opaque.param, "png" in opaque.message) == ("output_format", True)
    assert refused(extras=(("background", "blue"),)).param == "background"


@pytest.mark.parametrize("said", ["maybe", 1, [], {"searchTypes": {}}])
def test_a_search_is_a_yes_or_a_no(said):
    error = refused(PRO, extras=(("enable_web_search", said),))
    assert (error.param, "true or false" in error.message) == (
        "enable_web_search",
        True,
    )


def test_a_name_that_fixes_the_quality_wins_over_the_field():
    request = asked("ideogram-v3-turbo", quality="high")
    assert (request.quality, noted(request).keys()) == ("turbo", {"quality"})
    assert asked("ideogram-v3-turbo", quality="turbo").notes == ()
    assert asked("ideogram-v3").quality == "balanced"


def test_pixels_that_are_only_about_right_are_not_resampled():
    request = asked("flux.1-kontext-pro", aspect_ratio="16:9")
    assert request.fit == "none"
    assert asked("flux.1-kontext-pro", size="1000x500", fit="cover").fit == "cover"


def test_a_seed_the_model_cannot_use_is_dropped_with_a_note(able):
    request = able(seed=7)
    assert (request.seed, noted(request).keys()) == (None, {"seed"})


def test_without_a_model_the_default_is_taken_or_three_are_named():
    assert normalise(Ask("a fox"), OURS, "sketch-1").model == "sketch-1"
    assert normalise(Ask("a fox", model=" "), OURS, "sketch-1").model == "sketch-1"
    with pytest.raises(BadRequest) as caught:
        normalise(Ask("a fox"), OURS, "")
    assert caught.value.param == "model"
    assert caught.value.message.count("-image-preview") == 2
    assert "sketch-1" in caught.value.message


def test_an_unknown_model_is_not_found():
    with pytest.raises(ModelNotFound, match="did you mean"):
        asked("nano-banana-3")


@pytest.mark.parametrize(
    ("successor", "hint"),
    [('\nsuccessor = "sketch-1"', "use sketch-1 instead"), ("", "is retired")],
)
def test_a_retired_model_names_its_successor(tmp_path, successor, hint):
    text = f'id = "old"\nprice = 1\n[lifecycle]\nstatus = "retired"{successor}'
    own = load_with(tmp_path, text)
    with pytest.raises(BadRequest, match=hint) as caught:
        normalise(Ask("a fox", model="old"), own, "")
    assert (caught.value.code, caught.value.param) == ("model_retired", "model")
    assert "old" not in own.suggestions(9)


def test_a_model_that_only_edits_says_so(tmp_path):
    text = SHORT.replace("[[offers]]", "[capabilities]\ngenerate = false\n[[offers]]")
    own = load_with(tmp_path, text)
    with pytest.raises(BadRequest, match="only edits"):
        normalise(Ask("a fox", model="workshop-flux"), own, "")


def test_a_deprecated_model_says_what_follows_it():
    assert FLASH in noted(asked("gemini-2.5-flash-image"))["model"]


FOX = ("inputs/acc_1/fox.png",)


@pytest.mark.parametrize(
    ("first_size", "fields", "shape"),
    [
        ((1920, 1080), {}, "16:9"),
        ((1000, 990), {}, "1:1"),
        ((1, 30_000), {}, "1:8"),
        ((1920, 1080), {"size": "auto", "aspect_ratio": "auto"}, "16:9"),
        ((1920, 1080), {"resolution": "2K"}, "16:9"),
        ((1920, 1080), {"size": "2K"}, "16:9"),
        ((1920, 1080), {"size": "1024x1024"}, "1:1"),
        ((1920, 1080), {"aspect_ratio": "2:3"}, "2:3"),
    ],
)
def test_an_edit_keeps_the_first_pictures_shape(first_size, fields, shape):
    request = asked(references=FOX, first_size=first_size, **fields)

    assert request.shape == shape
    assert request.notes == ()


def test_an_edit_without_a_size_was_asked_for_at_auto():
    assert asked(references=FOX, first_size=(3, 2)).requested_size == "auto"


def test_more_pictures_than_a_model_looks_at_are_refused():
    assert len(asked(references=FOX * 14).references) == 14
    assert refused(references=FOX * 15).param == "image"
    assert "3" in refused("gemini-2.5-flash-image", references=FOX * 4).message


def test_a_mask_goes_only_to_models_that_take_one():
    assert asked(references=FOX, mask="inputs/m.png").mask == "inputs/m.png"
    assert refused(PRO, references=FOX, mask="inputs/m.png").param == "mask"


def test_an_order_from_before_there_were_edits_can_still_be_read():
    row = asked().to_json()
    del row["references"], row["mask"]

    assert ImageRequest.from_json(row) == asked()


NUMBERS = st.integers(-2, 100_000) | st.floats(-1, 1e6) | st.integers(0, 10**12)
SEPARATORS = st.sampled_from(["x", "X", "×", ":", "/", "*", " x ", "", "k", "K", "MP"])
SIZES = st.one_of(
    st.none(),
    st.text(max_size=12),
    st.builds("{}{}{}".format, NUMBERS, SEPARATORS, NUMBERS),
    st.builds("{}{}".format, NUMBERS, SEPARATORS),
    st.builds("{}x{}".format, st.integers(16, 6400), st.integers(16, 6400)),
    st.builds("{}:{}".format, st.integers(1, 40), st.integers(1, 40)),
)


PAINTERS = sorted(
    name
    for name, named in OURS.names.items()
    if named.model.capabilities.generate and not named.model.is_retired
)


@given(
    model=st.sampled_from(PAINTERS),
    size=SIZES,
    aspect_ratio=SIZES,
    resolution=SIZES,
    fit=st.sampled_from([None, "cover", "contain", "exact", "none"]),
)
def test_any_size_ends_in_a_sound_request_or_a_bad_request(model, **fields):
    try:
        request = asked(model, **fields)
    except BadRequest as error:
        assert error.param in ("size", "aspect_ratio", "resolution")
        assert error.message.isprintable() and len(error.message) < 200
        return
    sizes = OURS.find(model).sizes
    is_free = sizes.free and sizes.free.painted_for(painted(request))
    assert is_free or sizes.pixels(request.shape, request.tier) == painted(request)
    assert request.tier == (OURS.named(model).tier or request.tier)
    assert 16 <= min(delivered(request)) and max(delivered(request)) <= 16_384
    assert ImageRequest.from_json(request.to_json()) == request


@given(st.text(max_size=40), st.integers(), st.integers(), st.text(max_size=8))
def test_any_other_field_ends_in_a_sound_request_or_a_bad_request(text, n, seed, word):
    try:
        request = asked(
            n=n, seed=seed, quality=word, negative_prompt=text, output_format=word
        )
    except BadRequest as error:
        assert error.param in ("n", "seed", "output_format", "quality")
        return
    assert 1 <= request.n <= 10


GAPS = """
id = "gappy"
price = 2
[variants]
-4k = "4K"
[sizes.native]
"1:1" = { "1K" = "1024x1024" }
"16:9" = { "1K" = "1376x768", "4K" = "5504x3072" }
[[offers]]
provider = "workshop"
upstream = "gappy"
"""


@pytest.mark.parametrize(
    ("model", "fields", "pixels"),
    [
        ("gappy", {"aspect_ratio": "1:1", "resolution": "4K"}, (1024, 1024)),
        ("gappy", {"size": "4096x4096"}, (1024, 1024)),
        ("gappy-4k", {"aspect_ratio": "1:1"}, (5504, 3072)),
        ("gappy-4k", {"size": "1024x1024"}, (5504, 3072)),
    ],
)
def test_a_table_with_gaps_is_walked_around(tmp_path, model, fields, pixels):
    own = load_with(tmp_path, GAPS)
    request = normalise(Ask("a fox", model=model, **fields), own, "")
    assert delivered(request) == pixels
    assert request.notes
