"""People at the playground, in a real browser, with a real worker painting."""

from playwright.sync_api import expect

from playground.generation.models import Generation

PROMPT = "a paper boat on a blue sea"


def pictures(page):
    return page.locator("#feed [data-picture] img")


def ask_for(page, prompt=PROMPT, n="1"):
    page.get_by_label("Prompt").fill(prompt)
    page.locator(f".seg label:has(input[name=n][value='{n}'])").click()
    page.get_by_role("button", name="Generate", exact=False).first.click()


def scrolls_sideways(page):
    return page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_a_guest_makes_a_picture_and_finds_it_after_a_reload(page):
    page.goto("/")
    expect(page.get_by_text("12 of 12 free tries left today")).to_be_visible()
    ask_for(page, n="2")
    expect(pictures(page)).to_have_count(2)
    expect(page.get_by_text("10 of 12 free tries left today")).to_be_visible()
    expect(page.get_by_text("No account needed")).to_have_count(0)
    page.reload()
    expect(pictures(page)).to_have_count(2)
    assert pictures(page).first.evaluate("image => image.decode().then(() => true)")


def test_an_example_fills_the_box_and_starts_nothing(page):
    page.goto("/")
    page.get_by_role("link", name="Desert dunes at sunset, a low sun").click()
    expect(page.get_by_label("Prompt")).to_have_value(
        "Desert dunes at sunset, a low sun"
    )
    assert not Generation.objects.exists()


def test_the_price_follows_the_settings_and_the_credits_follow_the_pictures(
    page, alice, sign_in
):
    sign_in(page, alice)
    page.locator(".seg label:has(input[value='4K'])").click()
    page.locator(".seg label:has(input[name=n][value='3'])").click()
    expect(page.locator("#cost")).to_have_text("6 credits")
    expect(page.locator("[data-after]")).to_have_text("94")
    page.locator(".seg label:has(input[value='0.5K'])").click()
    ask_for(page, n="1")
    expect(pictures(page)).to_have_count(1)
    expect(page.locator("#credits")).to_have_text("99 credits")


def test_a_run_is_made_with_the_keyboard_alone(page):
    page.goto("/")
    page.keyboard.press("/")
    page.keyboard.type(PROMPT)
    page.keyboard.press("Control+Enter")
    expect(pictures(page)).to_have_count(4)
    page.locator("#feed [data-picture]").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#lightbox")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#lightbox")).to_contain_text("2 of 4")
    page.keyboard.press("Escape")
    expect(page.locator("#lightbox")).to_be_hidden()
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keyboard")).to_be_visible()


def test_a_model_is_found_among_all_by_any_of_its_names(page, alice, sign_in):
    sign_in(page, alice)
    page.locator("#model-button").click()
    search = page.get_by_role("searchbox", name="Search models")
    rows = page.locator("#picker .model-row:visible")

    search.fill("doubao")
    expect(rows).to_have_count(4)
    search.fill("sketch")
    expect(rows).to_have_count(1)
    rows.click()

    expect(page.locator("#picker")).not_to_be_visible()
    expect(page.locator("#settings")).to_have_attribute("data-model", "sketch-1")


def test_a_picture_has_an_address_and_going_back_closes_it(page):
    page.goto("/")
    ask_for(page)
    page.locator("#feed [data-picture]").first.click()
    expect(page.locator("#lightbox")).to_be_visible()
    assert "/p/pic_" in page.url
    page.go_back()
    expect(page.locator("#lightbox")).to_be_hidden()
    page.go_forward()
    page.reload()
    expect(page.locator("#lightbox")).to_be_visible()


def test_remix_fills_the_composer_from_a_run(page):
    page.goto("/")
    ask_for(page)
    expect(pictures(page)).to_have_count(1)
    page.get_by_label("Prompt").fill("something else")
    page.get_by_role("link", name="Repeat").click()
    expect(page.get_by_label("Prompt")).to_have_value(PROMPT)
    expect(page.get_by_label("Seed", exact=True)).not_to_have_value("")


def test_a_run_is_copied_as_code(page):
    page.goto("/")
    ask_for(page)
    page.get_by_role("button", name="Code").click()
    expect(page.get_by_role("dialog", name="This run as code")).to_contain_text(PROMPT)
    page.get_by_role("tab", name="Python").click()
    expect(page.get_by_role("tabpanel", name="Python")).to_contain_text("from openai")


def test_too_few_credits_stop_nothing_but_the_run(page, bob, sign_in):
    sign_in(page, bob)
    ask_for(page)
    expect(page.get_by_role("alert")).to_contain_text("This needs 1 credit; you have 0")
    expect(page.get_by_label("Prompt")).to_have_value(PROMPT)


def test_the_prompt_outlives_a_reload(page):
    page.goto("/")
    page.get_by_label("Prompt").fill("half a thought")
    page.reload()
    expect(page.get_by_label("Prompt")).to_have_value("half a thought")


def test_the_chosen_theme_stays(page):
    page.goto("/")
    page.get_by_role("button", name="Switch theme").click()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_everything_works_at_a_phones_width(phone):
    phone.goto("/")
    assert not scrolls_sideways(phone)
    phone.locator(".setup").click()
    phone.locator(".shapes label:has(input[value='16:9'])").click()
    phone.get_by_role("button", name="Close settings").click()
    expect(phone.locator(".setup")).to_be_focused()
    expect(phone.locator(".setup")).to_contain_text("16:9")
    phone.get_by_label("Prompt").fill(PROMPT)
    phone.locator("#generate").click()
    expect(pictures(phone)).to_have_count(4)
    assert not scrolls_sideways(phone)


def test_a_picture_is_made_without_script(plain_page):
    plain_page.goto("/")
    plain_page.get_by_label("Prompt").fill(PROMPT)
    plain_page.get_by_role("button", name="Generate").click()
    expect(plain_page.locator("#feed .prompt")).to_have_text(PROMPT)
    expect(pictures(plain_page)).to_have_count(4)
    plain_page.locator("#feed [data-picture]").first.click()
    expect(plain_page.locator("#lightbox .info")).to_be_visible()
