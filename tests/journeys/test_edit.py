"""People changing a picture in a real browser: with a brush, with words, with numbers."""

import re
from io import BytesIO

import numpy as np
import pytest
from django.core.files.storage import default_storage
from PIL import Image, ImageChops
from playwright.sync_api import expect

from playground.generation.models import Picture
from playground.generation.providers.painter import paint
from playground.web.models import EditTurn, Upload

SIZE = (640, 512)


@pytest.fixture
def photo(tmp_path):
    """A picture of one's own, as a file."""
    path = tmp_path / "holiday.png"
    paint("a lighthouse by the sea", width=SIZE[0], height=SIZE[1], seed=4).save(path)
    return path


def open_photo(page, photo):
    page.goto("/edit")
    page.get_by_label("Bring a picture of your own").set_input_files(photo)
    page.wait_for_url("**/edit/upl_*")


def ask_for(page, words):
    page.get_by_label("What to change").fill(words)
    page.get_by_role("button", name="Generate").click()


def pixels(picture):
    with default_storage.open(picture.file) as file:
        return Image.open(BytesIO(file.read())).convert("RGB")


def stroke(page, start, end):
    """Draw over the picture, from one place to another, in shares of its size."""
    box = page.locator("#paper").bounding_box()
    points = [
        (box["x"] + box["width"] * x, box["y"] + box["height"] * y)
        for x, y in (start, end)
    ]
    page.mouse.move(*points[0])
    page.mouse.down()
    page.mouse.move(*points[1], steps=8)
    page.mouse.up()


class Hand:
    """Fingers and a pen on the picture, at places in shares of its size."""

    def __init__(self, page):
        self.page = page
        self.session = page.context.new_cdp_session(page)

    def at(self, x, y):
        box = self.page.locator("#paper").bounding_box()
        return {"x": box["x"] + box["width"] * x, "y": box["y"] + box["height"] * y}

    def fingers(self, kind, *places):
        points = [{**self.at(*place), "id": one} for one, place in enumerate(places)]
        self.session.send(
            "Input.dispatchTouchEvent", {"type": kind, "touchPoints": points}
        )

    def pen(self, y, force):
        for kind, x, buttons in [
            ("mousePressed", 0.2, 1),
            ("mouseMoved", 0.6, 1),
            ("mouseReleased", 0.6, 0),
        ]:
            self.session.send(
                "Input.dispatchMouseEvent",
                {"type": kind, **self.at(x, y), "button": "left", "buttons": buttons}
                | {"pointerType": "pen", "force": force, "clickCount": 1},
            )


PAINTED = """() => {
  const mask = document.querySelector("#mask");
  const context = new OffscreenCanvas(mask.width, mask.height).getContext("2d");
  context.drawImage(mask, 0, 0);
  const { data } = context.getImageData(0, 0, mask.width, mask.height);
  return data.filter((_, at) => at % 4 === 3 && data[at] > 127).length;
}"""


def test_a_mask_is_painted_by_finger_and_pen_pinched_larger_and_undone_twenty_deep(
    page, photo
):
    open_photo(page, photo)
    hand = Hand(page)
    hand.fingers("touchStart", (0.2, 0.2))
    hand.fingers("touchMove", (0.6, 0.2))
    hand.fingers("touchEnd")
    expect(page.locator("#mask-chip")).to_be_visible()
    by_finger = page.evaluate(PAINTED)
    hand.pen(0.5, force=0.1)
    lightly = page.evaluate(PAINTED) - by_finger
    hand.pen(0.8, force=1)
    firmly = page.evaluate(PAINTED) - by_finger - lightly
    assert 0 < lightly < by_finger < firmly

    before = page.evaluate(PAINTED)
    zoom = page.locator("[data-zoom]")
    fitted = int(zoom.text_content().rstrip("%"))
    hand.fingers("touchStart", (0.4, 0.5), (0.6, 0.5))
    hand.fingers("touchMove", (0.3, 0.5), (0.7, 0.5))
    hand.fingers("touchEnd")
    expect(zoom).to_have_text(re.compile(f"{2 * fitted}%|{2 * fitted + 1}%"))
    assert page.evaluate(PAINTED) == before  # neither finger painted
    page.locator("#zoom").click()
    expect(zoom).to_have_text(f"{fitted}%")

    for place in range(18):
        stroke(page, (0.1, 0.05 + place / 20), (0.12, 0.05 + place / 20))
    undo = page.get_by_role("button", name="Undo")
    for _ in range(20):
        undo.click()
    expect(undo).to_be_disabled()
    assert page.evaluate(PAINTED) == by_finger  # the oldest of 21 stays


