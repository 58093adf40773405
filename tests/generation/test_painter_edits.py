"""The painter's edits do what they say, where they may, and the same way each time."""

import hashlib
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image, ImageDraw

from playground.generation.providers.painter import edit, paint, shape_after
from playground.generation.providers.painter.edits.acts import HANDS
from playground.generation.providers.painter.edits.instructions import (
    Act,
    instructions,
    known,
)

SIDE = 160
RED, GREEN, BLUE, WHITE = (200, 60, 50), (60, 150, 70), (50, 90, 190), (240, 240, 235)


@pytest.fixture(scope="module")
def photo() -> Image.Image:
    """A sea with a lighthouse, on a clear day."""
    return paint("a lighthouse by the sea at noon", width=SIDE, height=SIDE, seed=4)


@pytest.fixture(scope="module")
def flags() -> Image.Image:
    """Red on the left, green on the right, a blue ball in between, white around."""
    sheet = Image.new("RGB", (SIDE, SIDE), WHITE)
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((15, 40, 60, 120), fill=RED)
    draw.rectangle((100, 40, 145, 120), fill=GREEN)
    draw.ellipse((66, 66, 94, 94), fill=BLUE)
    return sheet


def edited(prompt, *pictures, mask=None, size=None, seed=1):
    width, height = size or pictures[0].size
    return edit(prompt, pictures, mask=mask, width=width, height=height, seed=seed)


def pixels(picture):
    return np.asarray(picture, np.float32)


def brightness(picture):
    return float(pixels(picture.convert("L")).mean())


def spread(picture):
    return float(pixels(picture.convert("L")).std())


def colourfulness(picture):
    seen = pixels(picture)
    return float((seen.max(axis=2) - seen.min(axis=2)).mean())


def warmth(picture):
    seen = pixels(picture)
    return float(seen[..., 0].mean() - seen[..., 2].mean())


def edges(picture):
    tones = pixels(picture.convert("L"))
    return float(np.abs(np.diff(tones, axis=1)).mean())


def difference(one, other):
    return float(np.abs(pixels(one) - pixels(other)).mean())


def hole(size, box):
    """A mask in OpenAI's way: transparent where the picture may change."""
    mask = Image.new("RGBA", size, (0, 0, 0, 255))
    ImageDraw.Draw(mask).rectangle(box, fill=(0, 0, 0, 0))
    return mask


@pytest.mark.parametrize(
    ("prompt", "measure", "change"),
    [
        ("make it night", brightness, -40),
        ("darker", brightness, -10),
        ("brighter", brightness, 8),
        ("a rainy day", colourfulness, -5),
        ("let it snow", brightness, 5),
        ("warmer", warmth, 12),
        ("colder", warmth, -12),
        ("sunset", warmth, 25),
        ("dawn", warmth, 8),
        ("more contrast", spread, 4),
        ("less contrast", spread, -6),
        ("dense fog", spread, -6),
        ("more saturation", colourfulness, 5),
        ("less saturated", colourfulness, -5),
        ("blur", edges, -1),
        ("sharpen", edges, 0.5),
        ("add film grain", edges, 2),
        ("vignette", brightness, -3),
        ("sepia", warmth, 25),
        ("tint it orange", warmth, 60),
    ],
)
def test_a_person_would_see_what_was_asked_for(photo, prompt, measure, change):
    moved = measure(edited(prompt, photo)) - measure(photo)
    assert moved / change >= 1


def test_twice_as_much_is_asked_for_with_a_word(photo):
    slightly, plainly, much = (
        brightness(edited(prompt, photo))
        for prompt in ("slightly darker", "darker", "much darker")
    )
    assert slightly > plainly > much


def test_black_and_white_leaves_no_colour(photo):
    assert colourfulness(edited("in black and white please", photo)) < 1.5


def test_invert_turns_every_level_around(photo):
    assert difference(edited("invert the colours", photo), photo.point(INVERSE)) < 1.5


INVERSE = [255 - level for level in range(256)] * 3


def test_a_mirrored_picture_is_the_mirrored_picture(photo):
    expected = photo.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    assert edited("mirror it", photo).tobytes() == expected.tobytes()


@pytest.mark.parametrize(
    ("prompt", "turn"),
    [
        ("rotate right", Image.Transpose.ROTATE_270),
        ("rotate 90 degrees left", Image.Transpose.ROTATE_90),
        ("rotate it by 180°", Image.Transpose.ROTATE_180),
        ("turn it upside down", Image.Transpose.ROTATE_180),
        ("flip it vertically", Image.Transpose.FLIP_TOP_BOTTOM),
    ],
)
def test_a_turned_picture_is_turned_that_way(photo, prompt, turn):
    assert edited(prompt, photo).tobytes() == photo.transpose(turn).tobytes()


