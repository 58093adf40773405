"""Scenes of the studio beside the composer: edit, history, boards, the gallery, a share link.

`prepare` makes what they show once; a scene brings a page of the same account to it.
"""

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

RED_VASE = "Make the glaze deep cobalt blue"


def prepare(page: Page) -> None:
    """Change a picture twice, and put some on a board, in the gallery and on a link."""
    page.goto("/edit/" + newest(page))
    for words in (RED_VASE, "Now make the berries white"):
        before = page.url
        paint_over(page)
        page.get_by_label("What to change").fill(words)
        page.get_by_role("button", name="Generate").click()
        page.wait_for_url(lambda url, before=before: url != before)
    page.goto("/history")
    page.locator("[name=picture]").nth(0).check()
    page.locator("[name=picture]").nth(1).check()
    page.get_by_label("New board’s name").fill("Stoneware")
    page.get_by_role("button", name="Put on board").click()
    for place in range(3):
        show_in_gallery(page, place)
    for place in range(2):
        panel = open_picture(page, place)
        panel.get_by_text("Share link", exact=True).click()
        panel.get_by_label("Show the prompt, too").check()
        panel.get_by_role("button", name="Create share link").click()
        expect(page.locator("#share-url")).to_be_visible()


def newest(page: Page) -> str:
    """Return the picture that the history begins with."""
    page.goto("/history")
    return page.locator("[name=picture]").first.input_value()


def open_picture(page: Page, place: int = 0) -> Locator:
    page.goto("/history")
    page.locator("main [data-picture]").nth(place).click()
    panel = page.locator("#keeping")
    expect(panel).to_be_visible()
    return panel


def show_in_gallery(page: Page, place: int) -> None:
    panel = open_picture(page, place)
    panel.get_by_text("Public gallery", exact=True).click()
    panel.get_by_role("button", name="Show in the gallery").click()
    expect(panel.get_by_role("button", name="Take out of the gallery")).to_be_visible()


def paint_over(page: Page) -> None:
    """Draw three strokes over the middle of the picture."""
    page.locator("#picture").evaluate("image => image.decode()")
    box = page.locator("#paper").bounding_box()
    assert box
    for share in (0.45, 0.52, 0.59):
        y = box["y"] + box["height"] * share
        page.mouse.move(box["x"] + box["width"] * 0.38, y)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.62, y, steps=8)
        page.mouse.up()


def edit(page: Page) -> None:
    page.goto("/edit/" + newest(page))
    paint_over(page)


def extend(page: Page) -> None:
    edit(page)
    page.get_by_role("button", name="Extend", exact=True).click()
    page.get_by_label("Right", exact=True).fill("400")
    page.get_by_label("Right", exact=True).blur()


def chosen(page: Page) -> None:
    page.goto("/history")
    for place in (0, 2, 3):
        page.locator("[name=picture]").nth(place).check()


def board(page: Page) -> None:
    page.goto("/boards")
    page.get_by_role("link", name="Stoneware").click()
    page.wait_for_load_state()


def shelf_lightbox(page: Page) -> None:
    open_picture(page)


def exhibit(page: Page) -> None:
    page.goto("/gallery")
    page.locator("main [data-picture]").first.click()
    expect(page.locator("#lightbox .info")).to_be_visible()


def shared(page: Page) -> None:
    board(page)
    page.locator("main [data-picture]").first.click()
    page.goto(page.locator("#share-url").input_value())


def at(address: str) -> Callable[[Page], object]:
    return lambda page: page.goto(address)


SCENES: dict[str, Callable[[Page], object]] = {
    "edit": edit,
    "extend": extend,
    "edit_begin": at("/edit"),
    "history": at("/history"),
    "history_chosen": chosen,
    "history_nothing": at("/history?q=zebra"),
    "history_failed": at("/history?show=failed"),
    "shelf_lightbox": shelf_lightbox,
    "boards": at("/boards"),
    "board": board,
    "gallery": at("/gallery"),
    "exhibit": exhibit,
    "shared": shared,
}
