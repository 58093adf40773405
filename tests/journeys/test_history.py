"""A person among their own pictures, in a real browser: choosing, carrying off, sharing."""

import zipfile

import pytest
from playwright.sync_api import expect

from playground.generation.models import Picture
from tests.services.visits import Visit, remember
from tests.web.orders import a_painted_picture_of, an_order

NOTE_THE_STAR = """() => addEventListener("htmx:beforeRequest", () => {
  window.star ??= document.querySelector("#star-it").ariaPressed;
})"""


@pytest.fixture
def page(browser_context, live_site, alice):
    """Alice at her history, with a row of five pictures; the console stays silent."""
    order = an_order(alice.account, prompt="a paper boat", n=5, delivered=5)
    for place in range(5):
        a_painted_picture_of(order, place)
    a_painted_picture_of(an_order(alice.account, prompt="a hen", days_ago=2))
    remember(browser_context, live_site.base_url, alice.person)
    visit = Visit(browser_context.new_page())
    visit.go("/history")
    yield visit.page
    assert visit.said == []


def boxes(page):
    return page.locator("[name=picture]")


def test_a_row_is_chosen_carried_off_deleted_and_brought_back(page, tmp_path):
    expect(page.locator("#pickbar")).to_be_hidden()
    boxes(page).nth(0).check()
    boxes(page).nth(3).click(modifiers=["Shift"])
    expect(page.locator("#pickbar")).to_contain_text("4 chosen")
    with page.expect_download() as carried:
        page.get_by_role("button", name="Download").click()
    carried.value.save_as(tmp_path / "pictures.zip")
    assert len(zipfile.ZipFile(tmp_path / "pictures.zip").namelist()) == 5

    page.get_by_role("button", name="Choose none").click()
    page.locator("[data-day]").nth(1).check()
    expect(page.locator("#pickbar")).to_contain_text("1 chosen")
    page.get_by_role("button", name="Delete").click()
    expect(boxes(page)).to_have_count(5)
    page.get_by_role("button", name="Undo").click()
    expect(boxes(page)).to_have_count(6)

    page.wait_for_load_state()
    page.keyboard.press("/")
    expect(page.get_by_label("Search prompts")).to_be_focused()
    page.keyboard.type("hen")
    page.keyboard.press("Enter")
    expect(boxes(page)).to_have_count(1)


def test_a_picture_is_starred_shared_switched_off_and_deleted_where_it_is_open(
    page, _browser, live_site
):
    page.locator("main [data-picture]").first.click()
    panel = page.locator("#keeping")
    expect(panel).to_be_visible()
    page.evaluate(NOTE_THE_STAR)
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#lightbox")).to_contain_text("4 of 5")
    assert page.evaluate("window.star") == "false"  # another's request turns no star
    page.keyboard.press("s")
    expect(panel.get_by_role("button", name="Starred")).to_be_visible()
    panel.get_by_text("Share link", exact=True).click()
    panel.get_by_role("button", name="Create share link").click()
    address = panel.get_by_label("Share link", exact=True).input_value()
    stranger = _browser.new_context()
    seen = stranger.new_page()
    assert seen.goto(address).status == 200
    assert seen.locator("figure img").evaluate("image => image.decode().then(() => 1)")
    panel.get_by_role("button", name="Switch off").click()
    expect(panel.get_by_role("button", name="Create share link")).to_be_attached()
    assert seen.goto(address).status == 404
    stranger.close()

    page.get_by_label("Other formats").click()
    with page.expect_download() as copied:
        page.locator("#copies").get_by_role("link", name="JPEG").click()
    assert copied.value.suggested_filename.endswith(".jpg")

    panel.get_by_text("Public gallery", exact=True).click()
    panel.get_by_role("button", name="Show in the gallery").click()
    page.goto("/gallery")
    page.locator("main [data-picture]").click()
    page.wait_for_url("**/gallery/pic_*")
    page.keyboard.press("Escape")
    page.wait_for_url("**/gallery")
    page.goto("/history")
    page.locator("main [data-picture]").first.click()
    panel.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("1 picture deleted")).to_be_visible()
    expect(page).to_have_url(f"{live_site.base_url}/history")
    expect(boxes(page)).to_have_count(5)
    assert Picture.objects.count() == 6


def test_everything_works_without_a_script(_browser, live_site, alice, page):
    context = _browser.new_context(
        base_url=live_site.base_url, java_script_enabled=False
    )
    remember(context, live_site.base_url, alice.person)
    plain = context.new_page()
    plain.goto("/history")
    boxes(plain).first.check(force=True)
    plain.get_by_label("New board’s name").fill("Boats")
    plain.get_by_role("button", name="Put on board").click()
    expect(plain.get_by_text("1 picture is on “Boats”")).to_be_visible()
    plain.locator("main [data-picture]").first.click()
    plain.locator("#keeping").get_by_role("button", name="Star").click()
    expect(plain.get_by_role("button", name="Starred")).to_be_visible()
    context.close()