def test_a_tilted_picture_has_no_empty_corners():
    white = Image.new("RGB", (SIDE, 90), (255, 255, 255))
    assert pixels(edited("rotate 20 degrees", white)).min() == 255


def test_a_square_crop_is_the_middle_of_the_picture():
    wide = Image.new("RGB", (300, 100), RED)
    wide.paste(BLUE, (100, 0, 200, 100))
    cut = edited("crop to a square", wide, size=(100, 100))
    assert difference(cut, Image.new("RGB", (100, 100), BLUE)) < 1


@pytest.mark.parametrize(
    ("prompt", "shape"),
    [
        ("night", (300, 200)),
        ("rotate left", (200, 300)),
        ("crop to a square, rotate 180 degrees", (200, 200)),
        ("crop to 3:1, then rotate right", (100, 300)),
    ],
)
def test_the_shape_a_picture_will_have_is_known_beforehand(prompt, shape):
    assert shape_after(prompt, 300, 200) == shape


def test_pixels_become_squares(photo):
    squares = pixels(edited("pixelate strongly", photo))
    assert (np.abs(np.diff(squares, axis=1)).sum(axis=(0, 2)) == 0).mean() > 0.5


def test_one_colour_takes_the_place_of_another(flags):
    changed = edited("make the red blue", flags)
    red, green, blue = changed.getpixel((35, 80))
    assert blue > red + 40
    assert changed.getpixel((120, 80)) == pytest.approx(GREEN, abs=4)


def test_a_removed_colour_goes_grey_and_the_others_stay(flags):
    changed = edited("remove the green", flags)
    assert np.ptp(changed.getpixel((120, 80))) < 12
    assert changed.getpixel((35, 80)) == pytest.approx(RED, abs=4)


def test_the_background_goes_and_the_thing_stays(flags):
    changed = edited("make the background black", flags)
    assert max(changed.getpixel((4, 4))) < 60
    assert changed.getpixel((35, 80)) == RED


