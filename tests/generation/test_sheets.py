"""A picture is laid on a sheet the model can paint, and comes off it whole."""

from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageChops

from playground.generation.masks import (
    Box,
    as_mask,
    painted,
    place_in,
    rectangle,
    together,
)
from playground.generation.outside import with_its_outside
from playground.generation.providers.painter import edit, paint
from playground.generation.sheets import (
    NO_FRAME,
    Frame,
    Scaled,
    cut_out,
    frame_to_ratio,
    laid_out,
    opened,
    scaled,
    sheet_for,
)
from playground.generation.sizes import Sizes, native_by_area
from tests.web.orders import A_FOX

SHAPES = ("1:1", "3:2", "2:3", "4:5", "5:4", "16:9", "9:16")
SIZES = Sizes(native_by_area(SHAPES, ("1K", "2K")), "1:1", "1K")


@pytest.mark.parametrize(
    "picture, ratio, frame",
    [
        pytest.param((1000, 1000), 16 / 9, Frame(389, 0, 389, 0), id="wider"),
        pytest.param((1000, 500), 1.0, Frame(0, 250, 0, 250), id="higher"),
        pytest.param((999, 1000), 1.0, Frame(0, 0, 1, 0), id="a pixel, on one side"),
        pytest.param((1600, 900), 16 / 9, NO_FRAME, id="that shape already"),
    ],
)
def test_a_frame_to_a_shape_is_the_smallest_one_and_even(picture, ratio, frame):
    assert frame_to_ratio(picture, ratio) == frame


@pytest.mark.parametrize(
    "frame, fits",
    [
        (Frame(right=300), True),
        (Frame(200, 200, 200, 200), True),
        (Frame(left=201), True),
        (Frame(left=1000), False),
        (Frame(top=-1), False),
    ],
)
def test_a_frame_adds_twice_the_picture_at_most(frame, fits):
    assert frame.fits((400, 300)) is fits


@pytest.mark.parametrize(
    "picture, frame, tier, expected",
    [
        pytest.param((1024, 1024), NO_FRAME, "", (1024, 1024), id="its own pixels"),
        pytest.param((1000, 700), NO_FRAME, "", (1000, 700), id="an odd size is kept"),
        pytest.param((1024, 1024), Frame(right=256), "", (1280, 1024), id="extended"),
        pytest.param((8000, 8000), NO_FRAME, "", (2048, 2048), id="too large for it"),
        pytest.param(
            (512, 512), Frame(0, 0, 512, 512), "2K", (2048, 2048), id="scaled"
        ),
    ],
)
def test_a_picture_keeps_its_own_pixels_where_the_model_can(
    picture, frame, tier, expected
):
    assert scaled(picture, frame, SIZES, tier).size == expected


@pytest.mark.parametrize("painted_size", [(1024, 1024), (1536, 1024), (768, 1376)])
@pytest.mark.parametrize("frame", [NO_FRAME, Frame(right=90), Frame(31, 40, 0, 7)])
def test_what_lies_on_a_sheet_comes_off_it_to_the_pixel(frame, painted_size):
    what = Scaled((201, 150), frame)
    sheet = sheet_for(what, painted_size)
    picture = paint("a fox in the snow", width=201, height=150, seed=1)
    laid = laid_out(picture, sheet)
    assert laid.size == sheet.size
    assert (
        abs(sheet.size[0] / sheet.size[1] / (painted_size[0] / painted_size[1]) - 1)
        < 0.02
    )
    off = cut_out(laid, what.size)
    corner = (frame.left, frame.top)
    own = off.crop((*corner, corner[0] + 201, corner[1] + 150))
    assert ImageChops.difference(own, picture).getbbox() is None


def test_only_the_frame_and_the_chosen_place_are_open():
    sheet = sheet_for(Scaled((40, 30), Frame(right=10)), (50, 30))
    place = opened(rectangle(Box(5, 6, 7, 8), (40, 30)), sheet)
    seen = np.asarray(place)
    assert seen[:, 40:].min() == 255
    assert np.argwhere(seen[:, :40] == 255).min(axis=0).tolist() == [6, 5]
    assert int((seen[:, :40] == 255).sum()) == 7 * 8


def test_a_mask_painted_on_a_smaller_canvas_covers_the_same_place():
    canvas = Image.new("RGBA", (20, 15), (0, 0, 0, 255))
    canvas.paste((0, 0, 0, 0), (10, 5, 20, 15))
    file = BytesIO()
    canvas.save(file, "PNG")
    place = painted(file.getvalue(), (40, 30))
    assert place.getbbox() == (20, 10, 40, 30)
    assert together([place, rectangle(Box(0, 0, 2, 2), (40, 30))]).getbbox() == (
        0,
        0,
        40,
        30,
    )


def test_a_mask_reads_back_as_it_was_written():
    place = rectangle(Box(1, 2, 3, 4), (10, 10))
    stored = Image.open(BytesIO(as_mask(place).data))
    assert place_in(stored).tobytes() == place.tobytes()


def test_the_painter_changes_nothing_outside_the_mask_of_an_extended_picture():
    what = Scaled((96, 80), Frame(left=24, top=10))
    sheet = sheet_for(what, what.size)
    picture = paint("a lighthouse by the sea", width=96, height=80, seed=2)
    laid = laid_out(picture, sheet)
    mask = Image.open(BytesIO(as_mask(opened(None, sheet)).data))
    size = {"width": sheet.size[0], "height": sheet.size[1]}
    changed = edit("go on", [laid], mask=mask, **size, seed=3)
    assert changed.size == (120, 90)
    kept = changed.crop((24, 10, 120, 90))
    assert ImageChops.difference(kept, picture).getbbox() is None
    new = ImageChops.difference(changed, laid).getbbox()
    assert new is not None and new[:2] == (0, 0)


def test_whoever_painted_what_a_mask_protects_is_as_it_was():
    """A model that paints everything anew, in another size, changes the mask's place only."""
    before = paint("a fox in the snow", width=60, height=40, seed=1)
    place = rectangle(Box(20, 10, 30, 20), (60, 40))
    order = ordered(before, place)
    after = with_its_outside(Image.new("RGB", (60, 40), "red"), order)
    changed = np.asarray(ImageChops.difference(after, before)).max(axis=2) > 0
    inside = np.asarray(place) == 255
    assert not changed[~inside].any()
    assert changed[15:25, 25:45].all()


def ordered(before, place):
    """Store a picture and a mask, and name them in an order."""
    file = BytesIO()
    before.save(file, "PNG")
    picture = default_storage.save(
        "inputs/test/before.png", ContentFile(file.getvalue())
    )
    mask = default_storage.save(
        "inputs/test/mask.png", ContentFile(as_mask(place).data)
    )
    return replace(A_FOX, references=(picture,), mask=mask, keeps_outside=True)
