"""The demo painter keeps its word: it reads, it repeats itself, it never breaks."""

import hashlib
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from playground.generation.providers.painter import paint
from playground.generation.providers.painter.lettering import font_for
from playground.generation.providers.painter.motif import motifs
from playground.generation.providers.painter.reading import read, vocabulary
from playground.generation.providers.painter.scenes import SCENES
from playground.generation.providers.painter.styles import STYLES

SMALL = {"width": 192, "height": 192, "seed": 7}


def fingerprint(picture: Image.Image) -> str:
    return hashlib.sha256(picture.tobytes()).hexdigest()


def contrast(picture: Image.Image) -> float:
    return float(np.asarray(picture.convert("L"), np.float32).std())


def distance(one: Image.Image, other: Image.Image) -> float:
    """Mean difference per channel, looking at the pictures from afar."""
    small = [np.asarray(p.resize((24, 24)), np.float32) for p in (one, other)]
    return float(np.abs(small[0] - small[1]).mean())


def test_the_same_prompt_and_seed_paint_the_same_picture():
    one = paint("a fox in a forest", **SMALL)
    other = paint("a fox in a forest", **SMALL)
    assert one.tobytes() == other.tobytes()


def test_another_process_paints_the_very_same_pixels():
    code = (
        "import hashlib;"
        "from playground.generation.providers.painter import paint;"
        "p = paint('three apples, watercolour', width=192, height=192, seed=7);"
        "print(hashlib.sha256(p.tobytes()).hexdigest())"
    )
    told = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={
            "PYTHONHASHSEED": "99",
            "EASEL_DEBUG": "1",
            "PYTHONPATH": ":".join(sys.path),
        },
    )
    here = fingerprint(paint("three apples, watercolour", **SMALL))
    assert told.stdout.strip() == here


def test_another_seed_paints_another_picture():
    one = paint("mountains", width=192, height=192, seed=1)
    other = paint("mountains", width=192, height=192, seed=2)
    assert distance(one, other) > 4


def test_two_unknown_prompts_do_not_look_alike():
    assert distance(paint("qwerty", **SMALL), paint("zxcvb", **SMALL)) > 4


@pytest.mark.parametrize(
    "prompt",
    ["mountains at dusk", "a cat", "marbled ink", "city at night", "two pears"],
)
def test_a_larger_tier_is_the_same_picture_with_more_pixels(prompt):
    small = paint(prompt, width=256, height=320, seed=3)
    large = paint(prompt, width=768, height=960, seed=3)
    assert distance(small, large) < 4


@pytest.mark.parametrize(
    ("width", "height"),
    [
        (512, 512), (576, 448), (768, 432), (432, 768), (400, 500), (640, 360),
        (1448, 181), (181, 1448), (64, 512), (512, 64), (1, 1), (17, 3),
    ],
)  # fmt: skip
@pytest.mark.parametrize("prompt", ["a boat on the sea", "blue vase", '"hello" poster'])
def test_every_shape_gets_exactly_its_size(prompt, width, height):
    picture = paint(prompt, width=width, height=height, seed=5)
    assert (picture.size, picture.mode) == ((width, height), "RGB")


@pytest.mark.parametrize("scene", sorted(SCENES))
def test_every_scene_fills_its_sheet(scene):
    word = next(w for w, said in vocabulary().items() if said == ("scene", scene))
    assert contrast(paint(word, **SMALL)) > 8


@pytest.mark.parametrize("style", sorted(STYLES))
def test_every_style_leaves_a_mark(style):
    plain = paint("mountains and a balloon at dusk", **SMALL)
    styled = STYLES[style].applied(plain.copy(), plain.size, np.random.default_rng(1))
    assert contrast(styled) > 8
    assert np.abs(np.subtract(plain, styled, dtype=np.int16)).mean() > 4


@pytest.mark.parametrize("name", sorted(motifs()))
def test_everything_the_painter_can_cut_has_a_word_for_it(name):
    assert ("subject", name) in vocabulary().values()


@pytest.mark.parametrize(
    "prompt",
    [
        "", ".", "   ", "🦊", "🎈🏔️🌙", "مرحبا بالعالم", 'שלום "עולם"',
        "a" * 32_000, "mountain " * 3_500, '"' + "long words " * 400 + '"',
        '"' + "W" * 300 + '"', "\x00\ud800 odd bytes", "“”",
        "no cat without a dog", '"你好"', "0 cats, 9999 dogs",
    ],
)  # fmt: skip
def test_strange_prompts_still_get_a_picture(prompt):
    assert contrast(paint(prompt, **SMALL)) > 4


@pytest.mark.parametrize(
    ("english", "spanish", "chinese"),
    [
        ("a red fox in a misty forest at dawn, watercolour",
         "un zorro rojo en un bosque con niebla al amanecer, acuarela",
         "黎明，薄雾森林里的一只红色狐狸，水彩"),
        ("three green apples", "tres manzanas verdes", "三个绿色苹果"),
        ("a city at night in the rain, noir",
         "una ciudad de noche bajo la lluvia, blanco y negro",
         "夜晚下雨的城市，黑白"),
        ("a yellow boat on the sea at sunset",
         "un barco amarillo en el mar al atardecer",
         "日落大海上的一艘黄色帆船"),
        ("mountains in the snow, line drawing", "montañas en la nieve, dibujo a línea",
         "雪山，线稿 山"),
    ],
)  # fmt: skip
def test_a_spanish_or_chinese_prompt_is_read_like_its_english_twin(
    english, spanish, chinese
):
    assert read(spanish) == read(english)
    assert read(chinese) == read(english)


def test_a_colour_belongs_to_the_thing_beside_it():
    brief = read("a blue cat and a yellow boat in a purple room")
    assert [(s.name, s.colour) for s in brief.subjects] == [
        ("cat", "blue"),
        ("boat", "yellow"),
    ]
    assert brief.colours == ("purple",)


def test_a_count_is_heard_in_words_and_in_figures():
    assert read("seven birds").subjects[0].count == 7
    assert read("2 cats").subjects[0].count == 2


def test_what_the_prompt_refuses_is_left_out():
    assert read("a meadow without people").subjects == ()


def test_an_asked_for_colour_is_seen():
    red = np.asarray(paint("marbled ink, red", **SMALL), np.float32).mean(axis=(0, 1))
    blue = np.asarray(paint("marbled ink, blue", **SMALL), np.float32).mean(axis=(0, 1))
    assert red[0] - red[2] > blue[0] - blue[2] + 40


def test_night_is_darker_than_day():
    night = np.asarray(paint("the sea at night", **SMALL), np.float32).mean()
    day = np.asarray(paint("the sea at noon", **SMALL), np.float32).mean()
    assert night < day - 40


def test_more_apples_are_more_red():
    def redness(prompt):
        pixels = np.asarray(paint(prompt, **SMALL), np.int16)
        return int((pixels[..., 0] - pixels[..., 1] > 90).sum())

    assert redness("four red apples") > redness("one red apple") * 1.3


def test_quoted_words_are_set_into_the_picture():
    with_words = paint('poster "GOOD MORNING"', width=400, height=500, seed=2)
    tones = np.asarray(with_words.convert("L"), np.float32)
    rows = np.abs(np.diff(tones, axis=1) > 90).sum(axis=1)
    assert (rows >= 8).sum() > 20  # many letter edges side by side, on many rows


def test_words_in_a_script_without_a_font_are_not_shown_as_boxes():
    assert font_for("\U0001e900\U0001e901\U0001e902") is None