def test_a_frame_has_the_colour_that_was_asked_for(photo):
    red, green, blue = edited("add a navy border", photo).getpixel((2, SIDE // 2))
    assert blue > red + 30


def test_quoted_words_are_set_into_the_picture(photo):
    grown = edges(edited('add the text "HELLO"', photo)) - edges(photo)
    assert grown > 0.8


def test_words_go_where_they_are_wanted():
    plain = Image.new("RGB", (SIDE, SIDE), WHITE)
    low = pixels(edited('write "LOW" at the bottom in red', plain))
    assert np.ptp(low[: SIDE // 2]) < 12
    assert np.ptp(low[SIDE // 2 :]) > 60


@pytest.mark.parametrize("thing", ["a moon", "a fox", "two cats", "a red balloon"])
def test_a_thing_is_added_and_most_of_the_picture_stays(photo, thing):
    changed = pixels(edited(f"add {thing}", photo)) != pixels(photo)
    assert 0.005 < changed.any(axis=2).mean() < 0.6


def test_what_is_asked_for_is_done_in_order(photo):
    both = edited("black and white, then add a red frame", photo)
    reverse = edited("add a red frame, then black and white", photo)
    assert np.ptp(both.getpixel((2, 2))) > 80
    assert np.ptp(reverse.getpixel((2, 2))) < 5


def test_three_pictures_are_all_on_the_collage():
    colours = (RED, GREEN, BLUE)
    pictures = [Image.new("RGB", (90, 90), colour) for colour in colours]
    sheet = pixels(edited("make a collage", *pictures, size=(240, 160)))
    shares = [(np.abs(sheet - c).max(axis=2) < 3).mean() for c in colours]
    assert min(shares) > 0.15


def test_pictures_side_by_side_stand_in_their_order():
    pictures = [Image.new("RGB", (90, 90), colour) for colour in (RED, BLUE)]
    sheet = edited("side by side", *pictures, size=(240, 120))
    assert (sheet.getpixel((60, 60)), sheet.getpixel((180, 60))) == (RED, BLUE)


def test_a_blend_is_between_its_pictures():
    black, white = (Image.new("RGB", (64, 64), (v, v, v)) for v in (0, 255))
    assert 90 < brightness(edited("blend them", black, white)) < 165


def test_fourteen_pictures_without_a_word_about_them_are_all_shown(photo):
    sheet = edited("night", *[photo] * 14, size=(300, 200))
    assert sheet.size == (300, 200)


@pytest.mark.parametrize(
    "prompt",
    ["night", "watercolour", "mirror", "add a fox", "a red boat on the sea", "qwerty"],
)
def test_nothing_outside_the_mask_changes(photo, prompt):
    mask = Image.new("RGBA", photo.size, (0, 0, 0, 255))
    ImageDraw.Draw(mask).ellipse((30, 40, 120, 130), fill=(0, 0, 0, 0))
    changed = edited(prompt, photo, mask=mask)
    is_kept = np.asarray(mask.getchannel("A")) > 0
    assert (np.asarray(changed)[is_kept] == np.asarray(photo)[is_kept]).all()
    middle = (55, 65, 95, 105)
    assert difference(changed.crop(middle), photo.crop(middle)) > 1.5


def test_a_mask_in_black_and_white_is_edited_where_it_is_white(photo):
    drawn = Image.new("L", photo.size)
    drawn.paste(255, (40, 50, 111, 121))
    by_alpha = edited("night", photo, mask=hole(photo.size, (40, 50, 110, 120)))
    assert edited("night", photo, mask=drawn).tobytes() == by_alpha.tobytes()


def test_a_smaller_mask_is_stretched_over_the_picture(photo):
    small = hole((SIDE // 2, SIDE // 2), (0, 0, SIDE // 2, SIDE // 4 - 1))
    changed = edited("night", photo, mask=small)
    low, high = (0, SIDE // 2 + 2, SIDE, SIDE), (0, 0, SIDE, SIDE // 2 - 8)
    assert changed.crop(low).tobytes() == photo.crop(low).tobytes()
    assert brightness(changed.crop(high)) < brightness(photo.crop(high)) - 30


def test_a_mask_that_frees_nothing_changes_nothing(photo):
    closed = Image.new("RGBA", photo.size, (90, 120, 40, 255))
    assert edited("night", photo, mask=closed).tobytes() == photo.tobytes()


def test_the_edge_of_the_mask_is_soft():
    plain = Image.new("RGB", (400, 400), WHITE)
    row = pixels(edited("night", plain, mask=hole((400, 400), (100, 100, 300, 300))))
    steps = np.abs(np.diff(row[200, 95:130, 1]))
    assert steps.max() < 0.7 * steps.sum()


def test_a_thing_under_the_mask_is_taken_out():
    ball = Image.new("RGB", (SIDE, SIDE), WHITE)
    ImageDraw.Draw(ball).ellipse((66, 66, 94, 94), fill=BLUE)
    gone = edited("remove the ball", ball, mask=hole(ball.size, (62, 62, 98, 98)))
    assert gone.getpixel((80, 80)) == pytest.approx(WHITE, abs=12)


def test_a_mask_and_a_description_are_painted_there(photo):
    mask = hole(photo.size, (20, 20, 140, 140))
    one = edited("a red hot air balloon over mountains", photo, mask=mask)
    other = edited("a fox in a forest", photo, mask=mask)
    assert difference(one, other) > 8


def test_words_nobody_understands_still_change_the_picture(photo):
    one, other = edited("xyzzy", photo), edited("plugh plover", photo)
    assert min(difference(one, photo), difference(other, photo)) > 8
    assert difference(one, other) > 3


@pytest.mark.parametrize(
    ("english", "spanish", "chinese"),
    [
        ("make it night", "hazlo de noche", "变成夜晚"),
        ("warmer and brighter", "más cálido y más brillante", "更暖，更亮"),
        ("more contrast, less saturation", "más contraste, menos saturación",
         "增加对比度，降低饱和度"),
        ("black and white", "blanco y negro", "黑白"),
        ("replace green with orange", "reemplaza el verde por naranja",
         "把绿色替换成橙色"),
        ("make the red blue", "cambia el rojo por azul", "把红色变成蓝色"),
        ("remove the background", "quita el fondo", "去掉背景"),
        ("rotate 90 degrees to the right", "gira 90 grados a la derecha",
         "向右旋转90度"),
        ("crop to a square", "recorta a un cuadrado", "裁剪成正方形"),
        ("add a black frame", "añade un marco negro", "加黑色边框"),
        ('add the text "OK" at the top', "añade el texto «OK» arriba",
         "在上方添加文字“OK”"),
        ("add a red fox and a moon", "añade un zorro rojo y una luna",
         "加一只红色的狐狸和一个月亮"),
        ("mirror, then snow", "espejo, luego nieve", "镜像，然后下雪"),
        ("a bit of blur", "un poco de desenfoque", "一点模糊"),
        ("watercolour with fog", "acuarela con niebla", "水彩，雾"),
        ("side by side", "lado a lado", "并排"),
        ("double exposure", "doble exposición", "双重曝光"),
    ],
)  # fmt: skip
def test_a_spanish_or_chinese_edit_is_its_english_twin(english, spanish, chinese):
    assert instructions(english)
    assert instructions(spanish) == instructions(english)
    assert instructions(chinese) == instructions(english)


def test_twins_give_the_same_pixels(photo):
    english = edited("add a fox, make it snow", photo)
    assert edited("加一只狐狸，下雪", photo).tobytes() == english.tobytes()


@pytest.mark.parametrize(
    ("prompt", "names"),
    [
        ("don't blur it", []),
        ("make it darker without changing the colours", ["darker"]),
        ("less blur", ["sharpen"]),
        ("remove the noise", ["denoise"]),
        ("turn it into a watercolour", ["style"]),
        ("change the background to yellow", ["cutout"]),
        ("turn the sky purple", ["sky"]),
        ("crop to 16:9", ["crop"]),
        ("autumn, zoom out, polaroid", ["autumn", "zoom_out", "polaroid"]),
        ("add a sign saying hello there, sepia", ["text", "sepia"]),
        ("blur the background", ["bokeh"]),
        ("add a hat to the dog", []),
        ("make the dress green", ["repaint"]),
        ("make it green", ["tint"]),
        ("swap red and blue", ["recolour"]),
        ("keep the composition but make it winter", ["snow"]),
        ("remove the person from the background", ["erase"]),
        ("转成水彩风格", ["style"]),
        ("", []),
    ],
)
def test_a_turn_of_phrase_is_understood(prompt, names):
    assert [act.name for act in instructions(prompt)] == names


def test_every_word_of_editing_has_a_hand_that_does_it():
    named = {name for kind, name in known().values() if kind in PLAIN_KINDS}
    assert named - set(HANDS) == {"erase"}


PLAIN_KINDS = {"act", "time", "weather"}


def test_a_percentage_is_a_strength():
    assert instructions("35% brighter") == (Act("brighter", 1.0),)


@pytest.mark.parametrize("size", [(64, 200), (200, 64), (31, 17), (1, 1), (150, 150)])
@pytest.mark.parametrize(
    "prompt",
    ['night, "hi", frame', "collage", "snow and a fox", "oil painting", "zoom out"],
)
def test_every_shape_gets_exactly_its_size(flags, prompt, size):
    changed = edited(prompt, flags, size=size)
    assert (changed.size, changed.mode) == (size, "RGB")


@pytest.mark.parametrize("mode", ["L", "LA", "RGBA", "P", "CMYK", "1", "I;16"])
def test_every_kind_of_picture_can_be_changed(flags, mode):
    source = Image.new(mode, (40, 30)) if mode == "I;16" else flags.convert(mode)
    assert edited("warmer", source).mode == "RGB"


@pytest.mark.parametrize(
    "prompt",
    ["🌙", "a" * 32_000, '"' * 99, "\x00\ud800", "rotate 99999999999 degrees",
     "crop 0:0", "99999999999999% darker", "add 9999 cats", "not no without"],
)  # fmt: skip
def test_strange_words_still_get_a_picture(flags, prompt):
    assert edited(prompt, flags).size == flags.size


def test_the_pictures_handed_in_are_left_as_they_were(flags):
    before = flags.tobytes()
    edited('night, add a fox, frame, "hello", grain, watercolour', flags)
    assert flags.tobytes() == before


def test_another_process_gives_the_very_same_pixels(flags):
    code = (
        "import hashlib; from PIL import Image;"
        "from playground.generation.providers.painter import edit;"
        "p = Image.new('RGB', (96, 96), (200, 60, 50));"
        "e = edit('snow, add a fox, woodblock', [p], mask=None, width=96, height=96,"
        " seed=7); print(hashlib.sha256(e.tobytes()).hexdigest())"
    )
    told = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONHASHSEED": "99", "PYTHONPATH": ":".join(sys.path)},
    )
    plain = Image.new("RGB", (96, 96), (200, 60, 50))
    here = edited("snow, add a fox, woodblock", plain, seed=7)
    assert told.stdout.strip() == hashlib.sha256(here.tobytes()).hexdigest()