def test_a_picture_is_brought_painted_over_changed_twice_and_gone_back_to(page, photo):
    open_photo(page, photo)
    first = page.url
    stroke(page, (0.2, 0.3), (0.4, 0.3))
    stroke(page, (0.8, 0.8), (0.9, 0.8))
    expect(page.locator("#mask-chip")).to_contain_text("Mask")
    page.keyboard.press("Control+z")
    ask_for(page, "make it red")
    page.wait_for_url("**/edit/pic_*")
    second = page.url
    expect(page.locator("#mask-chip")).to_be_visible()

    made = Picture.objects.get(pk=second.rpartition("/")[2])
    with Image.open(photo) as before:
        changed = (
            np.asarray(ImageChops.difference(pixels(made), before)).max(axis=2) > 0
        )
    assert (made.width, made.height) == SIZE
    assert changed[153, 160:240].all()  # under the stroke
    assert not changed[:, 320:].any()  # the one that was undone, and all that side
    assert not changed[256:, :].any()

    page.wait_for_load_state("networkidle")
    page.reload()
    expect(page.locator("#mask-chip")).to_be_visible()
    page.get_by_role("button", name="Clear", exact=True).first.click()
    ask_for(page, "make it night")
    page.wait_for_url(lambda url: url != second)
    expect(page.locator(".chat")).to_contain_text("No mask")
    page.get_by_role("link", name="Version 1, the original").click()
    page.wait_for_url(first)
    expect(page.locator("#picture")).to_have_attribute(
        "src", f"/edit/uploads/{upload()}"
    )
    page.go_back()
    page.wait_for_url(lambda url: "/edit/pic_" in url)
    expect(page.locator('.chat a[aria-current="true"]')).to_contain_text("3")


def test_a_further_picture_is_sent_at_once_and_a_version_has_all_a_picture_has(
    page, photo, tmp_path
):
    open_photo(page, photo)
    broken = tmp_path / "notes.png"
    broken.write_bytes(b"no picture")
    page.locator("#pick").set_input_files([photo, broken])
    expect(page.get_by_role("alert")).to_contain_text("notes.png")
    chip = page.locator("#ref-list .ref")
    expect(chip.locator("[name=reference]")).to_have_count(1)
    ask_for(page, "side by side")
    page.wait_for_url("**/edit/pic_*")
    expect(chip).to_have_count(1)
    made = Picture.objects.get()
    assert len(made.generation.request["references"]) == 2

    page.get_by_role("link", name="Details").click()
    expect(page.get_by_role("button", name="Code")).to_be_visible()
    page.get_by_role("link", name="Other formats").click()
    expect(page.get_by_role("link", name="AVIF")).to_be_visible()
    page.get_by_role("button", name="Delete").click()
    page.wait_for_url("**/edit/upl_*")
    expect(page.locator(".chat")).to_contain_text("Deleted, or kept no longer")

    page.locator("#pick").set_input_files(photo)
    page.get_by_role("button", name="Edit this picture").click()
    page.wait_for_url(lambda url: upload() not in url)
    assert Upload.objects.count() == 2


def upload():
    return Upload.objects.earliest("created_at").pk


def test_a_picture_is_extended_by_its_frame_and_by_numbers(page, photo):
    open_photo(page, photo)
    page.get_by_role("button", name="Extend", exact=True).click()
    handle = page.locator("#frame [data-side=right]").bounding_box()
    page.mouse.move(handle["x"] + 22, handle["y"] + 22)
    page.mouse.down()
    page.mouse.move(handle["x"] + 62, handle["y"] + 22, steps=4)
    page.mouse.up()
    dragged = int(page.get_by_label("Right").input_value())
    assert dragged > 20
    page.get_by_label("Right").fill("100")
    page.get_by_label("Top").last.fill("28")
    page.get_by_label("Top").last.blur()
    expect(page.locator("#resolution option").first).to_contain_text("740 × 540")
    page.get_by_role("button", name="Generate").click()
    page.wait_for_url("**/edit/pic_*")
    made = Picture.objects.get(pk=page.url.rpartition("/")[2])
    assert (made.width, made.height) == (740, 540)
    old = pixels(made).crop((0, 28, 640, 540))
    with Image.open(photo) as before:
        assert ImageChops.difference(old, before).getbbox() is None


def test_without_motion_a_picture_takes_its_new_size_at_once(page, photo):
    open_photo(page, photo)
    zoomed = "document.querySelector('#paper').getBoundingClientRect().width"
    before = page.evaluate(zoomed)
    extend = "document.querySelector('[data-tool=extend]').click()"
    assert page.evaluate(f"{extend}, {zoomed}") == pytest.approx(0.6 * before)


def test_without_script_a_picture_is_changed_by_numbers(plain_page, photo):
    plain_page.goto("/edit")
    plain_page.get_by_label("Bring a picture of your own").set_input_files(photo)
    plain_page.get_by_role("button", name="Open").click()
    plain_page.get_by_text("Rectangle by numbers").click()
    plain_page.get_by_label("Width").fill("100")
    plain_page.get_by_label("Height").fill("80")
    ask_for(plain_page, "make it red")
    plain_page.wait_for_url("**#turn-img_*")
    expect(plain_page.locator(".chat")).to_contain_text("Mask")
    expect(
        plain_page.get_by_role("link", name="Version 2: make it red")
    ).to_be_visible()
    plain_page.get_by_role("link", name="Version 2: make it red").click()
    expect(plain_page.get_by_label("Keep to the area of the last turn")).to_be_checked()
    assert EditTurn.objects.count() == 1
